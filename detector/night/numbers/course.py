"""How much moved, frame by frame: the course of a night's motion as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.motion.trace import MotionTrace
from detector.motion.view import LayerView
from detector.night.coverage import is_observed
from detector.params import Params

if TYPE_CHECKING:
    import pandas as pd

    from detector.events.excess import Active


def motion_course(trace: MotionTrace, params: Params) -> pd.DataFrame:
    """What the decision looks at, one row a frame.

    Args:
        trace: the stored motion.
        params: those of the decision; what light, bumps and the on-screen clock did is left out by them.

    Returns:
        `time_s` (recording time), `strength` (strongest place of the frame at the short lag, noise floors, what
        `burst.threshold` is compared with; 0 where nothing stands out), `slow_strength` (the same at the long lag, NaN
        in frames in which it was not measured), `moved_fraction` (share of the picture above its noise, 0 to 1),
        `brightness_change` (mean change of the picture, grey levels), `observed` (whether the frame shows a live,
        undamaged picture). No rows where nothing was measured.
    """
    import pandas as pd

    from detector.events.artifacts import find_artifacts
    from detector.events.excess import find_both

    frames = trace.frames
    slow_strength = np.full(len(frames), np.nan, np.float32)
    strength = np.zeros(len(frames), np.float32)
    if len(frames):
        fast, slow = find_both(trace, find_artifacts(trace, params), params)
        strength, slow_strength[frames.has_slow] = _peaks(*fast), _peaks(*slow)
    return pd.DataFrame(
        {
            "time_s": frames.time_s,
            "strength": strength,
            "slow_strength": slow_strength,
            "moved_fraction": frames.moved_fraction,
            "brightness_change": frames.global_change,
            "observed": is_observed(trace),
        }
    )


def _peaks(view: LayerView, active: Active) -> NDArray[np.float32]:
    """Strength of the strongest cell of each frame of a view, in noise floors; 0 where nothing stands out."""
    peaks = np.zeros(view.time_s.size, np.float32)
    np.maximum.at(peaks, active.frame, active.snr)
    return peaks
