"""How a command ends: its words on stdout and stderr, whatever state these are in, and its exit code."""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO, Any, ParamSpec

import typer

from detector.errors import DetectorError, ExitCode, NoticeWarning, OutputError, Stopped, displayed

Arguments = ParamSpec("Arguments")

_SIGNALS = {"SIGTERM": ExitCode.TERMINATED, "SIGHUP": ExitCode.HUNG_UP}  # Windows has no SIGHUP
_AS_OPTIONS = {"overwrite=True": "--overwrite"}
"""Arguments that messages name, as they are given on the command line."""
_NOTHING_WRITTEN = "Interrupted; nothing was written."


def keep_streams() -> None:
    """Give every standard stream a place to go, and let it take any text.

    A stream that was closed before the program began would lend its number to the next file that is opened, and what a
    library complains of would end up in that file.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  # as long as we live
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def catch_signals() -> None:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does: tidily, with last words, and with their own codes."""
    for name, code in _SIGNALS.items():
        number = getattr(signal, name, None)
        # One that is ignored, as under nohup, stays so.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, functools.partial(_stop, code))


def _stop(code: ExitCode, number: int, frame: FrameType | None) -> None:
    del number, frame
    raise Stopped(exit_code=code)


def handled(command: Callable[Arguments, ExitCode | None]) -> Callable[Arguments, None]:
    """Let a command end with its exit code, and turn what goes wrong on purpose into one sentence.

    A command that takes `as_json` reports its errors as JSON on stdout when it is set.
    """

    @functools.wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            with _notices_said():
                code = command(*args, **kwargs) or ExitCode.DONE
        except (DetectorError, ImportError, OSError, MemoryError, KeyboardInterrupt) as error:
            as_json = bool(kwargs.get("as_json")) and not isinstance(error, OutputError)
            code = fail(_in_words(error), stop_code(error), as_json=as_json)
        raise typer.Exit(int(code))

    return run


@contextmanager
def _notices_said() -> Iterator[None]:
    """Say at once, in a line each, what the package warns of."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any) -> None:  # noqa: ANN401  # passed on
            if issubclass(category, NoticeWarning):
                complain(str(message))
            else:
                usual(message, category, *where)

        warnings.simplefilter("always", NoticeWarning)
        warnings.showwarning = show  # type: ignore[assignment]  # its optional arguments are passed on as they come
        yield


def stop_code(error: BaseException) -> ExitCode:
    """The exit code of what ended a command."""
    if isinstance(error, DetectorError | Stopped):
        return error.exit_code
    return ExitCode.INTERRUPTED if isinstance(error, KeyboardInterrupt) else ExitCode.FAILURE


def _in_words(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return str(error) or _NOTHING_WRITTEN
    if isinstance(error, ImportError):
        return _missing_library(error)
    if isinstance(error, MemoryError):
        return (
            "There is not enough memory for this; what has been measured is kept, so close other programs, take fewer "
            "workers, and run the same command again."
        )
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or str(error)
        return f"{where}the system refused this ({reason}); check the path, its rights and its room."
    text = str(error)
    for argument, option in _AS_OPTIONS.items():
        text = text.replace(argument, option)
    return text


def fail(text: str, code: ExitCode, *, as_json: bool) -> ExitCode:
    """Say what went wrong, in one sentence or as JSON, and hand the exit code back."""
    if as_json:
        try:
            say_json({"error": text, "exit_code": int(code)})
        except OutputError:
            complain(displayed(text))
    else:
        complain(displayed(text))
    return code


def _missing_library(error: ImportError) -> str:
    text = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    if ".so" in text:
        return (
            f"A system library that OpenCV or PyAV needs is missing ({text}); "
            "on Debian and Ubuntu `apt-get install libgl1 libglib2.0-0` brings the usual ones."
        )
    return f"A Python package is missing or broken ({text}); install twitch-detector again."


def say(*lines: str) -> None:
    """Write lines of a result to stdout; what would steer a terminal is escaped.

    A reader that has seen enough is no error.

    Raises:
        OutputError: they cannot be written.
    """
    _say_raw(_safe(lines))


def _safe(lines: Sequence[str]) -> str:
    return "".join(f"{displayed(part)}\n" for line in lines for part in line.split("\n"))


def _say_raw(text: str) -> None:
    try:
        _put(sys.stdout, text)
    except OSError as error:
        _to_nowhere(sys.stdout)
        raise OutputError(
            f"The result cannot be written to standard output ({error.strerror or error}); free some room or send it "
            "elsewhere. Files that this command writes are written."
        ) from None


def say_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Write a result to stdout as JSON; what is not a number becomes null."""
    from detector.night.files.store import without_nan

    text = json.dumps(without_nan(value), indent=2, allow_nan=False, ensure_ascii=False, default=str)
    _say_raw(f"{text}\n")  # JSON has escapes of its own


def complain(*lines: str) -> None:
    """Write lines about what could not be done to stderr, if anybody can read them there."""
    try:
        _put(sys.stderr, _safe(lines))
    except OSError:
        _to_nowhere(sys.stderr)


def _put(stream: IO[str], text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _to_nowhere(stream)


def _to_nowhere(stream: IO[str]) -> None:
    """Let a stream write to nowhere from now on, what it still holds too."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def flushed(code: int) -> int:
    """The exit code, once all that was said is out; that of a failure where it cannot be written."""
    try:
        _put(sys.stdout, "")
    except OSError as error:
        _to_nowhere(sys.stdout)
        code = fail(f"Standard output cannot be written ({error.strerror}).", ExitCode.FAILURE, as_json=False)
    complain()
    return int(code)
