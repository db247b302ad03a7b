"""The starts of all clips of a night, judged together: what no clip alone can tell."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from detector.errors import UsageError
from detector.footage.clock import find_zone, seconds_between, wall_clock
from detector.footage.info import VideoInfo
from detector.footage.remarks import gather
from detector.footage.starts import by_modification
from detector.params import FootageParams

LEAST_CLIPS = 5
"""So many clips in a row show what is steady."""

SLOW_RATIO = 1.05
"""Clips this much further apart than they last were filmed at another rate than they declare, if steadily so.

Cameras that lose a second or two between clips of a minute stay below."""

FAST_RATIO = 0.999
"""Clips this much nearer than they last: nothing but another rate explains that."""

Infos = list[VideoInfo]


def judge_starts(infos: Sequence[VideoInfo], params: FootageParams, notes: list[str]) -> Infos:
    """Starts to place the clips by.

    Args:
        infos: in natural order of their names; at least one.
        params: tolerance, longest night, whether to take together what does not fit.
        notes: what the user should know is added here.

    Returns:
        The clips in the same order, some with another start, or none; some with stretched times.

    Raises:
        UsageError: the clips are of several nights.
    """
    found = _believable(list(infos), params, notes)
    found = _unfolded(found, params.clock_tolerance_s)
    found = _one_night(found, params, notes)
    found = _kept_clock(found, params.clock_tolerance_s, notes)
    found = _modified(found, params, notes)
    return _stretched(found, notes)


def by_stamps(infos: Sequence[VideoInfo]) -> list[float] | None:
    """First stamps of clips without a start, s, where they go on from file to file; else None.

    Recorders that cut one stream into segments often let its stamps go on: these tell what is missing.
    """
    if len(infos) < 3 or any(info.start_at is not None for info in infos):
        return None
    stamps = np.array([info.first_stamp_s for info in infos])
    lengths = np.array([info.length_s for info in infos])
    steps = np.diff(stamps) - lengths[:-1]
    slack_s = 0.5
    goes_on = bool((steps >= -slack_s).all() and np.mean(steps <= slack_s) >= 0.5)
    return stamps.tolist() if goes_on and stamps[-1] - stamps[0] <= 86_400 else None


def _without(info: VideoInfo, how: str) -> VideoInfo:
    return replace(info, start_at=None, start_source="assumed", start_how=how)


def _believable(infos: Infos, params: FootageParams, notes: list[str]) -> Infos:
    """Starts from containers only if they leave room for each clip: they often tell when a file was copied."""
    told = sorted(
        (info.start_at.timestamp(), info.length_s, info.start_source) for info in infos if info.start_at is not None
    )
    is_crowded = any(
        before[0] + before[1] - after[0] > params.clock_tolerance_s and "container" in {before[2], after[2]}
        for before, after in itertools.pairwise(told)
    )
    if not is_crowded:
        return infos
    notes.append("The start times told inside the files overlap, so they were not believed.")
    return [_without(info, "not believed") if info.start_source == "container" else info for info in infos]


def _unfolded(infos: Infos, tolerance_s: float) -> Infos:
    """Of two clips that a repeated hour puts at the same time the later one gets the second pass."""
    doubtful = sorted(
        (info.start_at, index)
        for index, info in enumerate(infos)
        if info.start_at is not None
        and info.start_at.replace(fold=0).utcoffset() != info.start_at.replace(fold=1).utcoffset()
    )
    busy_until: datetime | None = None
    found = list(infos)
    for start_at, index in doubtful:
        if start_at.fold == 0 and busy_until and seconds_between(start_at, busy_until) > tolerance_s:
            found[index] = replace(infos[index], start_at=start_at.replace(fold=1))
        elif start_at.fold == 0:
            busy_until = wall_clock(start_at, infos[index].length_s)
    return found


def _one_night(infos: Infos, params: FootageParams, notes: list[str]) -> Infos:
    """Clips far from the others: a clock that began anew counts for nothing; several nights are refused."""
    longest_s = params.max_night_h * 3600.0
    starts_s = np.array([info.start_at.timestamp() if info.start_at else np.nan for info in infos])
    known = np.sort(starts_s[np.isfinite(starts_s)])
    if not len(known) or known[-1] - known[0] <= longest_s:
        return infos
    counts = np.searchsorted(known, known + longest_s, side="right") - np.arange(len(known))
    first_s = known[counts.argmax()]
    is_far = (starts_s < first_s) | (starts_s > first_s + longest_s)
    far = [info for info, is_out in zip(infos, is_far, strict=True) if is_out]
    if not params.force and not all(_began_anew(info) for info in far):
        days = (known[-1] - known[0]) / 86_400
        raise UsageError(
            f"These clips lie up to {days:,.1f} days apart ({far[0].path.name} is the first that does not fit), and a "
            f"night has at most {params.max_night_h:g} h; analyze each night by itself, or allow it (--force)."
        )
    text = "its clock is far from that of the others, so it was put behind the clip before it by name."
    notes += gather((info.path.name, text) for info in far)
    return [
        _without(info, "far from the others") if is_out else info for info, is_out in zip(infos, is_far, strict=True)
    ]


def _began_anew(info: VideoInfo) -> bool:
    """Whether the start is one of a clock that lost its time: the first two days of a year."""
    return info.start_at is not None and info.start_at.month == 1 and info.start_at.day <= 2


def _kept_clock(infos: Infos, tolerance_s: float, notes: list[str]) -> Infos:
    """Where the camera's clock did not change with its zone, the times after the change count on as before it."""
    order = sorted((info.start_told, index) for index, info in enumerate(infos) if info.start_told is not None)
    if not order:
        return infos
    before_s, after_s = (_offset_s(infos[order[place][1]].start_at) for place in (0, -1))
    found, is_kept, end = list(infos), False, None
    for _, index in order if before_s != after_s else []:
        proper = infos[index].start_at
        if proper is None:
            continue
        kept = wall_clock(proper, _offset_s(proper) - before_s)
        if end is not None and kept != proper and (proper.replace(fold=0).utcoffset() == proper.utcoffset()):
            by_rule_s, by_old_s = seconds_between(end, proper), seconds_between(end, kept)
            fits_rule = abs(by_rule_s) <= tolerance_s
            is_kept = not fits_rule and (abs(by_old_s) <= tolerance_s or by_rule_s < -tolerance_s or is_kept)
            found[index] = replace(infos[index], start_at=kept) if is_kept else infos[index]
        end = wall_clock(found[index].start_at or proper, infos[index].length_s)
    if any(new is not old for new, old in zip(found, infos, strict=True)):
        notes.append("The camera's clock did not change with its time zone; its times were counted on.")
    return found


def _offset_s(moment: datetime | None) -> float:
    offset = moment.utcoffset() if moment is not None else None
    return offset.total_seconds() if offset is not None else 0.0


def _modified(infos: Infos, params: FootageParams, notes: list[str]) -> Infos:
    """Where nothing else tells a start: the times at which the files were written, if they fit."""
    if any(info.start_at is not None for info in infos) or params.start:
        return infos
    starts = by_modification([info.path for info in infos], [info.length_s for info in infos])
    if starts is None:
        return infos
    zone = find_zone(params.time_zone)
    notes.append(
        "Start times were taken from when the files were written: they fit, but copying may have changed them."
    )
    return [
        replace(info, start_at=start.astimezone(zone), start_source="modified", start_how="end: when it was written")
        for info, start in zip(infos, starts, strict=True)
    ]


def _stretched(infos: Infos, notes: list[str]) -> Infos:
    """Where clips were filmed at another rate than they declare, their times are multiplied by one steady ratio."""
    ratio = steady_ratio(infos)
    if ratio == 1.0:
        return infos
    notes.append(
        f"The clips were filmed at {1 / ratio:.3g} times the rate that they declare, by the times of their starts; "
        f"their times were multiplied by {ratio:.4f}."
    )
    return [
        replace(
            info,
            packet_times_s=info.packet_times_s * ratio,
            packet_durations_s=info.packet_durations_s * ratio,
            stretch=ratio,
        )
        for info in infos
    ]


def steady_ratio(infos: Sequence[VideoInfo]) -> float:
    """What one second in the files is in life, by lengths and distances of starts; 1.0 where that is not steady.

    Only files whose pictures are evenly spaced are looked at: true stamps need no correction. The starts must lie on
    one line over the lengths, to within what whole seconds allow.
    """
    told = sorted(
        (info.start_at.timestamp(), info.length_s, _is_even(info))
        for info in infos
        if info.start_at is not None and info.start_source == "name"
    )
    if len(told) < LEAST_CLIPS or not all(is_even for _, _, is_even in told):
        return 1.0
    starts_s = np.array([start_s for start_s, _, _ in told])
    filmed_s = np.concatenate([[0.0], np.cumsum([length_s for _, length_s, _ in told])[:-1]])
    ratio, first_s = np.polyfit(filmed_s, starts_s - starts_s[0], 1)
    off_s = np.abs(starts_s - starts_s[0] - ratio * filmed_s - first_s).max()
    is_steady = off_s <= 1.0 and 0.2 < ratio < 5.0 and abs(ratio - 1.0) * filmed_s[-1] > 3.0
    return float(ratio) if is_steady and (ratio >= SLOW_RATIO or ratio <= FAST_RATIO) else 1.0


def _is_even(info: VideoInfo) -> bool:
    steps = np.diff(info.packet_times_s)
    return len(steps) > 1 and bool(np.ptp(steps) <= 0.0021)
