"""How the infant lies: joints of a supine infant in a sleep suit, another pose for each seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detector.truth.scene.drawing.paint import Plane, Point

SIDES = ("left", "right")

# Body coordinates: x from pelvis to crown, y to the infant's left, reference units before the camera looks at it.
_TRUNK = ((-12.0, 0.0), (55.0, 0.0), (118.0, 0.0))
_HEAD = (238.0, 0.0)
_ARMS = {
    "raised": ((138.0, 60.0), (158.0, 122.0), (216.0, 134.0), (238.0, 128.0)),
    "out": ((138.0, 60.0), (128.0, 122.0), (182.0, 150.0), (202.0, 156.0)),
    "down": ((138.0, 60.0), (78.0, 100.0), (24.0, 116.0), (2.0, 116.0)),
}
_LEGS = {
    "frog": ((-18.0, 34.0), (-74.0, 96.0), (-142.0, 62.0), (-172.0, 84.0)),
    "straight": ((-18.0, 34.0), (-104.0, 60.0), (-182.0, 52.0), (-206.0, 74.0)),
}


@dataclass(frozen=True)
class Pose:
    """Where everything lies, in reference coordinates of the picture.

    Attributes:
        trunk: three points from pelvis to chest.
        shoulders: left and right.
        arms, legs: side to four points: shoulder, elbow, wrist, fist; hip, knee, ankle, toes.
        head: its center.
        toward_crown: unit vector of the head's axis.
        head_turn: how far the face is turned to a side, -1 to 1.
        axis: unit vector of the body from pelvis to head.
        size: body size, 1 is usual.
    """

    trunk: tuple[Point, ...]
    shoulders: tuple[Point, ...]
    arms: Mapping[str, tuple[Point, ...]]
    legs: Mapping[str, tuple[Point, ...]]
    head: Point
    toward_crown: Point
    head_turn: float
    axis: Point
    size: float

    def box(self, margin: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of everything, with a margin."""
        points = [*self.trunk, self.head, *(p for limb in (*self.arms.values(), *self.legs.values()) for p in limb)]
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin

    def body_coordinates(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Of picture points: along the body from the pelvis, and across it (reference units)."""
        from_x, from_y = x - np.float32(self.trunk[0][0]), y - np.float32(self.trunk[0][1])
        along = from_x * self.axis[0] + from_y * self.axis[1]
        across = from_y * self.axis[0] - from_x * self.axis[1]
        return along.astype(np.float32), across.astype(np.float32)

    def head_coordinates(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Of picture points: toward the crown and across the head, from its center (reference units at size 1)."""
        from_x, from_y = (x - np.float32(self.head[0])) / self.size, (y - np.float32(self.head[1])) / self.size
        up = from_x * self.toward_crown[0] + from_y * self.toward_crown[1]
        across = from_y * self.toward_crown[0] - from_x * self.toward_crown[1]
        return up.astype(np.float32), across.astype(np.float32)


@dataclass(frozen=True)
class _View:
    """From body coordinates to the picture: turn, size, mirror, and a camera that looks down at a slant."""

    angle_rad: float
    size: float
    mirror: float
    center: Point

    def __call__(self, point: Point) -> Point:
        x, y = (point[0] - 45.0) * self.size, point[1] * self.size
        cos, sin = float(np.cos(self.angle_rad)), float(np.sin(self.angle_rad))
        return (
            self.center[0] + self.mirror * (x * cos - y * sin),
            self.center[1] + 0.84 * (x * sin + y * cos),
        )


def draw_pose(rng: np.random.Generator, *, is_mirrored: bool) -> Pose:
    """A random supine pose in the middle of the cot, the head to the right, or to the left where mirrored."""
    view = _View(
        angle_rad=float(rng.uniform(-0.24, 0.1)),
        size=float(rng.uniform(1.02, 1.16)),
        mirror=-1.0 if is_mirrored else 1.0,
        center=(float(rng.uniform(395, 445)), float(rng.uniform(236, 252))),
    )
    arms = {side: _limb(rng, view, _ARMS[str(rng.choice(list(_ARMS), p=[0.5, 0.2, 0.3]))], side) for side in SIDES}
    legs = {side: _limb(rng, view, _LEGS[str(rng.choice(list(_LEGS), p=[0.7, 0.3]))], side) for side in SIDES}
    tilt = float(rng.uniform(-0.3, 0.3))
    head = view((_HEAD[0], _HEAD[1] + 26 * tilt))
    chin = view((_HEAD[0] - 50.0, 0.0))
    trunk = tuple(view(point) for point in _TRUNK)
    return Pose(
        trunk=trunk,
        shoulders=(view((132.0, 46.0)), view((132.0, -46.0))),
        arms=arms,
        legs=legs,
        head=head,
        toward_crown=_unit(chin, head),
        head_turn=float(rng.choice([-1.0, 1.0]) * rng.uniform(0.25, 0.8)),
        axis=_unit(trunk[0], trunk[2]),
        size=view.size,
    )


def _limb(rng: np.random.Generator, view: _View, points: tuple[Point, ...], side: str) -> tuple[Point, ...]:
    # Seen from above and on its back: with the head to the right, the left side is the lower one.
    sign = view.mirror if side == "left" else -view.mirror
    loose = [0.0, 7.0, 9.0, 9.0]
    shift = np.zeros(2)
    placed = []
    for (x, y), spread in zip(points, loose, strict=True):
        # Each joint carries the ones after it along.
        shift = shift * 0.8 + rng.uniform(-spread, spread, 2)
        placed.append(view((x + float(shift[0]), sign * y + float(shift[1]))))
    return tuple(placed)


def _unit(start: Point, stop: Point) -> Point:
    length = float(np.hypot(stop[0] - start[0], stop[1] - start[1]))
    return (stop[0] - start[0]) / length, (stop[1] - start[1]) / length
