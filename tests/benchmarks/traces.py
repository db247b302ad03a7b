"""A long trace out of a short one."""

from __future__ import annotations

from dataclasses import replace

from detector.motion.trace import MotionTrace, join_traces


def repeated(trace: MotionTrace, length_s: float) -> MotionTrace:
    """The trace again and again, each time later by its length, until it is about `length_s` long."""
    period_s = float(trace.time_s[-1] + trace.duration_s[-1] - trace.time_s[0])
    turns = range(round(length_s / period_s))
    return join_traces(
        [
            replace(
                trace,
                time_s=trace.time_s + turn * period_s,
                block_start_s=trace.block_start_s + turn * period_s,
                span_start_s=trace.span_start_s + turn * period_s,
            )
            for turn in turns
        ]
    )
