"""Footage that several test files share, written with PyAV when it is first needed."""

from __future__ import annotations

import tests.threads  # noqa: F401  # isort: skip

import contextlib
import io
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2  # before av: both bring FFmpeg libraries
import numpy as np
import pytest
from hypothesis import settings

from detector.motion.trace import MotionTrace
from tests.drawing import Film, Picture, Shift, Sketch
from tests.fault_tools import complaints, write_frames

# How long an example takes says how busy the machine is.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

CotWriter = Callable[..., Path]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is long is slow as well, so that the quick tests are those that are `not slow`."""
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one file go to one process, as they share nights that take seconds to make."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log)


# In the background of a shell, or under nohup, signals are ignored, here and in every process that tests start.
for name, usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), usual)

# The date of analysis is the one thing in which equal runs differ; tests compare runs byte by byte.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1735689600")


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


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6 s of noise; tests leave it as it is."""
    return write_frames(tmp_path_factory.mktemp("footage") / "good.mp4", list(range(60)))


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def command() -> Command:
    """Run the installed command in a process of its own, such as `command("params", "--json")`."""
    program = Path(sysconfig.get_path("scripts")) / "twitch-detector"

    def run(*args: object, **options: Any) -> subprocess.CompletedProcess[str]:
        words = [str(program), *(str(arg) for arg in args)]
        return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, **options)

    return run


@pytest.fixture(scope="session")
def here() -> Command:
    """Run the command in this process, with a tenth of the work: for what it says, not for how a process ends."""
    from detector.cli.app import main

    def run(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        words = ["twitch-detector", *(str(arg) for arg in args)]
        said, complained = io.StringIO(), io.StringIO()
        with (
            _as_a_command(words, cwd or Path.cwd()),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(complained),
            pytest.raises(SystemExit) as end,
        ):
            main()
        code = end.value.code
        assert isinstance(code, int)
        return subprocess.CompletedProcess(words, code, said.getvalue(), complained.getvalue())

    return run


@contextlib.contextmanager
def _as_a_command(words: list[str], folder: Path) -> Iterator[None]:
    """Arguments of a command in this process, and whatever it does with signals undone."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    arguments, handlers = sys.argv, {number: signal.getsignal(number) for number in numbers}
    sys.argv = words
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.argv = arguments
        for number, handler in handlers.items():
            signal.signal(number, handler)


def refused(done: subprocess.CompletedProcess[str], code: int, *said: str) -> None:
    """One sentence on stderr that says what is wanted, and the exit code."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(complaints(done.stderr)) == 1, done.stderr
    assert done.stderr.endswith((".\n", "?\n"))
    for words in said:
        assert words in done.stderr


@pytest.fixture(scope="session")
def analyzed(cot: Path, here: Command, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The command that wrote `cot_night`."""
    return here("analyze", cot, "--out", tmp_path_factory.mktemp("nights") / "night")


@pytest.fixture(scope="session")
def cot_night(analyzed: subprocess.CompletedProcess[str]) -> Path:
    """The folder that `analyze` wrote for `cot`; tests leave it as it is."""
    return Path(analyzed.args[-1])


@pytest.fixture(scope="session")
def film() -> Film:
    """Draws footage and measures it: `film.shoot(30.0, 15.0, [Shift(10.0, 0.4)])`."""
    return Film()


@pytest.fixture(scope="session")
def sketch() -> type[Sketch]:
    """Draws motion without footage: `sketch(20.0).move(5.0, 5.4, np.s_[4:8, 10:14]).trace()`."""
    return Sketch


@pytest.fixture(scope="session")
def twitching(film: Film) -> MotionTrace:
    """24 s at 15 fps: at 8.0 s a patch at (100, 60) px jerks aside for 0.4 s, at 16.0 s one at (220, 120) for 0.3 s."""
    return film.shoot(24.0, 15.0, [Shift(8.0, 0.4, 100, 60), Shift(16.0, 0.3, 220, 120)])


@pytest.fixture(scope="session")
def still(film: Film) -> MotionTrace:
    """24 s at 15 fps of noise; nothing moves."""
    return film.shoot(24.0, 15.0, seed=1)


@pytest.fixture
def spanned(sketch: type[Sketch]) -> MotionTrace:
    """12 s at 10 fps in three spans of 4 s with two blocks each, all with other floors; movements at 1, 5.9 and 9 s."""
    drawing = sketch(12.0, 10.0).move(1.0, 1.4, np.s_[2:5, 3:9]).move(5.9, 6.6, np.s_[8:12, 20:24], snr=12.0)
    drawing.move(9.0, 9.2, np.s_[2:5, 3:9]).move(3.0, 5.0, np.s_[1:3, 1:3], layer="slow")
    n_cells = drawing.rows * drawing.columns
    blocks, spans = np.arange(6.0)[:, None], np.arange(3.0)[:, None]
    cells = np.linspace(1.0, 2.0, n_cells)
    return drawing.trace(
        block_start_s=2.0 * np.arange(6.0),
        floor=(blocks + cells).astype(np.float16),
        level=np.linspace(0.5, 0.6, 6, dtype=np.float32),
        span_start_s=4.0 * np.arange(3.0),
        key_floor=(3.0 * spans + cells).astype(np.float16),
        tick=(0.1 * spans * cells).astype(np.float16),
        slow_floor=(spans + cells).astype(np.float16),
        lost_s=0.75,
    )


@pytest.fixture(scope="session")
def lamp(film: Film) -> MotionTrace:
    """24 s at 15 fps: brighter by a third from 8 s to 14 s; nothing moves."""

    def paint(picture: Picture, time_s: float) -> Picture:
        return picture * np.float32(1.3) + np.float32(12.0) if 8.0 <= time_s < 14.0 else picture

    return film.shoot(24.0, 15.0, paint=paint)


@pytest.fixture(scope="session")
def bumped(film: Film) -> MotionTrace:
    """24 s at 15 fps: from 8 s on the camera swings by 4 px, three times a second, and rests a second later."""

    def paint(picture: Picture, time_s: float) -> Picture:
        since_s = time_s - 8.0
        if since_s < 0.0:
            return picture
        aside_px = 4.0 * np.sin(6.0 * np.pi * since_s) * np.exp(-4.0 * since_s)
        back = np.array([[1.0, 0.0, aside_px], [0.0, 1.0, 0.5 * aside_px]])
        return cv2.warpAffine(picture, back, (film.width_px, film.height_px), borderMode=cv2.BORDER_REFLECT)

    return film.shoot(24.0, 15.0, paint=paint)


@pytest.fixture(scope="session")
def ticking(film: Film) -> MotionTrace:
    """40 s at 15 fps: two digits at 10-24, 6-18 px change with each second; nothing else moves."""

    def paint(picture: Picture, time_s: float) -> Picture:
        digits = np.random.default_rng(int(time_s)).integers(0, 2, (6, 7)).astype(np.float32)
        picture = picture.copy()
        picture[6:18, 10:24] = 20.0 + 200.0 * np.kron(digits, np.ones((2, 2), np.float32))
        return picture

    return film.shoot(40.0, 15.0, paint=paint)
