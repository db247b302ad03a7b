"""What is to be planted into real footage: where, when, how far; as values, as text, or scattered at random."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.errors import ParameterError
from detector.truth.known import KnownMovement
from detector.truth.motions import rhythmic_course, wandering_course
from detector.truth.scene_spec import MOVEMENT_KINDS, REFERENCE_WIDTH_PX, require_one_of, require_within

# Least and greatest extent (standard deviation, px at the reference width) of the patch that moves.
SIGMA_PX: Mapping[str, tuple[float, float]] = {
    "twitch": (15.0, 35.0),
    "rhythmic": (25.0, 45.0),
    "movement": (25.0, 60.0),
    "gross": (140.0, 190.0),
}
# A steeper field would fold the picture over itself: the slope of a Gaussian is at most 0.61 amplitude / sigma.
_STEEPEST = 1.5


@dataclass(frozen=True)
class Planting:
    """One movement to plant.

    Attributes:
        kind: `"twitch"`, `"rhythmic"`, `"movement"` (slow) or `"gross"`.
        onset_s, duration_s: presentation time and length, s.
        x_px, y_px: center of the patch as displayed, px.
        amp_px: peak displacement, px; less than 1.5 `sigma_px`.
        sigma_px: extent of the patch, standard deviation of a Gaussian, px.
        angle_rad: direction of the displacement; of the longer axis for gross.
        rate_hz: cycles per second of rhythmic movement; 0 for the others.
        seed: of what is left open: the wander of the rate, the way of a whole-body movement.
    """

    kind: str
    onset_s: float
    duration_s: float
    x_px: float
    y_px: float
    amp_px: float
    sigma_px: float
    angle_rad: float = 0.0
    rate_hz: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        name = f"planting {self.kind}@{self.onset_s:g}"
        require_one_of(name, "kind", self.kind, tuple(MOVEMENT_KINDS))
        (shortest_s, _, longest_s), _ = MOVEMENT_KINDS[self.kind]
        require_within(name, "a duration in s", self.duration_s, shortest_s, longest_s)
        require_within(name, "an extent in px", self.sigma_px, 1.0, 10_000.0)
        require_within(name, "an amplitude in px", self.amp_px, 0.0, _STEEPEST * self.sigma_px)
        require_within(name, "a rate in Hz", self.rate_hz, *((0.1, 15.0) if self.kind == "rhythmic" else (0.0, 0.0)))

    @property
    def stop_s(self) -> float:
        """When it ends, s."""
        return self.onset_s + self.duration_s

    def known(self) -> KnownMovement:
        """Its row of the truth table."""
        when = (self.onset_s, self.duration_s, self.kind)
        return KnownMovement(*when, self.x_px, self.y_px, self.amp_px, self.rate_hz, self.sigma_px)


Shift = Callable[[float], tuple[float, float]]


def shift_course(planting: Planting) -> Shift:
    """Displacement of the patch's center, (x, y) in px, at a time in s; zero outside of the planting.

    * twitch: out and back as the square of a half sine;
    * movement: the same, but back by another way, so that it does not rest at its far end;
    * rhythmic: a sine with soft ends;
    * gross: a way through the plane that never rests, back to where it began.
    """
    along = (float(np.cos(planting.angle_rad)), float(np.sin(planting.angle_rad)))
    rng = np.random.default_rng([planting.seed, 11])
    if planting.kind == "gross":
        return _wandering(planting, along, rng)
    wave = rhythmic_course(planting, rng) if planting.kind == "rhythmic" else None

    def shift(time_s: float) -> tuple[float, float]:
        if not planting.onset_s < time_s < planting.stop_s:
            return 0.0, 0.0
        share = (time_s - planting.onset_s) / planting.duration_s
        half, full = float(np.sin(np.pi * share)), float(np.sin(2 * np.pi * share))
        away = planting.amp_px * (wave(time_s) if wave else half * half)
        aside = planting.amp_px * 0.45 * half * full if planting.kind == "movement" else 0.0
        return away * along[0] - aside * along[1], away * along[1] + aside * along[0]

    return shift


def _wandering(planting: Planting, along: tuple[float, float], rng: np.random.Generator) -> Shift:
    far, near = wandering_course(planting, rng, 0.0), wandering_course(planting, rng, 0.0)

    def shift(time_s: float) -> tuple[float, float]:
        # Both courses reach 1: the longer axis gives the amplitude, the shorter stays below the rest of the circle.
        a, b = planting.amp_px * far(time_s), 0.4 * planting.amp_px * near(time_s)
        scale = min(1.0, planting.amp_px / max(float(np.hypot(a, b)), 1e-9))
        return scale * (a * along[0] - b * along[1]), scale * (a * along[1] + b * along[0])

    return shift


_TEXT = re.compile(
    r"(?P<kind>[a-z]+)@(?P<onset>[\d.]+)(\+(?P<duration>[\d.]+))?:(?P<x>[\d.]+),(?P<y>[\d.]+)(?P<rest>(:[\d.]+[a-z]+)*)"
)
_UNITS = {"px": "amp_px", "sigma": "sigma_px", "hz": "rate_hz", "deg": "angle_rad"}


def parse_planting(text: str, width_px: int = REFERENCE_WIDTH_PX) -> Planting:
    """Read a planting from text such as `"twitch@8+0.3:245,360:3.5px:28sigma"`.

    The form is `KIND@ONSET[+DURATION]:X,Y[:<AMPLITUDE>px][:<EXTENT>sigma][:<RATE>hz][:<DIRECTION>deg]`; what is left
    out takes the usual value of its kind for a picture `width_px` wide.

    Raises:
        ParameterError: the text is of another form or a value is out of range.
    """
    match = _TEXT.fullmatch(text.strip().lower())
    if match is None or match["kind"] not in MOVEMENT_KINDS:
        raise ParameterError(
            f"planting {text!r}: expected KIND@ONSET[+DURATION]:X,Y[:AMPLITUDEpx][:EXTENTsigma][:RATEhz][:ANGLEdeg] "
            f"with a kind of {', '.join(MOVEMENT_KINDS)}."
        )
    kind, scale = match["kind"], width_px / REFERENCE_WIDTH_PX
    (_, usual_s, _), (_, usual_px, _) = MOVEMENT_KINDS[kind]
    values = {"amp_px": usual_px * scale, "sigma_px": sum(SIGMA_PX[kind]) / 2 * scale, "angle_rad": 0.0}
    values["rate_hz"] = 1.5 if kind == "rhythmic" else 0.0
    try:
        for part in match["rest"].split(":")[1:]:
            unit = part.lstrip("0123456789.")
            values[_UNITS[unit]] = float(part[: -len(unit)])
        if "deg" in match["rest"]:
            values["angle_rad"] = float(np.deg2rad(values["angle_rad"]))
        times = (float(match["onset"]), float(match["duration"] or usual_s))
        return Planting(
            kind,
            *times,
            float(match["x"]),
            float(match["y"]),
            amp_px=values["amp_px"],
            sigma_px=values["sigma_px"],
            angle_rad=values["angle_rad"],
            rate_hz=values["rate_hz"],
        )
    except (KeyError, ValueError) as error:
        raise ParameterError(f"planting {text!r}: expected numbers with px, sigma, hz or deg, but {error}.") from None


def scatter_plantings(
    counts: Mapping[str, int], picture: NDArray[np.uint8], interval_s: tuple[float, float], seed: int
) -> tuple[Planting, ...]:
    """Choose plantings at random: apart in time, where the picture has something to move.

    Args:
        counts: kind to number; `"bout"` is three to six twitches of one place, 1 to 4 s apart.
        picture: a picture of the footage, shape (height, width): places are drawn where its detail is strong.
        interval_s: from when to when the footage goes; the first and last 5 s (or a tenth) are left alone.
        seed: of the random choice.

    Raises:
        ParameterError: a kind is unknown, or so many do not fit.
    """
    rng = np.random.default_rng([seed, 12])
    groups = [_group(rng, kind, picture, seed * 1000 + k) for kind, n in counts.items() for k in range(n)]
    groups = [groups[i] for i in rng.permutation(len(groups))]
    length_s, pause_s = interval_s[1] - interval_s[0], 3.0
    margin_s = min(5.0, 0.1 * length_s)
    spare_s = length_s - 2 * margin_s - sum(group[-1].stop_s + pause_s for group in groups)
    if groups and spare_s < 0:
        raise ParameterError(f"plan: expected room for {len(groups)} movements, but {-spare_s:.1f} s are missing.")
    extra_s = np.diff(np.sort(rng.uniform(0.0, max(spare_s, 0.0), len(groups))), prepend=0.0)
    placed, now_s = [], interval_s[0] + margin_s
    for group, wait_s in zip(groups, extra_s, strict=True):
        now_s += float(wait_s)
        placed += [replace(one, onset_s=round(now_s + one.onset_s, 3)) for one in group]
        now_s += group[-1].stop_s + pause_s
    return tuple(placed)


def _group(rng: np.random.Generator, kind: str, picture: NDArray[np.uint8], seed: int) -> list[Planting]:
    """One movement, or a bout of them at one place, from 0 s on."""
    first = _draw(rng, "twitch" if kind == "bout" else kind, picture, seed)
    group = [first]
    for _ in range(int(rng.integers(2, 6)) if kind == "bout" else 0):
        onset_s = round(group[-1].stop_s + float(rng.uniform(1.0, 4.0)), 3)
        again = _draw(rng, "twitch", picture, seed)
        group.append(replace(again, onset_s=onset_s, x_px=first.x_px, y_px=first.y_px))
    return group


def _draw(rng: np.random.Generator, kind: str, picture: NDArray[np.uint8], seed: int) -> Planting:
    require_one_of("plan", "kind", kind, (*MOVEMENT_KINDS, "bout"))
    scale = picture.shape[1] / REFERENCE_WIDTH_PX
    (shortest_s, usual_s, longest_s), (least_px, _, greatest_px) = MOVEMENT_KINDS[kind]
    sigma_px = float(rng.uniform(*SIGMA_PX[kind])) * scale
    x_px, y_px = _place(rng, picture, sigma_px)
    duration_s = float(rng.uniform(max(shortest_s, 0.7 * usual_s), min(longest_s, 1.5 * usual_s)))
    return Planting(
        kind,
        0.0,
        round(duration_s, 3),
        x_px,
        y_px,
        round(float(rng.uniform(least_px, greatest_px)) * scale, 2),
        round(sigma_px, 2),
        round(float(rng.uniform(0, 2 * np.pi)), 3),
        round(float(rng.uniform(0.7, 3.0)), 2) if kind == "rhythmic" else 0.0,
        seed,
    )


def _place(rng: np.random.Generator, picture: NDArray[np.uint8], sigma_px: float) -> tuple[float, float]:
    """A place in the middle of the picture where there is detail to be moved."""
    import cv2

    soft = cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.float32)
    slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    detail = cv2.GaussianBlur(slope, (0, 0), max(sigma_px / 2, 1.0))
    height, width = picture.shape
    inner = detail[int(0.22 * height) : int(0.85 * height), int(0.12 * width) : int(0.88 * width)]
    rows, columns = np.nonzero(inner >= np.quantile(inner, 0.75))
    k = int(rng.integers(rows.size))
    return float(columns[k] + int(0.12 * width)), float(rows[k] + int(0.22 * height))
