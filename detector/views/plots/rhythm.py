"""One rhythm: its signed motion, the spectrum of it, and how long each cycle took."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from detector.events.classify import Event
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.views.plots.signal import strength_of, swing
from detector.views.plots.style import FAINT, KIND_STYLES, ink, new_axes, say
from detector.views.wording import describe_event, moment

Signal = NDArray[np.float64]
_FASTEST_HZ = 8.0
_PADDING = 8  # a spectrum of so many times the length has a smooth top


@takes_night
def plot_rhythm(night: Night, event: Event | str | int, ax: Axes | None = None) -> Axes:
    """Draw what the rate of an event was read from.

    Above, the signed motion of its place: one swing to and fro is one cycle. Below left its spectrum, below right the
    length of each cycle, from one upward crossing of zero to the next.

    Args:
        night: what was found.
        event: id of the event, its number from 1, or the event itself; of any kind.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes, which hold the three drawings as axes inside them.

    Raises:
        UsageError: this night has no such event.
    """
    number = night.event_number(event)
    found = night.decision.events[number - 1]
    ax = new_axes(11, 4.6) if ax is None else ax
    ax.axis("off")
    title = f"Event {night.event_ids[number - 1]}: {describe_event(night, found)}, {moment(night, found.start_s)}"
    ax.set_title(title, loc="left", fontsize=11)
    strengths = strength_of(night)
    time_s, signal = swing(strengths[0], found, night.params) if strengths else (np.zeros(0), np.zeros(0))
    if time_s.size < 8:
        say(ax, "The motion of this event was not kept." if strengths is None else "Too little moved to draw a course.")
        return ax
    style = KIND_STYLES[found.kind]
    _draw_signal(ax.inset_axes((0.06, 0.56, 0.94, 0.4)), time_s - found.start_s, signal, style.color)
    _draw_spectrum(ax.inset_axes((0.06, 0.02, 0.42, 0.36)), time_s, signal, found.rate_hz)
    _draw_cycles(ax.inset_axes((0.58, 0.02, 0.42, 0.36)), time_s - found.start_s, signal, found.rate_hz)
    return ax


def cycle_lengths(time_s: Signal, signal: Signal) -> tuple[Signal, Signal]:
    """When each cycle begins and how long it takes, from one upward crossing of zero to the next.

    Args:
        time_s: ascending, s, shape (n,).
        signal: signed, shape (n,).

    Returns:
        `(start_s, length_s)`, shape (m,), m at most n - 1; crossings are interpolated.

    >>> start_s, length_s = cycle_lengths(np.arange(5.0), np.array([-1.0, 1.0, -1.0, 1.0, -1.0]))
    >>> start_s.tolist(), length_s.tolist()
    ([0.5], [2.0])
    """
    places = np.flatnonzero((signal[:-1] < 0) & (signal[1:] >= 0))
    share = -signal[places] / (signal[places + 1] - signal[places])
    crossings = time_s[places] + share * (time_s[places + 1] - time_s[places])
    return crossings[:-1], np.diff(crossings)


def _draw_signal(ax: Axes, time_s: Signal, signal: Signal, color: str) -> None:
    ax.axhline(0, color=FAINT, linewidth=0.6)
    ax.plot(time_s, signal, color=color, linewidth=1.0, gid="signal")
    ax.set_xlim(float(time_s[0]), float(time_s[-1]))
    ax.set_xlabel("from the onset (s)", fontsize=9)
    ax.set_ylabel("signed motion\n(grey levels)", fontsize=9)
    ax.spines[["top", "right"]].set_visible(False)


def _draw_spectrum(ax: Axes, time_s: Signal, signal: Signal, rate_hz: float) -> None:
    from scipy.signal import periodogram

    step_s = float(np.median(np.diff(time_s)))
    even = np.interp(np.arange(time_s[0], time_s[-1], step_s), time_s, signal)
    rates, power = periodogram(even, 1 / step_s, window="hann", nfft=_PADDING * even.size)
    shown = (rates > 0) & (rates <= min(_FASTEST_HZ, 0.5 / step_s))
    ax.plot(rates[shown], power[shown] / max(float(power[shown].max(initial=0)), 1e-12), color=ink(), linewidth=1.0)
    if np.isfinite(rate_hz):
        ax.axvline(rate_hz, color=FAINT, linestyle="--", linewidth=1)
        ax.set_title(f"dashed: {rate_hz:.2g} Hz, as told", loc="right", fontsize=8.5)
    ax.set(xlim=(0, float(rates[shown].max(initial=1))), ylim=(0, 1.05), yticks=[])
    ax.set_xlabel("cycles a second (Hz)", fontsize=9)
    ax.set_ylabel("power", fontsize=9)
    ax.spines[["top", "right"]].set_visible(False)


def _draw_cycles(ax: Axes, time_s: Signal, signal: Signal, rate_hz: float) -> None:
    start_s, length_s = cycle_lengths(time_s, signal)
    ax.plot(start_s, length_s, "o", color=ink(), markersize=3.5, gid="cycles")
    if np.isfinite(rate_hz):
        ax.axhline(1 / rate_hz, color=FAINT, linestyle="--", linewidth=1)
    ax.set_xlim(float(time_s[0]), float(time_s[-1]))
    ax.set_ylim(0, 1.25 * max(float(length_s.max(initial=0)), 1 / rate_hz if np.isfinite(rate_hz) else 0.1))
    ax.set_xlabel("from the onset (s)", fontsize=9)
    ax.set_ylabel("length of\na cycle (s)", fontsize=9)
    ax.spines[["top", "right"]].set_visible(False)
