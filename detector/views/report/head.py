"""The head of the report: what was recorded, when it was analyzed, and with what that is not usual."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from detector.night.night import Night
from detector.params import Params, iter_parameters
from detector.views.report.section import Section, Story, section
from detector.views.wording import day, duration, frame_rate, zone

START_SOURCES = {
    "name": "from the file name",
    "sidecar": "from the note beside the file",
    "container": "from the file's own header",
    "modified": "from when the file was written",
    "option": "as given by the user",
    "assumed": "assumed",
    "": "not known",
}
NO_RESULT = {"run", "report", "review"}
"""Groups of parameters that change no result."""


def write(story: Story) -> Section:
    """Never empty."""
    night = story.night
    return section(
        "head",
        title=title(night),
        files=files_in_words(night),
        first_file=files_in_words(night, 1),
        start=start_in_words(night),
        subject=subject(night),
        camera=camera(night),
        analyzed=analyzed(night),
        version=night.provenance.versions.get("twitch-detector", ""),
        folder=night.folder.absolute().name if night.folder else "",
        changed=list(changed_parameters(night.params)),
        reviewed=night.review.words if night.review else "",
    )


def title(night: Night) -> str:
    """What the page is about."""
    begin, end = night.wall_clock(night.start_s), night.wall_clock(night.stop_s)
    if begin is None or end is None:
        return f"Movement in a recording of {duration(night.stop_s - night.start_s)}"
    return f"Movement, {day(begin)}, {begin:%H:%M} to {end:%H:%M}"


def running_head(night: Night) -> str:
    """What stands at the foot of every printed page."""
    who = subject(night)
    return " · ".join(part for part in (who, files_in_words(night, 1), title(night)) if part)


def files_in_words(night: Night, at_most: int = 3) -> str:
    """The recording by the names of its files."""
    names = list(night.provenance.input_names)
    return ", ".join(names[:at_most]) + (f" and {len(names) - at_most} more" if len(names) > at_most else "")


def start_in_words(night: Night) -> str:
    """When the recording began, and how that is known."""
    source = START_SOURCES.get(night.provenance.start_source, night.provenance.start_source)
    if night.start_at is None:
        return "not known; times are counted from the start of the recording"
    return f"{day(night.start_at)}, {night.start_at:%H:%M:%S} {zone(night.start_at)}, {source}"


def subject(night: Night) -> str:
    """Who was recorded, by the code that the user gave; empty where none was given."""
    who = night.provenance.subject
    return ", ".join(part for part in (who.code, who.session, who.age) if part)


def analyzed(night: Night) -> str:
    """When the footage was analyzed; empty where the night does not know."""
    if not night.provenance.analyzed_at:
        return ""
    at = datetime.fromisoformat(night.provenance.analyzed_at)
    return f"{day(at)}, {at:%H:%M} {zone(at)}"


def camera(night: Night) -> str:
    """Picture size and rate, as far as they are known."""
    trace = night.trace
    fps = frame_rate(night)
    size = f"{trace.grid.width_px} x {trace.grid.height_px} px" if trace is not None else ""
    rate = f"{fps:.3g} pictures a second" if fps < 1000 else ""
    return ", ".join(part for part in (size, rate) if part)


def changed_parameters(params: Params) -> Iterator[tuple[str, object, object]]:
    """Parameters that are not at their default and can change a result: name, value, default."""
    tree, usual = params.model_dump(), Params().model_dump()
    for name, _ in iter_parameters():
        group, _, leaf = name.partition(".")
        value, default = tree[group][leaf], usual[group][leaf]
        if group not in NO_RESULT and value != default:
            yield name, value, default
