"""One file, and the same footage cut into files at its key frames: one result."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from detector.motion.trace import MotionTrace
from detector.night.night import Night
from detector.params import Params, with_values
from detector.run.analyze import analyze

pytestmark = pytest.mark.slow

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})


@pytest.fixture(scope="module")
def whole(cot: Path) -> Night:
    """45 s in one file, with jerks at 7.0, 19.5 and 33.2 s."""
    return analyze(cot, params=SHORT_SPANS, workers=2)


def cut_at(source: Path, folder: Path, seconds: Sequence[int], ending: str) -> list[Path]:
    """Copy packets into one file a stretch; each begins at a key frame, and at 0 s."""
    import av

    folder.mkdir()
    edges_s = [0, *seconds, 10_000]
    pieces = [folder / f"piece{number:02d}.{ending}" for number in range(1, len(edges_s))]
    for path, start_s, stop_s in zip(pieces, edges_s[:-1], edges_s[1:], strict=True):
        with av.open(str(source)) as reader, av.open(str(path), "w") as writer:
            stream = writer.add_stream_from_template(reader.streams.video[0])
            for packet in reader.demux(video=0):
                if packet.size and start_s <= float(packet.pts * packet.time_base) < stop_s:
                    ticks = round(start_s / packet.time_base)
                    packet.pts, packet.dts = packet.pts - ticks, packet.dts - ticks
                    packet.stream = stream
                    writer.mux(packet)
    return pieces


def assert_same(one: MotionTrace, other: MotionTrace) -> None:
    assert one.grid == other.grid
    np.testing.assert_array_equal(one.reference, other.reference)
    assert one.lost_s == pytest.approx(other.lost_s, abs=1e-3)
    for part in ("frames", "fast", "slow", "noise"):
        theirs = getattr(other, part).arrays()
        for name, mine in getattr(one, part).arrays().items():
            slack_s = 1e-3 if name.endswith("_s") else 0.0
            np.testing.assert_allclose(mine, theirs[name], atol=slack_s, rtol=0.0, err_msg=f"{part}.{name}")


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("seconds", [(20,), (3, 4, 11, 33)])
def test_result_is_that_of_the_whole_file(
    cot: Path, whole: Night, tmp_path: Path, seconds: tuple[int, ...], ending: str
) -> None:
    pieces = analyze(cut_at(cot, tmp_path / "pieces", seconds, ending), params=SHORT_SPANS, workers=2)
    assert len(pieces.provenance.inputs) == len(seconds) + 1
    assert whole.trace is not None
    assert pieces.trace is not None
    assert_same(whole.trace, pieces.trace)
    assert len(pieces.events) == len(whole.events) >= 3
    for name in whole.events.columns:
        if name == "file_s":
            continue  # it counts from the start of each file
        mine, theirs = whole.events[name], pieces.events[name]
        if name.endswith("_s"):
            np.testing.assert_allclose(mine, theirs, atol=2e-3)
        elif mine.dtype == float:
            np.testing.assert_array_equal(mine, theirs, name)
    assert pieces.events[["kind", "site", "state"]].equals(whole.events[["kind", "site", "state"]])
    assert pieces.coverage.files_s == pytest.approx(whole.coverage.files_s, abs=1e-3)
    assert pieces.coverage.observed_s == pytest.approx(whole.coverage.observed_s, abs=1e-3)


JERKS_S = (7.0, 19.5, 33.2)


@pytest.mark.parametrize("seed", [4, 5, 8])  # each leaves a piece of 3 s away from all jerks
def test_random_cuts_in_any_order_with_a_piece_missing_change_nothing_elsewhere(
    cot: Path, whole: Night, tmp_path: Path, seed: int
) -> None:
    random = np.random.default_rng(seed)
    seconds = sorted(random.choice(np.arange(2, 44), 6, replace=False).tolist())
    edges_s = [0, *seconds, 45]
    pieces = [
        path.rename(path.with_name(f"cam_20260314-2200{start_s:02d}.mp4"))
        for path, start_s in zip(cut_at(cot, tmp_path / "pieces", seconds, "mp4"), edges_s[:-1], strict=True)
    ]
    random.shuffle(pieces)
    assert onsets_of(analyze(pieces, params=SHORT_SPANS, workers=1)) == onsets_of(whole)
    # A piece without a jerk in or near it is lost: a real gap, longer than clocks of cameras wander.
    start_s, stop_s = next(
        (start_s, stop_s)
        for start_s, stop_s in itertools.pairwise(edges_s)
        if 0 < start_s < stop_s - 2 and stop_s < 45 and not any(start_s - 3 < jerk_s < stop_s + 3 for jerk_s in JERKS_S)
    )
    left = [path for path in pieces if path.name != f"cam_20260314-2200{start_s:02d}.mp4"]
    night = analyze(left, params=SHORT_SPANS, workers=1)
    assert night.coverage.gap_s == pytest.approx(stop_s - start_s, abs=0.2)
    assert onsets_of(night) == onsets_of(whole)


def onsets_of(night: Night) -> list[tuple[str, float]]:
    """Kind and onset of each event, to a tenth of a second."""
    return [(event.kind, round(event.start_s, 1)) for event in night.decision.events]
