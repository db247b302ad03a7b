"""A user's own pattern for the names of clips, as a regular expression."""

from __future__ import annotations

import re

from detector.errors import ParameterError

EPOCH = r"(?P<epoch>\d{10})"

_DIRECTIVES = {
    "Y": r"(?P<year>\d{4})",
    "m": r"(?P<month>\d{1,2})",
    "d": r"(?P<day>\d{1,2})",
    "H": r"(?P<hour>\d{1,2})",
    "I": r"(?P<hour>\d{1,2})",
    "M": r"(?P<minute>\d{1,2})",
    "S": r"(?P<second>\d{1,2})",
    "p": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "z": r"(?P<offset>Z|[+-]\d{2}:?\d{2})",
    "s": EPOCH,
    "%": "%",
}


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A user's name pattern as a regular expression for the end of a path without its extension.

    Args:
        pattern: `strptime` directives `%Y %m %d %H %I %M %S %p %z`, `%s` for seconds since 1970, `{camera}` for
            anything but a slash; a slash stands between folders. Example: `{camera}_%Y%m%d-%H%M%S`.

    Raises:
        ParameterError: an unknown directive, or no date in the pattern.
    """
    parts = []
    for piece in re.findall(r"%.|\{camera\}|[^%{]+|[%{]", pattern):
        if piece == "{camera}":
            parts.append("[^/]+?")
        elif piece.startswith("%"):
            parts.append(_directive(piece[1:], pattern, "".join(parts)))
        else:
            parts.append(re.escape(piece))
    expression = "".join(parts)
    if "(?P<epoch>" not in expression and not all(f"(?P<{part}>" in expression for part in ("year", "month", "day")):
        raise ParameterError(
            f"footage.name_pattern: expected a date (%Y, %m, %d) or %s in the pattern, but {pattern!r} came; add it."
        )
    return re.compile(rf"(?:^|/){expression}\.\w+$")


def _directive(letter: str, pattern: str, before: str) -> str:
    if letter not in _DIRECTIVES:
        known = " ".join(f"%{known}" for known in _DIRECTIVES)
        raise ParameterError(
            f"footage.name_pattern: expected only {known} and {{camera}}, but %{letter} came in {pattern!r}."
        )
    group = _DIRECTIVES[letter]
    # A date that stands in a folder and again in the name must be matched twice, but is read once.
    is_repeated = group.partition(">")[0] in before and group.startswith("(?P<")
    return re.sub(r"\(\?P<\w+>", "(?:", group) if is_repeated else group
