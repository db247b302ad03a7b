"""BORIS projects: a night as an observation that a person goes on coding, and the same project read back.

BORIS joins the files of an observation end to end and leaves the gaps out, so every time is mapped file by file, both
ways, by the lengths that the project itself keeps. A state is two rows, START and STOP, and two states of one code,
subject and modifiers cannot overlap: what overlaps gets the modifier `at once`. Project format 7.0.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from detector.events.classify import EVENT_KINDS
from detector.events.state import STATES
from detector.night.palette import KIND_COLORS
from detector.views.exchange.boris_pairs import Press, paired
from detector.views.exchange.media import EndToEnd, MediaClip, find_clip
from detector.views.exchange.scored import Scoring, in_order, unfit
from detector.views.exchange.sheet import Row, Sheet

FORMAT_VERSION = "7.0"
NOBODY = "infant"
AT_ONCE = "at once"
SHORTEST_S = 0.001
EXAMPLE = '[12.5, "infant", "twitch", "", "e0001", 188]'
_KEYS = "trmgwuqaxbnv"
_NO_FRAME = "NA"
_DESCRIBED = {
    "twitch": "brief and localized, shorter than 0.5 s",
    "rhythmic": "swings at least 4 times at 0.3 to 5 Hz",
    "movement": "localized, 0.5 s or longer, no rhythm found",
    "gross": "of the whole body",
    "restless": "without a pause for many seconds",
    "uncertain": "none of the others for sure",
}


def boris_text(sheet: Sheet, name: str) -> str:
    """A night as a BORIS project.

    Args:
        sheet: what is written.
        name: of the project and of its one observation.
    """
    joined = EndToEnd(sheet.clips)
    rows = [row for row in sheet.rows if row.what != "artifact" or sheet.choice.artifacts]
    numbers = lanes(rows)
    presses = [press for row, lane in zip(rows, numbers, strict=True) for press in _presses(row, lane, joined)]
    events = sorted(presses, key=lambda press: press[0])
    begin = sheet.night.start_at
    codes = [*EVENT_KINDS, *sorted({row.kind for row in rows} - set(EVENT_KINDS))]
    at_once = {
        "0": {
            "name": AT_ONCE, "description": "which of several at the same time", "type": 0, "ask at stop": False,
            "values": [str(number) for number in range(2, max([2, *numbers]) + 1)],
        }
    }  # fmt: skip
    project = {
        "time_format": "hh:mm:ss",
        "project_date": f"{begin:%Y-%m-%dT%H:%M:%S}" if begin else "1970-01-01T00:00:00",
        "project_name": name,
        "project_description": "Movements found by twitch-detector; correct them, save, and import the project again.",
        "project_format_version": FORMAT_VERSION,
        "subjects_conf": {
            str(place): {"key": "", "name": subject, "description": ""} for place, subject in enumerate(_subjects(rows))
        },
        "behaviors_conf": {str(place): _behavior(code, place, at_once) for place, code in enumerate(codes)},
        "observations": {name: _observation(sheet, events)},
        "behavioral_categories": ["movement", "state", "artifact"],
        "independent_variables": {},
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }
    return json.dumps(project, indent=1, ensure_ascii=False) + "\n"


def lanes(rows: Sequence[Row]) -> list[int]:
    """A number for each row, 1 unless an earlier row of its kind and subject still goes on."""
    until: dict[tuple[str, str], list[float]] = {}
    numbers = []
    for row in rows:
        busy = until.setdefault((_subject(row), row.kind), [])
        free = next((lane for lane, stop_s in enumerate(busy) if stop_s <= row.start_s), len(busy))
        busy[free : free + 1] = [row.stop_s]
        numbers.append(free + 1)
    return numbers


def _subject(row: Row) -> str:
    return row.infant or row.site or NOBODY


def _subjects(rows: Iterable[Row]) -> list[str]:
    return [NOBODY, *sorted({_subject(row) for row in rows} - {NOBODY})]


def _presses(row: Row, lane: int, joined: EndToEnd) -> list[list[Any]]:
    """The two rows of a state: time, subject, code, modifier, comment, frame."""
    modifier = str(lane) if lane > 1 else ""
    start_s = joined.joined_s(row.start_s)
    stop_s = max(joined.stop_joined_s(row.stop_s), round(start_s + SHORTEST_S, 3))
    comment = "; ".join(part for part in (row.event_id, " ".join(row.note.split())) if part)
    who = [_subject(row), row.kind, modifier]
    return [[start_s, *who, comment, _NO_FRAME], [stop_s, *who, "", _NO_FRAME]]


def _behavior(code: str, place: int, modifiers: dict[str, Any]) -> dict[str, Any]:
    category = "movement" if code in EVENT_KINDS else "state" if code in STATES else "artifact"
    return {
        "type": "State event", "key": _KEYS[place] if place < len(_KEYS) else "", "code": code,
        "description": _DESCRIBED.get(code, ""), "color": KIND_COLORS.get(code, ""), "category": category,
        "modifiers": modifiers, "excluded": "", "coding map": "",
    }  # fmt: skip


def _observation(sheet: Sheet, events: list[list[Any]]) -> dict[str, Any]:
    begin = sheet.night.start_at
    paths = [clip.path for clip in sheet.clips]
    media = {
        "length": {clip.path: clip.length_s for clip in sheet.clips},
        "fps": {clip.path: round(clip.fps, 3) if math.isfinite(clip.fps) else 0.0 for clip in sheet.clips},
        "hasVideo": dict.fromkeys(paths, True),
        "hasAudio": dict.fromkeys(paths, False),
        "offset": {"1": 0.0},
    }
    return {
        "file": {str(player): paths if player == 1 else [] for player in range(1, 9)},
        "type": "MEDIA",
        "date": f"{begin:%Y-%m-%dT%H:%M:%S}" if begin else "1970-01-01T00:00:00",
        "description": "",
        "time offset": 0.0,
        "events": events,
        "observation time interval": [0, 0],
        "independent_variables": {},
        "visualize_spectrogram": False,
        "visualize_waveform": False,
        "media_creation_date_as_offset": False,
        "media_scan_sampling_duration": 0,
        "image_display_duration": 1,
        "close_behaviors_between_videos": False,
        "media_info": media,
    }


def read_boris(path: Path, text: str, clips: Sequence[MediaClip]) -> Scoring:
    """All observations of a project, mapped to the time of the night.

    Args:
        path: for messages.
        text: the project.
        clips: the files of the night.

    Raises:
        UsageError: it is no project, its media are not those of the night, or a state begins or ends alone.
    """
    try:
        project = json.loads(text)
        observations = dict(project["observations"])
        points = {b["code"] for b in project["behaviors_conf"].values() if str(b["type"]).lower().startswith("point")}
        found = [
            (name, _end_to_end(path, name, observation, clips), _read_presses(name, observation, points))
            for name, observation in observations.items()
        ]
    except json.JSONDecodeError as error:
        came = f"it is no whole JSON: line {error.lineno} breaks off or is none" if text.strip() else "it is empty"
        raise unfit(path, "a BORIS project", came, EXAMPLE) from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        came = "one of them is missing, or is not as BORIS writes it"
        raise unfit(path, "a BORIS project with observations, behaviors and their events", came, EXAMPLE) from None
    scored = [one for _, joined, presses in found for one in paired(path, presses, joined)]
    return Scoring(path, "boris", in_order(scored))


def _read_presses(name: str, observation: dict[str, Any], points: set[str]) -> list[Press]:
    presses = []
    for number, event in enumerate(observation["events"], start=1):
        time_s, subject, code, modifier, comment = event[:5]
        kind = "POINT" if code in points else ""
        presses.append(
            Press(float(time_s), str(subject), str(code), str(modifier), str(comment), kind, f"{name}, event {number}")
        )
    return presses


def _end_to_end(path: Path, name: str, observation: dict[str, Any], clips: Sequence[MediaClip]) -> EndToEnd:
    media = [file for player in sorted(observation["file"]) for file in observation["file"][player]]
    lengths = observation["media_info"]["length"]
    return joined_media(path, name, media, [float(lengths[file]) for file in media], clips)


def joined_media(
    path: Path, name: str, media: Sequence[str], lengths_s: Sequence[float] | None, clips: Sequence[MediaClip]
) -> EndToEnd:
    """The files of an observation found among those of the night: by name, or where they were renamed by their order.

    Args:
        path: for messages.
        name: of the observation.
        media: the files as BORIS has them; none takes those of the night.
        lengths_s: as BORIS has them; None where it did not say.
        clips: the files of the night.

    Raises:
        UsageError: they are others.
    """
    if not media:
        return EndToEnd(clips)
    found = [find_clip(clips, file) for file in media]
    if any(clip is None for clip in found) and len(media) == len(clips):
        ours = [clip.length_s for clip in clips]
        theirs = ours if lengths_s is None else lengths_s
        if all(abs(a - b) < max(0.5, 0.001 * a) for a, b in zip(ours, theirs, strict=True)):
            found = list(clips)
    missing = [file for file, clip in zip(media, found, strict=True) if clip is None]
    if missing:
        names = ", ".join(clip.name for clip in clips)
        raise unfit(path, f"media of this night ({names})", f"{name} has {missing[0]}, of another length", EXAMPLE)
    return EndToEnd([clip for clip in found if clip is not None], lengths_s)
