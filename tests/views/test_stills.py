"""What is shown of a brief movement: the picture in which it had moved farthest, not the one at its onset."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detector.events.classify import Event
from detector.views.stills import Still, most_changed, strip_of

BOX = (60.0, 40.0, 110.0, 90.0)


def still(time_s: float, shift_px: int, light: int = 0) -> Still:
    """A bright hand in a dark cot, so many px from where it rests; and something bright that comes up elsewhere."""
    luma = np.full((180, 320), 40, np.uint8)
    luma[55:75, 75 + shift_px : 90 + shift_px] = 200
    luma[120:150, 200:260] += np.uint8(light)
    return Still(time_s, luma)


def test_the_farthest_picture_is_shown_of_a_twitch(make_event: Callable[..., Event]) -> None:
    event = make_event(7.0, stop_s=7.4, peak_s=7.0, box_px=BOX)
    stills = [still(6.85, 0), still(7.0, 0), still(7.1, 3), still(7.2, 8, 10), still(7.3, 4, 120), still(7.55, 0)]
    assert most_changed(stills[0], stills[1:-1], BOX).time_s == 7.2
    captions = [tile.caption for tile in strip_of(event, stills)]
    assert captions == ["whole picture", "-0.15 s", "+0.20 s", "+0.55 s", "before minus peak"]


def test_few_pictures_are_all_shown(make_event: Callable[..., Event]) -> None:
    event = make_event(7.0, stop_s=7.4, box_px=BOX)
    assert [tile.caption for tile in strip_of(event, [still(6.9, 0), still(7.1, 8)])][1:3] == ["-0.10 s", "+0.10 s"]
    assert strip_of(event, []) == []
