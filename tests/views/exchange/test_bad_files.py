"""Files that people really have: each is read, or refused in one sentence with a row as it should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detector.errors import DetectorError, UsageError
from detector.night.night import Night
from detector.views.exchange.labels import make_labels, read_labels, with_kinds
from detector.views.exchange.reading import read_scoring
from detector.views.exchange.taking import import_scoring
from detector.views.exchange.writing import export

TABULAR = (
    "Observation id\tObservation date\tDescription\tSource\tSubject\tBehavior\tBehavior type\tTime\tComment\n"
    "one\t2026-03-14\t\tplayer #1:C:\\new\\clip 1.mp4\tinfant\ttwitch\tSTART\t7.000\tseen\n"
    "one\t2026-03-14\t\tplayer #1:C:\\new\\clip 1.mp4\tinfant\ttwitch\tSTOP\t7.300\t\n"
    "one\t2026-03-14\t\tplayer #1:C:\\new\\clip 1.mp4\tinfant\tgross\tPOINT\t9.000\t\n"
)
OLDER = (
    "Observation id\tone\n\nMedia file(s)\n\n"
    "Time\tMedia file\tTotal length\tFPS\tSubject\tBehavior\tModifiers\tComment\tStatus\n"
    "7.000\tclip 1.mp4\t300\t25\tinfant\ttwitch\t\t\tSTART\n7.300\tclip 1.mp4\t300\t25\tinfant\ttwitch\t\t\tSTOP\n"
)
AGGREGATED = (
    "Observation id,Source,Subject,Behavior,Modifier #1,Behavior type,Start (s),Stop (s),Duration (s),Comment start\n"
    "one,player #1:clip 1.mp4,infant,twitch,,STATE,7.0,7.3,0.3,seen\n"
    "one,player #1:clip 1.mp4,infant,twitch,,STATE,7.1,7.4,0.3,also\n"
    "one,player #1:clip 1.mp4,infant,gross,NA,POINT,9.0,9.0,NA,\n"
)


def found(night: Night, path: Path) -> list[tuple[str, float, float]]:
    return [(one.label, one.start_s, one.stop_s) for one in read_scoring(night, path).scored]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_exports_of_boris_are_read_by_the_names_of_columns(night: Night, tmp_path: Path) -> None:
    twitch, gross = ("twitch", 7.0, 7.3), ("gross", 9.0, 9.0)
    assert found(night, write(tmp_path / "t.tsv", TABULAR)) == [twitch, gross]
    assert found(night, write(tmp_path / "o.tsv", OLDER)) == [twitch]
    assert found(night, write(tmp_path / "a.csv", AGGREGATED)) == [twitch, ("twitch", 7.1, 7.4), gross]
    header, *rows = TABULAR.splitlines()
    turned = "\n".join("\t".join(reversed(line.split("\t"))) for line in (header, *rows))
    assert found(night, write(tmp_path / "r.tsv", turned)) == [twitch, gross]


def test_the_paste_comes_back(night: Night, tmp_path: Path) -> None:
    path = export(night, "boris", tmp_path / "p.tsv")[0]
    assert path.read_text().splitlines()[0] == "time\tsubject\tcode\tmodifier\tcomment"
    columns = night.event_columns()
    ours = sorted(zip(columns["kind"], columns["start_s"], columns["stop_s"], strict=True), key=lambda m: m[1])
    assert found(night, path) == ours


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_told_apart(night: Night, tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "s.csv", "onset,duration,label\r\n7,0.3,Zückung\r\n", encoding)
    assert found(night, path) == [("Zückung", 7.0, 7.3)]


def test_decimal_commas_and_clock_times(night: Night, tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "start;stop;type\n7,25;00:00:07,5;twitch\n1:02.5;63;twitch\n")
    assert found(night, path) == [("twitch", 7.25, 7.5), ("twitch", 62.5, 63.0)]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "", "it is empty"),
        ("a.csv", "onset,label\n7,twitch\n", "header with columns for start, stop or duration, and label"),
        ("a.csv", "onset,duration,label\nseven,0.3,twitch\n", "line 2 has 'seven'"),
        ("a.csv", "onset,duration,label\n,0.3,twitch\n", "line 2 has none"),
        ("a.csv", "onset,duration,label\n7,-1,twitch\n", "ends after starts"),
        ("a.csv", "onset,duration,label\n7,0,3,twitch\n", "3 cells in every row, but line 2 has 4"),
        ("a.csv", "onset,duration,label\n7000,0.3,twitch\n", "times of this night, from 0.0 to 300.0 s"),
        ("a.tsv", TABULAR.replace("START", "STOP"), "a START before every STOP"),
        ("a.tsv", TABULAR.replace("STOP", "START"), "do not overlap"),
        ("a.tsv", TABULAR.replace("STOP", "POINT"), "a STOP after every START"),
        ("a.vtt", "1\n00:01.000 --> 00:02.000\ntwitch\n", "whose first line is WEBVTT"),
        ("a.vtt", "WEBVTT\n\n1\n00:01 > 00:02\ntwitch\n", "a line of times in every cue"),
        ("a.csv", "onset,duration,label\n7,0.3,\n", "a label in every row, but line 2 has none"),
        ("a.csv", "onset,duration,label\n7,5,0,3,twitch\n", "3 cells in every row, but line 2 has 5"),
        ("a.xlsx", "PK\x03\x04and so on", "this is a spreadsheet: save it as CSV"),
        ("a.boris", "{}", "one of them is missing"),
        ("a.boris", '{"observations":', "it is no whole JSON: line 1"),
        ("a.boris", "", "a BORIS project, but it is empty"),
    ],
)
def test_each_fault_is_one_sentence_with_a_row(night: Night, tmp_path: Path, name: str, text: str, words: str) -> None:
    path = write(tmp_path / name, text)
    with pytest.raises(UsageError) as refused:
        read_scoring(night, path)
    said = str(refused.value)
    assert words in said
    assert said.startswith(f"{path}: expected ")
    assert "a row looks like this: " in said
    assert "\n" not in said


def test_bytes_that_are_no_text_and_files_that_are_not_there(night: Night, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\x00\x01\x02" * 50)
    with pytest.raises(UsageError, match="its bytes are no text"):
        read_scoring(night, tmp_path / "a.csv")
    with pytest.raises(UsageError, match="there is no such file"):
        read_scoring(night, tmp_path / "b.csv")
    with pytest.raises(UsageError, match="this is a folder"):
        read_scoring(night, tmp_path)


def test_renamed_clips_are_known_by_their_lengths_and_others_refused(three_files: Night, tmp_path: Path) -> None:
    path = export(three_files, "boris", tmp_path / "n.boris")[0]
    for number in (1, 2, 3):
        path.write_text(path.read_text().replace(f"clip {number}.mp4", f"bed {number}.mp4"))
    assert len(found(three_files, path)) == 6
    document = json.loads(path.read_text())
    lengths = document["observations"]["n"]["media_info"]["length"]
    lengths[next(iter(lengths))] = 12.0
    path.write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"media of this night \(clip 1.mp4, clip 2.mp4, clip 3.mp4\)"):
        read_scoring(three_files, path)


def test_a_map_of_labels_goes_before_the_defaults(night: Night, tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "onset,duration,label\n7,1,TW\n8,1,Twitch\n9,1,gross\n10,1,light\n")
    own = read_labels(write(tmp_path / "labels.toml", 'twitch = ["tw"]\n"gross" = "uncertain"\n'))
    labeled = with_kinds(read_scoring(night, path), own)
    assert [kind for kind, _ in labeled.marks] == ["twitch", "twitch", "uncertain"]
    assert labeled.unknown == {}


def test_a_bad_map_says_how_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(DetectorError, match="expected a kind of twitch, rhythmic"):
        make_labels({"TW": "twich"})
    with pytest.raises(DetectorError, match="expected a TOML file of labels"):
        read_labels(write(tmp_path / "l.toml", "twitch ="))


def test_what_stands_there_is_not_replaced_unasked(night: Night, tmp_path: Path) -> None:
    path = write(tmp_path / "n.boris", "mine")
    with pytest.raises(UsageError, match=r"exists already; choose another name or give overwrite=True"):
        export(night, "boris", path)
    assert path.read_text() == "mine"
    assert export(night, "boris", path, overwrite=True) == [path]


@pytest.mark.parametrize(
    ("to", "name", "endings"),
    [
        ("boris", "n", ".boris or .tsv or .txt"), ("boris", "n.json", ".boris or .tsv or .txt"),
        ("vtt", "n.txt", ".vtt"), ("csv", "n.tsv", ".csv"), ("edf", "n.bdf", ".edf"), ("elan", "n.xml", ".eaf"),
    ],
)  # fmt: skip
def test_a_name_by_which_nobody_would_know_the_format_is_refused(
    night: Night, tmp_path: Path, to: str, name: str, endings: str
) -> None:
    with pytest.raises(UsageError, match=f"{name}: expected a name that ends in {endings}; choose another name"):
        export(night, to, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_unknown_formats_and_choices_are_refused(night: Night, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a format of"):
        export(night, "xml", tmp_path / "n.xml")
    with pytest.raises(UsageError, match="expected a choice of"):
        export(night, "vtt", tmp_path / "n.vtt", colour=True)


def test_states_alone_delete_no_event(stored: Night, tmp_path: Path) -> None:
    path = write(tmp_path / "s.csv", "start,stop,label\n0,60,quiet sleep-like\n30,90,active sleep-like\n")
    with pytest.raises(UsageError, match="expected events, but it holds states only"):
        import_scoring(stored, path, "Ana")
