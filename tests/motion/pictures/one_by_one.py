"""Pictures of one texture, and the difference that each of them shows, measured one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.grid import grid_for
from detector.motion.pictures.difference import Differencer, Differences
from detector.params import Params, with_values

# Without explanations, a difference is what it is.
PARAMS = with_values(Params(), {"rules.without": "camera"})
SIZE = (240, 160)
TEXTURE = cv2.GaussianBlur(
    np.random.default_rng(3).uniform(40, 200, (2 * SIZE[1], 2 * SIZE[0])).astype(np.float32), (0, 0), 2.5
)


def window(x_px: float = 0.0, y_px: float = 0.0) -> NDArray[np.float32]:
    """A picture of the texture in which everything is displaced by so much (right, down)."""
    back = np.array([[1.0, 0.0, x_px - 100.0], [0.0, 1.0, y_px - 80.0]])
    return cv2.warpAffine(TEXTURE, back, SIZE, flags=cv2.INTER_LINEAR)


def luma(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Difference:
    """What a single frame shows."""

    energy: NDArray[np.float32]
    signed: NDArray[np.float32]
    lag_s: float
    global_change: float
    shift_px: tuple[float, float]


class OneByOne:
    """Measures each frame as soon as it comes."""

    def __init__(self, size: tuple[int, int], params: Params) -> None:
        self._measure = Differencer(grid_for(*size, params.motion), params)

    def add(
        self, time_s: float, picture: NDArray[np.uint8], *, with_long: bool
    ) -> tuple[Difference | None, Difference | None]:
        """The short and the long difference of this frame."""
        self._measure.put(picture)
        lags_s = self._measure.compare(time_s, with_long=with_long)
        return tuple(
            single(found, 0, lag_s) if lag_s else None
            for found, lag_s in zip(self._measure.measure(), lags_s, strict=True)
        )

    def reset(self) -> None:
        """Compare with nothing seen so far."""
        self._measure.reset()


def single(found: Differences, place: int, lag_s: float) -> Difference:
    """One of several differences, to keep."""
    return Difference(
        found.energy[place].copy(),
        found.signed[place].copy(),
        lag_s,
        found.global_change[place],
        told.shift_px if (told := found.explained[place]) else (0.0, 0.0),
    )


def differencer(size: tuple[int, int] = SIZE, params: Params = PARAMS) -> OneByOne:
    return OneByOne(size, params)


def last(pictures: Sequence[NDArray[np.uint8]], step_s: float = 0.13, params: Params = PARAMS) -> Difference:
    """The short difference of the last of some pictures, `step_s` apart."""
    height, width = pictures[0].shape
    measure = differencer((width, height), params)
    found = [measure.add(number * step_s, picture, with_long=False)[0] for number, picture in enumerate(pictures)][-1]
    assert found is not None
    return found
