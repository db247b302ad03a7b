"""A night as a small HTML card, for notebooks: its timeline, counts and rates, and what could not be seen."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import numpy as np

from detector.events.decide import Decision
from detector.night.numbers.patterns import Pattern
from detector.night.numbers.stretches import Stretch
from detector.night.palette import KIND_COLORS, KIND_NAMES
from detector.night.provenance import Provenance

N_NAMES = 3
_WIDTH, _LANE, _BAR = 760, 17, 11
_STEPS_S = (10, 30, 60, 300, 600, 1800, 3600, 7200, 14_400, 43_200)
_MOST_TICKS = 10
_STYLE = "font:13px/1.45 system-ui,sans-serif;max-width:760px"
_CELL = "text-align:right;padding:1px 14px 1px 0;border:0;background:none"


class Shown(Protocol):
    """What of a night is on its card."""

    @property
    def decision(self) -> Decision:
        """The events."""

    @property
    def provenance(self) -> Provenance:
        """Inputs, start and stop."""

    @property
    def gaps(self) -> tuple[Stretch, ...]:
        """Stretches that nobody saw."""

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """What may be worth a look."""

    def wall_clock(self, time_s: float) -> datetime | None:
        """Recording time, s, as wall clock."""

    def summary(self) -> dict[str, Any]:
        """Counts, rates and coverage."""


def write_card(night: Shown) -> str:
    """HTML of a night, every text escaped; it needs nothing from elsewhere and is read on light and on dark ground."""
    summary = night.summary()
    coverage, counts = summary["coverage"], summary["counts"]
    head = f"<b>Night{_when(night)}</b> {_text(_names([source.name for source in night.provenance.inputs]))}"
    observed = f"{_hours(coverage['observed_s'])} observed of {_hours(coverage['files_s'])} in the files."
    parts = [
        f"<div>{head}</div>",
        f"<div>{observed}{' Some of the footage could not be read.' * summary['is_partial']}</div>",
    ]
    seen = [kind for kind, count in counts.items() if count]
    if seen:
        parts += [_strip(night, seen), _table(summary, seen)]
    parts += [f"<div>{_text(pattern.heading)}</div>" for pattern in night.patterns]
    unseen = [KIND_NAMES[kind] for kind, count in counts.items() if not count]
    parts += [f"<div>Not seen in the observed time: {', '.join(unseen)}.</div>"] if unseen else []
    return f'<div style="{_STYLE}">{"".join(parts)}</div>'


def write_line(summary: Mapping[str, Any]) -> str:
    """A night's summary in one line.

    Args:
        summary: as `Night.summary` gives it.
    """
    coverage = summary["coverage"]
    head = f"Night{' from ' + summary['start_at'] if summary['start_at'] else ''}"
    observed = f"{_hours(coverage['observed_s'])} observed of {_hours(coverage['files_s'])}"
    seen = [f"{count} {kind}" for kind, count in summary["counts"].items() if count]
    return f"{head}: {observed}; events: {', '.join(seen) or 'none'}"


def _when(night: Shown) -> str:
    begin, end = night.wall_clock(night.provenance.start_s), night.wall_clock(night.provenance.stop_s)
    return f" of {begin:%d %B %Y, %H:%M} to {end:%H:%M}" if begin and end else ""


def _strip(night: Shown, kinds: Sequence[str]) -> str:
    """The timeline as SVG: one lane a kind, gray where nothing was observed."""
    start_s, stop_s = night.provenance.start_s, night.provenance.stop_s
    scale = _WIDTH / max(stop_s - start_s, 1e-3)
    height = _LANE * len(kinds)
    drawn = [
        f'<rect x="{(a - start_s) * scale:.1f}" y="0" width="{max((b - a) * scale, 0.5):.1f}" height="{height}" '
        'fill="#888" opacity=".28"><title>not observed</title></rect>'
        for a, b in night.gaps
    ]
    for lane, kind in enumerate(kinds):
        y = lane * _LANE + _LANE / 2
        drawn.append(f'<path d="M0,{y}h{_WIDTH}" stroke="#888" stroke-width=".5" opacity=".5"/>')
        times = [(event.start_s, event.stop_s) for event in night.decision.events if event.kind == kind]
        marks = "".join(f"M{x:g},{y}h{width:g}" for x, width in _columns(times, start_s, scale))
        drawn.append(f'<path d="{marks}" stroke="{KIND_COLORS[kind]}" stroke-width="{_BAR}"/>')
    drawn += _ticks(night, scale, height)
    title = f"<title>Timeline of {_text(', '.join(KIND_NAMES[kind] for kind in kinds))}</title>"
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height + 16}" style="width:100%;display:block;margin:6px 0 2px;'
        f'overflow:visible">{title}{"".join(drawn)}</svg>'
    )


def _columns(times: Sequence[Stretch], start_s: float, scale: float) -> Iterator[tuple[int, int]]:
    """Columns of pixels, `(first, width)`, in which something happened: thousands of events take no more room."""
    is_on = np.zeros(_WIDTH + 1, bool)
    for begin_s, end_s in times:
        first = min(max(int((begin_s - start_s) * scale), 0), _WIDTH - 1)
        is_on[first : max(math.ceil((end_s - start_s) * scale), first + 1)] = True
    is_on[_WIDTH] = False
    edges = np.flatnonzero(np.diff(is_on, prepend=False))
    for first, stop in edges.reshape(-1, 2).tolist():
        yield first, stop - first


def _ticks(night: Shown, scale: float, y: int) -> Iterator[str]:
    start_s, stop_s = night.provenance.start_s, night.provenance.stop_s
    step_s = next((step for step in _STEPS_S if (stop_s - start_s) / step <= _MOST_TICKS), _STEPS_S[-1])
    begin = night.wall_clock(start_s)
    into_s = (begin.hour * 3600 + begin.minute * 60 + begin.second) % step_s if begin else 0.0
    first = math.ceil(into_s / step_s) * step_s - into_s
    for passed_s in np.arange(first, stop_s - start_s, step_s).tolist():
        moment = night.wall_clock(start_s + passed_s)
        words = f"{moment:%H:%M}" if moment and step_s >= 60 else str(timedelta(seconds=round(start_s + passed_s)))
        x = passed_s * scale
        yield f'<path d="M{x:.1f},{y}v3" stroke="currentColor"/>'
        yield (
            f'<text x="{x:.1f}" y="{y + 14}" font-size="10" fill="currentColor" '
            f'text-anchor="{"start" if x < 12 else "middle"}">{words}</text>'
        )


def _table(summary: Mapping[str, Any], kinds: Sequence[str]) -> str:
    head = "".join(f'<th style="{_CELL}">{name}</th>' for name in ("", "events", "per judged hour", "95 % interval"))
    rows = "".join(_row(kind, summary) for kind in kinds)
    style = "border-collapse:collapse;margin:4px 0;font:inherit;color:inherit"
    return f'<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(kind: str, summary: Mapping[str, Any]) -> str:
    low, high = summary["rate_limits_per_hour"][kind]
    limits = f"{low:.1f} to {high:.1f}" if math.isfinite(low) else ""
    rate = summary["rates_per_hour"][kind]
    dot = f'<span style="color:{KIND_COLORS[kind]}">&#9632;</span> {KIND_NAMES[kind]}'
    cells = (str(summary["counts"][kind]), f"{rate:.1f}" if math.isfinite(rate) else "", limits)
    name = f'<td style="{_CELL.replace("right", "left", 1)}">{dot}</td>'
    return f"<tr>{name}{''.join(f'<td style={chr(34)}{_CELL}{chr(34)}>{cell}</td>' for cell in cells)}</tr>"


def _names(names: Sequence[str]) -> str:
    more = len(names) - N_NAMES
    return ", ".join(names[:N_NAMES]) + (f" and {more} more" if more > 0 else "")


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.2f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"


def _text(raw: str) -> str:
    return html.escape(raw)
