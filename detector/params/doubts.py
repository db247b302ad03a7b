"""How much more of a burst is asked where something else explains it."""

from __future__ import annotations

from detector._tunable import DERIVED, OWN, Group, tunable


class DoubtParams(Group):
    """How many times as strong as any other a burst must be to be believed, if something else explains it as well."""

    key_pulse: float = tunable(1.3, "1", DERIVED, "It begins at a key frame and is over at once ...", ge=1, le=1e6)
    key_pulse_lags: float = tunable(2.5, "lags", DERIVED, "... before this much time has passed.", gt=0, le=100)
    after_keys: float = tunable(
        2.0, "1", OWN, "Something stands out elsewhere at the same moment after other key frames ...", ge=1, le=1e6
    )
    keys_around_s: float = tunable(60.0, "s", OWN, "... within so long before and after ...", gt=0, le=3600)
    keys_alike: float = tunable(0.25, "1", OWN, "... whose intervals are as long but for this share ...", ge=0, le=1)
    keys_fewest: int = tunable(10, "intervals", OWN, "... of which there are so many ...", ge=2, le=1000)
    keys_share: float = tunable(0.5, "1", OWN, "... in this share of them ...", gt=0, le=1)
    keys_contrast: float = tunable(
        3.0, "1", OWN, "... and so many times as often as at other moments ...", ge=1, le=100
    )
    keys_rest: float = tunable(0.25, "1", OWN, "... (the quietest of them, this share) ...", ge=0, le=1)
    keys_moments: int = tunable(6, "lags", OWN, "... while key frames are so far apart.", ge=6, le=1000)
    sway: float = tunable(6.0, "1", OWN, "It is at a place that sways all the time ...", ge=1, le=1e6)
    sway_max_s: float = tunable(4.0, "s", OWN, "... for less than this, as a swing to one side ...", gt=0, le=60)
    sway_min_s: float = tunable(30.0, "s", OWN, "... in a recording of at least this length ...", ge=0, le=3600)
    sway_floor: float = tunable(
        4.0, "1", DERIVED, "... with a floor so many times that of the picture at the long lag ...", ge=1, le=1e4
    )
    sway_quick: float = tunable(
        0.4,
        "1",
        DERIVED,
        "... and its energy at the short lag is below this share of that at the long lag ...",
        gt=0,
        le=10,
    )
    sway_cells: int = tunable(9, "cells", OWN, "... (in its strongest cells) ...", ge=1, le=1000)
    sway_strong: float = tunable(10.0, "floors", DERIVED, "... which is less than so strong.", gt=0, le=1e6)
    fade: float = tunable(3.0, "1", DERIVED, "It only brightens or only darkens ...", ge=1, le=1e6)
    one_sign: float = tunable(0.9, "1", DERIVED, "... (signed / absolute change at least this).", gt=0, le=1)
    flash: float = tunable(1.5, "1", DERIVED, "It is gone in the next frame.", ge=1, le=1e6)
    flash_block_px: float = tunable(16.0, "px", DERIVED, "A block coded again is no wider than this ...", ge=1, le=256)
    flash_beside: float = tunable(1.5, "cells", DERIVED, "... and this, by which it is averaged.", ge=0, le=16)
    switch: float = tunable(1e6, "1", OWN, "It changes from one frame to the next and stays so (1e6: never) ...", ge=1)
    switch_area: float = tunable(0.006, "of the picture", OWN, "... over at most this share.", gt=0, le=1)
    jump: float = tunable(
        1e6, "1", OWN, "It and others are complete within one and the same picture (1e6: never).", ge=1
    )
    light_step: float = tunable(1e6, "1", OWN, "It is within a plain step of light (1e6: never) ...", ge=1)
    light_step_share: float = tunable(
        0.08, "1", OWN, "... of at least this share of the brightness within a lag ...", gt=0, le=10
    )
    light_step_area: float = tunable(
        0.05, "of the picture", OWN, "... and moves at most this share, or is over within a lag.", gt=0, le=1
    )
    beside_cause: float = tunable(
        3.0, "1", DERIVED, "It is left of a change that the camera or the light explains.", ge=1, le=1e6
    )
    clock_digit: float = tunable(1e6, "1", OWN, "It is in line with the on-screen clock (1e6: never) ...", ge=1)
    clock_digit_s: float = tunable(
        0.6, "s", OWN, "... and no longer than this: a digit changes at once, an encoder follows.", gt=0, le=10
    )
    clock_digit_inside: float = tunable(0.9, "1", OWN, "... with this share of it in that line ...", gt=0, le=1)
    clock_digit_heights: float = tunable(
        8.0, "1", OWN, "... within so many heights of the digits that change each second.", gt=0, le=100
    )
    clock_window_s: float = tunable(
        15.0, "s", OWN, "... and begins when the clock changes, by its changes within so long.", gt=1, le=600
    )
    faint_and_wide: float = tunable(
        1e6, "1", OWN, "While camera or light explain a change it covers much of the picture (1e6: never) ...", ge=1
    )
    wide_least: float = tunable(
        150.0, "floors", OWN, "... and is no stronger than its share of the picture times this.", ge=0, le=1e6
    )
    beside_mover: float = tunable(3.0, "1", OWN, "Half of it lies around what moves most of the time.", ge=1, le=1e6)
    among_others: float = tunable(
        1.4, "1", DERIVED, "It is brief, and scraps outnumber what moves at its place (`burst.faint_others`).", ge=1
    )
    ripple: float = tunable(1e6, "1", OWN, "It is the ripple of another (`burst.ripple`; 1e6: never).", ge=1)
    brief: float = tunable(
        2.0, "1", OWN, "It is shorter than `classify.twitch_min_s`: else it is called uncertain.", ge=1, le=1e6
    )
