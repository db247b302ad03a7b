"""A layer with what belongs to it: how loud each of its frames is."""

import numpy as np
import pytest

from detector.motion.view import lag_loudness
from tests.drawing import Sketch
from tests.traces import with_columns


def test_after_a_missing_picture_what_moves_slowly_is_louder(sketch: type[Sketch]) -> None:
    """By the square of the lag; in each block beside the usual lag of that block, as a camera may become slower."""
    trace = sketch(40.0, 8.0).trace()
    lag_s = np.where(trace.frames.time_s < 20.0, 0.125, 0.25).astype(np.float32)
    lag_s[[80, 240]] *= 2.0
    lag_s[100] *= 1.3
    frames = with_columns(trace, lag_s=lag_s).frames
    found = lag_loudness(frames, np.array([0.0, 20.0]), 1.5)
    assert found[[80, 240]] == pytest.approx([4.0, 4.0])
    assert np.delete(found, [80, 240]) == pytest.approx(1.0)


def test_of_no_frame_there_is_none(sketch: type[Sketch]) -> None:
    assert len(lag_loudness(sketch(0.0).trace().frames, np.zeros(0), 1.5)) == 0
