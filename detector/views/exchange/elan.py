"""ELAN: one document for each file of footage, linked to it, with a tier for each kind and site."""

from __future__ import annotations

import mimetypes
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from detector.errors import UsageError
from detector.views.exchange.media import MediaClip, find_clip
from detector.views.exchange.scored import Scored, Scoring, in_order, unfit
from detector.views.exchange.sheet import Row, Sheet, in_file

EXAMPLE = "tier `twitch`, 12.500 to 12.800 s, value `e0001`"
_SEPARATOR = " | "
_SHORTEST_MS = 1


def elan_files(sheet: Sheet) -> list[tuple[MediaClip, bytes]]:
    """A document for each file of footage, in its own time."""
    return [(clip, elan_bytes(in_file(sheet.rows, clip), clip, sheet)) for clip in sheet.clips]


def elan_bytes(rows: Sequence[Row], clip: MediaClip, sheet: Sheet) -> bytes:
    """An ELAN document.

    Args:
        rows: that begin in the file of footage; those of one tier that overlap go to a tier of their own.
        clip: the file of footage.
        sheet: for the date.
    """
    eaf = _library().Eaf(author="twitch-detector")
    begin = sheet.night.start_at
    eaf.adocument["DATE"] = begin.isoformat(timespec="seconds") if begin else "1970-01-01T00:00:00+00:00"
    eaf.remove_tier("default")
    kind = mimetypes.guess_type(clip.path)[0] or "video/mp4"
    absolute = Path(clip.path).is_absolute()
    eaf.add_linked_file(
        Path(clip.path).as_uri() if absolute else clip.path, relpath=f"./{Path(clip.path).name}", mimetype=kind
    )
    busy_ms: dict[str, int] = {}
    for row in rows:
        start_ms = max(round((row.start_s - clip.start_s) * 1000), 0)
        stop_ms = max(round((row.stop_s - clip.start_s) * 1000), start_ms + _SHORTEST_MS)
        tier = _tier(row, start_ms, busy_ms)
        if tier not in busy_ms:
            eaf.add_tier(tier)
        busy_ms[tier] = stop_ms
        eaf.add_annotation(tier, start_ms, stop_ms, row.event_id or row.kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "night.eaf"
        eaf.to_file(str(path))
        return path.read_bytes()


def _library() -> Any:  # noqa: ANN401  (a module)
    try:
        import pympi
    except ModuleNotFoundError:
        raise UsageError(
            "ELAN needs a package that is not installed (pympi-ling); install it with: "
            'pip install "twitch-detector[formats]"'
        ) from None
    return pympi.Elan


def _tier(row: Row, start_ms: int, busy_ms: dict[str, int]) -> str:
    """The first tier of its kind and site that is free: `twitch | left hand`, then `twitch | left hand | 2`."""
    site = _printable(row.site)
    base = _SEPARATOR.join(part for part in (row.kind, site) if part)
    number = 1
    while True:
        name = base if number == 1 else f"{base}{_SEPARATOR}{number}"
        if busy_ms.get(name, -1) <= start_ms:
            return name
        number += 1


def _printable(text: str) -> str:
    """Text that XML can hold."""
    return " ".join("".join(letter for letter in text if letter.isprintable() and ord(letter) < 0xFFFE).split())


def read_elan(path: Path, clips: Sequence[MediaClip]) -> Scoring:
    """The annotations of a document: the label is the tier up to its first bar, else the value.

    Args:
        path: the document, whose linked file says which file of footage its times are of.
        clips: those of the night.

    Raises:
        UsageError: it is no document of ELAN, or of other footage.
    """
    library = _library()
    try:
        eaf = library.Eaf(str(path), suppress_version_warning=True)
        tiers = {tier: eaf.get_annotation_data_for_tier(tier) for tier in eaf.get_tier_names()}
        linked = [file.get("RELATIVE_MEDIA_URL") or file.get("MEDIA_URL", "") for file in eaf.get_linked_files()]
    except Exception:  # noqa: BLE001  # whatever the library finds wrong with it
        raise unfit(path, "an ELAN document with tiers", "this is none, or a part of it is missing", EXAMPLE) from None
    zero_s = _zero_s(path, linked, clips)
    scored = [
        _scored(tier, note, zero_s, number)
        for tier, notes in tiers.items()
        for number, note in enumerate(sorted(notes), start=1)
    ]
    return Scoring(path, "elan", in_order(scored))


def _zero_s(path: Path, linked: Sequence[str], clips: Sequence[MediaClip]) -> float:
    found = [clip for file in linked if (clip := find_clip(clips, file)) is not None]
    if not found and linked and len(clips) > 1:
        names = ", ".join(clip.name for clip in clips)
        raise unfit(path, f"a document linked to a file of this night ({names})", f"it has {linked[0]}", EXAMPLE)
    return found[0].start_s if found else clips[0].start_s if clips else 0.0


def _scored(tier: str, note: Sequence[Any], zero_s: float, number: int) -> Scored:
    start_ms, stop_ms, value = note[:3]
    label, *rest = tier.split(_SEPARATOR)
    is_id = value[:1] == "e" and value[1:].isdecimal()
    site = rest[0] if rest and not (len(rest) == 1 and rest[0].isdecimal()) else ""
    return Scored(
        label.strip(), round(start_ms / 1000 + zero_s, 3), round(stop_ms / 1000 + zero_s, 3), value if is_id else "",
        site, "" if is_id or value == label else value, f"tier {tier!r}, annotation {number}",
    )  # fmt: skip
