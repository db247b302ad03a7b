"""The infant: trunk, legs, arms and head, painted in relief, as layers that bend at the joints."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from detector.truth.scene.drawing import paint
from detector.truth.scene.drawing.bends import arm_bends, body_bends, head_bends
from detector.truth.scene.drawing.head import paint_head
from detector.truth.scene.drawing.layers import Field, Layer
from detector.truth.scene.drawing.paint import Plane, Shape, Sheet
from detector.truth.scene.drawing.pose import SIDES, Pose

LAMP = (0.22, -0.5, 1.0)
_ARM_RADII = (28.0, 24.0, 18.5, 15.0)
_LEG_RADII = (42.0, 33.0, 23.0, 15.5)


@dataclass(frozen=True)
class Dress:
    """What the infant wears: reflectance of suit, sleeves and skin, the print on the suit, and its colors (U, V)."""

    suit: float
    sleeves: float
    skin: float
    hair: float
    pattern: str
    suit_color: tuple[float, float]
    sleeve_color: tuple[float, float]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Dress:
        """A random one."""
        colors = [(-6.0, 10.0), (8.0, -4.0), (-10.0, 2.0), (2.0, 14.0), (12.0, -8.0), (0.0, 3.0)]
        return cls(
            suit=float(rng.uniform(0.68, 0.86)),
            sleeves=float(rng.uniform(0.45, 0.85)),
            skin=float(rng.uniform(0.66, 0.78)),
            hair=float(rng.uniform(0.1, 0.32)),
            pattern=str(rng.choice(["plain", "dots", "stripes"], p=[0.45, 0.35, 0.2])),
            suit_color=colors[int(rng.integers(len(colors)))],
            sleeve_color=colors[int(rng.integers(len(colors)))],
        )


@dataclass(frozen=True)
class _Studio:
    """The sheet that all layers of the infant are painted on, with the coordinates everything refers to."""

    rng: np.random.Generator
    sheet: Sheet
    left: int
    top: int
    oversampling: int
    x: Plane
    y: Plane
    pose: Pose
    dress: Dress

    def layer(self, albedo: Plane, relief: Plane, opacity: Plane, color: tuple[Plane, Plane]) -> tuple[Field, Plane]:
        """Pixels of a layer at picture size, and its opacity at painting size."""
        brightness = albedo * paint.shade(relief, self.sheet.scale, LAMP)
        shadow = _shadow(opacity, self.sheet.scale)
        planes = [
            brightness * opacity,
            (1 - opacity) * (1 - shadow),
            color[0] * brightness * opacity,
            color[1] * brightness * opacity,
        ]
        lens = 0.45 * self.oversampling
        shrunk = [paint.shrunk(paint.blurred(plane, lens), self.oversampling) for plane in planes]
        return np.dstack(shrunk).astype(np.float32), opacity


def paint_infant(rng: np.random.Generator, pose: Pose, picture: Sheet, oversampling: int) -> tuple[Layer, ...]:
    """Paint every layer of the infant, lowest first.

    Args:
        rng: source of randomness.
        pose: how it lies.
        picture: the sheet of the whole picture at `oversampling` times its size.
        oversampling: whole factor by which painting is finer than the picture.
    """
    sheet, left, top = picture.crop(pose.box(95.0), oversampling)
    x, y = sheet.grid()
    studio = _Studio(rng, sheet, left // oversampling, top // oversampling, oversampling, x, y, pose, Dress.draw(rng))
    arms = {side: paint.limb(x, y, pose.arms[side], _scaled(_ARM_RADII, pose)) for side in SIDES}
    legs = {side: paint.limb(x, y, pose.legs[side], _scaled(_LEG_RADII, pose)) for side in SIDES}
    trunk = _trunk(studio)
    body = trunk
    for leg in legs.values():
        body = body.joined(leg, 16.0)
    fine = Sheet(
        sheet.width // oversampling, sheet.height // oversampling, sheet.scale / oversampling, sheet.left, sheet.top
    )
    layers = [_body_layer(studio, body, legs, fine)]
    layers += [_arm_layer(studio, body, arms[side], side, fine) for side in SIDES]
    return (*layers, _head_layer(studio, fine))


def _scaled(radii: tuple[float, ...], pose: Pose) -> tuple[float, ...]:
    return tuple(radius * pose.size for radius in radii)


def _trunk(studio: _Studio) -> Shape:
    pose = studio.pose
    trunk = paint.limb(studio.x, studio.y, pose.trunk, _scaled((60.0, 69.0, 62.0), pose))
    shoulders = paint.limb(studio.x, studio.y, pose.shoulders, _scaled((31.0, 31.0), pose))
    # The body sinks into the mattress: flatter than it is wide.
    trunk = Shape(trunk.inside, trunk.height * np.float32(0.85), trunk.along)
    return trunk.joined(shoulders, 26.0)


def _creases(studio: _Studio, u: Plane, v: Plane, grain: tuple[float, float]) -> Plane:
    """Relief of folded cloth: soft hills with narrow valleys."""
    hills = paint.draped(studio.rng, u, v, *grain)
    slack = paint.draped(studio.rng, u, v, grain[0] * 1.5, grain[1] * 3)
    ridges = 1 - np.sqrt(hills * hills + 0.06)
    return (2.2 * slack + 3.4 * ridges * paint.smoothstep(-0.8, 1.2, slack)).astype(np.float32)


def _joint_folds(studio: _Studio, shape: Shape, joint: float, reach: float) -> Plane:
    """Folds across a limb where it bends."""
    wander = paint.draped(studio.rng, studio.x, studio.y, 14.0, 14.0)
    waves = np.sin(shape.along * np.float32(2 * np.pi / 14.0) + 2.2 * wander)
    near = np.exp(-(((shape.along - joint) / reach) ** 2))
    return (1.9 * waves * near * paint.smoothstep(0.0, 8.0, shape.inside)).astype(np.float32)


def _fabric(studio: _Studio, albedo: float, u: Plane, v: Plane) -> Plane:
    """Reflectance of fleece, with the suit's print."""
    fleece = 0.5 * paint.noise(studio.rng, studio.sheet, 1.6) + 0.5 * paint.noise(studio.rng, studio.sheet, 4.0)
    plain = albedo * (1 + 0.035 * fleece)
    if studio.dress.pattern == "stripes":
        plain = plain * (1 - 0.22 * paint.smoothstep(0.2, 0.6, np.sin(u * np.float32(2 * np.pi / 15))))
    if studio.dress.pattern == "dots":
        row = np.floor(v / 13)
        du, dv = np.mod(u + 6.5 * np.mod(row, 2), 13) - 6.5, np.mod(v, 13) - 6.5
        plain = plain * (1 - 0.4 * paint.coverage((2.4 - np.hypot(du, dv)).astype(np.float32), 0.7))
    return plain.astype(np.float32)


def _zip(studio: _Studio) -> Plane:
    """Distance to the zip fastener, from the collar down into one leg (reference units)."""
    pose = studio.pose
    knee, hip = pose.legs["left"][1], pose.legs["left"][0]
    neck = (2 * pose.trunk[2][0] - pose.trunk[1][0], 2 * pose.trunk[2][1] - pose.trunk[1][1])
    way = np.array([neck, pose.trunk[2], pose.trunk[1], pose.trunk[0], hip, knee], dtype=np.float64)
    fine = np.linspace(0, len(way) - 1, 60)
    smooth = np.column_stack(
        [np.convolve(np.interp(np.clip(fine, 0, 5), range(6), way[:, k]), np.ones(9) / 9, "valid") for k in (0, 1)]
    )
    line = np.full((studio.sheet.height, studio.sheet.width), 255, np.uint8)
    points = np.array([studio.sheet.to_px(px, py) for px, py in smooth]) * 16
    cv2.polylines(line, [points.astype(np.int32)], isClosed=False, color=0, thickness=1, lineType=cv2.LINE_8, shift=4)
    distance: Plane = cv2.distanceTransform(line, cv2.DIST_L2, 5)
    return distance / np.float32(studio.sheet.scale)


def _body_layer(studio: _Studio, body: Shape, legs: dict[str, Shape], fine: Sheet) -> Layer:
    along, across = studio.pose.body_coordinates(studio.x, studio.y)
    fastener = _zip(studio)
    relief = body.height + _creases(studio, along + 0.6 * across, across - 0.35 * along, (85.0, 21.0))
    for side in SIDES:
        knee = float(np.hypot(*np.subtract(studio.pose.legs[side][1], studio.pose.legs[side][0])))
        relief = relief + _joint_folds(studio, legs[side], knee, 24.0) * (legs[side].inside > 0)
    relief = relief + 3.0 * np.exp(-((fastener / 5) ** 2)) - 1.5 * np.exp(-((fastener / 1.2) ** 2))
    albedo = _fabric(studio, studio.dress.suit, along, across) * (1 - 0.3 * np.exp(-((fastener / 1.5) ** 2)))
    color = tuple(np.full_like(albedo, c) for c in studio.dress.suit_color)
    ragged = body.inside - 1.6 + 0.3 * paint.noise(studio.rng, studio.sheet, 2.5)
    pixels, _ = studio.layer(albedo, relief.astype(np.float32), paint.coverage(ragged, 1.1), (color[0], color[1]))
    return Layer(studio.left, studio.top, pixels, body_bends(studio.pose, fine, _LEG_RADII))


def _arm_layer(studio: _Studio, body: Shape, arm: Shape, side: str, fine: Sheet) -> Layer:
    pose = studio.pose
    shoulder, elbow, wrist, fist = pose.arms[side]
    to_elbow = float(np.hypot(elbow[0] - shoulder[0], elbow[1] - shoulder[1]))
    to_wrist = to_elbow + float(np.hypot(wrist[0] - elbow[0], wrist[1] - elbow[1]))
    hand = _hand(studio, wrist, fist)
    is_hand = paint.smoothstep(-1.0, 1.0, np.where(arm.along > to_wrist - 1, hand.inside, -9).astype(np.float32))
    sleeve = Shape(np.where(arm.along > to_wrist, -9, arm.inside).astype(np.float32), arm.height, arm.along)
    both = sleeve.joined(Shape(hand.inside, hand.height, hand.along), 2.0)
    relief = paint.smooth_max(both.height, body.height * np.float32(0.9), 10.0)
    relief = relief + _joint_folds(studio, arm, to_elbow, 26.0) + _joint_folds(studio, arm, to_wrist - 9, 9.0)
    relief = relief + 2.5 * np.exp(-(((arm.along - to_wrist + 4) / 3.0) ** 2))
    fabric = _fabric(studio, studio.dress.sleeves, arm.along, studio.y)
    albedo = fabric * (1 - is_hand) + studio.dress.skin * is_hand
    skin = (-7.0, 11.0)
    color = tuple(c * (1 - is_hand) + s * is_hand for c, s in zip(studio.dress.sleeve_color, skin, strict=True))
    ragged = both.inside - 1.3 * (1 - is_hand) - 0.5
    opacity = paint.coverage(ragged, 1.1) * paint.smoothstep(2.0, 12.0, arm.along)
    pixels, _ = studio.layer(
        albedo.astype(np.float32), relief.astype(np.float32), opacity.astype(np.float32), (color[0], color[1])
    )
    return Layer(studio.left, studio.top, pixels, arm_bends(pose, fine, side, _ARM_RADII))


def _hand(studio: _Studio, wrist: paint.Point, fist: paint.Point) -> Shape:
    """A loose fist: a palm, four bent fingers and a thumb."""
    size = studio.pose.size
    axis = np.subtract(fist, wrist) / max(float(np.hypot(*np.subtract(fist, wrist))), 1.0)
    side = np.array([-axis[1], axis[0]])
    hand = paint.limb(studio.x, studio.y, (wrist, fist), (11.0 * size, 13.5 * size))
    for k in range(4):
        knuckle = np.array(fist) + axis * 7 * size + side * (k - 1.5) * 6.6 * size
        tip = knuckle + axis * 8 * size * (1 - 0.12 * abs(k - 1.2))
        finger = paint.limb(studio.x, studio.y, (tuple(knuckle), tuple(tip)), (4.4 * size, 3.6 * size))
        hand = hand.joined(Shape(finger.inside, finger.height + 7, finger.along), 1.5)
    thumb_root, thumb_tip = np.array(fist) + side * 10 * size, np.array(fist) + axis * 12 * size + side * 15 * size
    thumb = paint.limb(studio.x, studio.y, (tuple(thumb_root), tuple(thumb_tip)), (5.0 * size, 3.8 * size))
    return hand.joined(Shape(thumb.inside, thumb.height + 6, thumb.along), 2.0)


def _head_layer(studio: _Studio, fine: Sheet) -> Layer:
    up, across = studio.pose.head_coordinates(studio.x, studio.y)
    head = paint_head(studio.rng, studio.sheet, up, across, studio.pose.head_turn)
    albedo = studio.dress.skin * head.skin * (1 - head.hair) + studio.dress.hair * head.hair * head.strands
    color = tuple(c * (1 - head.hair) for c in (-7.0, 11.0))
    pixels, _ = studio.layer(
        albedo.astype(np.float32), head.relief * np.float32(studio.pose.size), head.opacity, (color[0], color[1])
    )
    return Layer(studio.left, studio.top, pixels, head_bends(studio.pose, fine))


def _shadow(opacity: Plane, scale: float) -> Plane:
    """What a body takes from the light around it: a close dark rim and a wide soft shadow away from the lamp."""
    shift = np.array([[1, 0, -5 * scale], [0, 1, 11 * scale]], dtype=np.float64)
    away = cv2.warpAffine(opacity, shift, (opacity.shape[1], opacity.shape[0]))
    wide, close = paint.blurred(away, 13 * scale), paint.blurred(opacity, 3.5 * scale)
    return np.clip(0.42 * wide + 0.3 * close, 0, 0.75).astype(np.float32)
