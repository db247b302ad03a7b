"""What a monitor's camera makes of the scene: lamp, room light, exposure, view, focus, sensor noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.truth.scene.drawing.layers import Field
from detector.truth.scene.drawing.paint import Plane, Sheet
from detector.truth.scene.spec import SceneSpec

_N_NOISE_FIELDS = 7
_NOISE_MARGIN_PX = 64


@dataclass
class Conditions:
    """What holds while one picture is taken.

    Attributes:
        lamp, room_light: brightness of the infrared lamp and of the room's light, 1 is usual for each.
        gain: of the exposure.
        color: 0 gray to 1 colored.
        shift_x_px, shift_y_px: of the camera.
        zoom: 1 is usual.
        blur_px: of the lens out of focus, standard deviation.
        bands: depth and phase (rad) of flicker bands, and whether they fall on a part of the wall only.
        beams: where the edges of a beam of light stand, left and right as shares of the width, and how bright it is.
    """

    lamp: float
    room_light: float
    gain: float = 1.0
    color: float = 0.0
    shift_x_px: float = 0.0
    shift_y_px: float = 0.0
    zoom: float = 1.0
    blur_px: float = 0.0
    bands: list[tuple[float, float, bool]] = field(default_factory=list)
    beams: list[tuple[float, float, float]] = field(default_factory=list)


Influence = Callable[[float, Conditions], None]
"""How a nuisance changes the conditions at a time in s."""


def usual_conditions(spec: SceneSpec) -> Conditions:
    """Before any nuisance: the lamp alone at night, the room's dim light otherwise."""
    return Conditions(1.0, 0.0, color=0.0) if spec.is_infrared else Conditions(0.0, 1.0, color=1.0)


class Camera:
    """Turns reflectance into grey levels: light, shake, sensor noise."""

    def __init__(self, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._noise = spec.noise
        width, height = spec.size_px
        x, y = Sheet.of_picture(spec.size_px).grid()
        center = (float(rng.uniform(390, 460)), float(rng.uniform(215, 255)))
        far = ((x - center[0]) / 520) ** 2 + ((y - center[1]) / 330) ** 2
        self._lamp: Plane = (float(rng.uniform(185, 215)) / (1 + 0.85 * far) ** 1.15).astype(np.float32)
        side = float(rng.choice([-1.0, 1.0]))
        self._room: Plane = (150 * (1 + 0.25 * side * (x - 424) / 424 - 0.12 * (y - 240) / 240)).astype(np.float32)
        # A lamp's bands on the wall beside the cot, with soft edges.
        self._wall: Plane = (np.clip((290 - x) / 30, 0, 1) * np.clip((210 - y) / 30, 0, 1)).astype(np.float32)
        self._across: Plane = np.linspace(0, 1, width).astype(np.float32)[None, :]
        self._rows: Plane = np.linspace(0, 2 * np.pi * 2.3, height).astype(np.float32)[:, None]
        shape = (_N_NOISE_FIELDS, height + _NOISE_MARGIN_PX, width + _NOISE_MARGIN_PX)
        fields = rng.standard_normal(shape, dtype=np.float32)
        # Demosaicing and the lens smear noise over neighbors a little.
        self._fields = [_unit(cv2.GaussianBlur(one, (0, 0), 0.55)) for one in fields]
        self._rng = rng

    def light(self, reflectance: Plane, now: Conditions) -> Plane:
        """Grey levels (float) before noise."""
        light: Plane = self._lamp * np.float32(now.lamp * now.gain)
        if now.room_light:
            light = light + self._room * np.float32(now.room_light * now.gain)
        for depth, phase, is_on_wall in now.bands:
            wave: Plane = np.float32(depth) * np.sin(self._rows + np.float32(phase))
            light = light * (1 + wave * self._wall if is_on_wall else 1 + wave)
        for left, right, bright in now.beams:
            edges = [1 / (1 + np.exp((self._across - edge) * np.float32(-40))) for edge in (left, right)]
            light = light * (1 + np.float32(bright) * (edges[0] - edges[1]))
        luma: Plane = reflectance * light
        luma += np.float32(9.0)
        # Highlights roll off instead of clipping hard.
        return np.where(luma > 200, 200 + 50 * np.tanh((luma - 200) / 50), luma) if now.gain > 1.2 else luma

    def shaken(self, plane: Field, now: Conditions) -> Field:
        """The picture as the moved camera sees it."""
        moved: Field = plane
        if now.shift_x_px or now.shift_y_px or now.zoom != 1:
            size = (plane.shape[1], plane.shape[0])
            rest = [(1 - now.zoom) * side / 2 for side in size]
            matrix = np.array([[now.zoom, 0, now.shift_x_px + rest[0]], [0, now.zoom, now.shift_y_px + rest[1]]])
            moved = cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        return cv2.GaussianBlur(moved, (0, 0), now.blur_px) if now.blur_px > 0.05 else moved

    def exposed(self, luma: Plane, now: Conditions) -> NDArray[np.uint8]:
        """Grey levels with sensor noise: its variance grows with brightness, and with the exposure's gain."""
        height, width = luma.shape
        pick = int(self._rng.integers(_N_NOISE_FIELDS))
        row, column = (int(v) for v in self._rng.integers(_NOISE_MARGIN_PX, size=2))
        sign = np.float32(self._rng.choice([-1.0, 1.0]) * self._noise * min(np.sqrt(max(now.gain, 0.1)), 2.0))
        spread = cv2.sqrt(np.maximum(luma * np.float32(0.75 / 110) + np.float32(0.25), 0))
        noisy = luma + spread * self._fields[pick][row : row + height, column : column + width] * sign
        grey: NDArray[np.uint8] = np.clip(noisy + np.float32(0.5), 0, 255).astype(np.uint8)
        return grey


def _unit(plane: Plane) -> Plane:
    scaled: Plane = plane / plane.std()
    return scaled.astype(np.float32)
