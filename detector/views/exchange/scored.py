"""What a person, or a tool, scored: things with a label and times of the recording, and where they were read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.errors import UsageError


@dataclass(frozen=True)
class Scored:
    """One thing that was scored.

    Attributes:
        label: in the scorer's words.
        start_s, stop_s: recording time, s; equal for a moment.
        event_id: of the event of ours that it was, such as `e0007`; empty where it is not known.
        subject: whom or where it is about; empty where it is not said.
        note: what was noted.
        where: place in the file, such as `line 7`, for messages.
        x_px, y_px: center, source px; None where it is not known.
    """

    label: str
    start_s: float
    stop_s: float
    event_id: str = ""
    subject: str = ""
    note: str = ""
    where: str = ""
    x_px: float | None = None
    y_px: float | None = None


@dataclass(frozen=True)
class Scoring:
    """All that one file holds, in order of start.

    Attributes:
        path: the file.
        format: `boris`, `bids`, `edf`, `elan`, `vtt` or `csv`.
        scored: what was scored.
    """

    path: Path
    format: str
    scored: tuple[Scored, ...]


def in_order(scored: Iterable[Scored]) -> tuple[Scored, ...]:
    """By start, then stop, then label."""
    return tuple(sorted(scored, key=lambda one: (one.start_s, one.stop_s, one.label)))


def unfit(path: Path, expected: str, came: str, example: Sequence[str] | str) -> UsageError:
    """One sentence about a file that cannot be read: what was expected, what came, and a row as it should be.

    Args:
        path: the file.
        expected: what it has to hold.
        came: what it holds.
        example: a row as it may look, or its cells.
    """
    row = example if isinstance(example, str) else ", ".join(example)
    return UsageError(f"{path}: expected {expected}, but {came}; a row looks like this: {row}")


def check_inside(scoring: Scoring, start_s: float, stop_s: float, slack_s: float = 1.0) -> Scoring:
    """The scoring, if all of it lies in the night.

    Args:
        scoring: in recording time.
        start_s: of the night, s.
        stop_s: of the night, s.
        slack_s: how far a person may be beside it.

    Raises:
        UsageError: something lies outside.
    """
    for one in scoring.scored:
        if one.start_s < start_s - slack_s or one.stop_s > stop_s + slack_s:
            raise unfit(
                scoring.path,
                f"times of this night, from {start_s:.1f} to {stop_s:.1f} s",
                f"{one.where or 'a row'} has {one.label!r} from {one.start_s:.1f} to {one.stop_s:.1f} s",
                f"{start_s + 0.5:.1f}, {start_s + 0.8:.1f}, twitch",
            )
    return scoring
