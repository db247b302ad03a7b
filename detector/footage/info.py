"""What flows out of this room: what a file holds, and its frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NO_STAMP = -(2**63)


@dataclass(frozen=True)
class PacketTable:
    """The packets of a file's picture stream in file order: what is needed to find a packet again after a seek.

    Attributes:
        rank: place of each packet's picture in presentation order, -1 where it shows none; shape (n,), int32.
        size: bytes of each packet, shape (n,), int32.
        pos: place in the file, bytes, -1 where the container does not say; shape (n,), int64, or int32.
        stamp: presentation (else decoding) stamp as stored in the file, ticks, `NO_STAMP` where there is none.
        is_order_known: whether presentation stamps are in the file. Without them pictures are timed in the order in
            which the decoder shows them.
        is_reordered: whether the decoder may show pictures in another order than they are stored.
        quarter_turns: how often the picture is turned by 90 degrees clockwise before it is shown, 0 to 3.
    """

    rank: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    size: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    pos: NDArray[np.int64] | NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int64))
    stamp: NDArray[np.int64] | NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int64))
    is_order_known: bool = True
    is_reordered: bool = False
    quarter_turns: int = 0


@dataclass(frozen=True)
class VideoInfo:
    """What `probe` learned from a file's packets, without decoding a picture.

    Attributes:
        path: the file.
        size_bytes: its size.
        width_px, height_px: size of the frames it gives, after rotation, and after scaling to the grid of the night
            where most of the night has another size.
        codec: FFmpeg's name, such as `"h264"`.
        header_fps: the rate that the container claims; 0 where it claims none. Never used for time.
        packet_times_s: presentation times, s, ascending, shape (n_packets,), float64; the first picture is at 0, as in
            a player, whatever the container calls it.
        packet_durations_s: time each packet stands for, s, shape (n_packets,); a pause longer than `max_gap_s` counts
            with the usual frame interval only.
        is_key: which of them are key frames, shape (n_packets,), bool.
        damage: what was wrong with the file, one sentence each; empty for a healthy file.
        repairs: those of `damage` that could be put right and cost no picture.
        start_at: wall clock of the first frame, with offset, or None where it is not known.
        start_source: where `start_at` came from: `"name"`, `"sidecar"`, `"container"`, `"modified"`, `"option"`, or
            `"assumed"` where nothing tells it.
        start_how: what was matched for it, one phrase.
        start_tolerance_s: by how much it may be wrong because of how it is written, s.
        start_told: the same on the camera's own clock, without zone, where its name tells no zone; else None.
        packets: the same packets in file order.
        device: hardware to decode it with, as FFmpeg names it; empty for software.
        first_stamp_s: what the container calls the time of the first picture, s.
        source_px: width and height of the pictures in the file, after rotation; (0, 0) for those of the frames.
        stretch: what its times were multiplied with because it was filmed at another rate than it declares.
        container: FFmpeg's name of the container, such as `"matroska,webm"`.
    """

    path: Path
    size_bytes: int
    width_px: int
    height_px: int
    codec: str
    header_fps: float
    packet_times_s: NDArray[np.float64]
    packet_durations_s: NDArray[np.float64]
    is_key: NDArray[np.bool_]
    damage: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    start_at: datetime | None = None
    start_source: str = "assumed"
    start_how: str = ""
    start_tolerance_s: float = 0.0
    start_told: datetime | None = None
    packets: PacketTable = field(default_factory=PacketTable)
    device: str = ""
    first_stamp_s: float = 0.0
    source_px: tuple[int, int] = (0, 0)
    stretch: float = 1.0
    container: str = ""

    @property
    def start_s(self) -> float:
        """Presentation time of the first frame, s (file time)."""
        return float(self.packet_times_s[0])

    @property
    def stop_s(self) -> float:
        """End of the last frame, s (file time)."""
        return float(self.packet_times_s[-1] + self.packet_durations_s[-1])

    @property
    def length_s(self) -> float:
        """From the first frame to the end of the last, s."""
        return self.stop_s - self.start_s

    @property
    def coded_px(self) -> tuple[int, int]:
        """Width and height of the pictures as they are in the file, before rotation and scaling."""
        width, height = self.source_px if self.source_px[0] else (self.width_px, self.height_px)
        return (height, width) if self.packets.quarter_turns % 2 else (width, height)


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture.

    Attributes:
        time_s: presentation time, s (file time from `iter_luma`, recording time from `iter_span`).
        duration_s: time it stands for, s, as in `VideoInfo.packet_durations_s`.
        luma: shape (height, width), uint8; full resolution as displayed. Valid until the next frame is asked for.
        is_key: whether it came from a key frame.
        is_damaged: whether the decoder reported errors in it, or in a frame since the last key frame that it builds on.
        is_seam: whether it does not continue the picture before it, because another file, or another picture size,
            begins here: what differs between the two is no movement.
    """

    time_s: float
    duration_s: float
    luma: NDArray[np.uint8]
    is_key: bool
    is_damaged: bool
    is_seam: bool = False
