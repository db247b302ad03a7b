"""A long trace out of a short one."""

from __future__ import annotations

from detector.motion.trace import MotionTrace, join_traces
from tests.traces import with_columns


def repeated(trace: MotionTrace, length_s: float) -> MotionTrace:
    """The trace again and again, each time later by its length, until it is about `length_s` long."""
    period_s = float(trace.frames.time_s[-1] + trace.frames.duration_s[-1] - trace.frames.time_s[0])
    turns = range(round(length_s / period_s))
    return join_traces(
        [
            with_columns(
                trace,
                time_s=trace.frames.time_s + turn * period_s,
                block_start_s=trace.noise.blocks.start_s + turn * period_s,
                span_start_s=trace.noise.spans.start_s + turn * period_s,
            )
            for turn in turns
        ]
    )
