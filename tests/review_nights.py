"""Nights to review, small drawn footage that was really analyzed, and the command that serves their review page."""

from __future__ import annotations

import dataclasses
import re
import signal
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2  # before av: both bring FFmpeg libraries
import numpy as np

from detector.events.classify import EVENT_KINDS, Event
from detector.events.decide import Decision
from detector.motion.trace_file import save_trace
from detector.night.files.store import write_night
from detector.night.layout import JOINED_PART, MOTION_FOLDER
from detector.night.night import Night
from detector.run.analyze import analyze

FPS = 8
SIZE = (320, 180)
N_NOISES = 7
EVERY_S = 6.0
"""A drawn event each so many seconds, from 3 s on."""


def draw_footage(path: Path, n_jerks: int, *, codec: str = "libx264") -> Path:
    """A noisy picture in which a bright limb jerks aside for 0.4 s every 6 s."""
    import av

    pictures = _pictures(n_jerks)
    with av.open(str(path), "w") as container:
        options = {"crf": "28", "g": str(2 * FPS), "preset": "ultrafast", "x265-params": "log-level=none"}
        stream = container.add_stream(codec, rate=FPS, options=options)
        (stream.width, stream.height), stream.pix_fmt = SIZE, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, FPS)
        for number in range(round(max(n_jerks * EVERY_S + 6.0, 60.0) * FPS)):
            time_s = number / FPS
            is_aside = 3.0 <= time_s < 3.0 + n_jerks * EVERY_S and (time_s - 3.0) % EVERY_S < 0.4
            frame = pictures[is_aside][number % N_NOISES]
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _pictures(seed: int) -> list[list[Any]]:
    """Pictures at rest and aside, each under a few kinds of noise."""
    import av

    width, height = SIZE
    random = np.random.default_rng(seed)
    ground = cv2.GaussianBlur(random.uniform(60, 140, (height, width)).astype(np.float32), (0, 0), 4) * 1.0
    noises = [random.normal(0, 1.0, ground.shape) for _ in range(N_NOISES)]
    limbs = [
        cv2.ellipse(ground.copy(), (140 + aside_px, 100), (46, 16), 20, 0, 360, 215.0, -1, cv2.LINE_AA)
        for aside_px in (0, 14)
    ]
    return [
        [
            av.VideoFrame.from_ndarray(np.clip(limb + noise, 0, 255).astype(np.uint8), format="gray").reformat(
                format="yuv420p"
            )
            for noise in noises
        ]
        for limb in limbs
    ]


def night_to_review(folder: Path, n_events: int, *, n_jerks: int = 10, video: Path | None = None) -> Path:
    """A night folder with `n_events` events of all kinds in turn, evenly over footage with `n_jerks` jerks."""
    folder.mkdir(parents=True, exist_ok=True)
    video = video or draw_footage(folder / "cot_20241112_223010.mp4", n_jerks)
    found = analyze(video, workers=1)
    return save(found, folder / f"night{n_events}", spread(found, n_events))


def save(night: Night, folder: Path, events: Sequence[Event]) -> Path:
    """Write a night with other events than were found, without report and timeline."""
    (folder / MOTION_FOLDER).mkdir(parents=True)
    assert night.trace is not None
    save_trace(folder / MOTION_FOLDER / JOINED_PART, night.trace)
    parts = (folder / MOTION_FOLDER / JOINED_PART,)
    decision = Decision(tuple(events), night.decision.artifacts)
    write_night(dataclasses.replace(night, decision=decision, parts=parts), folder)
    return folder


def spread(night: Night, n_events: int) -> list[Event]:
    """Events of all kinds in turn, evenly over the night."""
    length_s = night.stop_s - night.start_s
    step_s = min(EVERY_S, (length_s - 6.0) / max(n_events, 1))
    return [
        event_at(3.0 + n * step_s, EVENT_KINDS[n % len(EVENT_KINDS)], snr=5.0 + (n * 37) % 60) for n in range(n_events)
    ]


def event_at(start_s: float, kind: str = "twitch", *, length_s: float = 0.4, snr: float = 20.0) -> Event:
    """An event where the limb of the drawn footage is; of a rhythm with rate and cycles."""
    is_rhythmic = kind == "rhythmic"
    return Event(
        kind=kind,  # type: ignore[arg-type]  # one of EVENT_KINDS
        start_s=round(start_s, 3),
        stop_s=round(start_s + length_s, 3),
        peak_s=round(start_s + length_s / 2, 3),
        x_px=147.0,
        y_px=100.0,
        area_fraction=0.03,
        snr=snr,
        rate_hz=2.5 if is_rhythmic else np.nan,
        n_cycles=10.0 if is_rhythmic else np.nan,
        regularity=0.9 if is_rhythmic else np.nan,
        is_sustained=False,
        box_px=(90.0, 76.0, 206.0, 128.0),
        reason=f"drawn as {kind}",
    )


PROGRAM = Path(sysconfig.get_path("scripts")) / "twitch-detector"


class Server:
    """The command as a user would start it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        words = [str(PROGRAM), "review", str(folder), "--no-browser", *options]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/\S+/", line)
        assert found, (line, self.process.communicate())
        self.url = found[0]

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal; what the command said last, and its exit code."""
        self.process.send_signal(number)
        words, _ = self.process.communicate(timeout=60)
        return self.process.returncode, words


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Server]:
    server = Server(folder, *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()
