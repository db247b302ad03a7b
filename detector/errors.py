"""What can go wrong, as one exception tree.

Each message is one sentence that says which input, what was expected, what came, and what to do. The command line
prints it without a traceback and ends with `exit_code`.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How the command ended; the same numbers for every subcommand."""

    DONE = 0
    FAILURE = 1
    USAGE = 2
    PARTLY_UNREADABLE = 3
    NOTHING_ANALYZED = 4
    INTERRUPTED = 130


class DetectorError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code: ExitCode = ExitCode.FAILURE


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
