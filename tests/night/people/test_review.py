import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from detector.errors import NightFolderError, ParameterError
from detector.night.layout import REVIEWS_FOLDER
from detector.night.people.review import Entry, append_decision, last_decided, read_reviews, standing

TWITCH = {"kind": "twitch", "start_s": 12.346, "stop_s": 12.645, "x_px": 100.1, "y_px": 50.0}


def decide(folder: Path, action: str = "confirm", reviewer: str = "Ana", **fields: object) -> Entry:
    about = {} if action == "undo" else TWITCH
    return append_decision(folder, {"reviewer": reviewer, "action": action, **about, **fields})


def test_a_decision_is_one_line_that_reads_back(tmp_path: Path) -> None:
    written = decide(tmp_path, event_id="e0001", note='a "foot"\nunder the blanket')
    lines = (tmp_path / REVIEWS_FOLDER / "Ana.jsonl").read_bytes().split(b"\n")
    assert len(lines) == 2
    assert json.loads(lines[0])["start_s"] == 12.346
    assert read_reviews(tmp_path) == {"Ana": [written]}
    assert written.at.utcoffset() is not None


def test_each_reviewer_has_a_file_of_their_own(tmp_path: Path) -> None:
    decide(tmp_path, reviewer="Zoe", action="reject")
    decide(tmp_path, reviewer="Dr. Ana-Maria Łęcka")
    assert list(read_reviews(tmp_path)) == ["Dr. Ana-Maria Łęcka", "Zoe"]
    assert len(list((tmp_path / REVIEWS_FOLDER).iterdir())) == 2


def test_nothing_reviewed_is_empty(tmp_path: Path) -> None:
    assert read_reviews(tmp_path) == {}
    assert last_decided([]) is None


def test_what_was_written_is_never_rewritten(tmp_path: Path) -> None:
    path = tmp_path / REVIEWS_FOLDER / "Ana.jsonl"
    before = b""
    for action in ("confirm", "reject", "undo"):
        decide(tmp_path, action)
        assert path.read_bytes().startswith(before)
        before = path.read_bytes()
    assert before.count(b"\n") == 3


def test_undo_takes_back_one_decision_after_the_other(tmp_path: Path) -> None:
    for action in ("undo", "confirm", "reject", "undo", "undo", "undo", "note"):
        decide(tmp_path, action)
    assert [entry.action for entry in standing(read_reviews(tmp_path)["Ana"])] == ["note"]


def test_a_torn_line_costs_nothing_but_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / REVIEWS_FOLDER / "Ana.jsonl"
    first = decide(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"reviewer":"Ana","action":"rej')
    second = decide(tmp_path, "reject")
    assert read_reviews(tmp_path)["Ana"] == [first, second]
    assert "line 2 was torn" in caplog.text


WRITER = """
import sys
from pathlib import Path
from detector.night.people.review import append_decision
for number in range(100000):
    append_decision(Path(sys.argv[1]), {"reviewer": "Ana", "action": "confirm", "kind": "twitch",
                                        "start_s": number, "stop_s": number + 1})
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = -1
        for line in writer.stdout:
            told = int(line)
            if told >= 20:
                os.kill(writer.pid, signal.SIGKILL)
                break
        told = max([told, *(int(line) for line in writer.stdout.read().split())])
    kept = [entry.start_s for entry in read_reviews(tmp_path)["Ana"]]
    assert kept[: told + 1] == list(range(told + 1))
    assert len(kept) <= told + 2


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../Ana", "a/b", "a\\b", "Ana\n", " Ana", "Ana.", "C:", "x" * 65, "Ana\0", "<script>"]
)
def test_a_name_that_could_be_a_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ParameterError, match="choose another name"):
        decide(tmp_path, reviewer=name)
    assert not (tmp_path / REVIEWS_FOLDER).exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "seizure"}, "'seizure' is none of twitch, rhythmic"),
        ({"stop_s": 1.0}, "stop .1 s. before it starts .12.346 s."),
        ({"start_s": None}, "'confirm' needs start_s"),
        ({"start_s": float("nan")}, "start_s: Input should be a finite number"),
        ({"action": "delete"}, "action: Input should be 'confirm'"),
        ({"action": "change", "to_kind": "nap"}, "'nap' is none of"),
        ({"action": "change", "to_stop_s": 3.0}, "before it starts"),
        ({"action": "state", "state": "dreaming"}, "needs one of the states quiet sleep-like"),
        ({"note": "x" * 2001}, "note: String should have at most 2000"),
        ({"path": "/etc/passwd"}, "path: Extra inputs"),
    ],
)
def test_what_is_no_decision_is_refused_in_one_sentence(tmp_path: Path, fields: dict[str, object], words: str) -> None:
    with pytest.raises(ParameterError, match=f"no decision about a night: .*{words}.*; correct it"):
        decide(tmp_path, **fields)
    assert not (tmp_path / REVIEWS_FOLDER).exists()


def test_a_line_that_is_no_decision_is_named(tmp_path: Path) -> None:
    decide(tmp_path)
    path = tmp_path / REVIEWS_FOLDER / "Ana.jsonl"
    path.write_bytes(path.read_bytes() + b'{"reviewer": "Ana", "action": "guess"}\n')
    with pytest.raises(NightFolderError, match=r"Ana\.jsonl: line 2 is no decision of a review \(action: "):
        read_reviews(tmp_path)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / REVIEWS_FOLDER).write_text("a file in the way")
    with pytest.raises(NightFolderError, match=r"cannot be written .*; those before it are kept"):
        decide(tmp_path)


def test_where_a_reviewer_stopped(tmp_path: Path) -> None:
    decide(tmp_path)
    decide(tmp_path, "reject", start_s=12.5)
    decide(tmp_path, "undo")
    mark = last_decided(read_reviews(tmp_path)["Ana"])
    assert mark is not None
    assert mark.start_s == 12.346


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    decide(tmp_path)
    secret = tmp_path / "secret.jsonl"
    secret.write_text('{"reviewer": "Eve", "action": "undo", "at": "2026-01-01T00:00:00Z"}\n')
    (tmp_path / REVIEWS_FOLDER / "Eve.jsonl").symlink_to(secret)
    assert list(read_reviews(tmp_path)) == ["Ana"]
