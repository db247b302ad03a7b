"""WebVTT: chapters that any player jumps to, one file for each file of footage."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

from detector.views.exchange.media import MediaClip, find_clip
from detector.views.exchange.scored import Scored, Scoring, in_order, unfit
from detector.views.exchange.sheet import Row, Sheet, in_file

EXAMPLE = "00:00:12.500 --> 00:00:12.800 with the line `twitch` below it"
_BETWEEN = " · "
_TIMES = re.compile(r"(?:(\d+):)?(\d{2}):(\d{2}\.\d{3})[ \t]+-->[ \t]+(?:(\d+):)?(\d{2}):(\d{2}\.\d{3})(?:[ \t].*)?")
_TAG = re.compile(r"<[^>]*>")
_SHORTEST_MS = 1


def vtt_texts(sheet: Sheet) -> list[tuple[MediaClip, str]]:
    """The chapters of each file of footage, in its own time; a file in which nothing happens has none."""
    return [(clip, vtt_text(in_file(sheet.rows, clip), clip)) for clip in sheet.clips]


def vtt_text(rows: Sequence[Row], clip: MediaClip) -> str:
    """Chapters of one file of footage.

    Args:
        rows: that begin in it.
        clip: the file.
    """
    head = f"WEBVTT\n\nNOTE\nfile: {_escaped(clip.name)}\n"
    return head + "".join(_cue(row, clip) for row in rows)


def _cue(row: Row, clip: MediaClip) -> str:
    start_ms = max(round((row.start_s - clip.start_s) * 1000), 0)
    stop_ms = max(round((row.stop_s - clip.start_s) * 1000), start_ms + _SHORTEST_MS)
    words = _BETWEEN.join(_escaped(part) for part in (row.kind, row.site) if part)
    name = f"{_escaped(row.event_id)}\n" if row.event_id else ""
    return f"\n{name}{_stamp(start_ms)} --> {_stamp(stop_ms)}\n{words}\n"


def _stamp(time_ms: int) -> str:
    seconds, milliseconds = divmod(time_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{milliseconds:03d}"


def _escaped(text: str) -> str:
    """Text that ends no cue and opens no tag."""
    return html.escape(" ".join(text.split()), quote=False)


def read_vtt(path: Path, text: str, clips: Sequence[MediaClip]) -> Scoring:
    """The cues of a file, each a label, with a place behind a middle dot.

    Args:
        path: whose name, or whose note `file:`, says which file of footage its times are of; else it counts from the
            first picture of the night.
        text: its content.
        clips: those of the night.

    Raises:
        UsageError: it is no WebVTT, or a cue has no times.
    """
    blocks = re.split(r"\n{2,}", text.strip("\n"))
    if not blocks[0].lstrip("\ufeff").startswith("WEBVTT"):
        raise unfit(path, "a WebVTT file, whose first line is WEBVTT", f"it begins with {blocks[0][:40]!r}", EXAMPLE)
    zero_s = _zero_s(path, blocks, clips)
    cues = [block for block in blocks[1:] if not block.startswith(("NOTE", "STYLE", "REGION"))]
    scored = [_read_cue(path, number, cue, zero_s) for number, cue in enumerate(cues, start=1) if cue.strip()]
    return Scoring(path, "vtt", in_order(scored))


def _zero_s(path: Path, blocks: Sequence[str], clips: Sequence[MediaClip]) -> float:
    first = clips[0].start_s if clips else 0.0
    for block in blocks:
        if block.startswith("NOTE") and (said := re.search(r"^file: (.+)$", block, re.MULTILINE)):
            name = html.unescape(said.group(1))
            clip = find_clip(clips, name)
            if clip is None and len(clips) > 1:
                raise unfit(path, "chapters of a file of this night", f"{name} is none of them", EXAMPLE)
            return clip.start_s if clip else first
    same = [clip for clip in clips if Path(clip.path).stem == path.stem]
    return same[0].start_s if len(same) == 1 else first


def _read_cue(path: Path, number: int, cue: str, zero_s: float) -> Scored:
    lines = cue.split("\n")
    at = next((place for place, line in enumerate(lines[:2]) if "-->" in line), None)
    times = _TIMES.fullmatch(lines[at].strip()) if at is not None else None
    if at is None or times is None:
        raise unfit(path, "a line of times in every cue", f"cue {number} has {lines[0][:60]!r}", EXAMPLE)
    start_s, stop_s = _seconds(*times.groups()[:3]), _seconds(*times.groups()[3:])
    if stop_s < start_s:
        raise unfit(path, "ends after starts", f"cue {number} goes from {start_s:g} to {stop_s:g} s", EXAMPLE)
    label, _, subject = html.unescape(_TAG.sub("", lines[at + 1] if at + 1 < len(lines) else "")).partition(_BETWEEN)
    note = " ".join(lines[at + 2 :])
    return Scored(
        label.strip(), round(start_s + zero_s, 3), round(stop_s + zero_s, 3),
        html.unescape(lines[0].strip()) if at else "", subject.strip(), note, f"cue {number}",
    )  # fmt: skip


def _seconds(hours: str | None, minutes: str, seconds: str) -> float:
    return 3600.0 * int(hours or 0) + 60.0 * int(minutes) + float(seconds)
