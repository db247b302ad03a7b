"""The infant's head from above: skull, sleeping face turned to a side, ear, hair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detector.truth.scene.drawing import paint
from detector.truth.scene.drawing.paint import Plane, Sheet

HALF_LENGTH, HALF_WIDTH = 66.0, 55.0


@dataclass(frozen=True)
class Head:
    """A painted head: relief, opacity, relative reflectance of the skin, where hair is, brightness of its strands."""

    relief: Plane
    opacity: Plane
    skin: Plane
    hair: Plane
    strands: Plane


def paint_head(rng: np.random.Generator, sheet: Sheet, up: Plane, across: Plane, turn: float) -> Head:
    """Paint a head.

    Args:
        rng: source of randomness.
        sheet: what `up` and `across` lie on.
        up: coordinate from the head's center toward the crown, reference units.
        across: coordinate from the head's center to a side, reference units.
        turn: how far the face looks to a side, -1 to 1.
    """
    # Narrower at the chin.
    width = HALF_WIDTH * (1 + 0.1 * np.clip(up / HALF_LENGTH, -1, 1))
    skull = paint.ellipse(up, (across / width * HALF_WIDTH).astype(np.float32), HALF_LENGTH, HALF_WIDTH, 40.0)
    # Features sit where the sphere has turned them to, and get narrower near its edge.
    center = np.float32(turn * 26.0)
    v = ((across - center) / np.float32(1 - 0.28 * abs(turn))).astype(np.float32)
    face = (up + 8).astype(np.float32)
    ear = paint.ellipse(up + 4, across + np.float32(np.sign(turn) * 36.0), 12.0, 7.0, 6.0)
    relief = (
        skull.height
        + _features_relief(face, v)
        + ear.height
        - 5 * np.exp(-(((up + 4) / 6) ** 2 + ((across + np.sign(turn) * 36) / 3) ** 2))
    )
    hair = _hair(rng, sheet, up, v)
    around = np.arctan2(across, up + 25).astype(np.float32)
    far = np.hypot(across, up + 25).astype(np.float32)
    strands = 1 + 0.16 * _strands(rng, around, far) + 0.22 * paint.noise(rng, sheet, 7.0)
    relief = relief + 0.5 * hair * _strands(rng, around, far)
    fuzzy = skull.inside - 1.0 + hair * (2.0 + 0.6 * _strands(rng, around * 2, far))
    return Head(
        relief.astype(np.float32),
        paint.coverage(fuzzy.astype(np.float32), 1.2),
        _skin(rng, sheet, face, v),
        hair,
        np.clip(strands, 0.3, 2.5).astype(np.float32),
    )


def _gauss(u: Plane, v: Plane, at: tuple[float, float], size: tuple[float, float]) -> Plane:
    return np.exp(-(((u - at[0]) / size[0]) ** 2) - ((v - at[1]) / size[1]) ** 2).astype(np.float32)


def _features_relief(u: Plane, v: Plane) -> Plane:
    """Nose, cheeks, eye sockets, lips, chin (`u` toward the crown from between the eyes)."""
    nose = 8.0 * _gauss(u, v, (-17, 0), (5.5, 5.5)) + 4.5 * _gauss(u, v, (-7, 0), (9, 3.5))
    wings = 3.5 * (_gauss(u, v, (-18, 6), (3.5, 3.5)) + _gauss(u, v, (-18, -6), (3.5, 3.5)))
    cheeks = 6.0 * (_gauss(u, v, (-22, 21), (12, 11)) + _gauss(u, v, (-22, -21), (12, 11)))
    eyes = -4.0 * (_gauss(u, v, (-1, 14), (6, 10)) + _gauss(u, v, (-1, -14), (6, 10)))
    lids = 3.5 * (_gauss(u, v, (0, 14), (4.5, 8)) + _gauss(u, v, (0, -14), (4.5, 8)))
    lips = 3.0 * _gauss(u, v, (-28, 0), (2.2, 7)) + 3.2 * _gauss(u, v, (-33, 0), (2.4, 6))
    chin = 4.0 * _gauss(u, v, (-43, 0), (5, 9)) - 2.0 * _gauss(u, v, (-37.5, 0), (2.0, 8))
    return nose + wings + cheeks + eyes + lids + lips + chin


def _skin(rng: np.random.Generator, sheet: Sheet, u: Plane, v: Plane) -> Plane:
    """Relative reflectance: lashes, brows, nostrils, the line of the mouth, lips, mottled skin."""
    dark = np.zeros_like(u)
    for side in (-1.0, 1.0):
        away = v - np.float32(side * 14)
        lash = np.abs(u - (-4.5 + 0.035 * away**2))
        dark += 0.62 * paint.smoothstep(-2.1, -0.4, -lash) * paint.smoothstep(-9.5, -7.0, -np.abs(away))
        brow = np.abs(u - (9.5 - 0.02 * away**2))
        dark += 0.2 * paint.smoothstep(-2.8, 0.0, -brow) * paint.smoothstep(-11.0, -6.0, -np.abs(away))
        dark += 0.4 * _gauss(u, v, (-22, side * 3.4), (1.4, 1.9))
    mouth = np.abs(u - (-30.6 + 0.012 * v**2))
    dark += 0.5 * paint.smoothstep(-1.7, -0.2, -mouth) * paint.smoothstep(-9.5, -6.5, -np.abs(v))
    dark += 0.12 * _gauss(u, v, (-31, 0), (4.5, 8))
    mottled = 0.02 * paint.noise(rng, sheet, 6.0) + 0.015 * paint.noise(rng, sheet, 1.5)
    return np.clip(1 - dark + mottled, 0.1, 1.2).astype(np.float32)


def _hair(rng: np.random.Generator, sheet: Sheet, up: Plane, v: Plane) -> Plane:
    """Opacity of the hair: over the crown and down the side that the face is turned away from."""
    line = 30.0 - 0.018 * v**2 + 3.0 * paint.noise(rng, sheet, 12.0) + 1.2 * paint.noise(rng, sheet, 3.0)
    return paint.smoothstep(-7.0, 6.0, (up - line).astype(np.float32)) * np.float32(0.97)


def _strands(rng: np.random.Generator, around: Plane, far: Plane) -> Plane:
    """Noise that is fine around the crown and long away from it."""
    return paint.draped(rng, around, far, 0.035, 24.0)
