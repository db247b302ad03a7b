from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from detector.errors import UsageError
from detector.events.classify import Event
from detector.night.night import Night
from detector.views.plots.filmstrip import plot_event
from detector.views.stills import close_up

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]
BOX = (60.0, 40.0, 110.0, 80.0)


def pictures(ax: Axes) -> list[Axes]:
    return [inset for inset in ax.child_axes if inset.images]


@pytest.fixture
def filmed_night(make_night: NightMaker, make_event: EventMaker, cot: Path) -> Night:
    """45 s of a real file, in which a disc jerks 6 px to the right from 19.5 to 19.8 s."""
    return make_night(45.0, [make_event(19.5, box_px=BOX)], name=cot.name, footage=cot.parent)


def test_pictures_show_the_movement_in_order(filmed_night: Night, ax: Axes) -> None:
    assert plot_event(filmed_night, 1, ax, n_frames=6) is ax
    whole, *close, changed = pictures(ax)
    assert len(close) == 6
    assert changed.get_title() == "before minus peak"
    assert whole.images[0].get_size() == (120, 160)
    offsets = [float(inset.get_title().removesuffix(" s")) for inset in close]
    assert offsets == sorted(offsets)
    assert offsets[0] < 0 < offsets[-1]
    # The right edge of the disc is bright while it stands aside.
    edge = np.array([np.asarray(inset.images[0].get_array())[55:65, 97:100].mean() for inset in close])
    is_aside = np.array([0 <= offset < 0.3 for offset in offsets])
    assert is_aside.any()
    assert edge[is_aside].min() > edge[~is_aside].max() + 20


def test_box_is_drawn_in_every_picture(filmed_night: Night, ax: Axes) -> None:
    plot_event(filmed_night, 1, ax)
    for inset in pictures(ax):
        (box,) = [patch for patch in inset.patches if isinstance(patch, Rectangle)]
        assert box.get_bbox().extents.tolist() == list(BOX)


def test_motion_is_drawn_underneath_with_the_moments_of_the_pictures(filmed_night: Night, ax: Axes) -> None:
    plot_event(filmed_night, 1, ax, n_frames=4)
    (signal,) = [inset for inset in ax.child_axes if not inset.images]
    assert len([line for line in signal.lines if line.get_gid() == "still"]) == 4
    assert signal.get_xlim() == pytest.approx((19.1, 20.2))


def test_title_says_what_and_when(filmed_night: Night, make_event: EventMaker, evening: datetime, ax: Axes) -> None:
    source = replace(filmed_night.provenance, start_at=evening)
    rhythmic = make_event(19.5, "rhythmic")
    night = replace(filmed_night, provenance=source, decision=replace(filmed_night.decision, events=(rhythmic,)))
    plot_event(night, 1, ax)
    assert ax.get_title(loc="left") == "Event e0001: rhythmic movement, 2.1 Hz, 12 s, 22:30:29"


def test_second_clip_of_a_night_is_found(filmed_night: Night, make_event: EventMaker, cot: Path, ax: Axes) -> None:
    first = filmed_night.provenance.inputs[0]
    source = replace(filmed_night.provenance, inputs=(first, replace(first, offset_s=45.0)), stop_s=90.0)
    events = (make_event(64.5, box_px=BOX),)
    night = replace(filmed_night, provenance=source, decision=replace(filmed_night.decision, events=events))
    plot_event(night, 1, ax, n_frames=6)
    edge = [np.asarray(inset.images[0].get_array())[55:65, 97:100].mean() for inset in pictures(ax)[1:]]
    assert max(edge) > min(edge) + 20


def test_footage_that_moved_is_found_by_its_folder(filmed_night: Night, cot: Path, ax: Axes) -> None:
    gone = replace(filmed_night.provenance.inputs[0], path=f"/gone/{cot.name}")
    night = replace(filmed_night, provenance=replace(filmed_night.provenance, inputs=(gone,)))
    plot_event(night, 1, ax, footage=cot.parent)
    assert len(pictures(ax)) == 7


def test_footage_that_is_gone_is_said_and_the_signal_drawn(
    make_night: NightMaker, make_event: EventMaker, ax: Axes
) -> None:
    plot_event(make_night(60.0, [make_event(20.0)]), 1, ax)
    note, signal = ax.child_axes
    assert "cam <1>.mp4" in note.texts[0].get_text()
    assert "it is not there; say where it is now" in note.texts[0].get_text()
    assert signal.lines


def test_footage_that_is_no_video_any_more_is_said(
    make_night: NightMaker, make_event: EventMaker, tmp_path: Path
) -> None:
    (tmp_path / "cam.mp4").write_text("not a video")
    ax = plot_event(make_night(60.0, [make_event(20.0)], name="cam.mp4", footage=tmp_path), 1)
    assert "The footage cannot be shown" in ax.child_axes[0].texts[0].get_text()


@pytest.mark.parametrize("event_id", [0, 2, -1])
def test_unknown_event_is_refused(make_night: NightMaker, make_event: EventMaker, event_id: int) -> None:
    with pytest.raises(UsageError, match=r"expected the id of an event \(e0001 to e0001\)"):
        plot_event(make_night(60.0, [make_event(20.0)]), event_id)


def test_event_of_a_quiet_night_is_refused(make_night: NightMaker) -> None:
    with pytest.raises(UsageError, match="no events"):
        plot_event(make_night(60.0), 1)


@pytest.mark.parametrize("n_frames", [0, 13])
def test_impossible_number_of_pictures_is_refused(filmed_night: Night, n_frames: int) -> None:
    with pytest.raises(UsageError, match="expected 1 to 12"):
        plot_event(filmed_night, 1, n_frames=n_frames)


def test_rhythm_is_drawn_to_and_fro(
    filmed_night: Night, make_event: EventMaker, make_night: NightMaker, ax: Axes
) -> None:
    plot_event(make_night(45.0, [make_event(19.5, "rhythmic")]), 1, ax)
    signal = ax.child_axes[-1]
    (swing,) = [line for line in signal.lines if line.get_gid() == "swing"]
    assert not [line for line in signal.lines if line.get_gid() in {"fast", "threshold"}]
    assert signal.get_yscale() == "linear"
    low, high = signal.get_ylim()
    assert low == -high
    assert 19.4 < np.min(swing.get_xdata()) < np.max(swing.get_xdata()) < 31.6


WHOLE = (0.0, 0.0, 320.0, 240.0)


@pytest.mark.parametrize("box", [(0.0, 0.0, 5.0, 5.0), (300.0, 200.0, 320.0, 240.0), WHOLE, BOX])
@pytest.mark.parametrize("aspect", [0.3, 1.0, 3.0])
def test_close_up_lies_in_the_picture_and_holds_the_box(box: tuple[float, ...], aspect: float) -> None:
    left, top, right, bottom = close_up((box[0], box[1], box[2], box[3]), (240, 320), aspect)
    assert -1e-9 <= left <= box[0] + 1e-9
    assert box[2] - 1e-9 <= right <= 320 + 1e-9
    assert -1e-9 <= top <= box[1] + 1e-9
    assert box[3] - 1e-9 <= bottom <= 240 + 1e-9


@pytest.mark.parametrize("aspect", [0.6, 1.0, 1.5])
def test_close_up_of_a_small_box_keeps_its_aspect(aspect: float) -> None:
    left, top, right, bottom = close_up(BOX, (240, 320), aspect)
    assert (right - left) / (bottom - top) == pytest.approx(aspect)
