"""What a drawn scene is to show: movements, nuisances, picture; checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from detector.errors import ParameterError

REFERENCE_WIDTH_PX = 848
"""Width of picture that default amplitudes are given for; they scale with the picture's size."""

CLOCK_FORMAT = "%Y-%m-%d %H:%M:%S"

PLACES = (
    "left_hand",
    "right_hand",
    "left_forearm",
    "right_forearm",
    "left_arm",
    "right_arm",
    "left_foot",
    "right_foot",
    "left_leg",
    "right_leg",
    "head",
    "trunk",
)
WHOLE_BODY = "body"

# kind: shortest, usual and longest duration in s; least, usual and greatest amplitude in px at the reference width
MOVEMENT_KINDS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "twitch": ((0.1, 0.3, 0.49), (2.5, 5.0, 8.0)),
    "rhythmic": ((3.0, 12.0, 900.0), (2.5, 5.0, 8.0)),
    "movement": ((0.5, 2.0, 10.0), (5.0, 9.0, 20.0)),
    "gross": ((0.5, 5.0, 30.0), (14.0, 25.0, 60.0)),
}

# kind: usual duration in s; infinite for what goes on as long as the footage
NUISANCE_KINDS: dict[str, float] = {
    "clock": math.inf,
    "infrared": 0.4,
    "light": 40.0,
    "exposure": math.inf,
    "flicker": math.inf,
    "freeze": 3.0,
    "duplicate": math.inf,
    "drop": math.inf,
    "jitter": math.inf,
    "bump": 0.6,
    "drift": math.inf,
    "curtain": math.inf,
    "mobile": math.inf,
    "insect": 1.2,
    "dust": 6.0,
    "cat": 7.0,
    "caregiver": 6.0,
    "blanket": 3.0,
}


@dataclass(frozen=True)
class Movement:
    """One movement of the infant.

    Attributes:
        kind: `"twitch"`, `"rhythmic"`, `"movement"` (slow, localized) or `"gross"` (whole body).
        onset_s, duration_s: when and how long, s.
        place: one of `PLACES`; `"body"` for gross.
        amp_px: peak displacement, source px, greater than 0.
        rate_hz: cycles per second of rhythmic movement; 0 for the others.
        stays: fraction of the displacement that remains afterwards (a new rest position), 0 to 1.
    """

    kind: str
    onset_s: float
    duration_s: float
    place: str
    amp_px: float
    rate_hz: float = 0.0
    stays: float = 0.0

    def __post_init__(self) -> None:
        name = f"movement {self.kind}@{self.onset_s:g}"
        require_one_of(name, "kind", self.kind, tuple(MOVEMENT_KINDS))
        require_one_of(name, "place", self.place, (WHOLE_BODY,) if self.kind == "gross" else PLACES)
        (shortest, _, longest), _ = MOVEMENT_KINDS[self.kind]
        require_within(name, "a duration", self.duration_s, shortest, longest)
        require_within(name, "an onset", self.onset_s, 0.0, math.inf)
        require_within(name, "an amplitude in px", self.amp_px, 0.01, 1000.0)
        require_within(name, "what stays", self.stays, 0.0, 1.0)
        require_within(name, "a rate in Hz", self.rate_hz, *((0.1, 15.0) if self.kind == "rhythmic" else (0.0, 0.0)))


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
        start_at: what the on-screen clock shows at 0 s.
    """

    duration_s: float = 60.0
    fps: float = 15.0
    size_px: tuple[int, int] = (848, 480)
    seed: int = 0
    movements: tuple[Movement, ...] = ()
    nuisances: tuple[Nuisance, ...] = ()
    breathing_px: float = 0.4
    noise: float = 2.0
    is_infrared: bool = True
    has_infant: bool = True
    start_at: str = "2026-03-14 01:00:30"

    def __post_init__(self) -> None:
        require_within("scene", "a duration in s", self.duration_s, 1 / 60, 86_400.0)
        require_within("scene", "a frame rate", self.fps, 1.0, 120.0)
        for side in self.size_px:
            require_within("scene", "a side in px", side, 64, 8192)
            if side % 2:
                raise ParameterError(f"scene: expected an even number of px on each side, but {side} came.")
        require_within("scene", "breathing in px", self.breathing_px, 0.0, 10.0)
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
            if movement.onset_s + movement.duration_s > self.duration_s:
                raise ParameterError(
                    f"movement {movement.kind}@{movement.onset_s:g}: expected it to end within the scene's "
                    f"{self.duration_s:g} s; make the scene longer or the movement earlier."
                )

    @property
    def scale(self) -> float:
        """Source px for each px of the reference picture (848x480)."""
        return min(self.size_px[0] / REFERENCE_WIDTH_PX, self.size_px[1] / 480)


def require_one_of(name: str, what: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise a `ParameterError` that names the input unless `value` is allowed."""
    if value not in allowed:
        raise ParameterError(f"{name}: expected a {what} of {', '.join(allowed)}, but {value!r} came.")


def require_within(name: str, what: str, value: float, low: float, high: float) -> None:
    """Raise a `ParameterError` that names the input unless `low <= value <= high`."""
    if not low <= value <= high:
        raise ParameterError(f"{name}: expected {what} from {low:g} to {high:g}, but {value:g} came.")
