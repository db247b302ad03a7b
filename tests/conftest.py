"""Footage that several test files share, written with PyAV when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2  # before av: both bring FFmpeg libraries
import numpy as np
import pytest

CotWriter = Callable[..., Path]


@pytest.fixture(scope="session")
def write_cot() -> CotWriter:
    """Write a textured, slightly noisy picture in which a disc jerks 6 px aside for 0.3 s at given times.

    Call it with `path, duration_s, twitches_s=(), fps=10, size=(160, 120), seed=0`; a key frame stands every second.
    """
    import av

    def write(
        path: Path,
        duration_s: float,
        twitches_s: tuple[float, ...] = (),
        *,
        fps: int = 10,
        size: tuple[int, int] = (160, 120),
        seed: int = 0,
    ) -> Path:
        width, height = size
        random = np.random.default_rng(seed)
        ground = cv2.GaussianBlur(random.uniform(60, 160, (height, width)).astype(np.float32), (0, 0), 3) * 1.0
        with av.open(str(path), "w") as container:
            stream = container.add_stream(
                "libx264", rate=fps, options={"crf": "23", "g": str(fps), "preset": "ultrafast"}
            )
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, fps)
            for number in range(round(duration_s * fps)):
                time_s = number / fps
                aside = any(start_s <= time_s < start_s + 0.3 for start_s in twitches_s)
                picture = ground + random.normal(0, 1.0, ground.shape)
                center = (width // 2 + 6 * aside, height // 2)
                picture = cv2.circle(picture, center, height // 8, 200.0, -1, cv2.LINE_AA)
                frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="gray")
                frame.pts = number
                container.mux(stream.encode(frame.reformat(format="yuv420p")))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture(scope="session")
def cot(write_cot: CotWriter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """45 s at 10 fps with jerks at 7.0, 19.5 and 33.2 s."""
    return write_cot(tmp_path_factory.mktemp("footage") / "cot.mp4", 45.0, (7.0, 19.5, 33.2))
