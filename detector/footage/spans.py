"""The night in spans: units of measuring, cut by the footage alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.footage.decode import iter_packets
from detector.footage.info import Frame
from detector.footage.placing import Clip
from detector.footage.recording import Recording, Span
from detector.footage.seams import TAIL_S, SeamFinder
from detector.footage.stamps import longest_pause_s
from detector.params import FootageParams

__all__ = ["cut_spans", "iter_span", "on_its_own"]

Pieces = tuple[tuple[int, int, int], ...]

SLACK_S = 1 / 128
"""Times are compared with this slack, s: the same footage in other pieces has the same times but for rounding."""

_DIGITS = 6
"""Lengths that are differences of sums are rounded to so many digits of a second."""


def cut_spans(recording: Recording, params: FootageParams | None = None) -> tuple[Span, ...]:
    """Cut a recording into spans of about `span_s` at key frames.

    Clips that abut are as one stream, so a file cut into pieces at its key frames gives the same spans. A pause longer
    than `max_gap_s`, or another picture size, ends a span; the next one has no warm-up.

    Args:
        recording: the night.
        params: the length of a span, its warm-up, and the longest pause; the defaults when left out.

    Returns:
        Spans in order of time that together hold each packet once.
    """
    params = params or FootageParams()
    spans: list[Span] = []
    for run in _runs(recording, params.max_gap_s):
        cuts = _cuts(run, params.span_s)
        for first, stop in itertools.pairwise(cuts):
            warm = _warm_start(run, first, params.warm_up_s)
            stop_s = float(run.time_s[stop]) if stop < len(run.time_s) else run.stop_s
            spans.append(
                Span(len(spans), float(run.time_s[first]), stop_s, run.pieces(first, stop), run.pieces(warm, first))
            )
    return tuple(spans)


def iter_span(recording: Recording, span: Span, on_packet: Callable[[bool], None] | None = None) -> Iterator[Frame]:
    """Decode a span: its warm-up frames (`time_s < span.start_s`), then its own, in recording time.

    The frames equal those of one decode of the whole footage, bit for bit. Each file is opened once. The first picture
    of a file that does not continue the last one of the file before is marked as a seam.

    Args:
        recording: the night.
        span: which part of it.
        on_packet: called for each packet read, with whether it was decoded: silence means that a decoder hangs.

    Raises:
        FootageError: a file cannot be opened any more or has changed.
    """
    finder = SeamFinder()
    is_first_file = True
    for index, first, stop in _joined((*span.warm_up, *span.pieces)):
        clip = recording.clips[index]
        tail_s = clip.stop_s - TAIL_S
        is_first_picture = not is_first_file
        for frame in iter_packets(clip.info, first, stop, clip.offset_s, on_packet):
            is_seam = is_first_picture and finder.is_seam(frame.luma)
            if frame.time_s >= tail_s:
                finder.remember(frame.luma)
            yield replace(frame, is_seam=True) if is_seam else frame
            is_first_picture = False
        is_first_file = False


def on_its_own(recording: Recording, span: Span) -> tuple[Recording, Span]:
    """A span as if there were nothing else: its clips alone, in a time that is 0 where it starts.

    What is measured of that is the same wherever in a night the span lies.

    Args:
        recording: the night.
        span: which part of it.

    Returns:
        The recording of these clips, of which only `clips` is of use, and the span in it.
    """
    place = {clip: index for index, clip in enumerate(span.clips)}
    clip, packet, _ = span.pieces[0]
    start = recording.clips[clip]
    zero_s = float(start.info.packet_times_s[packet])
    # Offsets are sums over all clips before: how far two are apart is the same but for rounding.
    apart_s = [round(recording.clips[clip].offset_s - start.offset_s, _DIGITS) for clip in span.clips]
    clips = [
        replace(recording.clips[clip], offset_s=offset_s - zero_s)
        for clip, offset_s in zip(span.clips, apart_s, strict=True)
    ]
    pieces, warm_up = (
        tuple((place[clip], first, stop) for clip, first, stop in some) for some in (span.pieces, span.warm_up)
    )
    length_s = round(span.stop_s - span.start_s, _DIGITS)
    return replace(recording, clips=tuple(clips)), Span(0, 0.0, length_s, pieces, warm_up)


@dataclass(frozen=True)
class _Run:
    """Packets of a stretch without a pause, in presentation order across clips; arrays have shape (n,)."""

    clip: NDArray[np.int64]
    packet: NDArray[np.int64]
    time_s: NDArray[np.float64]
    can_cut: NDArray[np.bool_]
    stop_s: float

    def pieces(self, first: int, stop: int) -> Pieces:
        """The packets `first` to `stop` of the run, clip by clip."""
        if first >= stop:
            return ()
        clip = self.clip[first:stop]
        edges = [0, *(np.flatnonzero(np.diff(clip)) + 1).tolist(), stop - first]
        return tuple(
            (int(clip[low]), int(self.packet[first + low]), int(self.packet[first + high - 1]) + 1)
            for low, high in itertools.pairwise(edges)
        )


def _runs(recording: Recording, max_gap_s: float) -> Iterator[_Run]:
    group: list[tuple[int, int, int]] = []
    for index, clip in enumerate(recording.clips):
        for first, stop in _unbroken(clip, max_gap_s):
            if group and _is_apart(recording.clips, group[-1], (index, first, stop), max_gap_s):
                yield _run(recording.clips, group)
                group = []
            group.append((index, first, stop))
    if group:
        yield _run(recording.clips, group)


def _unbroken(clip: Clip, max_gap_s: float) -> list[tuple[int, int]]:
    """Stretches of a clip without a long pause, `(first, stop)` in presentation order."""
    times_s = clip.info.packet_times_s
    if clip.first >= len(times_s):
        return []
    longest_s = longest_pause_s(float(np.median(clip.info.packet_durations_s)), max_gap_s)
    breaks = (np.flatnonzero(np.diff(times_s[clip.first :]) > longest_s) + 1 + clip.first).tolist()
    edges = [clip.first, *breaks, len(times_s)]
    return list(itertools.pairwise(edges))


def _is_apart(
    clips: Sequence[Clip], before: tuple[int, int, int], after: tuple[int, int, int], max_gap_s: float
) -> bool:
    if before[0] == after[0]:
        return True
    earlier, later = clips[before[0]], clips[after[0]]
    pause_s = later.info.packet_times_s[after[1]] + later.offset_s - earlier.stop_s
    return bool(pause_s > max_gap_s or earlier.info.coded_px != later.info.coded_px)


def _run(clips: Sequence[Clip], group: Sequence[tuple[int, int, int]]) -> _Run:
    last = clips[group[-1][0]]
    stop = group[-1][2] - 1
    return _Run(
        clip=np.concatenate([np.full(stop - first, index) for index, first, stop in group]),
        packet=np.concatenate([np.arange(first, stop) for _, first, stop in group]),
        time_s=np.concatenate(
            [clips[index].info.packet_times_s[first:stop] + clips[index].offset_s for index, first, stop in group]
        ),
        can_cut=np.concatenate([_can_cut(clips[index], first, stop) for index, first, stop in group]),
        stop_s=float(last.info.packet_times_s[stop] + last.info.packet_durations_s[stop] + last.offset_s),
    )


def _can_cut(clip: Clip, first: int, stop: int) -> NDArray[np.bool_]:
    table = clip.info.packets
    if not table.is_order_known and table.is_reordered:
        # Pictures are then timed by counting from the start of the file: it cannot be begun in the middle.
        return np.equal(np.arange(first, stop), 0)
    return clip.info.is_key[first:stop]


def _cuts(run: _Run, span_s: float) -> list[int]:
    """Where spans begin, and the end of the run."""
    keys = np.flatnonzero(run.can_cut)
    cuts = [0]
    while True:
        wanted_s = run.time_s[cuts[-1]] + span_s - SLACK_S
        late = keys[np.searchsorted(run.time_s[keys], wanted_s) :]
        late = late[late > cuts[-1]]
        if not len(late):
            return [*cuts, len(run.time_s)]
        cuts.append(int(late[0]))


def _warm_start(run: _Run, first: int, warm_up_s: float) -> int:
    """Where decoding begins for a span that begins at `first`: a key frame at least the warm-up earlier."""
    if first == 0:
        return 0
    keys = np.flatnonzero(run.can_cut[:first])
    early = keys[run.time_s[keys] <= run.time_s[first] - warm_up_s + SLACK_S]
    return int(early[-1]) if len(early) else 0


def _joined(pieces: Pieces) -> Iterator[tuple[int, int, int]]:
    """Pieces of the same clip that follow one another as one."""
    held: tuple[int, int, int] | None = None
    for index, first, stop in pieces:
        if held is not None and held[0] == index and held[2] == first:
            held = (index, held[1], stop)
            continue
        if held is not None:
            yield held
        held = (index, first, stop)
    if held is not None:
        yield held
