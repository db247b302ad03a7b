"""The cot from above at a slant: dark room, bars, mattress with its sheet, front rail, a toy, a crumpled blanket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from detector.truth.scene.drawing import paint
from detector.truth.scene.drawing.infant import LAMP
from detector.truth.scene.drawing.layers import Field, Layer
from detector.truth.scene.drawing.paint import Plane, Point, Sheet

BLANKET = "blanket"


@dataclass(frozen=True)
class Cot:
    """An empty cot.

    Attributes:
        pixels: shape (height, width, 3): reflectance, chroma U and V times reflectance.
        room: what shows between the bars, same shape; it may move (curtain).
        room_opacity: where the room shows, shape (height, width), 0 to 1.
        blanket: a crumpled blanket that may settle.
    """

    pixels: Field
    room: Field
    room_opacity: Plane
    blanket: Layer


@dataclass(frozen=True)
class _Frame:
    """Lines of the cot in reference coordinates, mirrored or not."""

    back_left_y: float
    back_right: Point
    front_left_y: float
    front_right_y: float
    is_mirrored: bool

    def point(self, x: float, y: float) -> Point:
        return (848.0 - x if self.is_mirrored else x), y

    def back_y(self, x: float) -> float:
        """The mattress edge at the back."""
        share = (x + 200) / (self.back_right[0] + 200)
        return self.back_left_y + (self.back_right[1] - self.back_left_y) * share


def paint_cot(rng: np.random.Generator, picture: Sheet, oversampling: int, *, is_mirrored: bool) -> Cot:
    """Paint the cot without the infant, at `oversampling` times the picture's size, and shrink it.

    The head end, with the toy, is at the right, or at the left where mirrored; the blanket lies at the other end.
    """
    frame = _Frame(
        back_left_y=float(rng.uniform(96, 122)),
        back_right=(float(rng.uniform(730, 765)), float(rng.uniform(30, 48))),
        front_left_y=float(rng.uniform(462, 478)),
        front_right_y=float(rng.uniform(385, 430)),
        is_mirrored=is_mirrored,
    )
    x, y = picture.grid()
    room = _room(rng, picture, x, y)
    mattress_opacity, mattress = _mattress(rng, picture, x, y, frame)
    bars_opacity, bars = _bars(rng, picture, frame)
    front_opacity, front = _front_rail(rng, picture, x, frame)
    wood, cotton = (-6.0, 7.0), (1.0, 1.5)
    pixels = _colored(room, (2.0, 1.0))
    pixels = _over(pixels, _colored(bars, wood), bars_opacity)
    pixels = _over(pixels, _colored(mattress, cotton), mattress_opacity)
    pixels = _over(pixels, _colored(front, wood), front_opacity)
    room_shows = (1 - bars_opacity) * (1 - mattress_opacity) * (1 - front_opacity)
    lens = 0.45 * oversampling
    planes = [paint.shrunk(paint.blurred(pixels[:, :, k], lens), oversampling) for k in range(3)]
    room_planes = [paint.shrunk(_colored(room, (2.0, 1.0))[:, :, k], oversampling) for k in range(3)]
    toy = _toy(rng, picture, frame, oversampling)
    cot = np.dstack(planes)
    _lay(cot, toy)
    return Cot(
        cot,
        np.dstack(room_planes),
        paint.shrunk(paint.blurred(room_shows, lens), oversampling),
        _blanket(rng, picture, frame, oversampling),
    )


def _lay(picture: Field, layer: Layer) -> None:
    from detector.truth.scene.drawing.layers import Placement, lay

    lay(picture, layer, layer.pixels, Placement())


def _colored(reflectance: Plane, color: tuple[float, float]) -> Field:
    return np.dstack([reflectance, reflectance * color[0], reflectance * color[1]]).astype(np.float32)


def _over(below: Field, above: Field, opacity: Plane) -> Field:
    weight = opacity[:, :, None]
    mixed: Field = below * (1 - weight) + above * weight
    return mixed


def _polygon(sheet: Sheet, points: Sequence[Point]) -> Plane:
    """Opacity of a filled polygon in reference coordinates."""
    mask = np.zeros((sheet.height, sheet.width), np.uint8)
    corners = np.array([sheet.to_px(px, py) for px, py in points]) * 16
    cv2.fillPoly(mask, [corners.astype(np.int32)], 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def _room(rng: np.random.Generator, sheet: Sheet, x: Plane, y: Plane) -> Plane:
    """A dark room: wall, a curtain in folds on one side."""
    side = float(rng.choice([0.0, 848.0]))
    near = np.exp(-(((x - side) / 260) ** 2))
    folds = 0.5 + 0.5 * np.sin(x * np.float32(2 * np.pi / 34) + 1.2 * paint.noise(rng, sheet, 60.0, (1.0, 4.0)))
    wall = 0.16 + 0.03 * paint.noise(rng, sheet, 120.0) + 0.012 * paint.noise(rng, sheet, 3.0)
    return np.clip(wall + near * (0.2 * folds - 0.02) - 0.0003 * y, 0.03, 1).astype(np.float32)


def _mattress(rng: np.random.Generator, sheet: Sheet, x: Plane, y: Plane, frame: _Frame) -> tuple[Plane, Plane]:
    right = frame.back_right
    corners = [
        frame.point(-200, frame.back_y(-200)),
        frame.point(right[0] - 30, frame.back_y(right[0] - 30)),
        frame.point(right[0] + 5, right[1] + 8),
        frame.point(right[0] + 30, right[1] + 40),
        frame.point(1100, 470),
        frame.point(1100, 900),
        frame.point(-200, 900),
    ]
    opacity = _polygon(sheet, corners)
    rounded = paint.blurred(opacity, 9 * sheet.scale)
    u, v = x + 0.25 * y, y - 0.1 * x
    wrinkles = paint.draped(rng, u, v, 150.0, 34.0) + 0.4 * paint.draped(rng, u, v, 60.0, 16.0)
    creases = -np.sqrt(wrinkles * wrinkles + 0.03) * paint.smoothstep(0.2, 1.8, paint.noise(rng, sheet, 130.0))
    relief = (rounded * 26 + 1.1 * wrinkles + 2.6 * creases).astype(np.float32)
    woven = paint.cloth(rng, sheet, x, y, 3.1)
    print_kind = str(rng.choice(["plain", "stars", "checks"], p=[0.5, 0.3, 0.2]))
    albedo = float(rng.uniform(0.56, 0.7)) * (1 + 0.028 * woven) * _print(sheet, x, y, print_kind, frame)
    return opacity, (albedo * paint.shade(relief, sheet.scale, LAMP)).astype(np.float32)


def _print(sheet: Sheet, x: Plane, y: Plane, kind: str, frame: _Frame) -> Plane:
    """Relative reflectance of the sheet's print."""
    if kind == "checks":
        lines = np.maximum(
            np.sin((x + 0.3 * y) * np.float32(2 * np.pi / 46)), np.sin((y - 0.12 * x) * np.float32(2 * np.pi / 40))
        )
        return (1 - 0.1 * paint.smoothstep(0.55, 0.9, lines.astype(np.float32))).astype(np.float32)
    if kind == "stars":
        row = np.floor(y / 38)
        du, dv = np.mod(x + 0.2 * y + 24 * np.mod(row, 2), 48) - 24, np.mod(y, 38) - 19
        angle = np.arctan2(dv, du)
        reach = 4.2 + 1.8 * np.cos(5 * angle)
        return (1 - 0.16 * paint.coverage((reach - np.hypot(du, dv)).astype(np.float32), 0.8)).astype(np.float32)
    del sheet, frame
    return np.float32(1) + 0 * x


def _bars(rng: np.random.Generator, sheet: Sheet, frame: _Frame) -> tuple[Plane, Plane]:
    """Bars at the back and at the right end, each with a lit and a shaded side."""
    opacity = np.zeros((sheet.height, sheet.width), np.float32)
    brightness = np.zeros_like(opacity)
    pitch, wide = float(rng.uniform(66, 78)), float(rng.uniform(26, 31))
    first = -180 + float(rng.uniform(0, pitch))
    bars = []
    for k in range(16):
        foot = first + k * pitch
        if foot < frame.back_right[0] - 20:
            lean = (foot - 424) * 0.28
            bars.append((foot, frame.back_y(foot) + 14, foot + lean, -260.0, wide))
    for k in range(8):
        share = k / 5
        foot_x, foot_y = frame.back_right[0] + 22 + share * 150, frame.back_right[1] + 35 + share * 215
        bars.append((foot_x, foot_y, foot_x + 120 + 40 * share, foot_y - 330, wide * 0.95))
    for foot_x, foot_y, top_x, top_y, width in bars:
        half = width / 2
        box = [
            frame.point(*p)
            for p in (
                (foot_x - half, foot_y),
                (top_x - half * 1.1, top_y),
                (top_x + half * 1.1, top_y),
                (foot_x + half, foot_y),
            )
        ]
        core = [
            frame.point(*p)
            for p in (
                (foot_x - half * 0.55, foot_y),
                (top_x - half * 0.6, top_y),
                (top_x + half * 0.7, top_y),
                (foot_x + half * 0.6, foot_y),
            )
        ]
        shape = _polygon(sheet, box)
        lit = 0.62 + 0.16 * paint.blurred(_polygon(sheet, core), 3 * sheet.scale)
        brightness = brightness * (1 - shape) + lit * shape
        opacity = np.maximum(opacity, shape)
    grain = paint.noise(rng, sheet, 3.0, (1.0, 12.0))
    return opacity, (brightness * float(rng.uniform(0.75, 1.0)) * (1 + 0.015 * grain)).astype(np.float32)


def _front_rail(rng: np.random.Generator, sheet: Sheet, x: Plane, frame: _Frame) -> tuple[Plane, Plane]:
    left, right = (
        (frame.front_right_y, frame.front_left_y) if frame.is_mirrored else (frame.front_left_y, frame.front_right_y)
    )
    slope = (right - left) / 848
    edge = [(-200.0, left - 200 * slope), (1100.0, left + 1100 * slope), (1100.0, 1200.0), (-200.0, 1200.0)]
    opacity = _polygon(sheet, edge)
    below = cv2.distanceTransform((opacity > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / np.float32(sheet.scale)
    grain = paint.noise(rng, sheet, 2.5, (14.0, 1.0))
    rounded = 0.78 + 0.14 * np.exp(-below / 9) - 0.0012 * below + 0.012 * grain + 0 * x
    return opacity, np.clip(rounded, 0.3, 1).astype(np.float32)


# Head, ears, arms and legs of the bear: place and radius, reference units from its middle.
_BEAR = ((0, -18, 14.0), (-11, -29, 6.0), (11, -29, 6.0), (-17, 2, 7.5), (17, 2, 7.5), (-11, 27, 9.0), (11, 27, 9.0))


def _toy(rng: np.random.Generator, picture: Sheet, frame: _Frame, oversampling: int) -> Layer:
    """A soft bear in a corner of the cot."""
    center = frame.point(float(rng.uniform(690, 720)), float(rng.uniform(105, 130)))
    sheet, left, top = picture.crop((center[0] - 75, center[1] - 75, center[0] + 75, center[1] + 75), oversampling)
    x, y = sheet.grid()
    u, v = x - center[0], y - center[1]
    spin = float(rng.uniform(0, 2 * np.pi))
    u, v = u * np.cos(spin) + v * np.sin(spin), v * np.cos(spin) - u * np.sin(spin)
    bear = paint.ellipse(u, v - 8, 16.0, 20.0, 14.0)
    for du, dv, size in _BEAR:
        bear = bear.joined(paint.ellipse(u - du, v - dv, size, size, size * 0.8), 3.0)
    plush = paint.noise(rng, sheet, 1.6)
    dark = sum(
        np.exp(-((u - du) ** 2 + (v - dv) ** 2) / size)
        for du, dv, size in ((-5, -20, 4.0), (5, -20, 4.0), (0, -14, 7.0))
    )
    albedo = float(rng.uniform(0.42, 0.66)) * (1 + 0.06 * plush) * (1 - 0.75 * np.clip(dark, 0, 1))
    opacity = paint.coverage(bear.inside + 0.5 * plush, 1.2)
    return _layer(sheet, (left, top), albedo.astype(np.float32), bear.height + plush * 0.4, opacity, oversampling)


def _blanket(rng: np.random.Generator, picture: Sheet, frame: _Frame, oversampling: int) -> Layer:
    """A crumpled muslin at the foot end."""
    center = frame.point(float(rng.uniform(45, 90)), float(rng.uniform(385, 410)))
    sheet, left, top = picture.crop((center[0] - 180, center[1] - 150, center[0] + 180, center[1] + 130), oversampling)
    x, y = sheet.grid()
    u, v = x - center[0], y - center[1]
    around = np.arctan2(v, u)
    phases = rng.uniform(0, 2 * np.pi, 4)
    wavy = 1 + sum(0.22 / (k + 1) * np.sin((k + 2) * around + phase) for k, phase in enumerate(phases))
    reach = np.hypot(u / 112, v / 62) / wavy
    inside = ((1 - reach) * 62).astype(np.float32)
    angle = float(rng.uniform(-0.5, 0.5))
    along, across = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    folds = paint.draped(rng, along, across, 70.0, 15.0) + 0.5 * paint.draped(rng, along, across, 30.0, 9.0)
    relief = 9 * paint.smoothstep(0.0, 14.0, inside) + 4.5 * folds - 3.0 * np.exp(-(folds**2) / 0.04)
    knit = np.sin(along * np.float32(2 * np.pi / 4.2)) * np.sin(across * np.float32(2 * np.pi / 4.2))
    albedo = float(rng.uniform(0.62, 0.9)) * (1 + 0.03 * knit + 0.03 * paint.noise(rng, sheet, 1.8))
    opacity = paint.coverage(inside, 1.2)
    layer = _layer(
        sheet, (left, top), albedo.astype(np.float32), (relief * opacity).astype(np.float32), opacity, oversampling
    )
    height, width = layer.pixels.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    middle = np.exp(-(((columns / width - 0.5) / 0.17) ** 2) - ((rows / height - 0.45) / 0.17) ** 2)
    settle = np.dstack([0.35 * middle, 0.93 * middle]).astype(np.float32)
    return Layer(layer.left, layer.top, layer.pixels, {BLANKET: settle})


def _layer(
    sheet: Sheet, corner: tuple[int, int], albedo: Plane, relief: Plane, opacity: Plane, oversampling: int
) -> Layer:
    brightness = albedo * paint.shade(relief, sheet.scale, LAMP)
    away = cv2.warpAffine(
        opacity, np.array([[1, 0, -3 * sheet.scale], [0, 1, 6 * sheet.scale]], dtype=np.float64), opacity.shape[::-1]
    )
    shadow = 0.4 * paint.blurred(away, 7 * sheet.scale)
    planes = [brightness * opacity, (1 - opacity) * (1 - shadow), 0 * opacity, 4.0 * brightness * opacity]
    lens = 0.45 * oversampling
    shrunk = [paint.shrunk(paint.blurred(plane.astype(np.float32), lens), oversampling) for plane in planes]
    return Layer(corner[0] // oversampling, corner[1] // oversampling, np.dstack(shrunk).astype(np.float32), {})
