"""A night without names: files, folders and whatever their names tell are replaced by ids."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from detector.errors import displayed
from detector.night.provenance import Provenance

_REVIEWER_ID = re.compile(r"reviewer-[0-9a-f]{8}")
_SHORTEST = 3
"""Shorter names are as likely a part of a number."""


def pseudonymous(provenance: Provenance) -> Provenance:
    """Where a result came from, without a name.

    Files are called `clip-0001` and so on in order of time, those that could not be read `unreadable-0001`; what a
    sentence says of them, it says of the id. Content hashes stay, so that the footage can be found again by somebody
    who has it; so do times.

    Args:
        provenance: with the names of the files.
    """
    paths = {source.path: f"clip-{number:04d}" for number, source in enumerate(provenance.inputs, start=1)}
    for number, path in enumerate(dict.fromkeys(path for path, _ in provenance.unreadable), start=1):
        paths.setdefault(path, f"unreadable-{number:04d}")
    for path, _ in provenance.damage:
        paths.setdefault(path, f"clip-{len(paths) + 1:04d}")
    hide = hiding(paths)
    return replace(
        provenance,
        inputs=tuple(
            replace(source, name=paths[source.path], path=paths[source.path], location=source.location or source.path)
            for source in provenance.inputs
        ),
        unreadable=tuple((paths[path], hide(reason)) for path, reason in provenance.unreadable),
        damage=tuple((paths[path], hide(text)) for path, text in provenance.damage),
        notes=tuple(map(hide, provenance.notes)),
        skipped=tuple(replace(span, reason=hide(span.reason)) for span in provenance.skipped),
        has_names=False,
    )


def reviewer_id(name: str, provenance: Provenance) -> str:
    """What a reviewer is called in a night: by name, or, in a night without names, by an id of this night.

    The same name gives the same id, so that who goes on reviewing goes on in the same file.

    Args:
        name: of the reviewer, or such an id.
        provenance: of the night.
    """
    if provenance.has_names or _REVIEWER_ID.fullmatch(name):
        return name
    text = "|".join([name.casefold(), *(source.sha256 for source in provenance.inputs[:1])])
    return f"reviewer-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:8]}"


def hiding(ids: Mapping[str, str]) -> Callable[[str], str]:
    """A function that replaces every form in which a text can name a file or its folders."""
    names: dict[str, str] = {}
    for path, name in ids.items():
        names |= dict.fromkeys(_forms_of_file(PurePath(path)), name)
    for path in ids:
        for form in _forms_of_folders(PurePath(path)):
            names.setdefault(form, "folder")
    if not names:
        return str
    ordered = sorted(names, key=len, reverse=True)
    # A name within a longer word is another word.
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in ordered))
    return lambda text: pattern.sub(lambda found: names[found[0]], text)


def _forms_of_file(path: PurePath) -> Sequence[str]:
    ends = ["/".join(path.parts[-depth:]).replace("//", "/") for depth in range(1, len(path.parts) + 1)]
    forms = [str(path), *ends]
    forms += [path.stem] if _is_name(path.stem) else []
    return [form for form in {*forms, *map(displayed, forms)} if form]


def _forms_of_folders(path: PurePath) -> Sequence[str]:
    forms = [str(folder) for folder in path.parents if len(folder.parts) > 1]
    forms += [part for part in path.parts[:-1] if _is_name(part)]
    return [form for form in {*forms, *map(displayed, forms)} if form]


def _is_name(part: str) -> bool:
    """Whether a name can be told from a word of a sentence without its path or suffix: "night" can not."""
    return len(part) >= _SHORTEST and not re.fullmatch("[a-z]+", part)
