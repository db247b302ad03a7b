"""Footage that lies elsewhere: `s3://`, `https://`, `ssh://`. Only a batch may reach it, and only what was named.

Files are read through fsspec in blocks, so that of a container with an index only the bytes that are needed travel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from detector.errors import DetectorError, UsageError

SCHEMES = ("s3", "https", "http", "ssh", "sftp")
_MISSING = (
    "{}: reading remote footage needs more packages ({}); install them with: pip install 'twitch-detector[remote]'."
)


def is_address(text: str) -> bool:
    """Whether a text names something remote, such as `s3://bucket/night`."""
    return re.match(rf"({'|'.join(SCHEMES)})://", text) is not None


def join(base: str, path: str) -> str:
    """A path as seen from a folder, which may be remote; addresses and absolute paths stay."""
    if is_address(path):
        return path
    if is_address(base):
        return f"{base.rstrip('/')}/{path}"
    return str(Path(base, path))


def parent(address: str) -> str:
    """The folder of a remote file."""
    return address.rsplit("/", 1)[0]


def remote_path(address: str) -> Any:  # noqa: ANN401  # fsspec's own kind of path
    """A path that is read over the network when it is opened, with the methods of `pathlib.Path`.

    Raises:
        UsageError: the packages for it are missing.
    """
    try:
        from upath import UPath

        return UPath(address)
    except (ImportError, ValueError) as error:
        raise UsageError(_MISSING.format(without_password(address), error)) from None


def read_bytes(address: str) -> bytes:
    """All of a remote file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        data: bytes = remote_path(address).read_bytes()
    except DetectorError:
        raise
    except Exception as error:  # noqa: BLE001  # each protocol has errors of its own
        raise UsageError(
            f"{without_password(address)}: cannot read this ({_reason(error)}); check the address and its rights."
        ) from None
    return data


def list_nights(address: str, suffixes: frozenset[str]) -> Iterator[str]:
    """What stands in a remote folder, or matches a remote glob: folders, and files that may be video."""
    try:
        if any(mark in address for mark in "*?["):
            base, _, pattern = _split_glob(address)
            places = sorted(remote_path(base).glob(pattern), key=str)
        else:
            places = sorted(remote_path(address).iterdir(), key=str)
        for place in places:
            if Path(place.name).suffix.lower() in suffixes or place.is_dir():
                yield _address(address, place).rstrip("/")
    except DetectorError:
        raise
    except Exception as error:  # noqa: BLE001  # each protocol has errors of its own
        raise UsageError(
            f"{without_password(address)}: cannot list this ({_reason(error)}); check the address and its rights."
        ) from None


def list_footage(address: str, suffixes: frozenset[str]) -> list[Any]:
    """The video files below a remote folder, in natural order; a file is itself.

    Raises:
        UsageError: it cannot be looked at.
    """
    try:
        place = remote_path(address)
        if Path(place.name).suffix.lower() in suffixes:
            return [place]
        return sorted((file for file in place.rglob("*") if Path(file.name).suffix.lower() in suffixes), key=_natural)
    except DetectorError:
        raise
    except Exception as error:  # noqa: BLE001  # each protocol has errors of its own
        raise UsageError(
            f"{without_password(address)}: cannot list this ({_reason(error)}); check the address and its rights."
        ) from None


def without_password(text: str) -> str:
    """A text in which no address tells a password.

    >>> without_password("ssh://lab:secret@store/n1: cannot list this")
    'ssh://lab@store/n1: cannot list this'
    """
    return re.sub(r"(://[^/:@\s]*):[^/@\s]*@", r"\1@", text)


def _address(base: str, place: Any) -> str:  # noqa: ANN401  # fsspec's own kind of path
    """The whole address of a place below another: a path of `ssh` does not tell its host."""
    found = re.match(r"((?:ssh|sftp)://[^/]*)", base)
    return f"{found[1]}{place.path}" if found else str(place)


def _natural(path: Any) -> list[tuple[int, int, str]]:  # noqa: ANN401  # fsspec's own kind of path
    parts = re.split(r"([0-9]+)", str(path).lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _split_glob(address: str) -> tuple[str, str, str]:
    parts = address.split("/")
    first = next(place for place, part in enumerate(parts) if any(mark in part for mark in "*?["))
    return "/".join(parts[:first]), "/", "/".join(parts[first:])


def _cannot(what: str, address: str, error: Exception) -> str:
    return f"{without_password(address)}: cannot {what} this ({_reason(error)}); check the address and its rights."


def _reason(error: Exception) -> str:
    return " ".join(f"{getattr(error, 'strerror', None) or error}".split())[:200].rstrip(".") or type(error).__name__
