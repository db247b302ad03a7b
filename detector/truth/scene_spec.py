"""What a drawn scene is to show: movements, nuisances, picture; checked once, written out as short text too."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from detector.errors import ParameterError

REFERENCE_WIDTH_PX = 848
"""Width of picture that default amplitudes are given for; they scale with the picture's size."""

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
        _one_of(name, "kind", self.kind, tuple(MOVEMENT_KINDS))
        _one_of(name, "place", self.place, (WHOLE_BODY,) if self.kind == "gross" else PLACES)
        (shortest, _, longest), _ = MOVEMENT_KINDS[self.kind]
        _within(name, "a duration", self.duration_s, shortest, longest)
        _within(name, "an onset", self.onset_s, 0.0, math.inf)
        _within(name, "an amplitude in px", self.amp_px, 0.01, 1000.0)
        _within(name, "what stays", self.stays, 0.0, 1.0)
        _within(name, "a rate in Hz", self.rate_hz, *((0.1, 15.0) if self.kind == "rhythmic" else (0.0, 0.0)))


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
        _one_of(name, "kind", self.kind, tuple(NUISANCE_KINDS))
        _within(name, "an onset", self.onset_s, 0.0, math.inf)
        _within(name, "a duration", self.duration_s, 0.01, math.inf)
        _within(name, "a strength", self.strength, 0.01, 10.0)

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
        _within("scene", "a duration in s", self.duration_s, 1 / 60, 86_400.0)
        _within("scene", "a frame rate", self.fps, 1.0, 120.0)
        for side in self.size_px:
            _within("scene", "a side in px", side, 64, 8192)
            if side % 2:
                raise ParameterError(f"scene: expected an even number of px on each side, but {side} came.")
        _within("scene", "breathing in px", self.breathing_px, 0.0, 10.0)
        _within("scene", "noise in grey levels", self.noise, 0.0, 50.0)
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


_MOVEMENT_TEXT = re.compile(r"(?P<kind>[a-z]+)@(?P<onset>[\d.]+)(\+(?P<duration>[\d.]+))?(?P<rest>(:[\w.]+)*)")
_NUISANCE_TEXT = re.compile(r"(?P<kind>[a-z]+)(@(?P<onset>[\d.]+)(\+(?P<duration>[\d.]+))?)?(:(?P<strength>[\d.]+))?")


@dataclass
class _Details:
    """What may follow the time of a movement, in any order."""

    place: str = ""
    amp_px: float = 0.0
    rate_hz: float = 0.0
    stays: float = 0.0
    unknown: list[str] = field(default_factory=list)

    def read(self, part: str) -> None:
        for ending, name in (("px", "amp_px"), ("hz", "rate_hz")):
            if part.endswith(ending) and _is_number(part[: -len(ending)]):
                setattr(self, name, float(part[: -len(ending)]))
                return
        if part == "stays":
            self.stays = 1.0
        elif part in {*PLACES, WHOLE_BODY}:
            self.place = part
        else:
            self.unknown.append(part)


def parse_movement(text: str, width_px: int = REFERENCE_WIDTH_PX) -> Movement:
    """Read a movement from text such as `"twitch@8"` or `"rhythmic@60+12:left_leg:4px:1.5hz"`.

    The form is `KIND@ONSET[+DURATION][:PLACE][:<AMPLITUDE>px][:<RATE>hz][:stays]`; what is left out takes the usual
    value of its kind (amplitude for a picture `width_px` wide).

    Raises:
        ParameterError: the text is of another form or a value is out of range.
    """
    match = _MOVEMENT_TEXT.fullmatch(text.strip().lower())
    if match is None or match["kind"] not in MOVEMENT_KINDS:
        raise ParameterError(
            f"movement {text!r}: expected KIND@ONSET[+DURATION][:PLACE][:AMPLITUDEpx][:RATEhz][:stays] with a kind of "
            f"{', '.join(MOVEMENT_KINDS)}."
        )
    details = _Details()
    for part in match["rest"].split(":")[1:]:
        details.read(part)
    if details.unknown:
        raise ParameterError(f"movement {text!r}: expected a place of {', '.join(PLACES)}, not {details.unknown[0]!r}.")
    (_, usual_s, _), (_, usual_px, _) = MOVEMENT_KINDS[match["kind"]]
    is_gross, is_rhythmic = match["kind"] == "gross", match["kind"] == "rhythmic"
    return Movement(
        match["kind"],
        _number(text, match["onset"]),
        _number(text, match["duration"]) if match["duration"] else usual_s,
        details.place or (WHOLE_BODY if is_gross else "left_hand"),
        details.amp_px or usual_px * width_px / REFERENCE_WIDTH_PX,
        details.rate_hz or (1.5 if is_rhythmic else 0.0),
        details.stays,
    )


def parse_nuisance(text: str) -> Nuisance:
    """Read a nuisance from text such as `"clock"`, `"light@81+40"` or `"insect@15:0.5"`.

    The form is `KIND[@ONSET[+DURATION]][:STRENGTH]`; a duration that is left out is the usual one of its kind.

    Raises:
        ParameterError: the text is of another form or a value is out of range.
    """
    match = _NUISANCE_TEXT.fullmatch(text.strip().lower())
    if match is None or match["kind"] not in NUISANCE_KINDS:
        raise ParameterError(
            f"nuisance {text!r}: expected KIND[@ONSET[+DURATION]][:STRENGTH] with a kind of {', '.join(NUISANCE_KINDS)}."
        )
    return Nuisance(
        match["kind"],
        _number(text, match["onset"] or "0"),
        _number(text, match["duration"]) if match["duration"] else NUISANCE_KINDS[match["kind"]],
        _number(text, match["strength"] or "1"),
    )


def scatter_movements(counts: Mapping[str, int], duration_s: float, width_px: int, seed: int) -> tuple[Movement, ...]:
    """Place a number of movements of each kind at random, apart from each other, with random limb, size and rate.

    Args:
        counts: kind to number, such as `{"twitch": 8, "rhythmic": 1}`.
        duration_s: length of the scene, s; the first and last 5 s are left still.
        width_px: amplitudes are drawn for a picture of this width.
        seed: of the random choice.

    Raises:
        ParameterError: a kind is unknown, or so many do not fit.
    """
    rng = np.random.default_rng([seed, 7])
    drawn = [_draw(rng, kind, width_px) for kind, count in counts.items() for _ in range(count)]
    drawn = [drawn[i] for i in rng.permutation(len(drawn))]
    spare_s = duration_s - 10.0 - sum(movement.duration_s + 2.0 for movement in drawn)
    if drawn and spare_s < 0:
        raise ParameterError(
            f"scene: expected room for {len(drawn)} movements in {duration_s:g} s; make it longer or ask for fewer."
        )
    pauses_s = np.diff(np.sort(rng.uniform(0.0, spare_s, len(drawn))), prepend=0.0)
    placed, now_s = [], 5.0
    for movement, pause_s in zip(drawn, pauses_s, strict=True):
        onset_s = round(now_s + float(pause_s), 3)
        placed.append(
            Movement(
                movement.kind,
                onset_s,
                movement.duration_s,
                movement.place,
                movement.amp_px,
                movement.rate_hz,
                movement.stays,
            )
        )
        now_s = onset_s + movement.duration_s + 2.0
    return tuple(placed)


def _draw(rng: np.random.Generator, kind: str, width_px: int) -> Movement:
    _one_of("scene", "kind of movement", kind, tuple(MOVEMENT_KINDS))
    (shortest_s, usual_s, longest_s), (least_px, _, greatest_px) = MOVEMENT_KINDS[kind]
    duration_s = rng.uniform(max(shortest_s, usual_s / 2), min(longest_s, usual_s * 1.6))
    amp_px = rng.uniform(least_px, greatest_px) * width_px / REFERENCE_WIDTH_PX
    place = WHOLE_BODY if kind == "gross" else str(rng.choice(PLACES[:-1]))
    rate_hz = round(float(rng.uniform(0.7, 3.0)), 2) if kind == "rhythmic" else 0.0
    stays = round(float(rng.uniform(0.3, 1.0)), 2) if kind == "gross" else 0.0
    return Movement(kind, 0.0, round(float(duration_s), 3), place, round(float(amp_px), 2), rate_hz, stays)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d*)?|\.\d+", text) is not None


def _number(text: str, part: str) -> float:
    if not _is_number(part):
        raise ParameterError(f"{text!r}: expected a number where {part!r} stands.")
    return float(part)


def _one_of(name: str, what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ParameterError(f"{name}: expected a {what} of {', '.join(allowed)}, but {value!r} came.")


def _within(name: str, what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ParameterError(f"{name}: expected {what} from {low:g} to {high:g}, but {value:g} came.")
