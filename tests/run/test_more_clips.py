"""A night to which clips are added: what was measured is taken over, and the night is that of a fresh analysis."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from detector.night.night import Night
from detector.params import Params, with_values
from detector.run.analyze import Progress, analyze
from tests.fault_tools import content

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})
N_FRAMES = 123
"""Of each clip: 12.3 s at 10 fps, in two spans."""


def measured(paths: Sequence[Path], folder: Path) -> int:
    """Analyze a night; how many of its frames had to be measured."""
    steps: list[Progress] = []
    analyze(list(paths), out=folder, params=SHORT_SPANS, workers=1, progress=steps.append)
    first = next(step for step in steps if step.stage == "measuring")
    return first.total_frames - first.resumed_frames


def copied(night: Path, place: Path) -> Path:
    return Path(shutil.copytree(night, place))


@pytest.fixture(scope="module")
def clips(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three clips with gaps between them, each with a jerk."""
    folder = tmp_path_factory.mktemp("clips")
    names = ["cam_20260314-220000.mp4", "cam_20260314-220047.mp4", "cam_20260314-220201.mp4"]
    return [
        write_cot(folder / name, N_FRAMES / 10, (start_s,), seed=seed)
        for seed, (name, start_s) in enumerate(zip(names, (4.0, 10.6, 7.0), strict=True))
    ]


@pytest.fixture(scope="module")
def fresh(clips: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a night of all three that was analyzed at once."""
    folder = tmp_path_factory.mktemp("nights") / "night"
    assert measured(clips, folder) == 3 * N_FRAMES
    assert len(Night.load(folder).events) >= 3
    return content(folder)


@pytest.mark.parametrize(
    "added",
    [
        pytest.param(0, id="before"),
        pytest.param(1, id="between", marks=pytest.mark.slow),
        pytest.param(2, id="after", marks=pytest.mark.slow),
    ],
)
def test_only_the_clip_that_was_added_is_measured(
    clips: list[Path], fresh: dict[str, bytes], tmp_path: Path, added: int
) -> None:
    folder = tmp_path / "night"
    assert measured([clip for place, clip in enumerate(clips) if place != added], folder) == 2 * N_FRAMES
    assert measured(clips, folder) == N_FRAMES
    assert content(folder) == fresh
    assert measured(clips, folder) == 0


@pytest.mark.slow
def test_clips_on_both_sides_and_the_middle_kept(clips: list[Path], fresh: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "night"
    assert measured(clips[1:2], folder) == N_FRAMES
    assert measured(clips, folder) == 2 * N_FRAMES
    assert content(folder) == fresh


@pytest.mark.slow
def test_stopped_while_it_grows_it_is_still_the_night_that_it_was(clips: list[Path], tmp_path: Path) -> None:
    def interrupt(step: Progress) -> None:
        if step.stage == "measuring":
            raise KeyboardInterrupt

    folder = tmp_path / "night"
    measured(clips[1:], folder)
    before, trace = content(folder), Night.load(folder).trace
    with pytest.raises(KeyboardInterrupt, match="4 measured parts are kept"):
        analyze(clips, out=folder, params=SHORT_SPANS, workers=1, progress=interrupt)
    after = content(folder)
    assert {name for name, data in before.items() if after.get(name) != data} <= {"motion/recording.json"}
    again = Night.load(folder).trace
    assert trace is not None
    assert again is not None
    assert np.array_equal(again.frames.time_s, trace.frames.time_s)
    assert measured(clips, folder) == N_FRAMES


@pytest.mark.slow
def test_right_before_the_first_clip_spans_that_are_cut_at_the_same_pictures_are_kept(
    write_cot: Callable[..., Path], tmp_path: Path
) -> None:
    """Without a gap both clips are one run: the span at the joint begins with other pictures before it."""
    two_spans, less = write_cot(tmp_path / "a1.mp4", 20.0, (4.0,)), write_cot(tmp_path / "a2.mp4", 13.0, seed=2)
    later = write_cot(tmp_path / "b.mp4", 25.0, (7.0, 18.0), seed=1)
    known = tmp_path / "known"
    assert measured([later], known) == 250
    for before, n_measured in ((two_spans, 200 + 100), (less, 130 + 250)):
        whole, grown = tmp_path / f"whole-{before.stem}", copied(known, tmp_path / f"grown-{before.stem}")
        measured([before, later], whole)
        assert measured([before, later], grown) == n_measured
        assert content(grown) == content(whole)


@pytest.mark.slow
def test_clips_that_change_the_size_of_the_night_change_how_the_others_are_measured(
    write_cot: Callable[..., Path], tmp_path: Path
) -> None:
    small = write_cot(tmp_path / "cam_20260314-220000.mp4", 12.0, size=(96, 64))
    large = write_cot(tmp_path / "cam_20260314-220100.mp4", 20.0, seed=1)
    whole, grown = tmp_path / "whole", tmp_path / "grown"
    measured([small], grown)
    assert measured([small, large], grown) == measured([small, large], whole) == 320
    assert content(grown) == content(whole)
    assert Night.load(grown).coverage.observed_s == pytest.approx(32.0)
