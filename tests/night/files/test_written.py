"""What this program wrote is known by its content; all else is kept."""

import json
import os
from pathlib import Path

import pytest

from detector.errors import NoticeWarning, UsageError
from detector.night.files.folder import staged
from detector.night.files.written import make_way, move_aside, read_record, refuse_existing, remove_stale, replacing
from detector.night.layout import MOTION_FOLDER, RECORD_OUTSIDE, WRITTEN_FILE


def write(folder: Path, text: str) -> None:
    with replacing([folder / "table.csv"]):
        (folder / "table.csv").write_text(text)


def results(folder: Path, **texts: str) -> None:
    with staged(folder) as staging:
        for name, text in texts.items():
            (staging / f"{name}.csv").write_text(text)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name != RECORD_OUTSIDE}


def test_our_own_file_is_replaced_without_a_word(tmp_path: Path) -> None:
    for text in ("one", "two", "two"):
        write(tmp_path, text)
    assert names(tmp_path) == {"table.csv"}
    assert (tmp_path / "table.csv").read_text() == "two"


def test_a_changed_file_is_kept_under_a_name_of_its_own_each_time(tmp_path: Path) -> None:
    write(tmp_path, "one")
    for number in (1, 2):
        (tmp_path / "table.csv").write_text(f"edited {number}")
        said = rf"table\.csv: this was changed since it was written, so it is kept as table\.csv\.edited-{number}\."
        with pytest.warns(NoticeWarning, match=said):
            write(tmp_path, "new")
        assert (tmp_path / f"table.csv.edited-{number}").read_text() == f"edited {number}"
    assert (tmp_path / "table.csv").read_text() == "new"


def test_a_file_of_somebody_else_is_kept_even_where_the_work_fails(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("mine")

    def fail() -> None:
        with replacing([tmp_path / "table.csv"]):
            raise RuntimeError

    with pytest.warns(NoticeWarning, match="was not written by this program"), pytest.raises(RuntimeError):
        fail()
    assert (tmp_path / "table.csv.edited-1").read_text() == "mine"


def test_a_folder_in_the_place_of_a_file_is_kept(tmp_path: Path) -> None:
    (tmp_path / "table.csv").mkdir()
    (tmp_path / "table.csv" / "photo.jpg").write_text("dear")
    with pytest.warns(NoticeWarning):
        write(tmp_path, "new")
    assert (tmp_path / "table.csv.edited-1" / "photo.jpg").read_text() == "dear"


def test_a_file_that_equals_the_new_one_stays(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("same")
    results(tmp_path, events="same")
    assert names(tmp_path) == {"events.csv"}


def test_edited_results_are_kept_and_unedited_ones_replaced(tmp_path: Path) -> None:
    results(tmp_path, events="old", artifacts="old")
    (tmp_path / "events.csv").write_text("by hand")
    with pytest.warns(NoticeWarning, match=r"events\.csv") as told:
        results(tmp_path, events="new", artifacts="new")
    assert len(told) == 1
    assert (tmp_path / "events.csv.edited-1").read_text() == "by hand"
    assert (tmp_path / "events.csv").read_text() == (tmp_path / "artifacts.csv").read_text() == "new"
    assert names(tmp_path) == {"events.csv", "events.csv.edited-1", "artifacts.csv"}


def test_results_of_a_run_that_was_killed_between_two_files_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results(tmp_path, artifacts="old", events="old")
    replace = Path.replace

    def killed(source: Path, target: Path) -> Path:
        if source.name == "events.csv" and target.parent == tmp_path:
            os._exit(9)  # no clean-up, no last words
        return replace(source, target)

    if (child := os.fork()) == 0:
        monkeypatch.setattr(Path, "replace", killed)
        results(tmp_path, artifacts="new", events="new")
    os.waitpid(child, 0)
    assert (tmp_path / "artifacts.csv").read_text() == "new"
    results(tmp_path, artifacts="newer", events="newer")  # a warning would be an error
    assert names(tmp_path) == {"artifacts.csv", "events.csv"}


def test_a_night_keeps_its_record_with_its_motion(tmp_path: Path) -> None:
    (tmp_path / MOTION_FOLDER).mkdir()
    write(tmp_path, "one")
    assert names(tmp_path) == {MOTION_FOLDER, "table.csv"}
    assert (tmp_path / MOTION_FOLDER / WRITTEN_FILE).is_file()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 3}', '{"files": {"table.csv": "x"}}', "\x00"])
def test_a_damaged_record_loses_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, "one")
    (tmp_path / RECORD_OUTSIDE).write_text(text)
    assert read_record(tmp_path) == {}
    with pytest.warns(NoticeWarning):
        write(tmp_path, "two")
    assert (tmp_path / "table.csv.edited-1").read_text() == "one"
    assert json.loads((tmp_path / RECORD_OUTSIDE).read_text())["files"].keys() == {"table.csv"}


def test_names_aside_are_never_taken_twice(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / "a.csv").write_text(str(number))
        assert move_aside(tmp_path / "a.csv").name == f"a.csv.edited-{number + 1}"
    assert [(tmp_path / f"a.csv.edited-{number}").read_text() for number in (1, 2, 3)] == ["0", "1", "2"]


def test_what_exists_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("")
    (tmp_path / "c").mkdir()
    refuse_existing([tmp_path / "a.csv"], overwrite=False)
    refuse_existing([tmp_path / "b.csv"], overwrite=True)
    with pytest.raises(UsageError, match=r"b\.csv: this exists already; .*overwrite=True"):
        refuse_existing([tmp_path / "a.csv", tmp_path / "b.csv"], overwrite=False)
    with pytest.raises(UsageError, match="this is a folder"):
        refuse_existing([tmp_path / "c"], overwrite=True)


def test_only_our_unchanged_file_is_ever_removed(tmp_path: Path) -> None:
    write(tmp_path, "one")
    (tmp_path / "other.csv").write_text("mine")
    for name in ("table.csv", "other.csv", "absent.csv"):
        remove_stale(tmp_path / name)
    assert names(tmp_path) == {"other.csv"}


def test_making_way_in_a_folder_that_does_not_exist_does_nothing(tmp_path: Path) -> None:
    make_way(tmp_path / "absent", {"a.csv": ""})
    assert names(tmp_path) == set()
