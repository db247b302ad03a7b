"""What a camera could have shown is believed only where it is of just this night, and whole."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from detector.night.layout import SENSITIVITY_FILE
from detector.night.night import Night
from detector.params import with_values
from tests.planted import write_planted


@pytest.fixture
def measured(make_night: Callable[..., Night], tmp_path: Path) -> Night:
    """A night of 100 s in whose folder stands what its camera could have shown."""
    night = make_night()
    write_planted(night, tmp_path, mm_per_px=2.5)
    return replace(night, folder=tmp_path)


def change(night: Night, edit: Callable[[dict[str, object]], object]) -> Night:
    """The night again, with another file."""
    assert night.folder is not None
    path = night.folder / SENSITIVITY_FILE
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))
    return replace(night)


def test_it_is_read_as_it_was_written(measured: Night) -> None:
    found = measured.sensitivity
    assert found is not None
    assert (found.twitch.n, found.twitch.found, found.rhythmic.found) == (80, 36, 8)
    assert [row.found for row in found.twitch.by_displacement] == [0, 0, 18, 18]
    assert found.twitch.by_displacement[2].mm == 5.0
    by_place = {row.row_column: row.recall for row in found.twitch.by_place}
    assert by_place[1, 1] == 0
    assert by_place[0, 2] == 0.5
    assert found.false_events.per_hour == 2
    assert found.asked.mm_per_px == 2.5
    assert found.twitch.curve.share(0.01) < 0.05
    assert found.twitch.curve.share(100.0) > 0.6


def test_its_course_covers_the_night_and_counts_every_twitch_once(measured: Night) -> None:
    assert measured.sensitivity is not None
    bins = measured.sensitivity.courses(0.0, 7 * 3600.0)
    assert sum(n for _, _, _, n in bins) == 80
    assert all(stop_s - start_s <= 3600.0 for start_s, stop_s, _, _ in bins)
    assert [(a, b) for a, b, _, _ in measured.sensitivity.courses(0.0, 100.0)] == [(0.0, 100.0)]


def test_a_night_without_one_has_none(make_night: Callable[..., Night], tmp_path: Path) -> None:
    night = make_night()
    assert night.sensitivity is None
    assert replace(night, folder=tmp_path).sensitivity is None


def test_that_of_other_parameters_or_footage_is_named_and_not_shown(measured: Night) -> None:
    other = replace(measured, params=with_values(measured.params, {"burst.threshold": 9.0}))
    with pytest.warns(UserWarning, match="of other footage, parameters or regions"):
        assert other.sensitivity is None
    same = replace(measured, params=with_values(measured.params, {"run.stall_s": 77.0}))
    assert same.sensitivity is not None, "how it is run changes no result"

    def of_other_footage(document: dict[str, object]) -> None:
        document["of"] = {"sha256": ["00"], "parameters": "00"}

    with pytest.warns(UserWarning, match="of other footage, parameters or regions"):
        assert change(measured, of_other_footage).sensitivity is None


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("twitch", {"n": 3}, r"twitch\.found: Field required"),
        ("frames", -1, "frames"),
        ("trials", [{"kind": "gross", "onset_s": 1, "amp_px": 1, "is_found": True}], r"trials\.0\.kind"),
    ],
)
def test_what_it_may_not_hold_is_told_in_one_sentence(measured: Night, key: str, value: object, words: str) -> None:
    with pytest.warns(
        UserWarning, match=rf"this is not what `sensitivity` writes \({words}.*so it is not shown"
    ) as told:
        assert change(measured, lambda document: document.update({key: value})).sensitivity is None
    assert len(told) == 1
    assert "\n" not in str(told[0].message)


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000, b'{"frames": NaN}'])
def test_what_is_no_document_is_told_in_one_sentence(measured: Night, content: bytes) -> None:
    assert measured.folder is not None
    (measured.folder / SENSITIVITY_FILE).write_bytes(content)
    with pytest.warns(UserWarning, match="this cannot be read .* so it is not shown") as told:
        assert replace(measured).sensitivity is None
    assert "\n" not in str(told[0].message)
