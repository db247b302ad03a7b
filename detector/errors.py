"""What can go wrong, as one exception tree.

Each message is one sentence that says which input, what was expected, what came, and what to do. The command line
prints it without a traceback and ends with `exit_code`.
"""

from __future__ import annotations

import unicodedata
from enum import IntEnum


class ExitCode(IntEnum):
    """How the command ended; the same numbers for every subcommand."""

    DONE = 0
    FAILURE = 1
    USAGE = 2
    PARTLY_UNREADABLE = 3
    NOTHING_ANALYZED = 4
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class DetectorError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code: ExitCode = ExitCode.FAILURE


class Stopped(KeyboardInterrupt):
    """Somebody asked the program to end: SIGTERM or SIGHUP, which end it as Ctrl-C does, with a code of their own.

    Attributes:
        exit_code: as a shell counts it, 128 and the number of the signal.
    """

    def __init__(self, text: str = "", exit_code: ExitCode = ExitCode.TERMINATED) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class OutputError(DetectorError):
    """What was to be said cannot be written to standard output."""


class OutputFileError(DetectorError):
    """A file cannot be written."""


class NoticeWarning(UserWarning):
    """Something was done that the user should know of; the command line prints it to stderr."""


class ParameterError(DetectorError):
    """A parameter is unknown, out of its range, or of the wrong type."""

    exit_code = ExitCode.USAGE


class UsageError(DetectorError):
    """The request contradicts itself or names something that must not be touched (for example another night)."""

    exit_code = ExitCode.USAGE


class FootageError(DetectorError):
    """One file cannot be read as video."""

    exit_code = ExitCode.NOTHING_ANALYZED


class NoFootageError(FootageError):
    """Nothing among the given paths could be analyzed."""


class NightFolderError(DetectorError):
    """A night folder is missing, incomplete, of another schema version, locked, or cannot be written."""


def displayed(text: object) -> str:
    r"""A path, or any text with names in it, as it can be shown and written everywhere.

    Control characters, and bytes that are no UTF-8, come as escapes: a name must not steer a terminal, and no table,
    page or picture may fail because of one.

    >>> displayed("night\n2.mp4"), displayed(b"caf\xe9.mp4".decode(errors="surrogateescape"))
    ('night\\n2.mp4', 'caf\\xe9.mp4')
    """
    return "".join(_shown(character) for character in str(text))


def _shown(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    is_control = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in _JOINERS
    return character.encode("unicode_escape").decode("ascii") if is_control else character


_JOINERS = "\u200c\u200d"
"""Invisible, but part of how some languages are written."""
