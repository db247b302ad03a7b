"""Help and usage errors in plain words, whatever the version of the library that parses the command line says."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

_TYPES = {
    "int": "INTEGER",
    "int range": "INTEGER",
    "float": "NUMBER",
    "float range": "NUMBER",
    "str": "TEXT",
    "path": "PATH",
    "file": "FILE",
    "directory": "DIR",
}
_EXPECTED = (
    (r"valid integer", "a whole number"),
    (r"valid number", "a number"),
    (r"greater than or equal to (\S+)", r"a number of at least \1"),
    (r"less than or equal to (\S+)", r"a number of at most \1"),
    (r"greater than (\S+)", r"a number above \1"),
    (r"less than (\S+)", r"a number below \1"),
    (r"valid boolean", "true or false"),
)


def in_plain_words(command: Any) -> Any:  # noqa: ANN401  # a command of whichever library Typer brings
    """A command, and all commands in it, whose help names arguments and types as everybody does.

    Args:
        command: as `typer.main.get_command` gives it; changed in place.
    """
    for inner in getattr(command, "commands", {}).values():
        in_plain_words(inner)
    for param in command.params:
        is_argument = getattr(param, "param_type_name", "") == "argument"
        if is_argument and param.metavar:
            param._usage_display_name = _saying(param.metavar)  # noqa: SLF001  # the only place to say it
        if hasattr(param, "display_type"):
            param.display_type = _saying("") if is_argument else _typed(param.display_type)
    return command


def _saying(text: str) -> Callable[..., str]:
    return lambda *_: text


def _typed(display_type: Callable[..., str]) -> Callable[..., str]:
    def say(*context: object) -> str:
        text = display_type(*context)
        return _TYPES.get(text.strip("<>"), text)

    return say


def usage_sentence(error: Any) -> str:  # noqa: ANN401  # of whichever library Typer brings
    """What is wrong with a command line, in one sentence.

    Args:
        error: a usage error of the parser.
    """
    text = error.format_message().strip().rstrip(".")
    options: Sequence[str] = getattr(getattr(error, "param", None), "opts", ())
    came = _given(options, sys.argv)
    for pattern, expected in _EXPECTED:
        found = re.search(pattern, text)
        if found and came is not None:
            text = f"{options[0]}: expected {found.expand(expected)}, not {came!r}"
            break
    return f"{text}{'' if text.endswith('?') else ';'} `twitch-detector --help` lists what can be asked for."


def _given(options: Sequence[str], words: Sequence[str]) -> str | None:
    """The value that an option was given on the command line; None where it is not to be found."""
    for place, word in enumerate(words):
        if word in options and place + 1 < len(words):
            return words[place + 1]
        name, sign, value = word.partition("=")
        if sign and name in options:
            return value
    return None
