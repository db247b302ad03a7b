"""Real footage with planted movements, with default parameters, never worse than before.

The footage stands beside the project, not in it; where it is missing these tests are skipped.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.truth.scoring.score import Score
from tests.accuracy.practice import PRACTICE

CLIPS = (
    "crib-lamp", "crib-night", "crib-wifi", "crib-rough", "crib-empty",
    "crib-limb", "crib-wide", "crib-signs", "crib-rhythm", "crib-awake",
)  # fmt: skip
REAL = (
    "cctv_ir_night.mp4",
    pytest.param("rodent_eye_ir_0-400s.mp4", marks=pytest.mark.long),
    "empty_chamber.wmv",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PRACTICE.is_dir(), reason="the practice footage is not here"),
]


@pytest.mark.parametrize("name", CLIPS)
def test_planted(
    name: str, score_clip: Callable[[str, Path, Path], Score], shortfalls: Callable[[str, Score], list[str]]
) -> None:
    score = score_clip(name, PRACTICE / name / "clip.mp4", PRACTICE / name / "truth.csv")
    assert shortfalls(name, score) == []


@pytest.mark.parametrize("name", REAL)
def test_real(
    name: str,
    tmp_path: Path,
    score_clip: Callable[[str, Path, Path], Score],
    shortfalls: Callable[[str, Score], list[str]],
) -> None:
    # Nothing is known of what moves here: it can be read to its end, and the number of events is bounded.
    nothing = tmp_path / "truth.csv"
    nothing.write_text("onset,duration,label\n")
    score = score_clip(name, PRACTICE / "real" / name, nothing)
    assert shortfalls(name, score) == []
