"""What a monitor's camera makes of the scene: lamp, room light, exposure, shake, sensor noise, on-screen clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.truth.drawing.layers import Field
from detector.truth.drawing.paint import Plane, Sheet
from detector.truth.scene_spec import CLOCK_FORMAT, Nuisance, SceneSpec

LIGHT_SETTLES_S = 1.5
"""How long the camera takes to get used to another light."""

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
        bands: depth and phase (rad) of flicker bands, or None.
    """

    lamp: float
    room_light: float
    gain: float = 1.0
    color: float = 0.0
    shift_x_px: float = 0.0
    shift_y_px: float = 0.0
    bands: list[tuple[float, float]] = field(default_factory=list)


Influence = Callable[[float, Conditions], None]


def influences(spec: SceneSpec, rng: np.random.Generator) -> list[Influence]:
    """How each nuisance of light and camera changes the conditions at a time in s, in order."""
    makers: dict[str, Callable[[Nuisance, SceneSpec, np.random.Generator], Influence]] = {
        "infrared": _infrared,
        "light": _light,
        "exposure": _exposure,
        "flicker": _flicker,
        "bump": _bump,
        "drift": _drift,
    }
    # The filter comes first: it decides what light there is.
    ordered = sorted(spec.nuisances, key=lambda nuisance: (nuisance.kind != "infrared", nuisance.onset_s))
    return [makers[nuisance.kind](nuisance, spec, rng) for nuisance in ordered if nuisance.kind in makers]


def usual_conditions(spec: SceneSpec) -> Conditions:
    """Before any nuisance: the lamp alone at night, the room's dim light otherwise."""
    return Conditions(1.0, 0.0, color=0.0) if spec.is_infrared else Conditions(0.0, 1.0, color=1.0)


def _infrared(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """The filter swings: black pictures, then the other mode, first too bright."""
    del spec, rng

    def change(time_s: float, now: Conditions) -> None:
        since_s = time_s - nuisance.onset_s
        if since_s < 0:
            return
        now.lamp, now.room_light, now.color = now.room_light, now.lamp, 1.0 - now.color
        if since_s < nuisance.duration_s:
            now.gain *= 0.02
        else:
            now.gain *= 1 + 0.5 * nuisance.strength * float(np.exp(-(since_s - nuisance.duration_s) / 0.3))

    return change


def _light(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """A lamp in the room goes on and off again; the exposure follows within `LIGHT_SETTLES_S`."""
    del spec, rng
    onset_s, stop_s, extra = nuisance.onset_s, nuisance.onset_s + nuisance.duration_s, 0.9 * nuisance.strength
    settled = 0.75 / (1 + 0.55 * extra)

    def change(time_s: float, now: Conditions) -> None:
        if time_s < onset_s:
            return
        on = float(np.clip((time_s - onset_s) / 0.12, 0, 1) - np.clip((time_s - stop_s) / 0.12, 0, 1))
        used = 1 - float(np.exp(-(time_s - onset_s) / (LIGHT_SETTLES_S / 4)))
        unused = 1 - float(np.exp(-max(time_s - stop_s, 0) / (LIGHT_SETTLES_S / 4)))
        now.room_light += extra * on
        now.gain *= 1 + (settled / 0.75 - 1) * (used - unused if time_s >= stop_s else used)

    return change


def _exposure(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    del spec
    phases, periods_s = rng.uniform(0, 2 * np.pi, 2), (float(rng.uniform(15, 25)), float(rng.uniform(6, 9)))

    def change(time_s: float, now: Conditions) -> None:
        if nuisance.is_on(time_s):
            slow = np.sin(2 * np.pi * time_s / periods_s[0] + phases[0])
            quick = np.sin(2 * np.pi * time_s / periods_s[1] + phases[1])
            now.gain *= 1 + nuisance.strength * float(0.06 * slow + 0.025 * quick)

    return change


def _flicker(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """Bands of mains light that creep over the rows: the difference of 100 Hz and a multiple of the frame rate."""
    del spec
    creep_hz = float(rng.uniform(0.4, 2.5))

    def change(time_s: float, now: Conditions) -> None:
        if nuisance.is_on(time_s):
            now.bands.append((0.03 * nuisance.strength, 2 * np.pi * creep_hz * time_s))

    return change


def _bump(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """A knock against the camera: it rings and comes to rest a little elsewhere."""
    angle, amp_px = float(rng.uniform(0, 2 * np.pi)), 5.0 * spec.scale * nuisance.strength
    ring_hz = float(rng.uniform(4, 7))

    def change(time_s: float, now: Conditions) -> None:
        since_s = time_s - nuisance.onset_s
        if since_s <= 0:
            return
        decay = float(np.exp(-4.5 * since_s / nuisance.duration_s)) if since_s < 2 * nuisance.duration_s else 0.0
        away = amp_px * (decay * float(np.cos(2 * np.pi * ring_hz * since_s)) + 0.25 * (1 - decay))
        now.shift_x_px += away * float(np.cos(angle))
        now.shift_y_px += away * float(np.sin(angle))

    return change


def _drift(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """The mount gives way slowly: about 1.5 px a minute."""
    angle, speed = float(rng.uniform(0, 2 * np.pi)), 0.025 * spec.scale * nuisance.strength

    def change(time_s: float, now: Conditions) -> None:
        since_s = min(max(time_s - nuisance.onset_s, 0.0), nuisance.duration_s)
        way_px = 20 * spec.scale * float(np.sin(min(speed * since_s / (20 * spec.scale), np.pi / 2)))
        now.shift_x_px += way_px * float(np.cos(angle))
        now.shift_y_px += way_px * float(np.sin(angle))

    return change


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
        for depth, phase in now.bands:
            band: Plane = 1 + np.float32(depth) * np.sin(self._rows + np.float32(phase))
            light = light * band
        luma: Plane = reflectance * light
        luma += np.float32(9.0)
        # Highlights roll off instead of clipping hard.
        return np.where(luma > 200, 200 + 50 * np.tanh((luma - 200) / 50), luma) if now.gain > 1.2 else luma

    def shaken(self, plane: Field, now: Conditions) -> Field:
        """The picture as the moved camera sees it."""
        if not now.shift_x_px and not now.shift_y_px:
            return plane
        matrix = np.array([[1, 0, now.shift_x_px], [0, 1, now.shift_y_px]], dtype=np.float64)
        size = (plane.shape[1], plane.shape[0])
        moved: Field = cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        return moved

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


class Clock:
    """The monitor's time stamp in a corner; its digits change each second."""

    def __init__(self, spec: SceneSpec) -> None:
        self._start = datetime.strptime(spec.start_at, CLOCK_FORMAT)  # noqa: DTZ007  (a face without zone)
        self._scale = spec.scale
        self._shown = ""
        self._mask: Plane = np.zeros((0, 0), np.float32)
        self._rim: Plane = np.zeros((0, 0), np.float32)

    def stamp(self, luma: NDArray[np.uint8], time_s: float) -> None:
        """Draw the time at `time_s` into the picture, in place."""
        text = (self._start + timedelta(seconds=int(time_s))).strftime(CLOCK_FORMAT)
        if text != self._shown:
            self._shown = text
            self._draw(text)
        left, top = round(12 * self._scale), round(8 * self._scale)
        area = luma[top : top + self._mask.shape[0], left : left + self._mask.shape[1]]
        mask, rim = (part[: area.shape[0], : area.shape[1]] for part in (self._mask, self._rim))
        area[:] = (area * (1 - rim) + 235 * mask).astype(np.uint8)

    def _draw(self, text: str) -> None:
        size, thick = 0.68 * self._scale, max(1, round(1.7 * self._scale))
        (width, height), baseline = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
        canvas = np.zeros((height + baseline + 8, width + 8), np.uint8)
        cv2.putText(canvas, text, (4, height + 4), cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA)
        self._mask = canvas.astype(np.float32) / 255
        self._rim = np.minimum(cv2.dilate(canvas, np.ones((3, 3), np.uint8)).astype(np.float32) / 255, 1)
