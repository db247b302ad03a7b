"""How commands end: whatever the streams are, the code is right and nothing is lost."""

import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.cli.ends import stop_code
from detector.errors import ExitCode, FootageError, ParameterError, Stopped, displayed
from tests.fault_tools import complaints, content, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell and its signals")

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "twitch-detector")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def brief(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6 s of footage."""
    return write_cot(tmp_path_factory.mktemp("footage") / "brief.mp4", 6.0)


@pytest.fixture(scope="module")
def reference(brief: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an undisturbed run writes."""
    folder = tmp_path_factory.mktemp("nights") / "night"
    assert in_shell("analyze", brief, "--out", folder, streams="").returncode == 0
    return content(folder)


def in_shell(*words: object, streams: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with its streams redirected as a shell does it."""
    command = ["sh", "-c", f'exec "$@" {streams}', "sh", PROGRAM, *(str(word) for word in words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing(brief: Path, reference: dict[str, bytes], tmp_path: Path, streams: str) -> None:
    done = in_shell("analyze", brief, "--out", tmp_path / "night", "--workers", 1, streams=streams)
    assert (done.returncode, complaints(done.stderr)) == (0, [])
    assert content(tmp_path / "night") == reference


@pytest.mark.slow
def test_closed_streams_keep_the_code_of_an_error(tmp_path: Path) -> None:
    words = ("analyze", tmp_path / "absent.mp4", "--out", tmp_path / "night")
    assert in_shell(*words, streams=">&- 2>&-").returncode == 4
    assert in_shell(*words, "--json", streams=">&-").returncode == 4
    assert in_shell("analyse", streams="2>&-").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [("params",), ("--help",), ("params", "--json"), ("--version",)])
def test_full_standard_output_is_said_and_ends_with_1(words: tuple[str, ...]) -> None:
    done = in_shell(*words, streams="> /dev/full")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "cannot be written" in done.stderr
    assert "No space left on device" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_standard_error_keeps_the_code(tmp_path: Path) -> None:
    assert in_shell("probe", tmp_path / "absent.mp4", streams="2> /dev/full").returncode == 4


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_night_is_written_where_its_summary_cannot_be(brief: Path, reference: dict[str, bytes], tmp_path: Path) -> None:
    done = in_shell("analyze", brief, "--out", tmp_path / "night", "--workers", 1, streams="> /dev/full")
    assert done.returncode == 1
    assert "Files that this command writes are written." in done.stderr
    assert content(tmp_path / "night") == reference


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_signals_end_a_run_tidily(write_cot: Callable[..., Path], tmp_path: Path, name: str, code: int) -> None:
    footage = write_cot(tmp_path / "long.mp4", 120.0, fps=15, size=(320, 240))
    folder = tmp_path / "night"
    words = [PROGRAM, "analyze", footage, "--out", folder, "--set", "footage.span_s=10", "--workers", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        wait_for(lambda: list(folder.glob("motion/span-*.npz")), 60.0)
        run.send_signal(getattr(signal, name))
        said, complained = run.communicate(timeout=60)
    assert (run.returncode, said) == (code, "")
    kept = list(folder.glob("motion/span-*.npz"))
    plural = "Interrupted; {} measured parts are kept in {}; run the same command again to resume.\n"
    assert complaints(complained) == [plural.format(len(kept), folder).rstrip()]
    assert not [path.name for path in folder.rglob("*") if "writing" in path.name or "staging" in path.name]


@pytest.mark.slow
def test_a_hangup_that_is_ignored_stays_ignored(brief: Path, tmp_path: Path) -> None:
    # As under nohup: closing the terminal must not end a night of work.
    words = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", PROGRAM, "analyze", str(brief), "--out", str(tmp_path / "n")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        wait_for((tmp_path / "n" / "motion").exists, 60.0)
        run.send_signal(signal.SIGHUP)
        run.communicate(timeout=60)
    assert run.returncode == 0


def test_codes_of_what_ends_a_command() -> None:
    assert stop_code(KeyboardInterrupt()) == 130
    assert stop_code(Stopped(exit_code=ExitCode.HUNG_UP)) == 129
    assert stop_code(MemoryError()) == stop_code(OSError(28, "full")) == 1
    assert stop_code(ParameterError("x")) == 2
    assert stop_code(FootageError("x")) == 4


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nacht mit Öl \N{SLEEPING FACE}.mp4", "Nacht mit Öl \N{SLEEPING FACE}.mp4"),
        ("\x1b[2Jcleared.mp4", "\\x1b[2Jcleared.mp4"),
        ("two\nlines.mp4", "two\\nlines.mp4"),
        ("right\N{RIGHT-TO-LEFT OVERRIDE}4pm.exe", "right\\u202e4pm.exe"),
        (os.fsdecode(b"caf\xe9.mp4"), "caf\\xe9.mp4"),
    ],
)
def test_names_are_shown_so_that_they_steer_nothing(name: str, shown: str) -> None:
    assert displayed(name) == shown
    shown.encode("utf-8")


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system takes no such names")
@pytest.mark.slow
def test_a_name_that_is_no_utf_8_is_said(brief: Path, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    path.write_bytes(brief.read_bytes())
    done = in_shell("probe", path, streams="")
    assert done.returncode == 0, done.stderr
    assert "xe9.mp4: h264" in done.stdout
