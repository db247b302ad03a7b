"""Real footage, where it lies beside the project."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from detector.footage.video import iter_luma, probe

REAL = Path(__file__).parents[3] / "shared" / "practice" / "real"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the practice footage is not here")


def test_a_stream_that_starts_late_begins_at_0() -> None:
    info = probe(REAL / "cctv_ir_night.mp4")
    assert (info.codec, len(info.packet_times_s)) == ("hevc", 5252)
    assert (info.start_s, info.first_stamp_s) == pytest.approx((0.0, 4.941), abs=1e-6)
    assert next(iter_luma(info)).time_s == 0.0


def test_windows_media_is_decoded() -> None:
    info = probe(REAL / "empty_chamber.wmv")
    assert (info.codec, info.damage) == ("wmv3", ())
    frames = [(frame.time_s, frame.luma.shape, frame.is_damaged) for frame in iter_luma(info)]
    assert frames == [(time_s, (240, 320), False) for time_s in info.packet_times_s]


def test_an_animal_in_the_dark_is_decoded() -> None:
    frames = list(islice(iter_luma(REAL / "rodent_eye_ir_0-400s.mp4"), 40))
    assert np.diff([frame.time_s for frame in frames]) == pytest.approx(0.05)
    assert {frame.luma.shape for frame in frames} == {(164, 218)}
