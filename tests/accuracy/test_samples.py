"""The sample videos, with default parameters, never worse than before."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.truth.scoring.score import Score

SAMPLES = Path(__file__).parents[2] / "sample_videos"


@pytest.mark.parametrize(
    "name", ["rhythmic", *(pytest.param(name, marks=pytest.mark.slow) for name in ("quiet_night", "everything"))]
)
def test_sample(
    name: str, score_clip: Callable[[str, Path, Path], Score], shortfalls: Callable[[str, Score], list[str]]
) -> None:
    score = score_clip(name, SAMPLES / f"{name}.mp4", SAMPLES / f"{name}_truth.csv")
    assert shortfalls(name, score) == []
