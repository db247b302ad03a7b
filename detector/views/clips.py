"""Events as small films: one to a file, or all of a kind to a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS, Event
from detector.footage.info import Frame
from detector.night.files.loading import takes_night
from detector.night.layout import CLIPS_FOLDER
from detector.night.movie import Box, Film, film_stretch
from detector.night.night import Night
from detector.views.wording import elapsed

Done = Callable[[int, int], None]

MARGIN_S = 1.5
"""Before and after an event inside the report: enough to see that it was still, and no more to decode."""


def write_clip(
    night: Night,
    start_s: float,
    stop_s: float,
    path: str | Path,
    *,
    box: Box | None = None,
    margin_s: float = 2.0,
    footage: str | Path | None = None,
) -> Path:
    """Write a stretch of a night as a small film (H.264 in MP4, gray, true times).

    Args:
        night: whose footage it is.
        start_s: where it begins, recording time, s.
        stop_s: where it ends, recording time, s.
        path: the file to write, replaced only if this program made it.
        box: `(left, top, right, bottom)`, source px, drawn into the pictures; None draws none.
        margin_s: how much to add before and after, s, as far as the night reaches.
        footage: folder that holds the footage now; None looks where it was analyzed and beside the night folder.

    Returns:
        The path.

    Raises:
        UsageError: the stretch is empty, or `path` is a file of somebody else.
        FootageError: the footage is gone, is another one than was analyzed, or has no picture there.
        OSError: the file cannot be written.
    """
    before_s, after_s = with_margin(night, start_s, stop_s, margin_s)
    return film_stretch(night, before_s, after_s, box=box, footage=footage).save(path)


def with_margin(night: Night, start_s: float, stop_s: float, margin_s: float) -> tuple[float, float]:
    """A stretch with a little of what was before and after, inside the night, s."""
    return max(start_s - margin_s, night.start_s), min(stop_s + margin_s, max(night.stop_s, stop_s))


def film_event(
    night: Night,
    event: Event,
    *,
    most_s: float,
    long_side_px: int,
    footage: str | Path | None = None,
    watch: Callable[[Frame], object] | None = None,
) -> Film:
    """One event with `MARGIN_S` before and after, at most `most_s` long in all: of longer ones the beginning."""
    start_s, stop_s = with_margin(night, event.start_s, event.stop_s, MARGIN_S)
    stop_s = min(stop_s, start_s + most_s)
    return film_stretch(night, start_s, stop_s, long_side_px=long_side_px, footage=footage, watch=watch)


@takes_night
def write_clips(
    night: Night,
    folder: str | Path | None = None,
    *,
    kinds: Sequence[str] = (),
    margin_s: float = 2.0,
    with_box: bool = True,
    footage: str | Path | None = None,
    progress: Done | None = None,
) -> list[Path]:
    """Write a film of each event into a folder.

    Args:
        night: what was found.
        folder: where to; None takes the folder `clips` inside the night folder.
        kinds: only events of these kinds; empty takes all.
        margin_s: seconds before and after each event.
        with_box: whether the place that moved is framed.
        footage: folder that holds the footage now.
        progress: called with how many are done, and of how many.

    Returns:
        The files, in order of time; empty where the night has no such event.

    Raises:
        UsageError: there is no such kind, no folder to write to, or a file of somebody else is in the way.
        FootageError: the footage is gone, is another one than was analyzed, or has no picture there.
        OSError: a file cannot be written.
    """
    unknown = [kind for kind in kinds if kind not in EVENT_KINDS]
    if unknown:
        raise UsageError(f"{unknown[0]}: expected a kind of event ({', '.join(EVENT_KINDS)}).")
    if folder is None and night.folder is None:
        raise UsageError("clips: expected a folder to write to, since this night is not in a folder; name one.")
    place = Path(folder) if folder is not None else Path(night.folder or ".") / CLIPS_FOLDER
    chosen = [
        (event, f"{name}.mp4")
        for event, name in zip(night.decision.events, clip_names(night), strict=True)
        if not kinds or event.kind in kinds
    ]
    if chosen:
        place.mkdir(parents=True, exist_ok=True)
    paths = []
    for event, name in chosen:
        box = event.box_px if with_box else None
        span_s = event.start_s, event.stop_s
        paths.append(write_clip(night, *span_s, place / name, box=box, margin_s=margin_s, footage=footage))
        if progress is not None:
            progress(len(paths), len(chosen))
    return paths


def clip_names(night: Night) -> list[str]:
    """A name for the film of each event, such as `e0012_twitch_22h30m05`: number, kind, and when."""
    return [
        f"{name}_{event.kind}_{_when(night, event.start_s)}"
        for name, event in zip(night.event_ids, night.decision.events, strict=True)
    ]


def _when(night: Night, time_s: float) -> str:
    at = night.wall_clock(time_s)
    hours, minutes, seconds = elapsed(time_s).split(":") if at is None else f"{at:%H:%M:%S}".split(":")
    return f"{hours}h{minutes}m{seconds}"
