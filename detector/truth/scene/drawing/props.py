"""Painted props that visit the picture: pendants of a mobile, a cat, a grown-up's arm."""

from __future__ import annotations

import cv2
import numpy as np

from detector.truth.scene.drawing import paint
from detector.truth.scene.drawing.infant import LAMP
from detector.truth.scene.drawing.layers import Layer
from detector.truth.scene.drawing.paint import Plane, Point, Shape, Sheet


def paint_prop(sheet: Sheet, corner: tuple[int, int], albedo: Plane, shape: Shape, softness: float = 1.2) -> Layer:
    """A layer from a shape, with a soft shadow; painted at the picture's size."""
    opacity = paint.coverage(shape.inside, softness)
    brightness = albedo * paint.shade(shape.height, sheet.scale, LAMP)
    shift = np.array([[1, 0, -4 * sheet.scale], [0, 1, 9 * sheet.scale]], dtype=np.float64)
    away = cv2.warpAffine(opacity, shift, opacity.shape[::-1])
    shadow = 0.35 * paint.blurred(away, 9 * sheet.scale)
    planes = [brightness * opacity, (1 - opacity) * (1 - shadow), -2 * brightness * opacity, 5 * brightness * opacity]
    return Layer(*corner, np.dstack(planes).astype(np.float32), {})


def paint_pendant(rng: np.random.Generator, picture: Sheet, at: Point, kind: int) -> Layer:
    """A felt ball, star or cloud on a string from above."""
    sheet, left, top = picture.region((at[0] - 40, at[1] - 120, at[0] + 40, at[1] + 45))
    x, y = sheet.grid()
    u, v = x - np.float32(at[0]), y - np.float32(at[1])
    reach = np.hypot(u, v)
    lobes = (0.0, 0.28, 0.14)[kind]
    edge = 17 * (1 + lobes * np.cos((5, 5, 7)[kind] * np.arctan2(v, u)))
    height = np.sqrt(np.maximum(edge * edge - reach * reach, 0)) * 0.8
    shape = Shape((edge - reach).astype(np.float32), height.astype(np.float32), u)
    string = np.where(v < 0, 0.9 - np.abs(u), -9).astype(np.float32)
    shape = shape.joined(Shape(string, np.zeros_like(u), u), 1.0)
    felt = 1 + 0.05 * paint.noise(rng, sheet, 2.0)
    return paint_prop(sheet, (left, top), (felt * float(rng.uniform(0.4, 0.9))).astype(np.float32), shape)


def paint_cat(rng: np.random.Generator, picture: Sheet, *, is_mirrored: bool) -> Layer:
    """A tabby seen from the side and above; its tail and legs bend."""
    sheet, left, top = picture.region((210, 290, 638, 560))
    # The cat stands in the middle of the picture; whoever walks it shifts it.
    x, y = sheet.grid()
    u = (np.float32(848) - x if is_mirrored else x) - np.float32(424)
    v = y - np.float32(420)
    body = paint.limb(u, v, ((-70.0, 4.0), (0.0, 8.0), (66.0, 0.0)), (40.0, 38.0, 34.0))
    head = paint.limb(u, v, ((96.0, -26.0), (112.0, -24.0)), (27.0, 22.0))
    ears = paint.limb(u, v, ((88.0, -46.0), (84.0, -62.0)), (9.0, 3.0))
    ears = ears.joined(paint.limb(u, v, ((106.0, -46.0), (108.0, -62.0)), (9.0, 3.0)), 1.0)
    tail = paint.limb(u, v, ((-102.0, -2.0), (-140.0, -34.0), (-160.0, -80.0)), (10.0, 9.0, 7.0))
    cat = body.joined(head, 14.0).joined(ears, 3.0).joined(tail, 8.0)
    for foot in (-66.0, -46.0, 48.0, 68.0):
        cat = cat.joined(paint.limb(u, v, ((foot, 26.0), (foot + 6, 92.0)), (13.0, 9.0)), 6.0)
    stripes = np.sin(u / 7 + 1.5 * paint.noise(rng, sheet, 22.0)) * (v < 20)
    fur = (
        1
        + 0.05 * paint.noise(rng, sheet, 2.0, (2.0, 1.0))
        + 0.18 * paint.smoothstep(0.1, 0.8, stripes.astype(np.float32))
    )
    albedo = float(rng.uniform(0.22, 0.5)) * fur
    furry = Shape(cat.inside + 0.6 * paint.noise(rng, sheet, 2.2), cat.height, cat.along)
    layer = paint_prop(sheet, (left, top), albedo.astype(np.float32), furry, 1.6)
    swing = paint.smoothstep(-105.0, -165.0, u)
    walk = paint.smoothstep(38.0, 100.0, v) * np.sign(np.sin((u + 76) * np.float32(np.pi / 20)))
    still = np.zeros_like(u)
    bends = {"tail": np.dstack([swing, 0.4 * swing]), "legs": np.dstack([paint.blurred(walk, 3 * sheet.scale), still])}
    return Layer(layer.left, layer.top, layer.pixels, {name: bend.astype(np.float32) for name, bend in bends.items()})


def paint_arm(rng: np.random.Generator, picture: Sheet, reach_x: float) -> Layer:
    """A forearm in a sleeve and a hand, reaching in from below to the infant's belly."""
    sheet, left, top = picture.region((reach_x - 150, 170, reach_x + 330, 1180))
    x, y = sheet.grid()
    wrist, elbow, shoulder = (reach_x + 26, 345.0), (reach_x + 110, 640.0), (reach_x + 200, 1250.0)
    sleeve = paint.limb(x, y, (shoulder, elbow, wrist), (80.0, 62.0, 38.0))
    hand = paint.limb(x, y, (wrist, (reach_x + 4, 285.0)), (27.0, 34.0))
    for k, away in enumerate((-34.0, -12.0, 9.0, 28.0)):
        tip = (reach_x + away * 1.15, 222.0 + 6 * abs(k - 1.4))
        hand = hand.joined(paint.limb(x, y, ((reach_x + away * 0.8, 275.0), tip), (10.5, 8.0)), 4.0)
    hand = hand.joined(paint.limb(x, y, ((reach_x - 24, 312.0), (reach_x - 56, 268.0)), (12.0, 9.0)), 5.0)
    both = sleeve.joined(hand, 3.0)
    cloth = 0.42 * (1 + 0.05 * paint.noise(rng, sheet, 2.0) + 0.06 * paint.draped(rng, sleeve.along, x, 40.0, 18.0))
    is_skin = paint.smoothstep(-1.5, 1.5, np.where(y < wrist[1] + 6, hand.inside, -9).astype(np.float32))
    albedo = (cloth * (1 - is_skin) + 0.72 * is_skin).astype(np.float32)
    return paint_prop(sheet, (left, top), albedo, both)


def paint_adult(rng: np.random.Generator, picture: Sheet, at_x: float) -> Layer:
    """Head, shoulders and an arm of somebody in dark clothes, seen from above, leaning in from the back."""
    sheet, left, top = picture.region((at_x - 300, -260, at_x + 300, 330))
    x, y = sheet.grid()
    trunk = paint.limb(x, y, ((at_x, -200.0), (at_x, 20.0)), (190.0, 150.0))
    arm = paint.limb(x, y, ((at_x + 110, 0.0), (at_x + 130, 130.0), (at_x + 40, 230.0)), (60.0, 44.0, 30.0))
    head = paint.limb(x, y, ((at_x - 10, 60.0), (at_x - 14, 110.0)), (62.0, 54.0))
    body = trunk.joined(arm, 24.0).joined(head, 6.0)
    cloth = 0.16 * (1 + 0.1 * paint.noise(rng, sheet, 3.0) + 0.25 * paint.draped(rng, x, y, 90.0, 26.0))
    return paint_prop(sheet, (left, top), cloth.astype(np.float32), body)


def paint_mouse(rng: np.random.Generator, picture: Sheet, *, is_mirrored: bool) -> Layer:
    """A small dark animal with a tail, in the middle of the front edge; whoever runs it shifts it."""
    sheet, left, top = picture.region((364, 380, 484, 430))
    x, y = sheet.grid()
    u = (np.float32(848) - x if is_mirrored else x) - np.float32(424)
    v = y - np.float32(408)
    body = paint.limb(u, v, ((-14.0, 0.0), (8.0, 0.0), (24.0, 2.0)), (9.0, 11.0, 5.0))
    tail = paint.limb(u, v, ((-20.0, 2.0), (-50.0, 6.0)), (2.0, 1.2))
    fur = (0.14 * (1 + 0.1 * paint.noise(rng, sheet, 2.0))).astype(np.float32)
    return paint_prop(sheet, (left, top), fur, body.joined(tail, 2.0))
