"""What a camera could have shown, in words: sizes in px and mm, and what to do where too little was planted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from detector.cli.sensitivity import tell
from detector.night.night import Night
from detector.night.sensitivity import StoredSensitivity
from detector.views.planted import size_words
from tests.planted import write_planted


def measured(night: Night, folder: Path, **of: float) -> StoredSensitivity:
    write_planted(night, folder, **of)  # type: ignore[arg-type]
    found = replace(night, folder=folder).sensitivity
    assert found is not None
    return found


@pytest.fixture
def night(make_night: Callable[..., Night], make_event: Callable[..., object]) -> Night:
    """Two hours with 20 twitches."""
    return make_night(7200.0, [make_event(100.0 * k) for k in range(1, 21)])


def test_sizes_are_told_in_px_and_where_known_in_mm(night: Night, tmp_path: Path) -> None:
    twitch = measured(night, tmp_path, mm_per_px=3.0).twitch
    assert twitch.curve.px_50.value is not None
    words = size_words(twitch, twitch.curve.px_50, 3.0)
    assert words.startswith(f"{twitch.curve.px_50.value:.1f} px (")
    assert words.endswith(f"; {3 * twitch.curve.px_50.value:.1f} mm)")
    assert "mm" not in size_words(twitch, twitch.curve.px_50, None)


def test_the_command_line_says_both_sizes_of_each_kind_or_how_to_know_them(night: Night, tmp_path: Path) -> None:
    lines = tell(measured(night, tmp_path, mm_per_px=3.0))
    assert lines[1] == "  36 of 80 twitches found: 45 % (34 % to 57 %)"
    assert lines[2].startswith("    half are found at: ")
    assert lines[2].endswith(" mm)")
    assert lines[3].startswith("    90 % are found at: ")
    # 8 rhythms say nothing of a size.
    assert lines[5] == (
        "    at which size half of them and 90 % are found: too few planted to tell; a larger --budget plants more"
    )
