import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from detector.events.decide import Decision
from detector.night.coverage import Coverage
from detector.night.files.store import write_night
from detector.night.night import Night
from detector.night.provenance import InputFile, Provenance

Command = Callable[..., "subprocess.CompletedProcess[str]"]
N_NIGHTS = 5


@pytest.fixture
def nights(tmp_path: Path) -> Path:
    """Five nights of nine hours without events, one a day."""
    for day in range(N_NIGHTS):
        folder = tmp_path / "nights" / f"night{day}"
        folder.mkdir(parents=True)
        begin = datetime(2026, 3, 1, 21, tzinfo=UTC) + timedelta(days=day)
        source = InputFile("night.mp4", "night.mp4", 1, f"{day:064x}", 0.0)
        provenance = Provenance((source,), 0.0, 32_400.0, begin, "name", camera="640x360 h264")
        coverage = Coverage(32_400.0, 32_400.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        write_night(Night(Decision((), ()), coverage, provenance, observed=((0.0, 32_400.0),)), folder)
    return tmp_path / "nights"


def test_table_and_figure_are_written_and_not_replaced(here: Command, nights: Path, tmp_path: Path) -> None:
    done = here("trend", nights, "--out", tmp_path / "trend")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split()[:3] == ["night", "start", "group"]
    assert "0.0 to 0.4" in done.stdout
    table = (tmp_path / "trend" / "trend.csv").read_text().splitlines()
    assert table[0].startswith("night,start_at,group,kind,n_events")
    assert len(table) == 1 + 6 * N_NIGHTS
    assert (tmp_path / "trend" / "trend.png").read_bytes().startswith(b"\x89PNG")
    again = here("trend", nights, "--out", tmp_path / "trend")
    assert (again.returncode, "exists already" in again.stderr) == (2, True)
    assert here("trend", nights, "--out", tmp_path / "trend", "--overwrite").returncode == 0


def test_table_as_json(here: Command, nights: Path) -> None:
    facts = json.loads(here("trend", nights, "--json").stdout)
    assert {row["compared"] for row in facts["nights"]} == {"within"}
    assert facts["groups"] == {"A": ""}


def test_night_that_cannot_be_read_is_told(command: Command, nights: Path) -> None:
    (nights / "night2" / "events.csv").unlink()
    done = command("trend", nights)
    assert done.returncode == 3
    assert "events.csv" in done.stderr
    assert "night1" in done.stdout
    assert "night2" not in done.stdout


def test_wrong_requests_are_one_sentence(here: Command, nights: Path, tmp_path: Path) -> None:
    for arguments, said in [
        ((tmp_path / "nowhere",), "no such folder"),
        ((nights, "--kind", "twich"), "expected a kind of event"),
        ((tmp_path / "empty",), "expected night folders"),
    ]:
        (tmp_path / "empty").mkdir(exist_ok=True)
        done = here("trend", *arguments)
        assert done.returncode in {1, 2}
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
