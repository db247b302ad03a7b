"""What the camera and the light explain of a change of the picture, and what remains to be judged.

Where much of a picture changes at once, one model is fitted to its change D = later - earlier picture I:

    D = u . grad I + zoom (p . grad I) + turn (p' . grad I) + focus lap I + g(p) I + o(p)

a shift, zoom and turn of the whole picture, a change of focus, a gain g and an offset o that vary smoothly over it (p
is the place). Tukey's weights follow the majority of the picture, so a body in it is an outlier and stays in what
remains. The model is linear for small displacements only, so the picture is moved by what was found and the fit made
again (Gauss-Newton). Registration with a gain is standard (Lucas and Kanade 1981; Bartoli 2008); the term of focus is
ours, and so is the test: what the model predicts must be there in nearly every tile of the picture where it predicts a
change, all over the picture. A body that moves predicts a change of the background that is not there.

A light whose edge sweeps over the picture has no smooth gain, but light moves no edge: around each pixel the later
picture is a multiple of the earlier one. Where nearly all of the changed picture keeps its texture (each picture less
the mean of its close surroundings; the correlation of neighborhoods), the texture is compared, with a gain of its own
in each neighborhood. By its texture, another picture is told from the same one in other light, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.pictures.shrink import FloatImage
from detector.params import CameraParams

Values = NDArray[np.float64]

_SAMPLES = 2500
_FITS = 4
_ROUNDS = 4
_TUKEY = 4.685  # 95 % as good as least squares where errors are Gaussian
_TILES = (8, 6)
_AREA = (7, 7)
_CLOSE = (5, 5)


class Cause(IntEnum):
    """What explains a change of the whole picture."""

    NOTHING = 0
    SHIFT = 1
    FOCUS = 2
    LIGHT = 3


@dataclass(frozen=True)
class Explained:
    """A change of the picture without what the camera and the light did.

    Attributes:
        left: what remains, shape (height, width), grey levels.
        cause: what explains most of the rest.
        shift_px: displacement `(x, y)` of the picture's middle, px of this picture.
        gain: relative change of the brightness of the picture.
    """

    left: FloatImage
    cause: Cause = Cause.NOTHING
    shift_px: tuple[float, float] = (0.0, 0.0)
    gain: float = 0.0


def explain(before: FloatImage, after: FloatImage, params: CameraParams, *, goes_on: bool = False) -> Explained:
    """Take out of a change what the camera and the light explain.

    Args:
        before: the earlier picture, shape (height, width), float32, grey levels.
        after: the later one, of the same shape.
        params: how sure it has to be.
        goes_on: whether pictures just before were explained: then light at a place, such as one that flickers while the
            whole picture steps, is looked for where less is left.

    Returns:
        The change as it is where nothing explains it.
    """
    change = after - before
    moved, predicted, motion, light, focus = _fitted(before, after, params)
    result = Explained(change)
    is_there = _agreement(change, predicted - before, params) >= params.agreeing_tiles
    if is_there and _is_same_picture(moved, after, params):
        left = (after - predicted) * _inside(before, motion)
        cause, gain = _cause(before, motion, light, focus), _gain(moved, predicted)
        if cause is Cause.LIGHT:
            left = _beyond(change, predicted - before)
        result = Explained(left, cause, (-motion[0], -motion[1]), gain)
    least = params.loud_share * (params.going_on_local if goes_on else 1.0)
    if np.mean(result.left * result.left > params.loud_energy) >= least:
        unmoved = before if result.cause in {Cause.NOTHING, Cause.LIGHT} else moved
        local = _without_local_light(unmoved, after, params)
        if local is not None:
            # Around edges that moved, the texture is the same and the brightness another: light is the cause where
            # more is gone by it than by what was found before.
            whole, without, least = (float(np.mean(picture * picture)) for picture in (change, result.left, local))
            cause = Cause.LIGHT if without - least >= whole - without else result.cause
            return Explained(local, cause, result.shift_px, _gain(unmoved, after))
    return result


def _beyond(change: FloatImage, predicted: FloatImage) -> FloatImage:
    """What changed against the predicted change or beyond it; anything between nothing and that is explained.

    What is drawn into the picture is not lit, shadows are lit less, and an encoder follows a plain step of light only
    after a while.
    """
    none = np.float32(0.0)
    left: FloatImage = change - np.clip(change, np.minimum(predicted, none), np.maximum(predicted, none))
    return left


def _gain(before: FloatImage, after: FloatImage) -> float:
    """Relative change of the brightness; a gain and an offset of the fit may make up for each other."""
    return float(after.mean()) / max(float(before.mean()), 1.0) - 1.0


@cache
def _places(height: int, width: int) -> tuple[FloatImage, FloatImage]:
    """Coordinates of the pixels: 0 in the middle, 1 at the right edge."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    half = np.float32(width / 2)
    return (x - np.float32(width - 1) / 2) / half, (y - np.float32(height - 1) / 2) / half


def _fitted(
    before: FloatImage, after: FloatImage, params: CameraParams
) -> tuple[FloatImage, FloatImage, Values, Values, float]:
    """The earlier picture as it moved; the later one as the model predicts it; motion (px), terms of light, focus."""
    motion = np.zeros(4)
    moved = predicted = before
    solution = np.zeros(14)
    for fit in range(_FITS):
        solution = _solved(moved, predicted, after)
        motion = motion + solution[:4]
        # Motion adds up from fit to fit; light and focus are of the moved picture, and found anew each time.
        moved = _moved(before, motion)
        predicted = _lit(moved, solution[5:], float(solution[4]))
        if fit > 0 and np.abs(solution[:4]).max() < 0.05:
            break
        # What the first fit does not find nearly anywhere no further one finds all over: a body moves.
        if fit == 0 and _agreement(after - before, predicted - before, params) < 0.5 * params.agreeing_tiles:
            break
    return moved, predicted, motion, solution[5:], float(solution[4])


def _lit(moved: FloatImage, light: Values, focus: float) -> FloatImage:
    """A picture in other light and focus, within what a picture can hold."""
    x, y = _places(*moved.shape)
    a, b, c, d, e, f, g, h, k = (np.float32(value) for value in light)
    gain = (a + b * x + c * y + d * x * x + e * x * y + f * y * y) / np.float32(100.0)
    predicted = moved + moved * gain + (g + h * x + k * y) + np.float32(focus) * _laplacian(moved)
    within: FloatImage = np.clip(predicted, np.float32(0.0), np.float32(255.0))
    return within


def _laplacian(picture: FloatImage) -> FloatImage:
    result: FloatImage = cv2.Laplacian(picture, cv2.CV_32F, ksize=3)
    return result


def _moved(picture: FloatImage, motion: Values) -> FloatImage:
    """A picture whose content has gone where the model says; x' = x + motion is where each pixel comes from."""
    height, width = picture.shape
    shift_x, shift_y, zoom, turn = motion
    zoom, turn = zoom / (width / 2), turn / (width / 2)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    matrix = np.array(
        [
            [1 + zoom, -turn, shift_x - zoom * middle_x + turn * middle_y],
            [turn, 1 + zoom, shift_y - turn * middle_x - zoom * middle_y],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    result: FloatImage = cv2.warpAffine(picture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return result


def _inside(picture: FloatImage, motion: Values) -> FloatImage:
    """1 where the moved picture shows something that was in the picture before, 0 along the edges where it does not."""
    inside: FloatImage = (_moved(np.pad(np.ones_like(picture[2:-2, 2:-2]), 2), motion) >= 1.0).astype(np.float32)
    return inside if np.abs(motion).max() > 0.05 else np.ones_like(picture)


def _solved(moved: FloatImage, predicted: FloatImage, after: FloatImage) -> Values:
    """Terms of the model that explain the change of most of the picture, shape (14,).

    Args:
        moved: the earlier picture, moved by what was found before.
        predicted: the same in the light and focus found before: edges are halfway between this and the later picture.
        after: the later picture.
    """
    step = max(int(np.sqrt(after.size / _SAMPLES)), 1)
    some = np.s_[1:-1:step, 1:-1:step]
    mean: FloatImage = ((predicted + after) / 2).astype(np.float32)
    across, down = cv2.Sobel(mean, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(mean, cv2.CV_32F, 0, 1, scale=0.125)
    x, y = _places(*after.shape)
    pictures = (across, down, _laplacian(moved), moved / np.float32(100), x, y)
    across, down, focus, light, x, y = (picture[some].ravel() for picture in pictures)
    motions = [across, down, x * across + y * down, x * down - y * across]
    lights = [light, light * x, light * y, light * x * x, light * x * y, light * y * y]
    table = np.stack([*motions, focus, *lights, np.ones_like(x), x, y], axis=1)
    change = (after - moved)[some].ravel()
    ridge = 1e-3 * len(change) * np.eye(table.shape[1])
    weight: NDArray[np.floating] = np.ones_like(change)
    solution = np.zeros(table.shape[1])
    for _ in range(_ROUNDS):
        weighted = (table * weight[:, None]).T
        solution = np.linalg.solve((weighted @ table).astype(np.float64) + ridge, weighted @ change)
        rest = change - table @ solution.astype(np.float32)
        scale = max(1.4826 * float(np.median(np.abs(rest))), 0.3)
        weight = np.square(np.clip(1 - np.square(rest / np.float32(_TUKEY * scale)), 0, None)).astype(np.float32)
    return solution


def tiles(picture: FloatImage) -> FloatImage:
    """Means over the tiles of a picture, shape (6, 8)."""
    means: FloatImage = cv2.resize(picture, _TILES, interpolation=cv2.INTER_AREA)
    return means


def _agreement(change: FloatImage, predicted: FloatImage, params: CameraParams) -> float:
    """In what share of the tiles in which a change is predicted it is seen, 0 to 1; 0 if that is not all over."""
    power, common = tiles(predicted * predicted), tiles(predicted * change)
    tells = power > params.tile_energy
    rows, columns = np.nonzero(tells)
    if len(rows) < params.min_tiles * tells.size:
        return 0.0
    if np.ptp(rows) + 1 < tells.shape[0] / 2 or np.ptp(columns) + 1 < tells.shape[1] / 2:
        return 0.0
    slope = common[tells] / power[tells]
    return float(np.mean((slope > 0.5) & (slope < 2.0)))


def _cause(before: FloatImage, motion: Values, light: Values, focus: float) -> Cause:
    """Which terms change the picture most."""
    across, down = cv2.Sobel(before, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(before, cv2.CV_32F, 0, 1, scale=0.125)
    edges = float(np.sqrt((np.mean(across * across) + np.mean(down * down)) / 2))
    by_motion = float(np.hypot(np.hypot(motion[0], motion[1]), 0.5 * np.hypot(motion[2], motion[3]))) * edges
    laplacian = _laplacian(before)
    by_focus = abs(focus) * float(np.sqrt(np.mean(laplacian * laplacian)))
    level = float(before.mean()) / 100.0
    by_light = abs(light[0] * level + light[6]) + float(np.abs(light[1:6]).sum()) * level / 3
    return (Cause.SHIFT, Cause.FOCUS, Cause.LIGHT)[int(np.argmax([by_motion, by_focus, by_light]))]


@dataclass(frozen=True)
class _Textures:
    """The texture of two pictures, each less the mean of its close surroundings, and how alike it is around each pixel.

    Light that ends somewhere in the picture has a soft edge, which is as smooth as that and no texture.

    Attributes:
        before, after: shape (height, width) each, grey levels.
        power_before, power_after: mean square around each pixel, grey levels squared.
        common: mean product.
    """

    before: FloatImage
    after: FloatImage
    power_before: FloatImage
    power_after: FloatImage
    common: FloatImage

    @classmethod
    def of(cls, before: FloatImage, after: FloatImage) -> _Textures:
        """Texture, power and likeness around each pixel."""
        before, after = before - cv2.blur(before, _CLOSE), after - cv2.blur(after, _CLOSE)
        powers = (cv2.blur(product, _AREA) for product in (before * before, after * after, before * after))
        return cls(before, after, *powers)

    def are_there(self, params: CameraParams) -> NDArray[np.bool_]:
        """Where there is texture in both pictures, shape (height, width)."""
        there: NDArray[np.bool_] = np.minimum(self.power_before, self.power_after) > params.texture_energy
        return there

    def kept(self, where: NDArray[np.bool_], params: CameraParams) -> float:
        """Share of some pixels around which both pictures show the same texture, however bright."""
        likeness = self.common[where] / np.sqrt(self.power_before[where] * self.power_after[where])
        return float(np.mean(likeness > params.likeness)) if likeness.size else 0.0


def _is_same_picture(moved: FloatImage, after: FloatImage, params: CameraParams) -> bool:
    """Whether most of the texture is still there: a fit may take away a whole picture and put smooth light there."""
    textures = _Textures.of(moved, after)
    return textures.kept(textures.are_there(params), params) >= params.same_share


def _without_local_light(before: FloatImage, after: FloatImage, params: CameraParams) -> FloatImage | None:
    """What is left of the texture without the gain around each pixel; None where what changed does not keep its own."""
    textures = _Textures.of(before, after)
    change = cv2.blur(np.square(after - before), _AREA)
    tells = textures.are_there(params) & (change > params.loud_energy)
    if np.count_nonzero(tells) < params.loud_share * before.size / 2:
        return None
    if textures.kept(tells, params) < params.like_share:
        return None
    power = np.maximum(textures.power_before, np.float32(params.texture_energy))
    gain: FloatImage = np.clip(textures.common / power, np.float32(0.2), np.float32(5.0))
    left: FloatImage = textures.after - gain * textures.before
    n_loud, n_left = (np.count_nonzero(cv2.blur(d * d, (2, 2)) > params.loud_energy) for d in (after - before, left))
    return left if n_left <= params.most_left * n_loud else None
