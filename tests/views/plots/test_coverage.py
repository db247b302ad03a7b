"""The strip of what was filmed when."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from detector.errors import UsageError
from detector.footage.info import VideoInfo
from detector.footage.placing import Clip
from detector.footage.recording import Recording
from detector.views.plots.coverage import draw_coverage, plot_coverage


def clip(start_s: float, length_s: float, damage: tuple[str, ...] = ()) -> Clip:
    times_s = np.arange(round(length_s)) * 1.0
    info = VideoInfo(
        path=Path("a.mp4"),
        size_bytes=1,
        width_px=64,
        height_px=48,
        codec="h264",
        header_fps=1,
        packet_times_s=times_s,
        packet_durations_s=np.ones(len(times_s)),
        is_key=np.ones(len(times_s), bool),
        damage=damage,
    )
    return Clip(info, start_s)


@pytest.fixture
def ax() -> Axes:
    return Figure().subplots()


def recording(start_at: datetime | None = None) -> Recording:
    clips = (clip(0, 600), clip(600, 60, ("It is cut off.",)), clip(7200, 600))
    return Recording(clips, ((660.0, 7200.0),), (), start_at, "name")


def labels(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_the_legend_names_what_is_shown_and_no_more(ax: Axes) -> None:
    assert labels(plot_coverage(recording(), ax)) == ["filmed", "damaged in part", "not filmed"]
    whole = Recording((clip(0, 60),), (), (), None, "")
    assert labels(plot_coverage(whole, Figure().subplots())) == ["filmed"]


def test_the_axis_is_the_time_of_day_where_it_is_known(ax: Axes) -> None:
    plot_coverage(recording(datetime(2024, 3, 15, 22, tzinfo=UTC)), ax)
    assert ax.get_xlabel().startswith("time of day")
    assert plot_coverage(recording(), Figure().subplots()).get_xlabel().startswith("recording time")
    assert ax.get_title(loc="left") == "3 clips, 21 min 00 s filmed, 1 h 49 min not"


def test_pictures_are_written_and_never_over_another_file(tmp_path: Path) -> None:
    for ending in ("png", "svg", "pdf"):
        draw_coverage(recording(), tmp_path / f"night.{ending}")
    with pytest.raises(UsageError, match="already"):
        draw_coverage(recording(), tmp_path / "night.png")
    with pytest.raises(UsageError, match=r"ends in \.png"):
        draw_coverage(recording(), tmp_path / "night.bmp")
