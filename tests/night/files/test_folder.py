import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from detector.errors import NightFolderError, UsageError
from detector.night.files.folder import claimed, staged, whole_file
from detector.night.layout import RECORD_OUTSIDE, STAGING_FOLDER, TEMPORARY_PREFIX

MINE = ["aa" * 32]
OTHER = ["bb" * 32]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def texts(folder: Path) -> dict[str, str]:
    """Results of a night, without what is noted of them."""
    files = [path for path in folder.iterdir() if path.is_file() and path.name != RECORD_OUTSIDE]
    return {path.name: path.read_text() for path in files}


def old_results(folder: Path, *names: str) -> None:
    """Results that an earlier run wrote."""
    with staged(folder) as staging:
        for name in names:
            (staging / name).write_text("old")


def leave_unfinished(folder: Path, hashes: list[str]) -> None:
    with claimed(folder, hashes, overwrite=False) as motion:
        (motion / "span-0001-k.npz").write_bytes(b"measured")


def write_then_fail(path: Path) -> None:
    path.write_bytes(b"measured")
    raise RuntimeError


def write_results(folder: Path) -> None:
    with staged(folder) as staging:
        for name in ("night.json", "params.toml", "events.csv"):
            (staging / name).write_text("new")


def test_unfinished_night_of_the_same_footage_is_resumed(tmp_path: Path) -> None:
    leave_unfinished(tmp_path / "deep" / "night", MINE)
    with claimed(tmp_path / "deep" / "night", MINE, overwrite=False) as motion:
        assert (motion / "span-0001-k.npz").read_bytes() == b"measured"


def test_unfinished_night_of_other_footage_is_refused(tmp_path: Path) -> None:
    leave_unfinished(tmp_path, OTHER)
    with pytest.raises(UsageError, match="another night"), claimed(tmp_path, MINE, overwrite=False):
        pass
    with claimed(tmp_path, MINE, overwrite=True):
        pass


def test_finished_night_of_other_footage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "night.json").write_text('{"inputs": [{"sha256": "bb"}]}')
    with pytest.raises(UsageError, match="another night"), claimed(tmp_path, MINE, overwrite=False):
        pass
    assert names(tmp_path) >= {"night.json"}


def test_unreadable_record_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "night.json").write_text("{")
    with pytest.raises(UsageError, match="another night"), claimed(tmp_path, MINE, overwrite=False):
        pass


def test_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match=r"thesis\.tex"), claimed(tmp_path, MINE, overwrite=False):
        pass
    assert names(tmp_path) == {"thesis.tex"}


def test_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match="this is a file"), claimed(tmp_path / "out", MINE, overwrite=True):
        pass


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    inside = claimed(tmp_path / "file" / "night", MINE, overwrite=False)
    with pytest.raises(NightFolderError, match="cannot write the night here"), inside:
        pass


def test_failure_before_the_first_part_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), claimed(tmp_path / "night", MINE, overwrite=False):
        raise RuntimeError
    assert names(tmp_path) == set()


def test_failure_after_the_first_part_keeps_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), claimed(tmp_path / "night", MINE, overwrite=False) as motion:
        write_then_fail(motion / "span-0001-k.npz")
    assert (tmp_path / "night" / "motion" / "span-0001-k.npz").exists()


def test_what_was_being_written_at_a_failure_is_cleared(tmp_path: Path) -> None:
    leave_unfinished(tmp_path, MINE)
    with pytest.raises(RuntimeError), claimed(tmp_path, MINE, overwrite=False) as motion:
        write_then_fail(motion / f"{TEMPORARY_PREFIX}1-span-0002-k.npz")
    assert names(tmp_path / "motion") == {".lock", "recording.json", "span-0001-k.npz"}


def test_what_a_killed_run_was_writing_is_cleared(tmp_path: Path) -> None:
    leave_unfinished(tmp_path, MINE)
    (tmp_path / STAGING_FOLDER).mkdir()
    (tmp_path / STAGING_FOLDER / "events.csv").write_text("half")
    (tmp_path / "motion" / f"{TEMPORARY_PREFIX}1-span-0002-k.npz").write_bytes(b"half")
    (tmp_path / f"{TEMPORARY_PREFIX}1-timeline.png").write_bytes(b"half")
    with claimed(tmp_path, MINE, overwrite=False) as motion:
        assert names(tmp_path) == {"motion"}
        assert not any(name.startswith(TEMPORARY_PREFIX) for name in names(motion))


def test_second_run_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from detector.night.files.folder import claimed\n"
        f"with claimed(Path({str(tmp_path)!r}), {MINE!r}, overwrite=False):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == b"held"
        with pytest.raises(NightFolderError, match="another run is working"), claimed(tmp_path, MINE, overwrite=True):
            pass
        first.kill()
    with claimed(tmp_path, MINE, overwrite=False):
        pass


def test_two_runs_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    second = claimed(tmp_path, MINE, overwrite=False)
    with claimed(tmp_path, MINE, overwrite=False), pytest.raises(NightFolderError, match="another run"), second:
        pass


def test_whole_file_is_all_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "part.npz"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), whole_file(path) as temporary:
        write_then_fail(temporary)
    assert path.read_bytes() == b"old"
    with whole_file(path) as temporary:
        temporary.write_bytes(b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == {"part.npz"}


def test_results_appear_together_or_not_at_all(tmp_path: Path) -> None:
    old_results(tmp_path, "night.json")
    with pytest.raises(RuntimeError), staged(tmp_path) as staging:
        write_then_fail(staging / "events.csv")
    assert texts(tmp_path) == {"night.json": "old"}
    with staged(tmp_path) as staging:
        (staging / "events.csv").write_text("new")
        (staging / "night.json").write_text("new")
    assert texts(tmp_path) == {"events.csv": "new", "night.json": "new"}


def test_night_file_goes_last_and_is_gone_before_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_results(tmp_path, "events.csv", "night.json")
    steps: list[tuple[str, bool]] = []
    replace = Path.replace

    def watched(source: Path, target: Path) -> Path:
        if not source.name.startswith(TEMPORARY_PREFIX):
            steps.append((source.name, (tmp_path / "night.json").exists()))
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", watched)
    write_results(tmp_path)
    assert steps == [
        ("night.json", True),  # out of the way
        ("params.toml", False),
        ("events.csv", False),
        ("events.csv", False),  # into its place
        ("params.toml", False),
        ("night.json", False),
    ]


@pytest.mark.parametrize("last", ["events.csv", "params.toml", "night.json"])
def test_a_failure_in_the_middle_brings_the_earlier_results_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    old_results(tmp_path, "events.csv", "night.json")
    replace = Path.replace

    def failing(source: Path, target: Path) -> Path:
        if source == tmp_path / STAGING_FOLDER / last:
            raise OSError(28, "No space left on device")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(NightFolderError, match="No space left"):
        write_results(tmp_path)
    assert texts(tmp_path) == {"events.csv": "old", "night.json": "old"}


MEASURED = {"motion": {"short_lag_s": 0.13}, "burst": {"threshold": 5.0}, "run": {"stall_s": 30.0}}


def changed(group: str, name: str, value: float) -> dict[str, dict[str, float]]:
    return {**MEASURED, group: {name: value}}


def test_parts_of_other_measuring_parameters_are_kept_unless_asked(tmp_path: Path) -> None:
    with claimed(tmp_path, MINE, MEASURED, overwrite=False) as motion:
        (motion / "span-0001-k.npz").write_bytes(b"hours of work")
    other = changed("motion", "short_lag_s", 0.2)
    with (
        pytest.raises(UsageError, match=r"motion\.short_lag_s was 0\.13 and not 0\.2.*--overwrite"),
        claimed(tmp_path, MINE, other, overwrite=False),
    ):
        pass
    for same in (changed("burst", "threshold", 6.0), changed("run", "stall_s", 60.0)):
        with claimed(tmp_path, MINE, same, overwrite=False):
            pass
    with claimed(tmp_path, MINE, other, overwrite=True) as motion:
        assert (motion / "span-0001-k.npz").exists()  # until the new ones are there


def test_unfinished_night_without_parts_takes_any_parameters(tmp_path: Path) -> None:
    with claimed(tmp_path, MINE, MEASURED, overwrite=False):
        pass
    with claimed(tmp_path, MINE, changed("motion", "short_lag_s", 0.2), overwrite=False):
        pass


def test_finished_night_of_other_parameters_is_kept_unless_asked(tmp_path: Path) -> None:
    record = {"inputs": [{"sha256": MINE[0]}], "parameters": MEASURED}
    (tmp_path / "night.json").write_text(json.dumps(record))
    for same in (MEASURED, changed("run", "stall_s", 60.0), {**MEASURED, "burst": {"threshold": 5.0, "new": 1.0}}):
        with claimed(tmp_path, MINE, same, overwrite=False):
            pass
    other = changed("burst", "threshold", 6.0)
    with (
        pytest.raises(UsageError, match=r"burst\.threshold was 5\.0 and not 6\.0"),
        claimed(tmp_path, MINE, other, overwrite=False),
    ):
        pass
    with claimed(tmp_path, MINE, other, overwrite=True):
        pass


@pytest.mark.skipif(os.name == "nt", reason="folders are files only on POSIX")
def test_vanished_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NightFolderError, match="cannot write the night here"), staged(tmp_path / "gone"):
        pass


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
@pytest.mark.parametrize("name", ["night.json", "motion/recording.json"])
def test_pipe_in_place_of_a_record_does_not_hang(tmp_path: Path, name: str) -> None:
    (tmp_path / "motion").mkdir()
    (tmp_path / "motion" / ".lock").touch()
    os.mkfifo(tmp_path / name)
    with pytest.raises(UsageError, match="another night"), claimed(tmp_path, MINE, overwrite=False):
        pass
