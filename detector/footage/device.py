"""Hardware that decodes: which one works for this footage, found out by decoding a picture with it.

Decoders may differ by a grey level, so hardware is used only where it is asked for, one device a night, and what was
used is told with the results. Software decodes wherever the device does not.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detector.errors import FootageError, ParameterError
from detector.footage.container import iter_demux, open_video
from detector.footage.info import VideoInfo
from detector.footage.recording import Recording

OFF = "off"
DEVICES = ("cuda", "qsv", "vaapi", "videotoolbox")
"""Devices in the order in which `auto` tries them."""
CHOICES = (OFF, "auto", *DEVICES)

TRIAL_S = 30.0
_TRIAL = (
    "import sys; sys.path[:] = sys.argv[4:]; from detector.footage.device import say_trial; say_trial(*sys.argv[1:4])"
)
_PICTURES_TRIED = 64  # packets that may come before a first picture


@dataclass(frozen=True)
class Decoding:
    """What decodes a night.

    Attributes:
        device: one of `DEVICES`, empty for software.
        note: why it is not the device that was asked for; empty where it is.
    """

    device: str = ""
    note: str = ""

    @property
    def words(self) -> str:
        """The same in words, such as `software (cuda was asked for, but ...)`."""
        return (self.device or "software") + f" ({self.note})" * bool(self.note)


def check_choice(asked: str) -> None:
    """Refuse a device that is none.

    Raises:
        ParameterError: `asked` is none of `CHOICES`.
    """
    if asked not in CHOICES:
        raise ParameterError(f"hwaccel: expected one of {', '.join(CHOICES)}, but {asked!r} came.")


def choose_decoding(infos: Sequence[VideoInfo], asked: str) -> Decoding:
    """Find the device that decodes a night.

    Each device is tried in a process of its own, since a driver that crashes must not take the night with it. PyAV
    attaches devices to FFmpeg's own decoders; Quick Sync has decoders of its own, so `qsv` often ends in software.

    Args:
        infos: of all clips; one of each codec and picture size is tried.
        asked: one of `CHOICES`.

    Returns:
        The first device that gives a picture of all of them; software where there is none.

    Raises:
        ParameterError: `asked` is none of `CHOICES`.
    """
    check_choice(asked)
    if asked == OFF:
        return Decoding()
    samples = list({(info.codec, info.width_px, info.height_px): info for info in reversed(infos)}.values())
    reasons = []
    for device in DEVICES if asked == "auto" else (asked,):
        reason = next(filter(None, (_try_apart(info, device) for info in samples)), "")
        if not reason:
            return Decoding(device)
        reasons.append(reason)
    return Decoding("", f"{asked} was asked for, but {'; '.join(reasons)}")


def on_device(recording: Recording, decoding: Decoding) -> Recording:
    """The same recording, to be decoded so."""
    clips = tuple(replace(clip, info=replace(clip.info, device=decoding.device)) for clip in recording.clips)
    return replace(recording, clips=clips)


def try_device(path: Path, max_px: int, device: str) -> str:
    """Decode one picture with a device; why that failed, in one line, empty where it did not."""
    from av.codec.hwaccel import hwdevices_available
    from av.error import FFmpegError

    if device not in hwdevices_available():
        return f"{device} is unknown to this build of FFmpeg"
    try:
        with open_video(path, max_px, device) as (container, stream):
            if not stream.codec_context.is_hwaccel:
                return f"{device} does not decode {stream.codec_context.name}"
            for n_packets, packet in enumerate(iter_demux(container, stream)):
                if stream.codec_context.decode(packet):
                    return ""
                if n_packets == _PICTURES_TRIED:
                    break
    except (FFmpegError, FootageError, ValueError) as error:
        return str(error).removeprefix(f"{path}: ").rstrip(".")
    return f"{device} gives no picture"


def say_trial(path: str, max_px: str, device: str) -> None:
    """Be the process of a trial: the reason goes to standard output."""
    sys.stdout.write("\n" + try_device(Path(path), int(max_px), device))


def _try_apart(info: VideoInfo, device: str) -> str:
    words = [sys.executable, "-c", _TRIAL, str(info.path), str(info.width_px * info.height_px), device, *sys.path]
    try:
        done = subprocess.run(words, capture_output=True, timeout=TRIAL_S, check=False)
    except subprocess.TimeoutExpired:
        return f"{device} hung for {TRIAL_S:g} s"
    except OSError as error:
        return f"{device} cannot be tried ({error.strerror})"
    if done.returncode:
        return f"{device} ended the process that tried it (code {done.returncode})"
    return done.stdout.decode(errors="replace").rsplit("\n", 1)[-1]
