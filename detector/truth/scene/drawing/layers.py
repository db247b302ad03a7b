"""Layers of a picture that bend and shift over each other, as puppets of paper do but with soft joints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.truth.scene.drawing.paint import Plane

Field = Plane


@dataclass(frozen=True)
class Layer:
    """One layer, painted at rest.

    Attributes:
        left, top: where it lies in the picture, px.
        pixels: shape (height, width, n), float32. Channel 0 is what it adds (reflectance times opacity), channel 1 what
            it lets through of what lies below (shadow included), channels 2 and 3 the chroma it adds, if colored.
        bends: name to displacement field, shape (height, width, 2) in px for an amplitude of 1 px; x first.
    """

    left: int
    top: int
    pixels: Field
    bends: Mapping[str, Field]

    @property
    def opacity(self) -> Plane:
        """How much of what lies below it hides (shadow included), 0 to 1."""
        return 1 - self.pixels[:, :, 1]


@dataclass(frozen=True)
class Placement:
    """Where the whole figure lies: turned by `angle_rad` about `center_px`, then shifted."""

    angle_rad: float = 0.0
    shift_x_px: float = 0.0
    shift_y_px: float = 0.0
    center_px: tuple[float, float] = (0.0, 0.0)

    @property
    def is_rest(self) -> bool:
        """Whether nothing is turned or shifted."""
        return self.angle_rad == 0 and self.shift_x_px == 0 and self.shift_y_px == 0

    def matrix(self) -> NDArray[np.float64]:
        """Rest to placed picture coordinates, shape (2, 3)."""
        cos, sin = float(np.cos(self.angle_rad)), float(np.sin(self.angle_rad))
        x, y = self.center_px
        return np.array(
            [
                [cos, -sin, x - cos * x + sin * y + self.shift_x_px],
                [sin, cos, y - sin * x - cos * y + self.shift_y_px],
            ]
        )


def bent(layer: Layer, amplitudes: Mapping[str, float]) -> Field:
    """The layer's pixels, moved by its bends (amplitude in px each); those it does not have are left out."""
    total: Field | None = None
    for name, amplitude in amplitudes.items():
        if amplitude and name in layer.bends:
            part = layer.bends[name] * np.float32(amplitude)
            total = part if total is None else total + part
    if total is None:
        return layer.pixels
    height, width = layer.pixels.shape[:2]
    columns = np.arange(width, dtype=np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None]
    return _sampled(layer.pixels, columns - total[:, :, 0], rows - total[:, :, 1])


def _sampled(pixels: Field, x: Plane, y: Plane) -> Field:
    # Outside it lets everything through and adds nothing.
    moved: Field = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return moved


def lay(picture: Field, layer: Layer, pixels: Field, placement: Placement) -> None:
    """Put a layer's (bent) pixels over a picture, in place.

    Args:
        picture: shape (height, width, k), float32; channel 0 reflectance, then chroma where k is 3.
        layer: where the pixels belong.
        pixels: from `bent`.
        placement: of the whole figure.
    """
    left, top = layer.left, layer.top
    if not placement.is_rest:
        pixels, left, top = _placed(pixels, left, top, placement, picture.shape[:2])
    first_y, first_x = max(-top, 0), max(-left, 0)
    pixels = pixels[first_y : picture.shape[0] - top, first_x : picture.shape[1] - left]
    height, width = pixels.shape[:2]
    if height == 0 or width == 0 or left >= picture.shape[1] or top >= picture.shape[0]:
        return
    below = picture[top + first_y : top + first_y + height, left + first_x : left + first_x + width]
    below *= pixels[:, :, 1:2]
    below[:, :, 0] += pixels[:, :, 0]
    if below.shape[2] == 3:
        below[:, :, 1:] += pixels[:, :, 2:4]


def _placed(pixels: Field, left: int, top: int, placement: Placement, size: Sequence[int]) -> tuple[Field, int, int]:
    height, width = pixels.shape[:2]
    matrix = placement.matrix()
    corners = np.array(
        [[left, top, 1], [left + width, top, 1], [left, top + height, 1], [left + width, top + height, 1]]
    )
    reached = corners @ matrix.T
    new_left, new_top = (max(int(v), 0) for v in np.floor(reached.min(axis=0)))
    new_right, new_bottom = np.ceil(reached.max(axis=0)).astype(int)
    new_width, new_height = min(new_right, size[1]) - new_left, min(new_bottom, size[0]) - new_top
    if new_width <= 0 or new_height <= 0:
        return pixels[:0, :0], 0, 0
    local = matrix.copy()
    local[:, 2] += matrix[:, :2] @ (left, top) - (new_left, new_top)
    border = (0.0, 1.0, 0.0, 0.0)
    warped: Field = cv2.warpAffine(pixels, local, (new_width, new_height), borderValue=border)
    return warped, new_left, new_top


def extent(layers: Sequence[Layer], bend: str) -> tuple[float, float, float]:
    """Center x, y and standard deviation (px) of what a bend moves, each pixel weighted by how far it goes."""
    weights, xs, ys = [], [], []
    for layer in layers:
        if bend in layer.bends:
            field = layer.bends[bend]
            weight = np.hypot(field[:, :, 0], field[:, :, 1]) * layer.opacity
            rows, columns = np.nonzero(weight > 0.02)
            weights.append(weight[rows, columns])
            xs.append(columns + layer.left)
            ys.append(rows + layer.top)
    weight, x, y = np.concatenate(weights), np.concatenate(xs), np.concatenate(ys)
    center_x, center_y = float(np.average(x, weights=weight)), float(np.average(y, weights=weight))
    variance = np.average((x - center_x) ** 2 + (y - center_y) ** 2, weights=weight) / 2
    return center_x, center_y, float(np.sqrt(variance))
