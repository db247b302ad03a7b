"""How each part of the infant moves the picture: displacement fields with a soft transition at the joints.

Every field is in px for an amplitude of 1 px, so that an amplitude is exactly the peak displacement.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detector.truth.scene.drawing import paint
from detector.truth.scene.drawing.layers import Field
from detector.truth.scene.drawing.paint import Plane, Point, Shape, Sheet
from detector.truth.scene.drawing.pose import SIDES, Pose

BREATH = "breath"
ROLL = "roll"


def body_bends(pose: Pose, sheet: Sheet, leg_radii: Sequence[float]) -> dict[str, Field]:
    """Fields of the layer of trunk and legs."""
    x, y = sheet.grid()
    along, across = pose.body_coordinates(x, y)
    bends = common_bends(pose, sheet)
    middle = np.exp(-((along - 58) ** 2 + across**2) / (2 * 42.0**2))
    bends["trunk"] = _peaked(_sideways(pose, middle.astype(np.float32)))
    for side in SIDES:
        leg = paint.limb(x, y, pose.legs[side], [radius * pose.size for radius in leg_radii])
        hip, knee, ankle, _ = pose.legs[side]
        thigh, shin = _length(hip, knee), _length(knee, ankle)
        around = paint.smoothstep(-24.0, -4.0, leg.inside)
        bends[f"{side}_leg"] = _swing(x, y, hip, paint.smoothstep(8.0, thigh, leg.along) * around)
        bends[f"{side}_foot"] = _swing(x, y, ankle, _beyond(leg, thigh + shin - 10, 22.0) * around)
    return bends


def arm_bends(pose: Pose, sheet: Sheet, side: str, radii: Sequence[float]) -> dict[str, Field]:
    """Fields of the layer of one arm."""
    x, y = sheet.grid()
    arm = paint.limb(x, y, pose.arms[side], [radius * pose.size for radius in radii])
    shoulder, elbow, wrist, _ = pose.arms[side]
    upper, lower = _length(shoulder, elbow), _length(elbow, wrist)
    around = paint.smoothstep(-40.0, -18.0, arm.inside)
    return common_bends(pose, sheet) | {
        f"{side}_arm": _swing(x, y, shoulder, paint.smoothstep(4.0, upper * 0.9, arm.along) * around),
        f"{side}_forearm": _swing(x, y, elbow, _beyond(arm, upper - 8, 26.0) * around),
        f"{side}_hand": _swing(x, y, wrist, _beyond(arm, upper + lower - 12, 20.0) * around),
    }


def head_bends(pose: Pose, sheet: Sheet) -> dict[str, Field]:
    """Fields of the layer of the head: a roll, in which the face slides over the sphere more than the outline turns."""
    x, y = sheet.grid()
    up, across = pose.head_coordinates(x, y)
    sphere = np.sqrt(np.clip(1 - (up / 62) ** 2 - (across / 54) ** 2, 0, 1)).astype(np.float32)
    slide = 0.65 * paint.blurred(sphere, 3 * sheet.scale) + 0.35 * np.clip((up + 60) / 120, 0, 1)
    field = np.dstack([-pose.toward_crown[1] * slide, pose.toward_crown[0] * slide]).astype(np.float32)
    return common_bends(pose, sheet) | {"head": _peaked(field)}


def common_bends(pose: Pose, sheet: Sheet) -> dict[str, Field]:
    """Fields that every layer follows: breathing, and the trunk turning about its long axis."""
    along, across = pose.body_coordinates(*sheet.grid())
    half = np.float32(68 * pose.size)
    belly = np.exp(-(((along - 55) / 70) ** 2))
    breath = np.clip(across / half, -1, 1) * belly
    roll = np.sqrt(np.clip(1.1 - (across / (half * 1.6)) ** 2, 0, 1)) * np.exp(-(((along - 60) / 110) ** 2))
    return {BREATH: _sideways(pose, breath.astype(np.float32)), ROLL: _sideways(pose, roll.astype(np.float32))}


def _sideways(pose: Pose, amount: Plane) -> Field:
    return np.dstack([-pose.axis[1] * amount, pose.axis[0] * amount]).astype(np.float32)


def _swing(x: Plane, y: Plane, pivot: Point, weight: Plane) -> Field:
    """Turning about a joint, faded by `weight`, with a peak of 1."""
    return _peaked(np.dstack([-(y - pivot[1]) * weight, (x - pivot[0]) * weight]).astype(np.float32))


def _peaked(field: Field) -> Field:
    peak = float(np.hypot(field[:, :, 0], field[:, :, 1]).max())
    return field / np.float32(peak or 1.0)


def _beyond(shape: Shape, joint: float, softness: float) -> Plane:
    return paint.smoothstep(joint - softness * 0.6, joint + softness, shape.along)


def _length(start: Point, stop: Point) -> float:
    return float(np.hypot(stop[0] - start[0], stop[1] - start[1]))
