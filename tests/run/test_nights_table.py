"""Which nights a source names."""

from pathlib import Path

import pytest

from detector.errors import ParameterError, UsageError
from detector.run.nights_table import COLUMNS, read_source, with_pseudonyms


def write(folder: Path, text: str, name: str = "nights.csv") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_a_folder_a_night_in_the_order_people_count(tmp_path: Path) -> None:
    for name in ("n10", "n2", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "n1.mp4").touch()
    (tmp_path / "notes.txt").touch()
    entries = read_source(str(tmp_path))
    assert [(entry.id, entry.paths) for entry in entries] == [
        ("n1", (str(tmp_path / "n1.mp4"),)),
        ("n2", (str(tmp_path / "n2"),)),
        ("n10", (str(tmp_path / "n10"),)),
    ]


def test_a_glob_gives_each_match_an_id_of_its_own(tmp_path: Path) -> None:
    for cot in ("a", "b"):
        (tmp_path / cot / "night").mkdir(parents=True)
    assert [entry.id for entry in read_source(f"{tmp_path}/*/night")] == ["a_night", "b_night"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_says_all_of_a_night(tmp_path: Path, mark: str) -> None:
    cells = [
        *("n 01", "a.mp4|b/c.mp4", "2026-03-14T20:00:00", "Europe/Berlin"),
        *("burst.threshold=12 footage.fps=15", "S1", "2", "12 weeks", "cot=0,0 9,0 9,9"),
    ]
    quoted = [f'"{cell}"' for cell in cells]
    source = write(tmp_path, "\ufeff" + mark.join(COLUMNS) + "\r\n" + mark.join(quoted) + "\r\n\r\n")
    (entry,) = read_source(source)
    assert entry.id == "n 01"
    assert entry.paths == (str(tmp_path / "a.mp4"), str(tmp_path / "b/c.mp4"))
    assert entry.settings == {
        "burst.threshold": "12",
        "footage.fps": "15",
        "footage.start": "2026-03-14T20:00:00",
        "footage.time_zone": "Europe/Berlin",
    }
    assert (entry.subject, entry.session, entry.age, entry.region) == ("S1", "2", "12 weeks", "cot=0,0 9,0 9,9")


def test_paths_may_be_absolute_or_addresses_and_parameters_a_file(tmp_path: Path) -> None:
    (entry,) = read_source(write(tmp_path, "id,paths,params\nn,/x/a.mp4|s3://b/c.mp4,own.toml\n"))
    assert entry.paths == ("/x/a.mp4", "s3://b/c.mp4")
    assert entry.params_file == tmp_path / "own.toml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("night,paths\nn,a\n", "expected a column 'id', but it is missing; a table looks like this: id,paths"),
        ("id,paths,ages\nn,a,3\n", "'ages' is no column of a table of nights; did you mean 'age'"),
        ("id,paths,zzz\nn,a,3\n", "'zzz' is no column of a table of nights; there are id, paths"),
        ("id,paths\n", "expected at least one row"),
        ("", "expected a column 'id'"),
        ("id,paths\nn,a\nN,b\n", "'n' stands there twice"),
        ("id,paths\n../n,a\n", "line 2: expected an id that can be the name of a folder"),
        ("id,paths\n,a\n", "line 2: expected an id"),
        ("id,paths\nn,\n", "line 2: expected paths of footage"),
        ("id,paths\nn,a,b\n", "line 2: expected 2 cells, but 3 came"),
    ],
)
def test_what_is_no_table_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_source(write(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_bad_tables(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read this table"):
        read_source(str(tmp_path / "absent.csv"))
    (tmp_path / "latin.csv").write_bytes("id,paths\nö,a\n".encode("latin-1"))
    with pytest.raises(UsageError, match="save it as CSV UTF-8"):
        read_source(str(tmp_path / "latin.csv"))
    with pytest.raises(ParameterError, match=r"line 2: expected params as NAME=VALUE .* but 'threshold' came"):
        read_source(write(tmp_path, "id,paths,params\nn,a,threshold\n"))


def test_pseudonyms_are_stable_and_tell_nothing(tmp_path: Path) -> None:
    for name in ("Emma", "Noah"):
        (tmp_path / name).mkdir()
    first = with_pseudonyms(read_source(str(tmp_path)))
    (tmp_path / "Aaron").mkdir()
    second = with_pseudonyms(read_source(str(tmp_path)))
    assert {entry.id for entry in first} < {entry.id for entry in second}
    assert not any(name in entry.id for entry in second for name in ("Emma", "Noah", "Aaron"))
