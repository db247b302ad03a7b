"""Whether two clips that claim the same time show the same pictures, one view at two times, or two views."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Sequence
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.errors import DetectorError, UsageError
from detector.footage.decode import iter_packets
from detector.footage.info import VideoInfo

logger = logging.getLogger(__name__)

N_LIKE_PACKETS = 12
"""So many packets of the same sizes in a row are the same pictures."""

SAME_VIEW = 0.6
"""Two pictures of one view correlate at least so well, without their coarse brightness."""

LEAST_DETAIL = 1.5
"""Small pictures whose detail stays below this, grey levels, are noise or darkness, and show no view."""

MOST_PAIRS = 6
"""How many pairs of clips are looked at."""

_THUMB = (48, 27)


class Likeness(StrEnum):
    """What two clips of the same time have in common."""

    SAME = "the same pictures"
    VIEW = "one view, at other times"
    OTHER = "other views"
    UNKNOWN = "cannot be told"


Compare = Callable[[VideoInfo, VideoInfo, float], Likeness]


def compare_clips(first: VideoInfo, second: VideoInfo, ahead_s: float) -> Likeness:
    """What two clips that claim the same time have in common.

    Args:
        first: the clip that begins first.
        second: the other.
        ahead_s: how much later the second begins, by its claim, s.
    """
    if _holds(first.packets.size, second.packets.size[:N_LIKE_PACKETS]):
        return Likeness.SAME
    try:
        ours, theirs = _thumb(second, 0.0), _thumb(first, ahead_s)
    except (DetectorError, StopIteration, cv2.error) as error:
        logger.debug("%s and %s: %s", first.path, second.path, error)
        return Likeness.UNKNOWN
    if min(float(np.abs(ours).max()), float(np.abs(theirs).max())) < LEAST_DETAIL:
        return Likeness.UNKNOWN
    if _correlation(ours, theirs) < SAME_VIEW:
        return Likeness.OTHER
    # One camera gives a large and a small stream of the same pictures.
    is_other_size = (first.width_px, first.height_px) != (second.width_px, second.height_px)
    is_within = ahead_s + second.length_s <= first.length_s + 2.0
    return Likeness.SAME if is_other_size and is_within else Likeness.VIEW


def other_views(infos: Sequence[VideoInfo], compare: Compare | None) -> list[str]:
    """One sentence where clips that follow one another show other views; a few pairs over the night are looked at.

    Args:
        infos: in order of time.
        compare: tells what two clips have in common; None looks at nothing.
    """
    pairs = list(itertools.pairwise(infos))
    if compare is None or not pairs:
        return []
    chosen = [pairs[place] for place in sorted({round(x) for x in np.linspace(0, len(pairs) - 1, MOST_PAIRS)})]
    for first, second in chosen:
        if compare(first, second, max(first.length_s - 0.5, 0.0)) == Likeness.OTHER:
            names = f"{first.path.name} and {second.path.name}"
            return [f"The view or the light changes between clips (such as {names}): is all of it from one camera?"]
    return []


def refuse_two_cameras(clashes: Sequence[tuple[VideoInfo, VideoInfo]], n_clips: int) -> None:
    """Refuse clips of one time and two views.

    Raises:
        UsageError: there is such a pair.
    """
    if clashes:
        first, second = clashes[0]
        raise UsageError(
            f"{first.path.name} and {second.path.name} were filmed at the same time and show different pictures, so "
            f"these {n_clips} clips are of two cameras; analyze each camera by itself, or allow it (--force)."
        )


def _holds(sizes: NDArray[np.int32], sought: NDArray[np.int32]) -> bool:
    if len(sought) < N_LIKE_PACKETS or len(sizes) < len(sought):
        return False
    windows = np.lib.stride_tricks.sliding_window_view(sizes, len(sought))
    return bool((windows == sought).all(axis=1).any())


def _thumb(info: VideoInfo, time_s: float) -> NDArray[np.float32]:
    """A small picture of a clip, the one at `time_s` or the nearest after it."""
    place = min(int(np.searchsorted(info.packet_times_s, time_s)), len(info.packet_times_s) - 1)
    keys = np.flatnonzero(info.is_key[: place + 1])
    frame = next(iter_packets(info, int(keys[-1]) if len(keys) else 0))
    small = cv2.resize(frame.luma, _THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = small - cv2.GaussianBlur(small, (0, 0), 4.0)
    # What moves through the view stands out by far, and is not the view.
    most = 2.0 * float(np.median(np.abs(detail)))
    return np.asarray(np.clip(detail, -most, most), np.float32)


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale > 0 else 1.0
