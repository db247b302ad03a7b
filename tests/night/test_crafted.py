"""Night folders as somebody with bad intent, or a bad disk, would make them: each is refused in one sentence."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from detector.errors import DetectorError
from detector.night.files.folder import MOTION_FOLDER
from detector.night.files.store import write_night
from detector.night.night import Night
from detector.run.parts import read_part
from tests.night.crafts import (
    TYPES,
    Craft,
    another_type,
    array,
    cell,
    claim_size,
    content,
    folder_there,
    last_is_lost,
    link_out,
    link_ring,
    link_to_device,
    many_members,
    part,
    part_of,
    pipe,
    record,
    replaced,
    set_to,
    without,
)

LIMIT_S = 5.0
DEEP = 100_000


@pytest.fixture
def folder(busy_night: Night, tmp_path: Path) -> Path:
    """A whole night folder, to be spoiled."""
    place = tmp_path / "night"
    (place / MOTION_FOLDER).mkdir(parents=True)
    for stored in busy_night.parts:
        stored.rename(place / MOTION_FOLDER / stored.name)
    write_night(busy_night, place)
    return place


@contextmanager
def in_time() -> Iterator[None]:
    """Fail instead of hanging."""
    if os.name == "nt":
        yield
        return

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def use(folder: Path) -> None:
    """All that reading a night touches."""
    night = Night.load(folder)
    assert night.trace is not None
    assert len(night.events) == len(night.decision.events)
    assert night.summary()
    assert night.gaps is not None


BAD_RECORDS: dict[str, Craft] = {
    "no version": without("schema_version"),
    "version of words": record("schema_version", to="two"),
    "version of tomorrow": record("schema_version", to=99),
    "version below all": record("schema_version", to=-1),
    "version in a list": record("schema_version", to=[2]),
    "version half": record("schema_version", to=1.5),
    "endless lists": content("night.json", b"[" * DEEP),
    "endless objects": content("night.json", b'{"a":' * DEEP),
    "endless parameters": content("night.json", b'{"schema_version": 2, "parameters": ' + b'{"a":' * DEEP),
    "NaN": content("night.json", b'{"schema_version": 2, "coverage": NaN}'),
    "a number of 10,000 digits": content("night.json", b'{"schema_version": ' + b"9" * 10_000 + b"}"),
    "an empty file": content("night.json", b""),
    "zero bytes": content("night.json", bytes(1000)),
    "no UTF-8": content("night.json", b"\xff\xfe{}"),
    "a list": content("night.json", b"[]"),
    "a word": content("night.json", b'"night"'),
    "a table": content("night.json", b"kind,start_s\n"),
    "no coverage": without("coverage"),
    "coverage of nothing": record("coverage", to={}),
    "coverage of words": record("coverage", "files_s", to="much"),
    "coverage without end": record("coverage", "observed_s", to=1e300),
    "coverage below zero": record("coverage", "observed_s", to=-60.0),
    "coverage that does not add up": record("coverage", "files_s", to=5.0),
    "coverage of lists": record("coverage", "frozen_s", to=[1.0]),
    "no parameters": without("parameters"),
    "parameters in a list": record("parameters", to=[]),
    "an unknown group": record("parameters", "magic", to={"wand": 1.0}),
    "an unknown parameter": record("parameters", "burst", "wand", to=1.0),
    "a parameter of lists": record("parameters", "burst", "threshold", to=[]),
    "a parameter out of range": record("parameters", "burst", "threshold", to=-1.0),
    "a parameter of words": record("parameters", "burst", "threshold", to="high"),
    "a rule broken": record("parameters", "motion", "short_lag_s", to=1.0),
    "no recording": without("recording"),
    "a recording of words": record("recording", to="night"),
    "a start after the stop": record("recording", "start_s", to=1e6),
    "a start out of time": record("recording", "start_s", to=-1e300),
    "a start that is no date": record("recording", "start_at", to="yesterday"),
    "a start without an offset": record("recording", "start_at", to="2024-10-27T01:00:00"),
    "a start in the year 1": record("recording", "start_at", to="0001-01-01T00:00:00+00:00"),
    "a start in the year 9999": record("recording", "start_at", to="9999-12-31T23:59:59+00:00"),
    "a start of numbers": record("recording", "start_at", to=7),
    "a zone of numbers": record("recording", "time_zone", to=7),
    "observed backwards": record("recording", "observed", to=[[40.0, 0.0]]),
    "observed out of order": record("recording", "observed", to=[[50.0, 60.0], [0.0, 10.0]]),
    "observed in threes": record("recording", "observed", to=[[1.0, 2.0, 3.0]]),
    "observed in words": record("recording", "observed", to="all"),
    "no inputs": without("inputs"),
    "an input of words": record("inputs", 0, to="a.mp4"),
    "an input up the tree": record("inputs", 0, "name", to="../../secret.mp4"),
    "an input anywhere": record("inputs", 0, "name", to="/etc/passwd"),
    "an input without a name": record("inputs", 0, "name", to=""),
    "an input that is a folder": record("inputs", 0, "name", to=".."),
    "an input with an end of text": record("inputs", 0, "name", to="a\0.mp4"),
    "an input below zero": record("inputs", 0, "size_bytes", to=-1),
    "an input without end": record("inputs", 0, "size_bytes", to=2**70),
    "an input of another hash": record("inputs", 0, "sha256", to="../x"),
    "an input out of time": record("inputs", 0, "offset_s", to=1e200),
    "an input that begins at a word": record("inputs", 0, "start_s", to="soon"),
    "a path without end": record("inputs", 0, "path", to="x" * 200_000),
    "damage of words": record("damage", to="some"),
    "damage without a reason": record("damage", to=[{"path": "a.mp4"}]),
    "unreadable in numbers": record("unreadable", to=[1, 2]),
    "notes of numbers": record("notes", to=[1]),
    "a span without a stop": record("skipped", to=[{"start_s": 1.0, "reason": "killed"}]),
    "decoding by a list": record("decoding", to=[]),
    "versions in a list": record("versions", to=[]),
    "no parts": without("motion_parts"),
    "a part of numbers": record("motion_parts", to=[1]),
    "a part up the tree": record("motion_parts", to=["../../span-0001-ab.npz"]),
    "a part anywhere": record("motion_parts", to=["/etc/passwd"]),
    "a part in a folder": record("motion_parts", to=["a/span-0001-ab.npz"]),
    "a part in a folder of Windows": record("motion_parts", to=["..\\span-0001-ab.npz"]),
    "a part with an end of text": record("motion_parts", to=["span-0001-ab.npz\0.npz"]),
    "a part with a new line": record("motion_parts", to=["span-0001-ab.npz\n"]),
    "a part that is the lock": record("motion_parts", to=[".lock"]),
    "a part that is not there": record("motion_parts", to=["span-0002-ab.npz"]),
    "a box too few": record("event_boxes_px", to=[[0.0, 0.0, 1.0, 1.0]]),
    "a box of three": record("event_boxes_px", 0, to=[0.0, 0.0, 1.0]),
    "a box without end": record("event_boxes_px", 0, 2, to=1e30),
    "a box of words": record("event_boxes_px", 0, 2, to="wide"),
}
BAD_TABLES: dict[str, Craft] = {
    "events: another kind": cell("events.csv", "kind", "omen"),
    "events: no start": cell("events.csv", "start_s", ""),
    "events: a start of words": cell("events.csv", "start_s", "soon"),
    "events: a start without end": cell("events.csv", "start_s", "inf"),
    "events: an area above one": cell("events.csv", "area_fraction", "1.2"),
    "events: no UTF-8": content("events.csv", b"\xff\xfe"),
    "events: no table": content("events.csv", b"no table"),
    "events: nothing": content("events.csv", b""),
    "events: an open quote": content("events.csv", b'kind,start_s,stop_s,peak_s\n"twitch,1,2,1\n'),
    "events: two columns of a name": content("events.csv", b"kind,kind,start_s,stop_s,peak_s\n"),
    "events: a cell too many": content("events.csv", b"kind,start_s,stop_s,peak_s\ntwitch,1,2,1,1\n"),
    "events: an endless cell": content("events.csv", b"kind,start_s,stop_s,peak_s\n" + b"x" * 200_000),
    "artifacts: another kind": cell("artifacts.csv", "kind", "ghost"),
    "artifacts: a stop of words": cell("artifacts.csv", "stop_s", "late"),
    "epochs: zero bytes": content("epochs.csv", bytes(100)),
    "epochs: another state": content("epochs.csv", b"start_s,stop_s,state\n0.0,30.0,dreaming\n"),
    "epochs: a stop of words": content("epochs.csv", b"start_s,stop_s,state\n0.0,late,unknown\n"),
    "artifacts: zero bytes": content("artifacts.csv", bytes(100)),
}
BAD_PARTS: dict[str, Craft] = {
    "part: nothing": part(lambda _: b""),
    "part: words": part(lambda _: b"PK is how they begin"),
    "part: cut off": part(lambda whole: whole[:-300]),
    "part: cut in half": part(lambda whole: whole[: len(whole) // 2]),
    "part: too large when unpacked": part(claim_size(4_000_000_000)),
    "part: a thousand members": part(many_members),
    "part: no version": array(lambda arrays: arrays.pop("version:plain")),
    "part: another version": array(lambda arrays: arrays.update({"version:plain": np.array(77)})),
    "part: a version of words": array(lambda arrays: arrays.update({"version:plain": np.array("new")})),
    "part: objects": array(lambda arrays: arrays.update({"version:plain": np.array([{}], dtype=object)})),
    "part: no picture": array(lambda arrays: arrays.pop("reference:plain")),
}
BAD_PARTS |= {f"part: {name} of another type": another_type(name) for name in TYPES}
BAD_PARTS |= {f"part: {name} lost a number": last_is_lost(name) for name in TYPES if "blocks" not in name}
BAD_PARTS |= {
    "part: time backwards": set_to("frames.time_s", lambda time_s: time_s[::-1]),
    "part: time without end": set_to("frames.time_s", lambda time_s: time_s + np.inf),
    "part: no time": set_to("frames.time_s", lambda time_s: time_s + np.nan),
    "part: length below zero": set_to("frames.duration_s", lambda duration_s: -duration_s - 1),
    "part: lag below zero": set_to("frames.lag_s", lambda lag_s: lag_s - 1),
    "part: more moved than there is": set_to("frames.moved_fraction", lambda share: share + 2),
    "part: less than calm": set_to("frames.gain", lambda gain: gain * 0),
    "part: level below zero": set_to("noise.blocks.level", lambda level: level - 5),
    "part: entries before the first": set_to("fast.first", lambda first: first - 1),
    "part: more entries than there are": set_to("fast.first", lambda first: first + 10**12),
}
PLACES: dict[str, Callable[[Path], Path]] = {
    "night.json": lambda folder: folder / "night.json",
    "events.csv": lambda folder: folder / "events.csv",
    "artifacts.csv": lambda folder: folder / "artifacts.csv",
    "epochs.csv": lambda folder: folder / "epochs.csv",
    "part": part_of,
}
BAD_FILES: dict[str, Craft] = {
    f"{name}: {make.__name__}": replaced(place, make)
    for name, place in PLACES.items()
    for make in (pipe, folder_there, link_out, link_to_device, link_ring)
}
CRAFTED = BAD_RECORDS | BAD_TABLES | BAD_PARTS | (BAD_FILES if os.name != "nt" else {})


def test_there_are_enough_of_them() -> None:
    assert len(CRAFTED) >= 100


@pytest.mark.parametrize("craft", CRAFTED.values(), ids=CRAFTED.keys())
def test_crafted_folder_is_refused_in_one_sentence(folder: Path, craft: Craft) -> None:
    with in_time():
        use(folder)
    craft(folder)
    with pytest.raises(DetectorError) as caught, in_time():
        use(folder)
    sentence = str(caught.value)
    assert str(folder) in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < len(str(folder)) + 500


def test_what_a_later_version_adds_does_no_harm(folder: Path) -> None:
    record("moon", to="full")(folder)
    record("inputs", 0, "color", to="red")(folder)
    record("coverage", "moon_s", to=1.0)(folder)
    use(folder)


def test_names_on_another_disk_are_no_names_here(folder: Path) -> None:
    record("recording", "time_zone", to="../../../../etc/passwd")(folder)
    assert Night.load(folder).wall_clock_text(0.0) == "2024-10-27T01:00:00.000+02:00"


@pytest.mark.skipif(os.name == "nt", reason="no links and pipes without rights")
def test_folder_may_itself_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(folder)
    use(tmp_path / "here")


@pytest.mark.skipif(os.name == "nt", reason="no pipes")
def test_part_that_is_a_pipe_does_not_hang_a_resumed_run(folder: Path) -> None:
    replaced(part_of, pipe)(folder)
    with pytest.raises(DetectorError, match="regular file"), in_time():
        read_part(part_of(folder))
