"""What else moves or lights up in the picture: curtain, mobile, insects, lamps, animals, grown-ups, the blanket."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from detector.truth.scene.drawing.cot import BLANKET, Cot
from detector.truth.scene.drawing.layers import Field, Placement, bent, lay
from detector.truth.scene.drawing.paint import Plane, Sheet
from detector.truth.scene.drawing.props import paint_adult, paint_arm, paint_cat, paint_mouse, paint_pendant
from detector.truth.scene.spec import Nuisance, SceneSpec


class Visitor:
    """Something that moves. Each hook draws into the picture in place; what a kind does not need stays empty."""

    def behind(self, picture: Field, time_s: float) -> None:
        """Draw behind the infant (reflectance, chroma)."""

    def before(self, picture: Field, time_s: float) -> None:
        """Draw in front of the infant (reflectance, chroma)."""

    def at_lens(self, luma: Plane, time_s: float) -> None:
        """Draw in grey levels, lit by the lamp next to the lens."""


def invite(nuisance: Nuisance, spec: SceneSpec, cot: Cot, rng: np.random.Generator) -> Visitor | None:
    """The visitor that a nuisance stands for, or None where it is of light or camera."""
    if nuisance.kind == "curtain":
        return _Curtain(nuisance, spec, cot, rng)
    if nuisance.kind == "blanket":
        return _Blanket(nuisance, spec, cot)
    simple: dict[str, Callable[[Nuisance, SceneSpec, np.random.Generator], Visitor]] = {
        "mobile": _Mobile, "insect": _Insect, "dust": _Dust, "cat": _Cat, "caregiver": _Caregiver, "adult": _Adult,
        "mouse": _Mouse, "led": _Lamp, "blink": _Lamp, "slowblink": _Lamp,
    }  # fmt: skip
    kind = simple.get(nuisance.kind)
    return kind(nuisance, spec, rng) if kind else None


class _Curtain(Visitor):
    """The room behind the bars sways in the wind of a fan."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, cot: Cot, rng: np.random.Generator) -> None:
        self._nuisance = nuisance
        shows = cot.room_opacity.max(axis=1) > 0.01
        self._bottom = int(np.flatnonzero(shows).max()) + 1 if shows.any() else 0
        self._room = np.ascontiguousarray(cot.room[: self._bottom])
        self._opacity = cot.room_opacity[: self._bottom, :, None]
        self._amp_px = 5.0 * spec.scale * nuisance.strength
        self._rates_hz = rng.uniform(0.18, 0.55, 3)
        self._phases = rng.uniform(0, 2 * np.pi, 3)
        height, width = self._room.shape[:2]
        self._columns = np.tile(np.arange(width, dtype=np.float32), (height, 1))
        self._rows = np.tile(np.arange(height, dtype=np.float32)[:, None], (1, width))
        self._wave = self._columns / np.float32(70 * spec.scale)

    def behind(self, picture: Field, time_s: float) -> None:
        if not self._bottom or not self._nuisance.is_on(time_s):
            return
        sway = np.zeros_like(self._wave)
        for rate_hz, phase in zip(self._rates_hz, self._phases, strict=True):
            sway += np.sin(self._wave + np.float32(2 * np.pi * rate_hz * time_s + phase))
        shift = self._columns + np.float32(self._amp_px / 2) * sway
        moved = cv2.remap(self._room, shift, self._rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        picture[: self._bottom] += self._opacity * (moved - self._room)[:, :, : picture.shape[2]]


class _Blanket(Visitor):
    """The crumpled blanket sinks a little and stays so; `lay_blanket` draws it."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, cot: Cot) -> None:
        self._nuisance, self._layer = nuisance, cot.blanket
        self._amp_px = 5.0 * spec.scale * nuisance.strength

    def amplitude(self, time_s: float) -> float:
        """How far it has sunk, px."""
        share = np.clip((time_s - self._nuisance.onset_s) / self._nuisance.duration_s, 0, 1)
        return self._amp_px * float(1 - (1 - share) ** 3)


def lay_blanket(picture: Field, cot: Cot, visitors: list[Visitor], time_s: float) -> None:
    """Draw the blanket, sunk as far as all that moved it say."""
    sunk_px = sum(visitor.amplitude(time_s) for visitor in visitors if isinstance(visitor, _Blanket))
    lay(picture, cot.blanket, bent(cot.blanket, {BLANKET: sunk_px}), Placement())


class _Mobile(Visitor):
    """Three pendants on strings that turn in the draft."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._nuisance, self._scale = nuisance, spec.scale
        sheet = Sheet.of_picture(spec.size_px, view=spec.view)
        middle = float(rng.uniform(330, 520))
        self._layers = [paint_pendant(rng, sheet, (middle + (k - 1) * 58, 26 + 12 * (k % 2)), k) for k in range(3)]
        self._rates_hz, self._phases = rng.uniform(0.25, 0.6, 3), rng.uniform(0, 2 * np.pi, 3)

    def before(self, picture: Field, time_s: float) -> None:
        for layer, rate_hz, phase in zip(self._layers, self._rates_hz, self._phases, strict=True):
            swing = float(np.sin(2 * np.pi * rate_hz * time_s + phase)) if self._nuisance.is_on(time_s) else 0.0
            away_px = 4.0 * self._scale * self._nuisance.strength * swing
            lay(picture, layer, layer.pixels, Placement(0.04 * swing, away_px, 0.0, (layer.left, layer.top)))


class _Insect(Visitor):
    """Crosses the picture close to the lens: fast, straight, bright, smeared by its own speed."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._nuisance, self._exposure_s = nuisance, 0.8 / spec.fps
        width, height = spec.size_px
        angle = float(rng.uniform(0, 2 * np.pi))
        way = 0.62 * float(np.hypot(width, height))
        middle = np.array([rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height])
        half = way * np.array([np.cos(angle), np.sin(angle)])
        self._start, self._stop = middle - half, middle + half
        self._thick = float(rng.uniform(1.6, 3.2)) * spec.scale
        self._flutter = float(rng.uniform(2, 6)) * spec.scale
        self._bright = float(rng.uniform(55, 100)) * nuisance.strength

    def at_lens(self, luma: Plane, time_s: float) -> None:
        if not self._nuisance.is_on(time_s):
            return
        points = np.array([self._at(time_s + share * self._exposure_s) for share in np.linspace(0, 1, 7)])
        _add_streak(luma, points, self._thick, self._bright)

    def _at(self, time_s: float) -> tuple[float, float]:
        share = (time_s - self._nuisance.onset_s) / self._nuisance.duration_s
        x, y = self._start + share * (self._stop - self._start)
        wing = self._flutter * float(np.sin(share * 31))
        return float(x + wing * 0.5), float(y + wing)


class _Dust(Visitor):
    """A speck out of focus that floats through the light."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._nuisance = nuisance
        width, height = spec.size_px
        self._start = np.array([rng.uniform(0.1, 0.9) * width, -0.02 * height])
        self._way = np.array([rng.uniform(-0.3, 0.3) * width, 1.05 * height])
        self._curl, self._phase = float(rng.uniform(15, 40)) * spec.scale, float(rng.uniform(0, 2 * np.pi))
        self._size = float(rng.uniform(3, 6)) * spec.scale
        self._bright = float(rng.uniform(12, 28)) * nuisance.strength

    def at_lens(self, luma: Plane, time_s: float) -> None:
        if self._nuisance.is_on(time_s):
            share = (time_s - self._nuisance.onset_s) / self._nuisance.duration_s
            at = self._start + share * self._way
            at[0] += self._curl * np.sin(5 * share + self._phase)
            _add_streak(luma, np.array([at, at + 0.5]), self._size, self._bright)


def _add_streak(luma: Plane, points: Field, thick: float, bright: float) -> None:
    """Add a soft bright line through `points` (px), in place."""
    margin = int(4 * thick) + 3
    low = np.maximum(np.floor(points.min(axis=0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int) + margin, (luma.shape[1], luma.shape[0]))
    if (high - low).min() < 2:
        return
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    local = ((points - low) * 16).astype(np.int32)
    cv2.polylines(
        mask, [local], isClosed=False, color=255, thickness=max(1, round(thick)), lineType=cv2.LINE_AA, shift=4
    )
    soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), max(0.6, 0.8 * thick))
    luma[low[1] : high[1], low[0] : high[0]] += soft * np.float32(bright / max(float(soft.max()), 1e-3))


class _Cat(Visitor):
    """Walks along the front rail from one side to the other."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._nuisance, self._scale = nuisance, spec.scale
        self._direction = float(rng.choice([-1.0, 1.0]))
        self._layer = paint_cat(rng, Sheet.of_picture(spec.size_px, view=spec.view), is_mirrored=self._direction < 0)

    def before(self, picture: Field, time_s: float) -> None:
        if not self._nuisance.is_on(time_s):
            return
        share = (time_s - self._nuisance.onset_s) / self._nuisance.duration_s
        step = 2 * np.pi * 1.6 * (time_s - self._nuisance.onset_s)
        away_px = self._direction * (share - 0.5) * 1250 * self._scale
        bob_px = 3.0 * self._scale * float(np.sin(2 * step))
        pixels = bent(
            self._layer,
            {"tail": 14 * self._scale * float(np.sin(0.6 * step)), "legs": 9 * self._scale * float(np.sin(step))},
        )
        lay(picture, self._layer, pixels, Placement(0.0, away_px, bob_px))


class _Caregiver(Visitor):
    """An arm comes in over the edge, pats the infant and leaves."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._nuisance, self._scale = nuisance, spec.scale
        self._layer = paint_arm(rng, Sheet.of_picture(spec.size_px, view=spec.view), float(rng.uniform(340, 520)))

    def before(self, picture: Field, time_s: float) -> None:
        if not self._nuisance.is_on(time_s):
            return
        share = (time_s - self._nuisance.onset_s) / self._nuisance.duration_s
        inside = float(np.interp(share, [0, 0.25, 0.75, 1], [0, 1, 1, 0]))
        inside = inside * inside * (3 - 2 * inside)
        pat = float(np.sin(2 * np.pi * 1.3 * time_s)) * inside**4
        away_px = (1 - inside) * 330 * self._scale + 5 * self._scale * pat
        lay(picture, self._layer, self._layer.pixels, Placement(0.02 * pat, 0.15 * away_px, away_px))


class _Adult(Visitor):
    """Somebody bends over the cot from the back: a large dark body that is never quite still, then leaves."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._nuisance, self._scale = nuisance, spec.scale
        self._layer = paint_adult(rng, Sheet.of_picture(spec.size_px, view=spec.view), float(rng.uniform(330, 520)))

    def before(self, picture: Field, time_s: float) -> None:
        if not self._nuisance.is_on(time_s):
            return
        since_s, left_s = time_s - self._nuisance.onset_s, self._nuisance.onset_s + self._nuisance.duration_s - time_s
        inside = min(since_s / 1.5, left_s / 1.5, 1.0)
        inside = inside * inside * (3 - 2 * inside)
        sway = float(np.sin(2 * np.pi * 0.45 * since_s) + 0.5 * np.sin(2 * np.pi * 0.83 * since_s))
        away_px, down_px = 14 * self._scale * sway, (inside - 1) * 360 * self._scale
        lay(picture, self._layer, self._layer.pixels, Placement(0.03 * sway, away_px, down_px))


class _Mouse(Visitor):
    """Something small runs along the cot, stops, and runs on, always on other ground."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._nuisance, self._scale = nuisance, spec.scale
        self._direction = float(rng.choice([-1.0, 1.0]))
        self._layer = paint_mouse(rng, Sheet.of_picture(spec.size_px, view=spec.view), is_mirrored=self._direction < 0)

    def before(self, picture: Field, time_s: float) -> None:
        if self._nuisance.is_on(time_s):
            since_s = time_s - self._nuisance.onset_s
            # It slows down at each third of a hertz, and never goes back.
            run = since_s / self._nuisance.duration_s - 0.06 * np.sin(2 * np.pi * 0.32 * since_s)
            away_px = self._direction * (float(run) - 0.5) * 760 * self._scale
            bob_px = 1.5 * self._scale * float(np.sin(2 * np.pi * 3.1 * since_s))
            lay(picture, self._layer, self._layer.pixels, Placement(0.0, away_px, bob_px))


class _Lamp(Visitor):
    """A lamp on some device, 7 px wide: a flash each 10 s, on and off for 0.5 s, or 2 s on each 8 s, rising slowly."""

    def __init__(self, nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._nuisance, self._size = nuisance, 3.5 * spec.scale
        width, height = spec.size_px
        self._at = np.array([rng.uniform(0.08, 0.3) * width, rng.uniform(0.1, 0.3) * height])
        self._bright = 140 * nuisance.strength

    def at_lens(self, luma: Plane, time_s: float) -> None:
        since_s = time_s - self._nuisance.onset_s
        if not self._nuisance.is_on(time_s):
            return
        share = {
            "led": float(since_s % 10 < 0.25),
            "blink": float(since_s % 1 < 0.5),
            "slowblink": float(np.clip(1.5 * np.sin(2 * np.pi * since_s / 8) - 0.5, 0, 1)),
        }[self._nuisance.kind]
        if share:
            _add_streak(luma, np.array([self._at, self._at + 0.5]), self._size, share * self._bright)
