"""What a night may keep of its footage: no pixel with --no-pictures, no name with --pseudonyms, in any of its files."""

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from detector.night.files.stored_trace import read_part
from detector.night.night import Night
from detector.night.people.review import append_decision, read_reviews
from detector.views.review.session import Session
from tests.fault_tools import everything

pytestmark = pytest.mark.slow  # quick: pseudonyms in tests/night, reports without pictures in tests/views

Command = Callable[..., "subprocess.CompletedProcess[str]"]
SECRETS = ("Emma", "Millerova", "west wing", "Broken-Cam", "pytest-of")


@pytest.fixture(scope="module")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with names that tell something: two clips, of which the second is damaged, and one that is no video."""
    folder = tmp_path_factory.mktemp("footage") / "Emma Millerova" / "west wing"
    folder.mkdir(parents=True)
    write_cot(folder / "2026-03-14_22-00-00_Emma.mp4", 6.0, (3.0,))
    cut = write_cot(folder / "2026-03-14_22-00-06_Emma.ts", 5.0, (2.0,), seed=1)
    cut.write_bytes(cut.read_bytes()[:-3000])
    (folder / "Broken-Cam.mp4").write_text("no video")
    return folder


@pytest.fixture(scope="module")
def private(footage: Path, here: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night of it that keeps neither."""
    folder = tmp_path_factory.mktemp("nights") / "p"
    done = here("analyze", footage, "--out", folder, "--no-pictures", "--pseudonyms")
    assert done.returncode == 3, done.stderr
    for secret in SECRETS[:-1]:
        assert secret not in done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def plain(footage: Path, here: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night of it that keeps everything."""
    folder = tmp_path_factory.mktemp("nights") / "q"
    assert here("analyze", footage, "--out", folder, "--quiet").returncode == 3
    return folder


def all_bytes(folder: Path) -> Iterator[bytes]:
    """Every file, and what is packed in it."""
    for name, data in everything(folder).items():
        yield name.encode() + data
        if name.endswith(".npz"):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                yield from (packed.read(member) for member in packed.namelist())


def test_no_file_tells_a_name(private: Path, plain: Path) -> None:
    for secret in SECRETS:
        assert any(secret.encode() in data for data in all_bytes(plain)), f"{secret} could have been told"
        assert not any(secret.encode() in data for data in all_bytes(private)), secret


def test_what_was_found_is_the_same(private: Path, plain: Path) -> None:
    hidden, named = Night.load(private), Night.load(plain)
    assert hidden.events.drop(columns="file").equals(named.events.drop(columns="file"))
    assert set(hidden.events["file"]) <= {"clip-0001", "clip-0002"}
    assert len(hidden.provenance.damage) == len(named.provenance.damage) > 0
    assert [path for path, _ in hidden.provenance.unreadable] == ["unreadable-0001"]


def test_no_file_keeps_a_pixel(private: Path, plain: Path, command: Command, footage: Path, tmp_path: Path) -> None:
    assert any(read_part(part).reference.size for part in Night.load(plain).parts)
    assert not any(read_part(part).reference.size for part in Night.load(private).parts)
    # The report is the same to the last byte whether the footage is there or not: nothing in it comes from there.
    folder = shutil.copytree(private, tmp_path / "night")
    assert command("report", folder, "--footage", footage).returncode == 3
    there = (folder / "report.html").read_bytes()
    assert command("report", folder, "--footage", tmp_path).returncode == 3
    assert (folder / "report.html").read_bytes() == there
    assert there.count(b"data:image") == (private / "report.html").read_bytes().count(b"data:image")


def test_later_commands_hold_to_it(private: Path, command: Command, footage: Path, tmp_path: Path) -> None:
    done = command("clips", private, "--footage", footage, "--out", tmp_path / "clips")
    assert done.returncode != 0
    assert "--no-pictures" in done.stderr
    assert not list(tmp_path.rglob("*.mp4"))
    assert command("decide", private, "--out", tmp_path / "again", "--quiet").returncode == 3
    again = Night.load(tmp_path / "again")
    assert not any(read_part(part).reference.size for part in again.parts)
    assert (again.provenance.has_pictures, again.provenance.has_names) == (False, False)
    assert not any(b"Emma" in data for data in all_bytes(tmp_path / "again"))


def test_a_report_can_do_without_pictures(plain: Path, command: Command, tmp_path: Path) -> None:
    folder = shutil.copytree(plain, tmp_path / "night")
    assert command("report", folder, "--no-pictures").returncode == 3
    bare = (folder / "report.html").read_bytes()
    assert len(bare) < len((plain / "report.html").read_bytes())
    (folder / "report.html").unlink()
    assert command("report", folder, "--no-pictures", "--footage", tmp_path).returncode == 3
    assert (folder / "report.html").read_bytes() == bare
    assert json.loads((folder / "night.json").read_text())["has_pictures"] is True


def test_footage_of_pseudonyms_is_found_by_its_content(
    footage: Path, command: Command, write_cot: Callable[..., Path], tmp_path: Path
) -> None:
    good = footage / "2026-03-14_22-00-00_Emma.mp4"
    assert command("analyze", good, "--out", tmp_path / "n", "--pseudonyms", "--quiet").returncode == 0
    assert command("clips", tmp_path / "n", "--out", tmp_path / "c").returncode != 0
    done = command("clips", tmp_path / "n", "--out", tmp_path / "c", "--footage", footage)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "c").glob("*.mp4"))


def test_a_night_with_pictures_becomes_one_without(
    plain: Path, command: Command, footage: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(plain, tmp_path / "night")
    done = command("analyze", footage, "--out", folder, "--no-pictures", "--quiet")
    assert done.returncode == 3, done.stderr
    parts = list((folder / "motion").glob("*.npz"))
    assert parts
    assert not any(read_part(part).reference.size for part in parts)


@pytest.mark.slow
def test_reviewers_lose_their_names_with_the_rest(footage: Path, plain: Path, command: Command, tmp_path: Path) -> None:
    folder = shutil.copytree(plain, tmp_path / "night")
    night = Night.load(folder)
    event = night.decision.events[0]
    decision = {"action": "confirm", "kind": event.kind, "start_s": event.start_s, "stop_s": event.stop_s}
    for reviewer in ("Josephine", "Balthasar"):
        append_decision(folder, {"reviewer": reviewer, "x_px": event.x_px, "y_px": event.y_px, **decision})
    (folder / "clips").mkdir()
    done = command("analyze", footage, "--out", folder, "--no-pictures", "--pseudonyms")
    assert done.returncode == 3, done.stderr
    assert "2 of its reviewers go by ids now" in done.stderr
    assert "clips may hold pictures or names; take them away" in done.stderr
    reviews = read_reviews(folder)
    assert len(reviews) == 2
    assert all(entries[0].start_s == event.start_s for entries in reviews.values())
    assert command("report", folder, "--no-pictures", "--reviewed").returncode == 3
    assert b"reviewer-" in (folder / "report.html").read_bytes()
    # Who goes on reviewing goes on in the same file, and a scoring that is imported is of nobody, too.
    assert Session(Night.load(folder), "Josephine").progress()[0] == 1
    assert command("export", folder, "--to", "csv", "--out", tmp_path / "s.csv").returncode == 0
    done = command("import", folder, tmp_path / "s.csv", "--reviewer", "Balthasar")
    assert done.returncode == 0, done.stderr
    assert len(read_reviews(folder)) == 2
    for secret in ("Josephine", "Balthasar", *SECRETS):
        assert [name for name, data in everything(folder).items() if secret.encode() in name.encode() + data] == []
