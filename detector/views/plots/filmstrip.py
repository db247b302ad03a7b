"""One event as pictures from the footage with its motion signal underneath."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from detector.errors import FootageError, UsageError
from detector.events.classify import Event
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.params import Params
from detector.views.plots.motion import plot_motion
from detector.views.plots.signal import Strength, strength_of, swing
from detector.views.plots.style import FAINT, KIND_STYLES, ink, new_axes, say
from detector.views.stills import BRIEF_S, Box, Still, close_up, difference_picture, find_stills, most_changed
from detector.views.wording import describe_event, moment


@takes_night
def plot_event(
    night: Night,
    event: Event | str | int,
    ax: Axes | None = None,
    *,
    n_frames: int = 5,
    footage: str | Path | None = None,
) -> Axes:
    """Draw one event: the whole picture with a box where it moved, close-ups in order, and the motion signal.

    Where the footage cannot be read the axes say so, and the motion signal is still drawn.

    Args:
        night: what was found.
        event: id of the event as in `night.events`, its number from 1, or the event itself.
        ax: where to draw; None makes a new figure.
        n_frames: how many close-ups, 1 to 12.
        footage: folder that holds the footage now; None looks where it was when it was analyzed.

    Returns:
        The axes, which hold the pictures and the signal as axes inside them.

    Raises:
        UsageError: there is no such event, or `n_frames` is out of range.
    """
    number = night.event_number(event)
    if not 1 <= n_frames <= 12:
        raise UsageError(f"n_frames: expected 1 to 12 pictures, but {n_frames} came.")
    event = night.decision.events[number - 1]
    ax = new_axes(11, 4.6) if ax is None else ax
    ax.axis("off")
    ax.set_title(
        f"Event {night.event_ids[number - 1]}: {describe_event(night, event)}, {moment(night, event.start_s)}",
        loc="left",
        fontsize=11,
    )
    start_s, stop_s = _window(night, event)
    stills: list[Still] = []
    try:
        times_s = np.linspace(start_s, stop_s, n_frames + 2)[1:-1]
        stills = find_stills(night, times_s.tolist(), None if footage is None else str(footage))
        trouble = "" if stills else "The footage holds no picture at this time."
    except (FootageError, OSError) as error:
        trouble = f"The footage cannot be shown.\n{error}"
    if stills:
        _draw_stills(ax, event, stills)
    else:
        note = ax.inset_axes((0.0, 0.42, 1.0, 0.56))
        note.set(xticks=[], yticks=[])
        say(note, trouble)
    _draw_motion(ax, night, event, (start_s, stop_s), stills)
    return ax


def _window(night: Night, event: Event) -> tuple[float, float]:
    """The event with a little of what was before and after, s."""
    margin_s = max(0.4, 0.15 * event.duration_s)
    return max(event.start_s - margin_s, night.start_s), min(event.stop_s + margin_s, night.stop_s)


def _draw_stills(ax: Axes, event: Event, stills: Sequence[Still]) -> None:
    style = KIND_STYLES[event.kind]
    middle = stills[len(stills) // 2].luma
    low, high = np.percentile(middle, (0.5, 99.5))
    changed = _changed(event, stills)
    width = 0.68 / (len(stills) + len(changed))
    extent = ax.get_window_extent()
    close = close_up(event.box_px, middle.shape, aspect=(0.95 * width * extent.width) / (0.5 * extent.height))
    whole: Box = (0, 0, middle.shape[1], middle.shape[0])
    places = [((0.0, 0.44, 0.305, 0.5), whole, stills[len(stills) // 2], "whole picture")]
    places += [
        ((0.32 + index * width, 0.44, 0.95 * width, 0.5), close, still, f"{still.time_s - event.start_s:+.2f} s")
        for index, still in enumerate(stills)
    ]
    places += [
        ((0.32 + index * width, 0.44, 0.95 * width, 0.5), close, still, "before minus peak")
        for index, still in enumerate(changed, start=len(stills))
    ]
    for bounds, (left, top, right, bottom), still, name in places:
        inset = ax.inset_axes(bounds)
        inset.imshow(still.luma, cmap="gray", vmin=low, vmax=max(high, low + 1), interpolation="bilinear")
        inset.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[])
        inset.set_title(name, fontsize=8.5, pad=3, color=ink())
        x, y, x_end, y_end = event.box_px
        inset.add_patch(
            Rectangle((x, y), x_end - x, y_end - y, fill=False, edgecolor=style.color, linewidth=1.6, gid="box")
        )


def _changed(event: Event, stills: Sequence[Still]) -> list[Still]:
    """Of a brief event, what changed from before it to where it had moved farthest: orange brighter, blue darker.

    A movement of three px is not seen in pictures side by side; here it is.
    """
    before = [still for still in stills if still.time_s < event.start_s]
    if event.duration_s > BRIEF_S or not before:
        return []
    during = [still for still in stills if still.time_s >= event.start_s]
    if not during:
        return []
    peak = most_changed(before[-1], during, event.box_px)
    return [Still(peak.time_s, difference_picture(before[-1].luma, peak.luma))]


def _draw_motion(ax: Axes, night: Night, event: Event, window_s: tuple[float, float], stills: Sequence[Still]) -> None:
    """The signal under the pictures: strength, or for a rhythm the signed motion in which its cycles can be counted."""
    signal = plot_motion(night, ax.inset_axes((0.0, 0.0, 1.0, 0.3)), *window_s)
    signal.set_ylabel("motion\n(times the noise)", fontsize=8.5)
    for still in stills:
        signal.axvline(still.time_s, color=ink(), linewidth=0.8, linestyle=":", gid="still")
    strengths = strength_of(night) if event.kind == "rhythmic" else None
    if strengths is not None:
        _draw_swing(signal, strengths[0], event, night.params)
    words = signal.get_title(loc="right")
    if stills:
        signal.set_title(
            f"{words}{'; ' if words else ''}dotted: the pictures", loc="right", fontsize=8, color=ink(), pad=3
        )


def _draw_swing(signal: Axes, strength: Strength, event: Event, params: Params) -> None:
    times, values = swing(strength, event, params)
    if not times.size:
        return
    for line in [line for line in signal.lines if line.get_gid() in {"fast", "slow", "threshold"}]:
        line.remove()
    largest = 1.2 * float(np.abs(values).max()) or 1.0
    signal.set_yscale("linear")
    signal.set_ylim(-largest, largest)
    signal.axhline(0, color=FAINT, linewidth=0.6)
    signal.plot(times, values, color=ink(), linewidth=0.9, zorder=3, gid="swing")
    signal.set_ylabel("signed motion\n(grey levels)", fontsize=8.5)
    signal.set_title("one swing to and fro is one cycle", loc="right", fontsize=8, color=ink(), pad=3)
