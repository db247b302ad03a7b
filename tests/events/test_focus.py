"""Focus that hunts so faintly that no fit finds it: known by the Laplacian of the picture."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.events.burst import describe_burst
from detector.events.decide import decide
from detector.events.excess import Active
from detector.events.focus import edges_of, find_focus
from detector.motion.grid import Grid
from detector.motion.trace import MotionTrace
from detector.motion.view import fast_view
from detector.params import Params, with_values
from tests.drawing import Sketch

PARAMS = Params()
GRID = Grid(18, 32, (4.0, 4.0), 128, 72)
N_FRAMES = 8

Pattern = Callable[[NDArray[np.uint8]], NDArray[np.float64]]


@pytest.fixture(scope="module")
def reference() -> NDArray[np.uint8]:
    """A cot: bars on the left, a head on the right, and little else."""
    picture = np.full((72, 128), 110.0, np.float32)
    for left in range(4, 48, 9):
        picture[:, left : left + 4] = 200.0
    cv2.circle(picture, (96, 30), 14, 60.0, -1)
    picture += np.random.default_rng(2).normal(0.0, 2.0, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.8), 0, 255).astype(np.uint8)


def of_focus(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """What a change of focus changes: the picture less a blurred one, by cell."""
    plain = picture.astype(np.float32)
    change = cv2.GaussianBlur(plain, (0, 0), 1.5) - plain
    return change.reshape(18, 4, 32, 4).mean(axis=(1, 3)).ravel().astype(np.float64)


def of_shift(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """What a body changes that moves by a pixel: along the gradient of the picture."""
    plain = picture.astype(np.float32)
    return (np.roll(plain, 1, axis=1) - plain).reshape(18, 4, 32, 4).mean(axis=(1, 3)).ravel().astype(np.float64)


def shown(pattern: NDArray[np.float64], cells: NDArray[np.int64], noise: float = 0.1) -> tuple[Active, MotionTrace]:
    """Cells that change by a pattern, more and then less, then back."""
    random = np.random.default_rng(4)
    course = np.sin(np.linspace(0.1, 2.0 * np.pi - 0.1, N_FRAMES))
    frame = np.repeat(np.arange(N_FRAMES), len(cells))
    signed = (course[:, None] * (pattern[cells] + random.normal(0.0, noise, len(cells)))).ravel()
    cell, snr = np.tile(cells, N_FRAMES), np.full(len(frame), 8.0, np.float32)
    active = Active(frame.astype(np.int32), cell.astype(np.int32), snr, signed.astype(np.float16))
    trace = Sketch(2.0).trace()
    return active, trace


def strongest(picture: NDArray[np.uint8], n_cells: int) -> NDArray[np.int64]:
    return np.sort(np.argsort(-edges_of(GRID, picture)[1])[:n_cells])


@pytest.mark.parametrize(
    ("pattern", "n_cells", "is_focus"), [(of_focus, 120, True), (of_shift, 120, False), (of_focus, 20, False)]
)
def test_a_change_along_the_laplacian_is_focus_and_one_along_the_gradient_moves(
    reference: NDArray[np.uint8], pattern: Pattern, n_cells: int, *, is_focus: bool
) -> None:
    """Of a few cells neither can be told."""
    active, trace = shown(pattern(reference), strongest(reference, n_cells))
    view = fast_view(trace, PARAMS)
    burst = describe_burst(view, active, np.arange(len(active), dtype=np.int32), PARAMS)
    assert bool(find_focus(active, [burst], GRID, reference, PARAMS.artifact)) == is_focus
    for shape in ((0, 0), (72, 64), (36, 128)):
        assert find_focus(active, [burst], GRID, np.zeros(shape, np.uint8), PARAMS.artifact) == []


def test_what_changes_so_in_a_plain_part_of_the_picture_only_is_none(reference: NDArray[np.uint8]) -> None:
    weakest = np.sort(np.argsort(edges_of(GRID, reference)[1])[:120])
    active, trace = shown(of_focus(reference), weakest, noise=0.0)
    burst = describe_burst(fast_view(trace, PARAMS), active, np.arange(len(active), dtype=np.int32), PARAMS)
    assert find_focus(active, [burst], GRID, reference, PARAMS.artifact) == []


def test_it_is_an_artifact_and_no_event(reference: NDArray[np.uint8]) -> None:
    """With a scrap beside it that an encoder leaves of it."""
    cells, pattern = strongest(reference, 150), of_focus(reference)
    drawing = Sketch(20.0)
    place = np.zeros(drawing.grid.n_cells, bool)
    place[cells] = True
    shape = drawing.rows, drawing.columns
    changes = np.where(place, pattern, 0.0).reshape(shape)
    drawing.move(8.2, 8.5, np.s_[15:17, 29:31], snr=6.0)
    trace = drawing.paint(8.0, 9.0, changes, snr=10.0).trace(reference=reference)
    found = decide(trace, PARAMS)
    assert found.events == ()
    assert {artifact.kind for artifact in found.artifacts} >= {"focus", "doubtful"}
    assert decide(trace, with_values(PARAMS, {"rules.without": "faint focus"})).events != ()
