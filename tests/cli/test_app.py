"""The command line as a user meets it: the installed command in a process of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import detector
from detector.cli.output import Pace
from detector.night.night import Night
from detector.params import Params, from_toml, iter_parameters, with_values
from detector.run.analyze import Progress
from tests.fault_tools import NIGHT_FILES, content

Command = Callable[..., "subprocess.CompletedProcess[str]"]
COMMANDS = ("probe", "analyze", "decide", "report", "clips", "figures", "params", "synth", "plant", "evaluate", "batch")
UNKNOWN_START = "Start time unknown; times are counted from the first picture (--start tells it)"


@pytest.fixture
def night(cot_night: Path) -> Path:
    """A folder that `analyze` wrote; tests leave it as it is."""
    return cot_night


@pytest.mark.skipif(sys.platform == "win32", reason="counts the work of child processes")
def test_help_answers_at_once(command: Command) -> None:
    before = os.times()
    assert command("--help").returncode == 0
    after = os.times()
    # Work, not time: a busy machine answers later.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 0.5


def test_nothing_heavy_is_imported_for_help() -> None:
    heavy = {"av", "bokeh", "cv2", "matplotlib", "numpy", "pandas", "pydantic", "scipy"}
    script = f"import sys, detector.cli.app; print({heavy!r} & set(sys.modules) or 'none')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples(here: Command, name: str) -> None:
    done = here(name, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout
    assert f"  twitch-detector {name}" in done.stdout


def test_help_lists_the_commands_and_exit_codes(command: Command) -> None:
    said = command("--help").stdout
    assert all(f"  {name} " in said for name in COMMANDS)
    assert all(f"{code} " in said for code in (0, 1, 2, 3, 4, 130))


def test_version(command: Command) -> None:
    assert command("--version").stdout == f"twitch-detector {detector.__version__}\n"


def test_no_command_at_all_shows_the_help(command: Command) -> None:
    done = command()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: twitch-detector")


def test_analyze_writes_a_night_and_says_where(analyzed: "subprocess.CompletedProcess[str]", night: Path) -> None:
    assert analyzed.returncode == 0
    # What was understood, and no progress bar where stderr is no terminal.
    assert analyzed.stderr.splitlines() == ["1 clip, 45 s of footage", UNKNOWN_START]
    said = dict(line.split(maxsplit=1) for line in analyzed.stdout.splitlines())
    assert said["Observed"] == "45 s of the 45 s in the files"
    assert said["Seen"].startswith(f"{len(Night.load(night).events)} ")
    assert Path(said["Timeline"]) == night / "timeline.png"
    assert Path(said["Report"]) == night / "report.html"
    assert {path.name for path in night.iterdir()} == NIGHT_FILES


@pytest.mark.slow
def test_analyze_again_into_the_same_folder_gives_the_same(
    command: Command, cot: Path, night: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(night, tmp_path / "night")
    assert command("analyze", cot, "--out", folder).returncode == 0
    assert content(folder) == content(night)


@pytest.mark.slow
def test_another_night_is_replaced_only_when_asked(
    command: Command, write_cot: Callable[..., Path], night: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(night, tmp_path / "night")
    other = write_cot(tmp_path / "other.mp4", 6.0)
    refused = command("analyze", other, "--out", folder)
    assert refused.returncode == 2
    assert "holds another night" in refused.stderr
    assert content(folder) == content(night)
    assert command("analyze", other, "--out", folder, "--overwrite", "--quiet").returncode == 0
    assert [source.name for source in Night.load(folder).provenance.inputs] == ["other.mp4"]


@pytest.mark.slow
def test_quiet_says_nothing(command: Command, cot: Path, tmp_path: Path) -> None:
    done = command("analyze", cot, "--out", tmp_path / "night", "--quiet", "--workers", 1)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "night" / "report.html").exists()


@pytest.mark.slow
def test_json_is_the_result_and_nothing_else(command: Command, cot: Path, night: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(night, tmp_path / "night")
    done = command("analyze", cot, "--out", folder, "--json")
    result = json.loads(done.stdout)
    assert (done.returncode, done.stderr, result["exit_code"]) == (0, "", 0)
    assert result["summary"]["n_events"] == len(Night.load(night).events)
    assert result["timeline"] == str(folder / "timeline.png")
    assert result["trouble"] == []


@pytest.mark.slow
def test_what_could_not_be_read_is_said_and_ends_with_3(
    command: Command, write_cot: Callable[..., Path], tmp_path: Path
) -> None:
    good = write_cot(tmp_path / "good.mp4", 6.0)
    bad = tmp_path / "bad.mp4"
    bad.write_text("not a video")
    done = command("analyze", good, bad, "--out", tmp_path / "night")
    assert done.returncode == 3
    assert "bad.mp4 could not be read" in done.stderr
    assert "Timeline" in done.stdout
    result = json.loads(command("analyze", good, bad, "--out", tmp_path / "night", "--json").stdout)
    assert result["exit_code"] == 3
    assert "bad.mp4" in result["trouble"][0]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_progress_bar(write_cot: Callable[..., Path], tmp_path: Path) -> None:
    import pty

    footage = write_cot(tmp_path / "long.mp4", 45.0)
    program = str(Path(sysconfig.get_path("scripts")) / "twitch-detector")
    mine, theirs = pty.openpty()
    words = [program, "analyze", footage, "--out", tmp_path / "night", "--set", "footage.span_s=10", "--workers", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=theirs, text=True) as run:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(mine, 4096):
                shown += part
        except OSError:
            pass  # the terminal is gone when its program has ended
        finally:
            os.close(mine)
        assert run.stdout is not None
        said = run.stdout.read()
    assert run.returncode == 0
    assert b"measuring" in shown
    assert b" frames/s, " in shown
    assert b" left" in shown
    assert said.startswith("Observed")


def test_pace_counts_new_frames_only() -> None:
    now_s = iter([100.0, 100.0, 110.0])
    pace = Pace(lambda: next(now_s))
    assert pace.words(Progress("reading")) == ""
    assert pace.words(Progress("measuring", 1000, 4000, 1000)) == ""
    assert pace.words(Progress("measuring", 2000, 4000, 1000)) == "100 frames/s, 20 s left"
    assert pace.words(Progress("writing")) == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs signals to process groups")
def test_interrupt_ends_with_130_and_says_how_to_resume(write_cot: Callable[..., Path], tmp_path: Path) -> None:
    footage = write_cot(tmp_path / "long.mp4", 80.0, fps=15, size=(320, 240))
    program = str(Path(sysconfig.get_path("scripts")) / "twitch-detector")
    words = [program, "analyze", footage, "--out", tmp_path / "night", "--set", "footage.span_s=10", "--workers", "1"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        limit_s = time.monotonic() + 60
        while not list(tmp_path.glob("night/motion/span-*.npz")) and time.monotonic() < limit_s:
            time.sleep(0.01)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to everyone
        said, complained = run.communicate(timeout=20)
    assert run.returncode == 130
    assert said == ""
    *understood, last = complained.splitlines()
    assert "run the same command again to resume" in last
    assert understood == ["1 clip, 1 min 20 s of footage", UNKNOWN_START]


@pytest.mark.slow
def test_decide_writes_another_night_without_the_video(command: Command, night: Path, tmp_path: Path) -> None:
    before = content(night)
    strengths = sorted(Night.load(night).events["snr"])
    threshold = round((strengths[0] + strengths[-1]) / 2)  # reached by the strongest, not by the faintest
    values = {"burst.threshold": threshold, "rules.without": "faint"}
    given = [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
    done = command("decide", night, *given, "--out", tmp_path / "strict")
    assert done.returncode == 0
    assert str(tmp_path / "strict" / "report.html") in done.stdout
    strict = Night.load(tmp_path / "strict")
    assert strict.params == with_values(Params(), values)
    assert 0 < len(strict.events) == sum(snr >= threshold for snr in strengths) < len(strengths)
    assert content(night) == before


def test_decide_without_out_only_says(here: Command, night: Path) -> None:
    before = content(night)
    result = json.loads(here("decide", night, "--json").stdout)
    assert result["folder"] is None
    assert result["summary"] == json.loads((night / "night.json").read_text())["summary"]
    assert content(night) == before


@pytest.mark.slow
def test_decide_starts_from_the_parameters_of_the_night(command: Command, night: Path, tmp_path: Path) -> None:
    command("decide", night, "--set", "burst.threshold=1000", "--out", tmp_path / "strict")
    file = tmp_path / "more.toml"
    file.write_text("[classify]\nsustained_s = 20\n")
    command("decide", tmp_path / "strict", "--params", file, "--out", tmp_path / "stricter")
    params = Night.load(tmp_path / "stricter").params
    assert (params.burst.threshold, params.classify.sustained_s) == (1000, 20)


def test_decide_cannot_measure_again(here: Command, night: Path) -> None:
    done = here("decide", night, "--set", "footage.span_s=60")
    assert done.returncode == 2
    assert "analyze the footage again" in done.stderr


@pytest.mark.slow
def test_report_and_timeline_are_written_again(command: Command, night: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(night, tmp_path / "night")
    (folder / "report.html").unlink()
    (folder / "timeline.png").unlink()
    assert command("report", folder).returncode == 0
    assert (folder / "timeline.png").read_bytes() == (night / "timeline.png").read_bytes()
    # The tables hold rounded numbers, so the page may differ in a last digit from the one written by `analyze`.
    before, after = ((it / "report.html").read_text() for it in (night, folder))
    assert after.count("<tr") == before.count("<tr")
    assert after.startswith("<!DOCTYPE html>")


def test_params_are_toml_that_analyze_reads(here: Command, tmp_path: Path) -> None:
    file = tmp_path / "params.toml"
    file.write_text(here("params").stdout)
    assert from_toml(file) == Params()
    changed = here("params", "--params", file, "--set", "burst.threshold=12", "--set", "motion.short_lag_s=0.2")
    file.write_text(changed.stdout)
    assert from_toml(file) == with_values(Params(), {"burst.threshold": 12, "motion.short_lag_s": 0.2})


def test_params_as_json_carry_unit_range_and_source(here: Command) -> None:
    rows = {row["name"]: row for row in json.loads(here("params", "--set", "burst.threshold=12", "--json").stdout)}
    assert list(rows) == [name for name, _ in iter_parameters()]
    assert rows["burst.threshold"]["value"] == 12
    assert rows["burst.threshold"]["default"] == Params().burst.threshold
    assert all(row["unit"] and row["source"] and row["description"] and row["range"] for row in rows.values())


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    program = Path(sysconfig.get_path("scripts")) / "twitch-detector"
    with subprocess.Popen([program, "params"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        run.stdout.close()
        assert run.stderr is not None
        assert "Traceback" not in run.stderr.read()


def test_probe_describes_files(here: Command, cot: Path) -> None:
    done = here("probe", cot)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"{cot}: h264 160x120, 10 frames/s, 45 s",
        "1 clip, 45 s of footage",
        UNKNOWN_START,
    ]
    result = json.loads(here("probe", cot, "--json").stdout)
    assert result["files_s"] == pytest.approx(45.0)
    assert result["clips"][0]["n_frames"] == 450
    assert result["clips"][0]["n_key_frames"] == 45


def test_probe_of_a_part_that_cannot_be_read(here: Command, cot: Path, tmp_path: Path) -> None:
    shutil.copy(cot, tmp_path / "good.mp4")
    (tmp_path / "bad.mp4").write_bytes(b"")
    done = here("probe", tmp_path)
    assert done.returncode == 3
    assert "good.mp4: h264" in done.stdout
    assert "bad.mp4" in done.stderr
