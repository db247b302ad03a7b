"""Traces that several files of this room look at; each says what moves in it."""

from dataclasses import fields
from typing import Any

import cv2
import numpy as np
import pytest

from detector.motion.trace import Layer, MotionTrace


@pytest.fixture(scope="session")
def twitching(film: Any) -> MotionTrace:
    """24 s at 15 fps: at 8.0 s a patch at (100, 60) px jerks aside for 0.4 s, at 16.0 s one at (220, 120) for 0.3 s."""
    return film.shoot(24.0, 15.0, [film.shift(8.0, 0.4, 100, 60), film.shift(16.0, 0.3, 220, 120)])


@pytest.fixture(scope="session")
def still(film: Any) -> MotionTrace:
    """24 s at 15 fps of noise; nothing moves."""
    return film.shoot(24.0, 15.0, seed=1)


@pytest.fixture
def spanned(sketch: Any) -> MotionTrace:
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


@pytest.fixture
def cut() -> Any:
    """Cut a trace at a span's start, as if the parts had been measured one by one: `cut(trace, 4.0)`."""

    def at(trace: MotionTrace, time_s: float) -> tuple[MotionTrace, MotionTrace]:
        return _part(trace, -np.inf, time_s, trace.lost_s), _part(trace, time_s, np.inf, 0.0)

    return at


def _part(trace: MotionTrace, start_s: float, stop_s: float, lost_s: float) -> MotionTrace:
    # Frames, blocks and spans of the traces that are cut differ in number, so that tells what an array has rows of.
    inside = {
        len(times): (times >= start_s) & (times < stop_s)
        for times in (trace.time_s, trace.block_start_s, trace.span_start_s)
    }
    frames = np.flatnonzero(inside[len(trace.time_s)])
    values: dict[str, Any] = {}
    for field in fields(MotionTrace):
        value = getattr(trace, field.name)
        if isinstance(value, Layer):
            value = _rows(value, int(frames[0]), int(frames[-1]) + 1)
        elif isinstance(value, np.ndarray) and field.name != "reference":
            value = value[inside[len(value)]]
        values[field.name] = value
    return MotionTrace(**{**values, "lost_s": lost_s})


def _rows(layer: Layer, start: int, stop: int) -> Layer:
    first = layer.first[start : stop + 1]
    entries = slice(int(first[0]), int(first[-1]))
    return Layer(
        first - first[0], layer.cell[entries], layer.energy[entries], layer.signed[entries], layer.stride[start:stop]
    )


@pytest.fixture(scope="session")
def lamp(film: Any) -> MotionTrace:
    """24 s at 15 fps: brighter by a third from 8 s to 14 s; nothing moves."""

    def paint(picture: Any, time_s: float) -> Any:
        return picture * 1.3 + 12.0 if 8.0 <= time_s < 14.0 else picture

    return film.shoot(24.0, 15.0, paint=paint)


@pytest.fixture(scope="session")
def bumped(film: Any) -> MotionTrace:
    """24 s at 15 fps: from 8 s on the camera swings by 4 px, three times a second, and rests a second later."""

    def paint(picture: Any, time_s: float) -> Any:
        since_s = time_s - 8.0
        if since_s < 0.0:
            return picture
        aside_px = 4.0 * np.sin(6.0 * np.pi * since_s) * np.exp(-4.0 * since_s)
        back = np.array([[1.0, 0.0, aside_px], [0.0, 1.0, 0.5 * aside_px]])
        return cv2.warpAffine(picture, back, (film.width_px, film.height_px), borderMode=cv2.BORDER_REFLECT)

    return film.shoot(24.0, 15.0, paint=paint)


@pytest.fixture(scope="session")
def ticking(film: Any) -> MotionTrace:
    """40 s at 15 fps: two digits at 10-24, 6-18 px change with each second; nothing else moves."""

    def paint(picture: Any, time_s: float) -> Any:
        digits = np.random.default_rng(int(time_s)).integers(0, 2, (6, 7)).astype(np.float32)
        picture = picture.copy()
        picture[6:18, 10:24] = 20.0 + 200.0 * np.kron(digits, np.ones((2, 2), np.float32))
        return picture

    return film.shoot(40.0, 15.0, paint=paint)
