"""The painted scene in motion: infant, cot and visitors at any moment, seen by the camera."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.truth.encode import Picture
from detector.truth.known import WHOLE_BODY, KnownMovement
from detector.truth.scene import lights, mount
from detector.truth.scene.camera import Camera, Conditions, Influence, usual_conditions
from detector.truth.scene.drawing.bends import BREATH
from detector.truth.scene.drawing.cot import Cot, paint_cot
from detector.truth.scene.drawing.infant import paint_infant
from detector.truth.scene.drawing.layers import Field, Layer, Placement, bent, extent, lay
from detector.truth.scene.drawing.paint import Sheet
from detector.truth.scene.drawing.pose import draw_pose
from detector.truth.scene.motions import Motion, plan_motion
from detector.truth.scene.overlays import overlays
from detector.truth.scene.spec import Nuisance, SceneSpec
from detector.truth.scene.visitors import invite, lay_blanket

# Independent streams of randomness, so that a nuisance more does not change the infant.
_PAINT, _MOTION, _VISITORS, _CAMERA, _CONDITIONS, _BREATH, _OVERLAYS = range(7)
_WARM = (-13.0, 12.0)
"""What the room's dim lamp adds to U and V at mid grey."""


@dataclass(frozen=True)
class Painting:
    """A cot, the layers of the infant in it (none in an empty cot), and the middle of its body, px."""

    cot: Cot
    layers: tuple[Layer, ...]
    middle_px: tuple[float, float]


@lru_cache(maxsize=2)
def paint_scene(seed: int, size_px: tuple[int, int], view: float = 1.0) -> Painting:
    """Paint the scene of a seed at rest."""
    rng = np.random.default_rng([seed, _PAINT])
    oversampling = 2 if size_px[0] * size_px[1] <= 500_000 else 1
    sheet = Sheet.of_picture(size_px, oversampling, view)
    is_mirrored = bool(rng.random() < 0.5)
    cot = paint_cot(rng, sheet, oversampling, is_mirrored=is_mirrored)
    pose = draw_pose(rng, is_mirrored=is_mirrored)
    layers = paint_infant(rng, pose, sheet, oversampling)
    middle = Sheet.of_picture(size_px, view=view).to_px(*pose.trunk[1])
    margin = round(36 * sheet.scale / oversampling)
    return Painting(cot, tuple(_trimmed(layer, margin) for layer in layers), middle)


def _trimmed(layer: Layer, margin: int) -> Layer:
    """Without the empty surroundings, but for a margin to move in."""
    rows = np.flatnonzero((layer.opacity > 0.004).any(axis=1))
    columns = np.flatnonzero((layer.opacity > 0.004).any(axis=0))
    top, bottom = max(int(rows[0]) - margin, 0), int(rows[-1]) + margin
    left, right = max(int(columns[0]) - margin, 0), int(columns[-1]) + margin
    cut = (slice(top, bottom), slice(left, right))
    bends = {name: np.ascontiguousarray(field[cut]) for name, field in layer.bends.items()}
    return Layer(layer.left + left, layer.top + top, np.ascontiguousarray(layer.pixels[cut]), bends)


class Breath:
    """Breathing: 0.4 to 0.7 Hz, in faster than out, a little uneven in rate and depth."""

    def __init__(self, spec: SceneSpec, rng: np.random.Generator) -> None:
        self._amp_px = spec.breathing_px * spec.scale
        self._rate_hz = float(rng.uniform(0.4, 0.7))
        self._phases = rng.uniform(0, 2 * np.pi, 4)

    def amplitude(self, time_s: float) -> float:
        """How far the trunk has expanded, px."""
        phase = self._phase(time_s)
        depth = 1 + 0.2 * np.sin(2 * np.pi * time_s / 23 + self._phases[3])
        return float(self._amp_px * depth * (np.sin(phase) + 0.25 * np.sin(2 * phase)))

    def turns(self, time_s: float) -> float:
        """How many breaths have been taken since some moment, with fractions."""
        return self._phase(time_s) / (2 * math.pi)

    def _phase(self, time_s: float) -> float:
        wander = 0.9 * np.sin(2 * np.pi * time_s / 17 + self._phases[0]) + 0.4 * np.sin(time_s + self._phases[1])
        return float(2 * np.pi * self._rate_hz * time_s + wander + self._phases[2])


class Stage:
    """Draws the picture of any moment of a scene.

    Attributes:
        breath: how the infant breathes.
    """

    def __init__(self, spec: SceneSpec) -> None:
        self._spec = spec
        self._painting = paint_scene(spec.seed, spec.size_px, spec.view)
        self._has_color = not spec.is_infrared or any(nuisance.kind == "infrared" for nuisance in spec.nuisances)
        n_planes = 4 if self._has_color else 2
        shown = self._painting.layers if spec.has_infant else ()
        self._layers = [replace(layer, pixels=np.ascontiguousarray(layer.pixels[:, :, :n_planes])) for layer in shown]
        self._empty = np.ascontiguousarray(self._painting.cot.pixels[:, :, : 3 if self._has_color else 1])
        self._motions = [plan_motion(movement, self._rng(_MOTION, k)) for k, movement in enumerate(spec.movements)]
        self.breath = Breath(spec, self._rng(_BREATH))
        self._camera = Camera(spec, self._rng(_CAMERA))
        self._influences = influences(spec, self._rng(_CONDITIONS))
        invited = [
            invite(nuisance, spec, self._painting.cot, self._rng(_VISITORS, k))
            for k, nuisance in enumerate(spec.nuisances)
        ]
        self._visitors = [visitor for visitor in invited if visitor is not None]
        self._stamps = overlays(spec, self._rng(_OVERLAYS), self.truth())

    def _rng(self, *stream: int) -> np.random.Generator:
        return np.random.default_rng([self._spec.seed, *stream])

    def picture(self, moment_s: float, time_s: float) -> Picture:
        """The picture stamped `time_s` that shows the moment `moment_s`."""
        now = usual_conditions(self._spec)
        for influence in self._influences:
            influence(moment_s, now)
        scene = self._camera.shaken(self._reflectance(moment_s), now)
        scene = scene if scene.ndim == 3 else scene[:, :, None]
        luma = self._camera.light(scene[:, :, 0], now)
        for visitor in self._visitors:
            visitor.at_lens(luma, moment_s)
        grey = self._camera.exposed(luma, now)
        for stamp in self._stamps:
            stamp(grey, moment_s)
        return Picture(time_s, grey, _chroma(scene, luma, now) if self._has_color else None)

    def _reflectance(self, time_s: float) -> Field:
        picture = self._empty.copy()
        for visitor in self._visitors:
            visitor.behind(picture, time_s)
        lay_blanket(picture, self._painting.cot, self._visitors, time_s)
        amplitudes, placement = self._amplitudes(time_s), self.placement(time_s)
        for layer in self._layers:
            lay(picture, layer, bent(layer, amplitudes), placement)
        for visitor in self._visitors:
            visitor.before(picture, time_s)
        return picture

    def _amplitudes(self, time_s: float) -> dict[str, float]:
        amplitudes = {BREATH: self.breath.amplitude(time_s)}
        for motion in self._motions:
            for bend, course in motion.bends.items():
                amplitudes[bend] = amplitudes.get(bend, 0.0) + course(time_s)
        return amplitudes

    def placement(self, time_s: float) -> Placement:
        """Where the whole figure lies after all whole-body movements up to `time_s`."""
        turn = shift_x = shift_y = 0.0
        for motion in self._motions:
            if motion.turn and motion.shift_x and motion.shift_y:
                turn += motion.turn(time_s)
                shift_x += motion.shift_x(time_s)
                shift_y += motion.shift_y(time_s)
        return Placement(turn, shift_x, shift_y, self._painting.middle_px)

    def truth(self) -> tuple[KnownMovement, ...]:
        """What is known of each movement, sorted by onset; who bends over the cot is a body that moves, too."""
        rows = [self._known(motion) for motion in self._motions]
        rows += [_bending(nuisance, self._spec) for nuisance in self._spec.nuisances if nuisance.kind == "adult"]
        return tuple(sorted(rows, key=lambda row: row.onset_s))

    def _known(self, motion: Motion) -> KnownMovement:
        movement = motion.movement
        layers = self._layers
        bend = BREATH if movement.place == WHOLE_BODY else movement.place
        if movement.place == WHOLE_BODY:
            # The whole figure: each of its pixels counts alike.
            layers = [
                replace(layer, bends={BREATH: np.ones((*layer.opacity.shape, 2), np.float32)}) for layer in layers
            ]
        x_px, y_px, sigma_px = extent(layers, bend)
        x_px, y_px = (float(v) for v in self.placement(movement.onset_s).matrix() @ (x_px, y_px, 1.0))
        return replace(movement, x_px=x_px, y_px=y_px, sigma_px=sigma_px)


def influences(spec: SceneSpec, rng: np.random.Generator) -> list[Influence]:
    """How each nuisance of light and camera changes the conditions at a time in s, in order."""
    makers = lights.MAKERS | mount.MAKERS
    # The filter comes first: it decides what light there is.
    ordered = sorted(spec.nuisances, key=lambda nuisance: (nuisance.kind != "infrared", nuisance.onset_s))
    return [makers[nuisance.kind](nuisance, spec, rng) for nuisance in ordered if nuisance.kind in makers]


def _bending(nuisance: Nuisance, spec: SceneSpec) -> KnownMovement:
    (width, height), way_px = spec.size_px, 360 * spec.scale
    known = KnownMovement("gross", nuisance.onset_s, nuisance.duration_s, "", way_px)
    return replace(known, x_px=width / 2, y_px=height / 4, sigma_px=150 * spec.scale)


def _chroma(scene: Field, luma: Field, now: Conditions) -> NDArray[np.uint8]:
    height, width = luma.shape
    size = (width // 2, height // 2)
    bright = cv2.resize(luma, size, interpolation=cv2.INTER_AREA) * np.float32(1 / 110)
    planes = []
    for k, warm in enumerate(_WARM):
        own = cv2.resize(np.ascontiguousarray(scene[:, :, k + 1]), size, interpolation=cv2.INTER_AREA)
        planes.append(128 + now.color * (1.5 * own * min(now.gain, 1.5) + warm * bright))
    chroma: NDArray[np.uint8] = np.clip(np.stack(planes), 16, 240).astype(np.uint8)
    return chroma
