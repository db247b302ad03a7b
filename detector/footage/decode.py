"""Decoding a stretch of one file: the same frames, bit for bit, wherever the stretch begins."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from av import VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from detector.errors import FootageError
from detector.footage.container import is_exhausted, iter_demux, open_video
from detector.footage.info import NO_STAMP, Frame, PacketTable, VideoInfo
from detector.footage.luma import luma_of, scaled
from detector.footage.packets import last_keys, place_of_packet, place_of_rank

logger = logging.getLogger(__name__)

MAX_KEYS_BACK = 4
"""How many key frames to go back for a clean start before taking what comes."""

MAX_STRAY_PACKETS = 64
"""Packets after a seek that may be unknown (torn by landing in their middle) before reading from the start instead."""

SEEK_BACK_S = (0, 4, 16)
"""How much earlier than the key frame to ask for, s, one after the other, where seeking lands too late."""

MOST_GROWTH = 4
"""Pictures in the middle of a file may have so many times the px of the first ..."""

LEAST_MOST_PX = 2_100_000
"""... or so many px, whichever is more."""

DAMAGE_LASTS_S = 10.0
"""Damage is taken to be gone at the next key frame, or after this time where key frames are rarer, s."""


class _SeekFailedError(Exception):
    """The container did not land where the packet table says."""


class _NotCleanError(Exception):
    """The first picture after a seek is not the key frame asked for, or is damaged: begin earlier."""


def iter_packets(
    info: VideoInfo,
    first: int = 0,
    stop: int | None = None,
    offset_s: float = 0.0,
    on_packet: Callable[[bool], None] | None = None,
) -> Iterator[Frame]:
    """Decode the frames `first` to `stop` (half-open) of a file, counted in presentation order.

    Decoding begins at the nearest key frame at or before `first`; where that does not come out clean (recovery points,
    damage), at an earlier one. Where seeking misses, packets are read from the start of the file without decoding
    them. So the frames are those of one decode of the whole file. Packets that give no picture are skipped.

    Args:
        info: from `probe`.
        first: first packet in presentation order.
        stop: one past the last packet, or None for all.
        offset_s: added to the times of the frames, s.
        on_packet: called for each packet read, with whether it was decoded.

    Yields:
        Frames, strictly ascending in time.

    Raises:
        FootageError: the file cannot be opened or has changed since it was probed.
    """
    stop = len(info.packet_times_s) if stop is None else stop
    starts = _starts(info, first)
    for attempt, start in enumerate(starts):
        is_strict = attempt < len(starts) - 1
        try:
            yield from _decode_from(info, _Stretch(start, first, stop, offset_s, is_strict and start > 0, on_packet))
        except _NotCleanError:
            logger.debug("%s: no clean start at packet %d, beginning earlier", info.path, start)
        else:
            return


@dataclass(frozen=True)
class _Stretch:
    """Decode from packet `start` (file order), keep ranks `first` to `stop`; a strict start must come out clean."""

    start: int
    first: int
    stop: int
    offset_s: float
    is_strict: bool
    on_packet: Callable[[bool], None] | None = None


@dataclass(frozen=True)
class _Way:
    """One way to seek: to a stamp, ticks, or to a place in the file, bytes."""

    offset: int
    is_bytes: bool


def _starts(info: VideoInfo, first: int) -> list[int]:
    """Packets in file order to begin decoding at, best first; the last is taken whatever comes."""
    table = info.packets
    if first == 0 or (table.is_reordered and not table.is_order_known):
        return [0]
    places = [place_of_rank(table, rank) for rank in last_keys(info.is_key, first, MAX_KEYS_BACK)]
    nearest = sorted((place for place in places if place is not None), reverse=True)
    return nearest if len(nearest) == MAX_KEYS_BACK else [*nearest, 0]


def _decode_from(info: VideoInfo, stretch: _Stretch) -> Iterator[Frame]:
    decoding = _Decoding(info, stretch)
    try:
        yield from decoding.frames(is_seeking=stretch.start > 0)
    except _SeekFailedError:
        logger.debug("%s: seeking misses, reading from the start", info.path)
        rest = replace(stretch, first=max(stretch.first, decoding.last + 1))
        yield from _Decoding(info, rest).frames(is_seeking=False)


@dataclass
class _Decoding:
    """One pass of a decoder over a stretch, with what it has seen of damage."""

    info: VideoInfo
    stretch: _Stretch
    last: int = -1
    bad: set[int] = field(default_factory=set)
    damaged_since_s: float | None = None
    is_shuffled: bool = False

    def frames(self, *, is_seeking: bool) -> Iterator[Frame]:
        info = self.info
        size = (info.width_px, info.height_px)
        self.last = int(info.packets.rank[self.stretch.start]) - 1 if self.stretch.start else -1
        with open_video(info.path, _most_px(info), info.device) as (container, stream):
            fed = _located(container, stream, info, self.stretch.start if is_seeking else None)
            before = (0, 0)
            for picture, rank in self._pictures(fed, stream.codec_context):
                is_damaged = self._is_damaged(rank, is_corrupt=picture.is_corrupt)
                here = picture.width, picture.height
                is_seam, before = here != before != (0, 0), here
                if rank >= self.stretch.stop:
                    return
                if rank < self.stretch.first:
                    continue
                yield Frame(
                    float(info.packet_times_s[rank] + self.stretch.offset_s),
                    float(info.packet_durations_s[rank]),
                    scaled(luma_of(picture, info.packets.quarter_turns), size),
                    bool(info.is_key[rank]),
                    is_damaged,
                    is_seam,
                )

    def _pictures(
        self, fed: Iterator[tuple[int, Packet[VideoStream] | None]], context: VideoCodecContext
    ) -> Iterator[tuple[VideoFrame, int]]:
        """Decoded pictures with their ascending ranks; what is late or not shown is left out."""
        tell = self.stretch.on_packet
        for place, packet in fed:
            if tell is not None:
                tell(place >= self.stretch.start)
            if place < self.stretch.start:
                continue
            for picture in self._decoded(place, packet, context):
                rank = self._rank(picture)
                if rank <= self.last:
                    continue
                self._check_start(rank, is_corrupt=picture.is_corrupt)
                yield picture, rank
                self.last = rank

    def _decoded(self, place: int, packet: Packet[VideoStream] | None, context: VideoCodecContext) -> list[VideoFrame]:
        if packet is not None:
            # The decoder hands this number back with the picture, in whatever order it shows them.
            packet.pts = place
            if packet.is_corrupt:
                self.bad.add(int(self.info.packets.rank[place]))
        try:
            return context.decode(packet)
        except FFmpegError as error:
            if is_exhausted(error, 4 * context.width * context.height):
                raise  # what this process cannot decode is no damage of the file
            logger.debug("%s: packet %d: %s", self.info.path, place, error)
            if packet is not None:
                self.bad.add(int(self.info.packets.rank[place]))
            return []

    def _rank(self, picture: VideoFrame) -> int:
        place = picture.pts
        table = self.info.packets
        if place is None or not 0 <= place < len(table.rank):
            return self.last + 1 if place is None else -1
        rank = int(table.rank[place])
        if table.is_order_known or rank < 0:
            return rank
        # Without presentation stamps, pictures shown in another order than stored are counted from key frame on.
        self.is_shuffled |= table.is_reordered or rank <= self.last
        return max(self.last + 1, rank if self.info.is_key[rank] else 0) if self.is_shuffled else rank

    def _check_start(self, rank: int, *, is_corrupt: bool) -> None:
        start_rank = int(self.info.packets.rank[self.stretch.start])
        is_first = self.stretch.is_strict and self.last == start_rank - 1
        if is_first and (rank != start_rank or is_corrupt):
            raise _NotCleanError

    def _is_damaged(self, rank: int, *, is_corrupt: bool) -> bool:
        """Whether a picture, or one since the last key frame, had errors."""
        if is_corrupt:
            self.bad.add(rank)
        if not self.bad and self.damaged_since_s is None:
            return False
        times_s, is_key = self.info.packet_times_s, self.info.is_key
        for seen in range(self.last + 1, rank + 1):
            if is_key[seen]:
                self.damaged_since_s = None
            if seen in self.bad:
                self.bad.discard(seen)
                self.damaged_since_s = float(times_s[seen])
        since_s = self.damaged_since_s
        return since_s is not None and float(times_s[rank]) - since_s < DAMAGE_LASTS_S


def _most_px(info: VideoInfo) -> int:
    """How large a picture may be: a stream may grow in its middle, but not beyond all measure."""
    width, height = info.coded_px
    return max(MOST_GROWTH * width * height, LEAST_MOST_PX)


def _located(
    container: InputContainer, stream: VideoStream, info: VideoInfo, target: int | None
) -> Iterator[tuple[int, Packet[VideoStream] | None]]:
    """Packets with their place in the table, then one None to flush; from near `target`, or from the start."""
    sizes = info.packets.size
    place = 0
    packets = _iter_sound(container, stream)
    if target is not None:
        packets, place = _seek(container, stream, info.packets, target)
    for packet in packets:
        if place >= len(sizes) or (place == len(sizes) - 1 and packet.size > sizes[place]):
            break  # the file has grown since it was probed; its last packet was not yet whole then
        if packet.size != sizes[place]:
            if target is not None:
                raise _SeekFailedError
            raise FootageError(f"{info.path}: this file has changed since it was first read; start the analysis again.")
        yield place, packet
        place += 1
    yield place, None


def _iter_sound(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    return (packet for packet in iter_demux(container, stream) if packet is not None)


def _seek(
    container: InputContainer, stream: VideoStream, table: PacketTable, target: int
) -> tuple[Iterator[Packet[VideoStream]], int]:
    """Packets from at or before `target` on, and the place of the first."""
    for way in _ways(stream, table, target):
        try:
            container.seek(way.offset, stream=stream, unsupported_byte_offset=way.is_bytes)
        except (FFmpegError, OverflowError):
            continue
        packets = _iter_sound(container, stream)
        found = _first_known(packets, table, target)
        if found is not None:
            return itertools.chain([found[0]], packets), found[1]
    raise _SeekFailedError


def _ways(stream: VideoStream, table: PacketTable, target: int) -> list[_Way]:
    """Ways to seek, best first: transport streams land by decoding stamp, raw streams know only bytes."""
    stamp, pos = int(table.stamp[target]), int(table.pos[target])
    ways = [_Way(pos, is_bytes=True)] if pos >= 0 else []
    if stamp != NO_STAMP:
        backs = [round(back_s / stream.time_base) if stream.time_base else 0 for back_s in SEEK_BACK_S]
        by_stamp = [_Way(stamp - back, is_bytes=False) for back in backs]
        ways = [by_stamp[0], *ways, *by_stamp[1:]]
    return ways


def _first_known(
    packets: Iterator[Packet[VideoStream]], table: PacketTable, target: int
) -> tuple[Packet[VideoStream], int] | None:
    """The first packet after a seek that is in the table, and its place; None where it is past `target`."""
    for packet in itertools.islice(packets, MAX_STRAY_PACKETS):
        pos = packet.pos if packet.pos is not None else -1
        stamp = packet.pts if packet.pts is not None else packet.dts
        place = place_of_packet(table, pos, stamp, packet.size, target)
        if place is not None:
            return (packet, place) if place <= target else None
    return None
