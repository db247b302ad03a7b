"""Painting with arrays: sheets of reference coordinates, rounded shapes, cloth, light.

Everything is laid out on a reference picture of 848x480; a `Sheet` maps its pixels to those coordinates, so that the
same drawing comes out at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# float32 throughout; the stubs of numpy and OpenCV cannot follow it through arithmetic.
Plane = NDArray[Any]
Point = tuple[float, float]

REFERENCE = (848.0, 480.0)


@dataclass(frozen=True)
class Sheet:
    """A rectangle of pixels to paint on.

    Attributes:
        width, height: px.
        scale: px for each reference unit.
        left, top: reference coordinates of the upper left corner.
    """

    width: int
    height: int
    scale: float
    left: float
    top: float

    @classmethod
    def of_picture(cls, size_px: tuple[int, int], oversampling: int = 1, view: float = 1.0) -> Sheet:
        """The sheet of a whole picture: the reference is centered and fits inside, or into a share `view` of it."""
        width, height = size_px[0] * oversampling, size_px[1] * oversampling
        scale = min(width / REFERENCE[0], height / REFERENCE[1]) * view
        return cls(width, height, scale, (REFERENCE[0] - width / scale) / 2, (REFERENCE[1] - height / scale) / 2)

    def crop(self, box: tuple[float, float, float, float], multiple: int = 1) -> tuple[Sheet, int, int]:
        """The part of the sheet that covers a box `(left, top, right, bottom)` in reference coordinates.

        Returns:
            The smaller sheet, and the column and row of this sheet at which it begins; all are multiples of `multiple`.
        """
        first_x, stop_x = _covered(box[0], box[2], self.left, self.scale, self.width, multiple)
        first_y, stop_y = _covered(box[1], box[3], self.top, self.scale, self.height, multiple)
        left, top = self.left + first_x / self.scale, self.top + first_y / self.scale
        return Sheet(stop_x - first_x, stop_y - first_y, self.scale, left, top), first_x, first_y

    def region(self, box: tuple[float, float, float, float]) -> tuple[Sheet, int, int]:
        """As `crop`, but it may reach beyond this sheet: for what comes in from outside."""
        first_x, first_y = (int(np.floor(v * self.scale)) for v in (box[0] - self.left, box[1] - self.top))
        width, height = (int(np.ceil(v * self.scale)) for v in (box[2] - box[0], box[3] - box[1]))
        left, top = self.left + first_x / self.scale, self.top + first_y / self.scale
        return Sheet(width, height, self.scale, left, top), first_x, first_y

    def grid(self) -> tuple[Plane, Plane]:
        """Reference coordinates x and y of every pixel center, shape (height, width) each."""
        x = self.left + (np.arange(self.width, dtype=np.float32) + 0.5) / np.float32(self.scale)
        y = self.top + (np.arange(self.height, dtype=np.float32) + 0.5) / np.float32(self.scale)
        grid_x, grid_y = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        return grid_x, grid_y

    def to_px(self, x: float, y: float) -> Point:
        """Pixel coordinates of a reference point."""
        return (x - self.left) * self.scale, (y - self.top) * self.scale


def _covered(low: float, high: float, start: float, scale: float, size: int, multiple: int) -> tuple[int, int]:
    first = int(np.floor((low - start) * scale / multiple)) * multiple
    stop = int(np.ceil((high - start) * scale / multiple)) * multiple
    first = min(max(first, 0), size - multiple)
    return first, max(min(stop, size), first + multiple)


def noise(rng: np.random.Generator, sheet: Sheet, grain: float, stretch: tuple[float, float] = (1.0, 1.0)) -> Plane:
    """Smooth random field of about unit variance on a sheet.

    Args:
        rng: source of randomness; how much is drawn depends on the sheet.
        sheet: where.
        grain: size of its features, reference units.
        stretch: longer features along x or y.
    """
    step_x, step_y = max(grain * stretch[0] * sheet.scale, 1.0), max(grain * stretch[1] * sheet.scale, 1.0)
    small = rng.standard_normal((int(sheet.height / step_y) + 3, int(sheet.width / step_x) + 3)).astype(np.float32)
    size = (max(int(small.shape[1] * step_x), sheet.width), max(int(small.shape[0] * step_y), sheet.height))
    field: Plane = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)[: sheet.height, : sheet.width]
    return field * np.float32(1.25)


def cloth(rng: np.random.Generator, sheet: Sheet, x: Plane, y: Plane, pitch: float) -> Plane:
    """Relative brightness of woven cloth (about 0 +- 1): threads at `pitch`, uneven yarn, pilling, stains."""
    wobble = noise(rng, sheet, 25.0) * 0.4
    threads = np.sin(x * (2 * np.pi / pitch) + wobble) * np.sin(y * (2 * np.pi / pitch) + wobble)
    yarn = noise(rng, sheet, 1.3, (6.0, 1.0)) + noise(rng, sheet, 1.3, (1.0, 6.0))
    return (
        0.35 * threads
        + 0.3 * yarn
        + 0.45 * noise(rng, sheet, 2.2)
        + 0.35 * noise(rng, sheet, 9)
        + 0.4 * noise(rng, sheet, 60)
    ).astype(np.float32)


def draped(rng: np.random.Generator, u: Plane, v: Plane, grain_u: float, grain_v: float) -> Plane:
    """Smooth noise laid along any two coordinates (features `grain_u` by `grain_v` reference units)."""
    column, row = (u - u.min()) / np.float32(grain_u) + 2, (v - v.min()) / np.float32(grain_v) + 2
    small = rng.standard_normal((int(row.max()) + 4, int(column.max()) + 4)).astype(np.float32)
    field: Plane = cv2.remap(small, column.astype(np.float32), row.astype(np.float32), cv2.INTER_CUBIC)
    return field


def smoothstep(low: float, high: float, value: Plane) -> Plane:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    step: Plane = t * t * (3 - 2 * t)
    return step


def smooth_max(first: Plane, second: Plane, softness: float) -> Plane:
    """The larger of two fields, with a rounded seam where they meet (`softness` in their own unit)."""
    overlap = np.maximum(np.float32(softness) - np.abs(first - second), 0)
    joined: Plane = np.maximum(first, second) + overlap * overlap / np.float32(4 * softness)
    return joined


@dataclass(frozen=True)
class Shape:
    """A rounded body lying on the mattress.

    Attributes:
        inside: signed distance to its outline, reference units, positive inside.
        height: how far it rises, reference units.
        along: place along its axis, reference units from its root.
    """

    inside: Plane
    height: Plane
    along: Plane

    def joined(self, other: Shape, softness: float) -> Shape:
        """Both in one skin."""
        return Shape(
            smooth_max(self.inside, other.inside, softness),
            smooth_max(self.height, other.height, softness),
            np.where(self.inside >= other.inside, self.along, other.along),
        )


def limb(x: Plane, y: Plane, joints: Sequence[Point], radii: Sequence[float]) -> Shape:
    """A chain of tapering capsules through `joints` with a radius at each of them (reference units)."""
    root_px = 0.0
    shape: Shape | None = None
    for (start, stop), (first, last) in zip(pairwise(joints), pairwise(radii), strict=True):
        piece = _capsule(x, y, start, stop, first, last)
        piece = Shape(piece.inside, piece.height, piece.along + np.float32(root_px))
        shape = piece if shape is None else shape.joined(piece, 6.0)
        root_px += float(np.hypot(stop[0] - start[0], stop[1] - start[1]))
    if shape is None:
        raise ValueError("a limb has at least two joints")
    return shape


def _capsule(x: Plane, y: Plane, start: Point, stop: Point, first: float, last: float) -> Shape:
    axis_x, axis_y = stop[0] - start[0], stop[1] - start[1]
    length = float(np.hypot(axis_x, axis_y)) or 1.0
    t = np.clip(((x - start[0]) * axis_x + (y - start[1]) * axis_y) / (length * length), 0, 1).astype(np.float32)
    distance = np.hypot(x - (start[0] + t * axis_x), y - (start[1] + t * axis_y)).astype(np.float32)
    radius = np.float32(first) + np.float32(last - first) * t
    return Shape(
        radius - distance, np.sqrt(np.maximum(radius * radius - distance * distance, 0)), t * np.float32(length)
    )


def ellipse(u: Plane, v: Plane, half_u: float, half_v: float, rise: float) -> Shape:
    """An ellipsoid centered at the origin of its own coordinates `u`, `v`."""
    reach = np.sqrt((u / half_u) ** 2 + (v / half_v) ** 2).astype(np.float32)
    inside = (1 - reach) * np.float32(min(half_u, half_v))
    height = np.float32(rise) * np.sqrt(np.maximum(1 - reach * reach, 0))
    return Shape(inside, height.astype(np.float32), u)


def shade(height: Plane, scale: float, light: tuple[float, float, float], *, ambient: float = 0.42) -> Plane:
    """Brightness (0 to about 1) of a matte surface under a lamp in direction `light` (x, y, z), with shaded hollows.

    Args:
        height: relief, reference units.
        scale: px for each reference unit.
        light: toward the lamp; x right, y down, z to the camera.
        ambient: share of light that comes from all sides.
    """
    # Cloth and skin are soft: no relief is sharper than this.
    height = cv2.GaussianBlur(height, (0, 0), 0.9 * scale)
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=scale / 8)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=scale / 8)
    steep = 1 / np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)
    length = float(np.linalg.norm(light))
    toward = (light[2] - light[0] * slope_x - light[1] * slope_y) * steep / length
    hollow = blurred(height, 7 * scale) - height
    open_sky = 1 / (1 + np.maximum(hollow, 0) * 0.06)
    brightness: Plane = (ambient + (1 - ambient) * np.maximum(toward, 0)) * open_sky
    return brightness.astype(np.float32)


def coverage(inside: Plane, softness: float) -> Plane:
    """Opacity of a shape: 1 inside, 0 outside, soft over `softness` reference units."""
    return smoothstep(-softness, softness, inside)


def blurred(field: Plane, sigma: float) -> Plane:
    """Gaussian blur, `sigma` in px; none for 0. A wide one is done on a smaller picture, which looks the same."""
    if sigma <= 0:
        return field
    factor = 1 if sigma < 6 else 1 << int(np.log2(sigma / 3))
    height, width = field.shape
    small = (max(width // factor, 1), max(height // factor, 1))
    smaller: Plane = field if factor == 1 else cv2.resize(field, small, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(smaller, (0, 0), sigma / factor, borderType=cv2.BORDER_REPLICATE)
    wide: Plane = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return wide


def shrunk(field: Plane, factor: int) -> Plane:
    """Area mean by a whole factor."""
    if factor == 1:
        return field
    size = (field.shape[1] // factor, field.shape[0] // factor)
    small: Plane = cv2.resize(field, size, interpolation=cv2.INTER_AREA)
    return small
