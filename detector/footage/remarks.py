"""Many remarks of one kind as one sentence: how many, the first three names, and where the rest stands."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_NAMES = 3
_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")


def gather(remarks: Iterable[tuple[str, str]], where: str = "", joint: str = ": ") -> list[str]:
    """One sentence a kind of remark.

    >>> gather([("a.mp4", "It is cut off after 3 s."), ("b.mp4", "It is cut off after 5 s.")])
    ['2 files (a.mp4, b.mp4): It is cut off after 3 s.']
    >>> gather([("a.mp4", "It is cut off after 3 s.")])
    ['a.mp4: It is cut off after 3 s.']

    Args:
        remarks: name of a file and a sentence; sentences that differ in their numbers only are of one kind.
        where: where all of them stand, as in `night.json`; told where names are left out.
        joint: what stands between names and sentence.

    Returns:
        In the order of the first of each kind; the sentence is that of the first file.
    """
    kinds: dict[str, list[tuple[str, str]]] = {}
    for name, text in remarks:
        kinds.setdefault(_NUMBER.sub("#", text), []).append((name, text))
    return [f"{_names([name for name, _ in found], where)}{joint}{found[0][1]}" for found in kinds.values()]


def _names(names: list[str], where: str) -> str:
    if len(names) == 1:
        return names[0]
    rest = ""
    if len(names) > MOST_NAMES:
        rest = f" and {len(names) - MOST_NAMES} more{f', all in {where}' if where else ''}"
    return f"{len(names)} files ({', '.join(names[:MOST_NAMES])}{rest})"
