"""What the camera's firmware and its recorder draw into the finished picture, or leave black, or spoil."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.truth.known import KnownMovement
from detector.truth.scene.drawing.paint import Plane
from detector.truth.scene.spec import CLOCK_FORMAT, Nuisance, SceneSpec

Image = NDArray[np.uint8]
Stamp = Callable[[Image, float], None]
"""Draws what is shown at a time in s into a picture, in place."""


def overlays(spec: SceneSpec, rng: np.random.Generator, truth: Sequence[KnownMovement]) -> list[Stamp]:
    """A stamp for each nuisance of this kind, in the order in which they lie over each other.

    Args:
        spec: the scene.
        rng: of what they leave open.
        truth: the movements in it, which a camera may draw a box around.
    """
    return [
        _while_on(nuisance, maker(nuisance, spec, rng, truth))
        for kind, maker in _MAKERS.items()
        for nuisance in spec.nuisances
        if nuisance.kind == kind
    ]


def _while_on(nuisance: Nuisance, stamp: Stamp) -> Stamp:
    def draw(luma: Image, time_s: float) -> None:
        if nuisance.is_on(time_s):
            stamp(luma, time_s)

    return draw


class _Text:
    """White letters with a dark rim, drawn again only when they change."""

    def __init__(self, left: float, top: float, size: float) -> None:
        self._left, self._top, self._size = round(left), round(top), size
        self._shown = ""
        self._mask: Plane = np.zeros((0, 0), np.float32)
        self._rim: Plane = np.zeros((0, 0), np.float32)

    def __call__(self, luma: Image, text: str) -> None:
        if text != self._shown:
            self._shown = text
            self._draw(text)
        area = luma[self._top : self._top + self._mask.shape[0], self._left : self._left + self._mask.shape[1]]
        mask, rim = (part[: area.shape[0], : area.shape[1]] for part in (self._mask, self._rim))
        area[:] = (area * (1 - rim) + 235 * mask).astype(np.uint8)

    def _draw(self, text: str) -> None:
        size, thick = 0.68 * self._size, max(1, round(1.7 * self._size))
        (width, height), baseline = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
        canvas = np.zeros((height + baseline + 8, width + 8), np.uint8)
        cv2.putText(canvas, text, (4, height + 4), cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA)
        self._mask = canvas.astype(np.float32) / 255
        self._rim = np.minimum(cv2.dilate(canvas, np.ones((3, 3), np.uint8)).astype(np.float32) / 255, 1)


def _clock(_nuisance: Nuisance, spec: SceneSpec, _rng: np.random.Generator, _truth: Sequence[KnownMovement]) -> Stamp:
    """The time in a corner; its digits change each second."""
    start = datetime.strptime(spec.start_at, CLOCK_FORMAT)  # noqa: DTZ007  (a face without zone)
    text = _Text(12 * spec.scale, 8 * spec.scale, spec.scale)
    return lambda luma, time_s: text(luma, (start + timedelta(seconds=int(time_s))).strftime(CLOCK_FORMAT))


def _temperature(
    _nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator, _truth: Sequence[KnownMovement]
) -> Stamp:
    """A temperature in the lower corner that changes every 4 to 16 s."""
    changes_s = np.cumsum(rng.uniform(4, 16, 9000))
    tenths = 234 + np.cumsum(rng.choice([-1, 1], changes_s.size + 1))
    text = _Text(0.8 * spec.size_px[0], spec.size_px[1] - 40 * spec.scale, spec.scale)
    return lambda luma, time_s: text(luma, f"{tenths[int(np.searchsorted(changes_s, time_s))] / 10:.1f} C")


def _banner(_nuisance: Nuisance, spec: SceneSpec, _rng: np.random.Generator, _truth: Sequence[KnownMovement]) -> Stamp:
    """A message over the picture that comes and goes."""
    text = _Text(0.3 * spec.size_px[0], 0.12 * spec.size_px[1], 1.2 * spec.scale)
    return lambda luma, _: text(luma, "SOUND DETECTED")


def _level(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator, _truth: Sequence[KnownMovement]) -> Stamp:
    """Ten bars that follow the sound: another height each 0.3 s, now loud, now silent."""
    heights = np.clip(rng.normal(2, 3, 9000), 0, 10).astype(int)
    side, left, bottom = round(10 * spec.scale), round(20 * spec.scale), round(0.85 * spec.size_px[1])

    def draw(luma: Image, time_s: float) -> None:
        for k in range(heights[int((time_s - nuisance.onset_s) / 0.3) % heights.size]):
            top = bottom - (k + 1) * side
            luma[top : top + max(side - 3, 1), left : left + 2 * side] = 220

    return draw


def _tracker(_nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator, truth: Sequence[KnownMovement]) -> Stamp:
    """A box that the camera draws around what it saw moving, from 0.3 s after its start to 1.5 s after its end."""
    jitter = rng.integers(-6, 7, (9000, 4)) * spec.scale

    def draw(luma: Image, time_s: float) -> None:
        for one in truth:
            if one.onset_s + 0.3 <= time_s < one.stop_s + 1.5:
                reach = 2.5 * one.sigma_px + 12 * spec.scale
                box = np.array([one.x_px - reach, one.y_px - reach, one.x_px + reach, one.y_px + reach])
                left, top, right, bottom = (int(v) for v in box + jitter[int(time_s / 0.4) % len(jitter)])
                cv2.rectangle(luma, (left, top), (right, bottom), 230, max(1, round(2 * spec.scale)))

    return draw


def _bars(_nuisance: Nuisance, spec: SceneSpec, _rng: np.random.Generator, _truth: Sequence[KnownMovement]) -> Stamp:
    """Black bars at both sides."""
    wide = round(0.12 * spec.size_px[0])

    def draw(luma: Image, _: float) -> None:
        luma[:, :wide] = luma[:, -wide:] = 16

    return draw


def _mask(_nuisance: Nuisance, spec: SceneSpec, _rng: np.random.Generator, _truth: Sequence[KnownMovement]) -> Stamp:
    """A privacy mask over the window side: all but the cot's middle."""
    width, height = spec.size_px

    def draw(luma: Image, _: float) -> None:
        luma[: round(0.22 * height)] = luma[round(0.92 * height) :] = 90
        luma[:, : round(0.2 * width)] = luma[:, round(0.82 * width) :] = 90

    return draw


def _tape(nuisance: Nuisance, spec: SceneSpec, _rng: np.random.Generator, _truth: Sequence[KnownMovement]) -> Stamp:
    """Tracking lines of a tape: the lowest rows tear and flicker, now and then a line higher up does."""
    rows = max(round(14 * spec.scale), 4)

    def draw(luma: Image, time_s: float) -> None:
        moment = np.random.default_rng([int(time_s * 1000), rows])
        torn = luma[-rows:]
        torn[:] = np.roll(torn, int(moment.integers(-40, 41)), axis=1)
        torn[:] = np.clip(torn + moment.normal(0, 35 * nuisance.strength, torn.shape), 0, 255).astype(np.uint8)
        if moment.random() < 0.2:
            luma[int(moment.integers(len(luma) - rows, len(luma))) - 1] = 235

    return draw


def _pulse(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator, _truth: Sequence[KnownMovement]) -> Stamp:
    """Each 4 to 9 s an encoder before this one begins anew: most blocks jump by 1 or 2 grey levels, and stay so."""
    changes_s = np.cumsum(rng.uniform(4, 9, 2000))
    shape = (-(-spec.size_px[1] // 16), -(-spec.size_px[0] // 16))
    amounts = np.array([-2, -1, 1, 2, 0]) * max(round(nuisance.strength), 1)

    def draw(luma: Image, time_s: float) -> None:
        epoch = np.random.default_rng([spec.seed, int(np.searchsorted(changes_s, time_s))])
        blocks = epoch.choice(amounts, shape)
        field = np.repeat(np.repeat(blocks, 16, axis=0), 16, axis=1)[: luma.shape[0], : luma.shape[1]]
        luma[:] = np.clip(luma + field, 0, 255).astype(np.uint8)

    return draw


_MAKERS = {
    "pulse": _pulse, "tape": _tape, "tracker": _tracker, "level": _level, "clock": _clock,
    "temperature": _temperature, "banner": _banner, "mask": _mask, "bars": _bars,
}  # fmt: skip
