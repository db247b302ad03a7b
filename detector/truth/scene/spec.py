"""What a drawn scene is to show: movements, nuisances, picture; checked once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime

from detector.errors import ParameterError
from detector.truth.known import (
    KINDS,
    REFERENCE_WIDTH_PX,
    KnownMovement,
    makeable,
    require_one_of,
    require_within,
)

CLOCK_FORMAT = "%Y-%m-%d %H:%M:%S"

_ALL_ALONG = (
    "clock exposure flicker duplicate drop jitter drift curtain mobile gain wallbands temperature level tracker bars "
    "mask tape pulse led blink slowblink keyloss"
)
_BRIEF = {
    "infrared": 0.4, "light": 40.0, "freeze": 3.0, "bump": 0.6, "insect": 1.2, "dust": 6.0, "cat": 7.0,
    "caregiver": 6.0, "blanket": 3.0, "headlights": 3.0, "pan": 4.0, "zoom": 3.0, "focus": 4.0, "rocked": 20.0,
    "banner": 3.0, "adult": 9.0, "mouse": 12.0, "knock": 0.4,
}  # fmt: skip
NUISANCE_KINDS: dict[str, float] = dict.fromkeys(_ALL_ALONG.split(), math.inf) | _BRIEF
"""Kind to its usual duration in s; infinite for what goes on as long as the footage."""


@dataclass(frozen=True)
class Nuisance:
    """Something that changes the picture and is not movement of the infant.

    Attributes:
        kind: one of `NUISANCE_KINDS`.
        onset_s: when it begins, s.
        duration_s: how long it lasts, s; infinite until the end of the footage.
        strength: 1 is usual, 0.3 faint, 2 strong.
    """

    kind: str
    onset_s: float = 0.0
    duration_s: float = math.inf
    strength: float = 1.0

    def __post_init__(self) -> None:
        name = f"nuisance {self.kind}@{self.onset_s:g}"
        require_one_of(name, "kind", self.kind, tuple(NUISANCE_KINDS))
        require_within(name, "an onset", self.onset_s, 0.0, math.inf)
        require_within(name, "a duration", self.duration_s, 0.01, math.inf)
        require_within(name, "a strength", self.strength, 0.01, 10.0)

    def is_on(self, time_s: float) -> bool:
        """Whether it lasts at `time_s`."""
        return self.onset_s <= time_s < self.onset_s + self.duration_s


@dataclass(frozen=True)
class SceneSpec:
    """Everything that a drawn scene depends on: the same spec gives the same pictures.

    Attributes:
        duration_s: length, s.
        fps: pictures per second.
        size_px: `(width, height)`, even numbers from 64 to 8192.
        seed: another seed is another infant, pose, cot and camera noise.
        movements: what the infant does besides breathing.
        nuisances: what else happens.
        breathing_px: how far the trunk expands, px at a width of 848: 0 none, 0.15 faint, 0.4 usual, 1.5 strong.
        noise: sensor noise at mid grey, grey levels (standard deviation).
        is_infrared: gray night picture with the lamp's vignette; otherwise a dim colored one.
        has_infant: an empty cot where False (then no movement is allowed).
        view: how wide the picture of the cot is, as a share of the whole; below 1 it is seen from afar.
        start_at: what the on-screen clock shows at 0 s.
    """

    duration_s: float = 60.0
    fps: float = 15.0
    size_px: tuple[int, int] = (848, 480)
    seed: int = 0
    movements: tuple[KnownMovement, ...] = ()
    nuisances: tuple[Nuisance, ...] = ()
    breathing_px: float = 0.4
    noise: float = 2.0
    is_infrared: bool = True
    has_infant: bool = True
    view: float = 1.0
    start_at: str = "2026-03-14 01:00:30"

    def __post_init__(self) -> None:
        require_within("scene", "a duration in s", self.duration_s, 1 / 60, 86_400.0)
        require_within("scene", "a frame rate", self.fps, 1.0, 120.0)
        for side in self.size_px:
            require_within("scene", "a side in px", side, 64, 8192)
            if side % 2:
                raise ParameterError(f"scene: expected an even number of px on each side, but {side} came.")
        require_within("scene", "breathing in px", self.breathing_px, 0.0, 10.0)
        require_within("scene", "a view", self.view, 0.2, 1.0)
        require_within("scene", "noise in grey levels", self.noise, 0.0, 50.0)
        try:
            datetime.strptime(self.start_at, CLOCK_FORMAT)  # noqa: DTZ007  (a clock's face has no zone)
        except ValueError:
            raise ParameterError(
                f"scene: expected a start such as 2026-03-14 01:00:30, but {self.start_at!r} came."
            ) from None
        if self.movements and not self.has_infant:
            raise ParameterError("scene: expected no movements in an empty cot; leave them out or put the infant in.")
        for movement in self.movements:
            makeable(movement)
            require_one_of(movement.name, "place", movement.place, KINDS[movement.kind].places)
            if movement.onset_s < 0 or movement.stop_s > self.duration_s:
                raise ParameterError(
                    f"{movement.name}: expected it to end within the scene's {self.duration_s:g} s; make the scene "
                    "longer or the movement earlier."
                )

    @property
    def scale(self) -> float:
        """Source px for each px of the reference picture (848x480)."""
        return min(self.size_px[0] / REFERENCE_WIDTH_PX, self.size_px[1] / 480) * self.view


_NUISANCE_TEXT = re.compile(r"(?P<kind>[a-z]+)(@(?P<onset>[\d.]+)(\+(?P<duration>[\d.]+))?)?(:(?P<strength>[\d.]+))?")


def parse_nuisance(text: str) -> Nuisance:
    """Read a nuisance from text such as `"clock"`, `"light@81+40"` or `"insect@15:0.5"`.

    The form is `KIND[@ONSET[+DURATION]][:STRENGTH]`; a duration that is left out is the usual one of its kind.

    Raises:
        ParameterError: the text is of another form or a value is out of range.
    """
    match = _NUISANCE_TEXT.fullmatch(text.strip().lower())
    if match is None or match["kind"] not in NUISANCE_KINDS:
        raise ParameterError(
            f"nuisance {text!r}: expected KIND[@ONSET[+DURATION]][:STRENGTH] with a kind of "
            f"{', '.join(NUISANCE_KINDS)}."
        )
    numbers = {"onset_s": match["onset"], "duration_s": match["duration"], "strength": match["strength"]}
    given = {"duration_s": NUISANCE_KINDS[match["kind"]]}
    try:
        given |= {name: float(word) for name, word in numbers.items() if word}
    except ValueError as error:
        raise ParameterError(f"nuisance {text!r}: expected numbers, but {error}.") from None
    return Nuisance(match["kind"], **given)
