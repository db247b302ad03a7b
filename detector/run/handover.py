"""One object for many processes: its arrays lie in a file that each maps instead of copying.

The packet tables of a night grow with the night; a worker's memory must not.
"""

from __future__ import annotations

import mmap
import pickle
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LENGTH = struct.Struct("<Q")
_ALIGNMENT = 64


def share(item: object, path: Path) -> None:
    """Write an object for `receive`.

    Args:
        item: anything that can be pickled.
        path: a file to make or replace.

    Raises:
        OSError: as the file system says.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(item, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    head = pickle.dumps((body, [view.nbytes for view in views]))
    with path.open("wb") as file:
        file.write(_LENGTH.pack(len(head)) + head)
        for view in views:
            file.write(bytes(-file.tell() % _ALIGNMENT))
            file.write(view)


@dataclass(frozen=True)
class Received:
    """What was shared, and the file that its arrays lie in.

    Attributes:
        item: whatever was shared; its arrays are read-only and stay in the file until they are looked at.
        mapped: the file.
    """

    item: Any
    mapped: mmap.mmap

    def let_go(self) -> None:
        """Give back the memory of what was looked at, where the system can do that; the file has it still."""
        if hasattr(self.mapped, "madvise"):
            self.mapped.madvise(mmap.MADV_DONTNEED)


def receive(path: Path) -> Received:
    """Read what `share` wrote.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    content = memoryview(mapped)
    (length,) = _LENGTH.unpack_from(content)
    place = _LENGTH.size + length
    body, sizes = pickle.loads(content[_LENGTH.size : place])  # noqa: S301  # only our own parent writes here
    views = []
    for size in sizes:
        place += -place % _ALIGNMENT
        views.append(content[place : place + size])
        place += size
    return Received(pickle.loads(body, buffers=views), mapped)  # noqa: S301
