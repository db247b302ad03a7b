"""What was filmed when: one strip for a night's footage, before anything is measured."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes

from detector.errors import UsageError
from detector.footage.recording import Recording
from detector.views.plots.style import UNSEEN, new_axes
from detector.views.plots.time_axis import set_time_axis
from detector.views.wording import duration, number

_FILMED = "#0072B2"
_TWICE = "#56B4E9"
_DAMAGED = "#D55E00"


def plot_coverage(recording: Recording, ax: Axes | None = None) -> Axes:
    """A strip of a night: filmed, filmed twice, clips with damage, and hatched where nothing was filmed.

    Args:
        recording: the footage.
        ax: where to draw; new axes when left out.
    """
    ax = new_axes(10.0, 1.7) if ax is None else ax
    start_s, stop_s = recording.start_s, recording.stop_s
    for clip in recording.clips:
        color = _DAMAGED if len(clip.info.damage) > len(clip.info.repairs) else _FILMED
        ax.broken_barh([(clip.start_s, clip.stop_s - clip.start_s)], (0.0, 1.0), facecolors=color, linewidth=0)
    for first_s, last_s in recording.overlaps:
        ax.broken_barh([(first_s, last_s - first_s)], (0.0, 1.0), facecolors=_TWICE, linewidth=0)
    for first_s, last_s in recording.gaps:
        ax.broken_barh([(first_s, last_s - first_s)], (0.0, 1.0), facecolors="white", linewidth=0)
        ax.broken_barh(
            [(first_s, last_s - first_s)], (0.0, 1.0), facecolors="none", edgecolors=UNSEEN, hatch="////", linewidth=0
        )
    margin_s = 0.005 * max(stop_s - start_s, 1.0)
    ax.set_xlim(start_s - margin_s, stop_s + margin_s)
    ax.set_ylim(-0.15, 1.15)
    ax.set_yticks([])
    ax.spines[["left", "right", "top"]].set_visible(False)
    set_time_axis(ax, recording)
    ax.set_title(_title(recording), loc="left", fontsize="medium")
    ax.legend(
        handles=_legend(recording),
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=4,
        frameon=False,
        fontsize="small",
    )
    return ax


def draw_coverage(recording: Recording, path: Path) -> None:
    """Write the strip as a picture.

    Raises:
        UsageError: the ending is not that of a picture that can be written, or the file is there already.
    """
    if path.suffix.lower() not in {".png", ".svg", ".pdf"}:
        raise UsageError(f"{path}: expected a name that ends in .png, .svg or .pdf; choose another name.")
    if path.exists():
        raise UsageError(f"{path}: there is such a file already; remove it, or choose another name.")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 1.7))
    plot_coverage(recording, figure.subplots())
    figure.savefig(path, dpi=150, bbox_inches="tight")


def _title(recording: Recording) -> str:
    words = f"{number(len(recording.clips), 'clip')}, {duration(recording.files_s)} filmed"
    return f"{words}, {duration(recording.gap_s)} not" if recording.gaps else words


def _legend(recording: Recording) -> list[object]:
    from matplotlib.patches import Patch

    shown = [Patch(facecolor=_FILMED, label="filmed")]
    if recording.overlaps:
        shown.append(Patch(facecolor=_TWICE, label="filmed twice"))
    if any(len(clip.info.damage) > len(clip.info.repairs) for clip in recording.clips):
        shown.append(Patch(facecolor=_DAMAGED, label="damaged in part"))
    if recording.gaps:
        shown.append(Patch(facecolor="white", edgecolor=UNSEEN, hatch="////", label="not filmed"))
    return list(shown)
