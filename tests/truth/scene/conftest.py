"""A small scene without breathing and noise, and how its pictures change."""

from dataclasses import replace

import numpy as np
import pytest

from detector.truth.scene.draw import draw_scene
from detector.truth.scene.spec import SceneSpec

SIZE_PX = (320, 180)
STILL = SceneSpec(duration_s=2.0, fps=10.0, size_px=SIZE_PX, seed=3, breathing_px=0.0, noise=0.0)


def lumas(spec: SceneSpec) -> np.ndarray:
    return np.stack([picture.luma for picture in draw_scene(spec).pictures]).astype(np.int16)


def changes(spec: SceneSpec) -> np.ndarray:
    """Greatest grey-level change of any pixel from each picture to the next, shape (n - 1,)."""
    return np.abs(np.diff(lumas(spec), axis=0)).max(axis=(1, 2))


@pytest.fixture(scope="module")
def rest() -> np.ndarray:
    """The scene at rest, no breathing and no noise."""
    return lumas(replace(STILL, duration_s=0.1))[0]
