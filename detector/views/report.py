"""The report: one HTML file about a night that opens anywhere, without network."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.events.classify import EVENT_KINDS, Event
from detector.night.night import Night
from detector.night.tables import event_columns
from detector.params import Params, allowed_range, iter_parameters
from detector.views.ledger import ledger_lines, trouble_lines, unseen_stretches
from detector.views.wording import (
    day,
    describe_event,
    duration,
    elapsed,
    frame_rate,
    moment,
    percent,
    rate,
    rhythm_rate,
    surest_rate_hz,
    zone,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 5000
"""Longer tables of events would not open on a phone; all rows stand in `events.csv`."""
MOST_STRIPS = 3
"""So many events worth showing get pictures out of the footage."""
START_SOURCES = {
    "name": "from the file name",
    "sidecar": "from the note beside the file",
    "container": "from the file's own header",
    "modified": "from when the file was written",
    "option": "as given by the user",
    "assumed": "assumed",
    "": "not known",
}


def write_report(
    night: Night, path: str | Path, *, with_footage: bool = True, footage: str | Path | None = None
) -> None:
    """Write the report of a night.

    Everything is inside the one file: pictures, style and script. It names no file but the footage by its name, loads
    nothing, and equal nights give equal reports.

    Args:
        night: what was found.
        path: the HTML file to write; its folder must exist.
        with_footage: whether events worth showing get pictures out of the footage, which has to be read for them.
        footage: folder that holds the footage now; None looks where it was analyzed and beside the night folder.

    Raises:
        OSError: the file cannot be written.
    """
    page = render_report(night, with_footage=with_footage, footage=footage)
    # A name may hold bytes that are no UTF-8; they come as escapes.
    Path(path).write_text(page, encoding="utf-8", errors="backslashreplace")


def render_report(night: Night, *, with_footage: bool = True, footage: str | Path | None = None) -> str:
    """The report of a night as HTML text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    facts = report_facts(night, with_footage=with_footage, footage=footage)
    return environment.get_template("report.html.j2").render(facts)


def report_facts(night: Night, *, with_footage: bool = True, footage: str | Path | None = None) -> dict[str, Any]:
    """Everything the template says, as text, numbers and data URIs; keys are the template's names."""
    observed_s = night.coverage.observed_s
    return {
        "title": _title(night),
        "files": " ".join(filter(None, [_files_in_words(night), night.review.words if night.review else ""])),
        "observed": duration(observed_s),
        "observed_s": observed_s,
        "tiles": list(_tiles(night)),
        "not_seen": _not_seen(night),
        "sustained": list(_sustained(night, MOST_STRIPS if with_footage else 0, footage)),
        "ledger": list(ledger_lines(night)),
        "unseen": list(unseen_stretches(night)),
        "trouble": list(trouble_lines(night)),
        "events": list(_event_rows(night)),
        "n_events": len(night.decision.events),
        "artifacts": list(_artifact_rows(night)),
        "parameters": list(_parameters(night.params)),
        "inputs": list(_inputs(night)),
        "versions": dict(night.provenance.versions),
        "schema_version": night.provenance.schema_version,
        "start": _start(night),
        "decoding": night.provenance.decoding,
        "limits": list(_limits(night)),
        "has_clock": night.start_at is not None,
        "pictures": _pictures(night),
    }


def _title(night: Night) -> str:
    begin, end = night.wall_clock(night.start_s), night.wall_clock(night.stop_s)
    if begin is None or end is None:
        return f"Movement in a recording of {duration(night.stop_s - night.start_s)}"
    return f"Movement, {day(begin)}, {begin:%H:%M} to {end:%H:%M}"


def _files_in_words(night: Night) -> str:
    names = [source.name for source in night.provenance.inputs]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _tiles(night: Night) -> Iterator[dict[str, str]]:
    """One per kind: count, rate per observed hour, and for rhythmic movement how many were sustained."""
    from detector.views.plots.style import KIND_STYLES

    for kind in EVENT_KINDS:
        events = [event for event in night.decision.events if event.kind == kind]
        n_sustained = sum(event.is_sustained for event in events)
        yield {
            "kind": kind,
            "name": KIND_STYLES[kind].lane,
            "color": KIND_STYLES[kind].color,
            "count": str(len(events)),
            "rate": rate(len(events), night.coverage.observed_s),
            "note": f"{n_sustained} sustained" if n_sustained else "",
        }


def _not_seen(night: Night) -> str:
    from detector.views.plots.style import KIND_STYLES

    found = {event.kind for event in night.decision.events}
    return ", ".join(KIND_STYLES[kind].several for kind in EVENT_KINDS if kind not in found and kind != "uncertain")


def _sustained(night: Night, n_strips: int, footage: str | Path | None) -> Iterator[dict[str, str]]:
    """Sustained rhythmic events, the longest first; the first few with pictures."""
    numbered = [(n, event) for n, event in enumerate(night.decision.events, start=1) if event.is_sustained]
    numbered.sort(key=lambda pair: -pair[1].duration_s)
    for place, (event_id, event) in enumerate(numbered):
        strip = ""
        if place < n_strips:
            strip = _picture(partial(_draw_event, night, event_id, footage), 11, 4.4)
        yield {
            "id": str(event_id),
            "when": moment(night, event.start_s),
            "what": describe_event(night, event),
            "why": event.reason,
            "strip": strip,
        }


def _draw_event(night: Night, event_id: int, footage: str | Path | None, ax: Axes) -> Axes:
    from detector.views.plots import plot_event

    return plot_event(night, event_id, ax, footage=footage)


def _event_rows(night: Night) -> Iterator[dict[str, Any]]:
    from detector.views.plots.style import KIND_STYLES

    events: Sequence[Event] = night.decision.events[:MOST_ROWS]
    columns = event_columns(events, night.wall_clock_text)
    for event_id, event, start_s in zip(columns["event_id"], events, columns["start_s"], strict=True):
        yield {
            "id": event_id,
            "kind": event.kind,
            "name": KIND_STYLES[event.kind].singular,
            "when": moment(night, event.start_s),
            "start_s": start_s,
            "elapsed": elapsed(event.start_s, decimals=1),
            "duration_s": event.duration_s,
            "duration": duration(event.duration_s),
            "x_px": event.x_px,
            "y_px": event.y_px,
            "area": event.area_fraction,
            "area_text": percent(event.area_fraction),
            "snr": event.snr,
            "rate_hz": event.rate_hz if np.isfinite(event.rate_hz) else None,
            "rate_text": rhythm_rate(night, event) if np.isfinite(event.rate_hz) else "",
            "n_cycles": event.n_cycles if np.isfinite(event.n_cycles) else None,
            "is_sustained": event.is_sustained,
            "reason": event.reason,
        }


def _artifact_rows(night: Night) -> Iterator[tuple[str, str, str, str]]:
    for artifact in night.decision.artifacts:
        length = duration(artifact.stop_s - artifact.start_s)
        yield artifact.kind, moment(night, artifact.start_s), length, artifact.detail


def _parameters(params: Params) -> Iterator[dict[str, Any]]:
    tree, usual = params.model_dump(), Params().model_dump()
    for name, field in iter_parameters():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        value, default = tree, usual
        for part in name.split("."):
            value, default = value[part], default[part]
        yield {
            "name": name,
            "value": value,
            "default": default,
            "unit": extra.get("unit", "1"),
            "range": allowed_range(field),
            "source": extra.get("source", ""),
            "description": field.description,
        }


def _inputs(night: Night) -> Iterator[tuple[str, str, str, str]]:
    for source in night.provenance.inputs:
        yield source.name, f"{source.size_bytes:,}", elapsed(source.offset_s, decimals=1), source.sha256


def _start(night: Night) -> str:
    source = START_SOURCES.get(night.provenance.start_source, night.provenance.start_source)
    if night.start_at is None:
        return "not known; times are counted from the start of the recording"
    return f"{day(night.start_at)}, {night.start_at:%H:%M:%S} {zone(night.start_at)}, {source}"


def _limits(night: Night) -> Iterator[str]:
    """What this very recording cannot show, beside what no recording can."""
    fps = frame_rate(night)
    if fps < 20:
        yield (
            f"This camera gave {fps:.3g} pictures a second. Rhythmic movement at {surest_rate_hz(night):.2g} Hz or "
            "above may have been faster than it looked: such rates are given as “at least”."
        )
    unseen_s = night.stop_s - night.start_s - night.coverage.observed_s
    if unseen_s >= 1:
        yield f"What happened in the {duration(unseen_s)} that nobody observed. They are left out of every rate."
    if night.start_at is None:
        yield "At what time of day anything happened: the start of this recording is not known."


def _pictures(night: Night) -> dict[str, str]:
    from detector.views.plots import plot_heatmap, plot_intervals, plot_motion, plot_timeline

    return {
        "timeline": _picture(lambda ax: plot_timeline(night, ax), 11, 5.2),
        "motion": _picture(lambda ax: plot_motion(night, ax), 11, 2.8),
        "heatmap": _picture(lambda ax: plot_heatmap(night, ax), 7.5, 4.8),
        "intervals": _picture(lambda ax: plot_intervals(night, ax), 6, 4.2),
    }


def _picture(draw: Callable[[Axes], Axes], width_in: float, height_in: float) -> str:
    """A drawing as a PNG data URI."""
    from detector.views.plots.style import detached_axes

    ax = detached_axes(width_in, height_in)
    draw(ax)
    buffer = io.BytesIO()
    ax.get_figure(root=True).savefig(buffer, format="png", dpi=140, metadata={"Software": None})  # type: ignore[union-attr]
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
