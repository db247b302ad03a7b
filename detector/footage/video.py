"""One video file: what is in it, and its luma frames with exact presentation times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class VideoInfo:
    """What `probe` learned from a file's packets, without decoding a picture.

    Attributes:
        path: the file.
        size_bytes: its size.
        width_px, height_px: displayed size (after rotation).
        codec: FFmpeg's name, such as `"h264"`.
        header_fps: the rate that the container claims; 0 where it claims none. Never used for time.
        packet_times_s: presentation times, s, ascending, shape (n_packets,), float64.
        packet_durations_s: time each packet stands for, s, shape (n_packets,); a pause longer than `max_gap_s` counts
            with the usual frame interval only.
        is_key: which of them are key frames, shape (n_packets,), bool.
        damage: what was wrong with the file, one sentence each; empty for a healthy file.
        start_at: wall clock of the first frame, with offset, or None where it is not known.
        start_source: where `start_at` came from: `"name"`, `"container"`, `"user"` or `""`.
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
    start_at: datetime | None = None
    start_source: str = ""


@dataclass(frozen=True)
class Frame:
    """One decoded picture.

    Attributes:
        time_s: presentation time, s (file time from `iter_luma`, recording time from `iter_span`).
        duration_s: time it stands for, s, as in `VideoInfo.packet_durations_s`.
        luma: shape (height, width), uint8; full resolution as displayed. Valid until the next frame is asked for.
        is_key: whether it came from a key frame.
        is_damaged: whether the decoder reported errors in it.
    """

    time_s: float
    duration_s: float
    luma: NDArray[np.uint8]
    is_key: bool
    is_damaged: bool
