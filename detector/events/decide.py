"""The quick half of an analysis: a motion trace and parameters to events and artifacts."""

from __future__ import annotations

from dataclasses import dataclass

from detector.events.classify import Event
from detector.motion.artifacts import Artifact
from detector.motion.trace import MotionTrace
from detector.params import Params


@dataclass(frozen=True)
class Decision:
    """What was found in a trace: events and artifacts, each sorted by start."""

    events: tuple[Event, ...]
    artifacts: tuple[Artifact, ...]


def decide(trace: MotionTrace, params: Params) -> Decision:
    """Find the events and artifacts of a recording; takes about a second for a night and needs no video."""
    raise NotImplementedError
