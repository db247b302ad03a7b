"""Ways to spoil a night folder: its record, its tables, its files, and the arrays of its motion."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from detector.night.files.folder import MOTION_FOLDER

Craft = Callable[[Path], object]


def part_of(folder: Path) -> Path:
    return next((folder / MOTION_FOLDER).glob("*.npz"))


def record(*path: str | int, to: object) -> Craft:
    """Set a place of `night.json` to a value that JSON can hold."""

    def craft(folder: Path) -> None:
        tree = json.loads((folder / "night.json").read_text(encoding="utf-8"))
        branch = tree
        for step in path[:-1]:
            branch = branch[step]
        branch[path[-1]] = to
        (folder / "night.json").write_text(json.dumps(tree), encoding="utf-8")

    return craft


def without(*path: str | int) -> Craft:
    def craft(folder: Path) -> None:
        tree = json.loads((folder / "night.json").read_text(encoding="utf-8"))
        branch = tree
        for step in path[:-1]:
            branch = branch[step]
        del branch[path[-1]]
        (folder / "night.json").write_text(json.dumps(tree), encoding="utf-8")

    return craft


def content(name: str, data: bytes) -> Craft:
    return lambda folder: (folder / name).write_bytes(data)


def cell(table: str, column: str, value: str) -> Craft:
    """Set a cell of the first row of a table."""

    def craft(folder: Path) -> None:
        import csv

        path = folder / table
        header, first, *rest = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        first[header.index(column)] = value
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([header, first, *rest])
        path.write_text(text.getvalue(), encoding="utf-8")

    return craft


def replaced(place: Callable[[Path], Path], make: Callable[[Path, Path], object]) -> Craft:
    def craft(folder: Path) -> None:
        path = place(folder)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        make(path, folder)

    return craft


def pipe(path: Path, folder: Path) -> None:
    os.mkfifo(path)


def folder_there(path: Path, folder: Path) -> None:
    path.mkdir()


def link_out(path: Path, folder: Path) -> None:
    secret = folder.parent / f"secret-{path.name}"
    secret.write_text("{}")
    path.symlink_to(secret)


def link_to_device(path: Path, folder: Path) -> None:
    path.symlink_to("/dev/zero")


def link_ring(path: Path, folder: Path) -> None:
    path.symlink_to(path)


def part(change: Callable[[bytes], bytes]) -> Craft:
    def craft(folder: Path) -> None:
        path = part_of(folder)
        path.write_bytes(change(path.read_bytes()))

    return craft


def array(change: Callable[[dict[str, Any]], object]) -> Craft:
    """Change the arrays of a part; the archive stays whole."""

    def craft(folder: Path) -> None:
        path = part_of(folder)
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
        change(arrays)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, values in arrays.items():
                with archive.open(f"{name}.npy", "w") as entry:
                    np.lib.format.write_array(entry, values)

    return craft


def claim_size(n_bytes: int) -> Callable[[bytes], bytes]:
    """Let the directory of a zip archive say that its first member becomes this large."""

    def change(whole: bytes) -> bytes:
        place = whole.rindex(b"PK\x05\x06")
        start = int.from_bytes(whole[place + 16 : place + 20], "little")
        return whole[: start + 24] + n_bytes.to_bytes(4, "little") + whole[start + 28 :]

    return change


def many_members(whole: bytes) -> bytes:
    text = io.BytesIO(whole)
    with zipfile.ZipFile(text, "a") as archive:
        for number in range(1001):
            archive.writestr(f"x{number}:plain.npy", b"")
    return text.getvalue()


def last_is_lost(name: str) -> Craft:
    """Take the last number off the last axis of an array."""
    return array(lambda arrays: arrays.update({key(arrays, name): arrays[key(arrays, name)][..., :-1]}))


def another_type(name: str) -> Craft:
    """Let an array hold complex numbers."""

    def change(arrays: dict[str, Any]) -> None:
        arrays[f"{name}:plain"] = np.zeros(arrays.pop(key(arrays, name)).shape[1:], complex)

    return array(change)


def set_to(name: str, values: Callable[[Any], Any]) -> Craft:
    """Change the numbers of an array, whose type and shape stay."""

    def change(arrays: dict[str, Any]) -> None:
        stored = arrays.pop(key(arrays, name))
        dtype = np.dtype(TYPES[name])
        numbers = np.ascontiguousarray(np.moveaxis(stored, 0, -1)).view(dtype)[..., 0]
        arrays[f"{name}:plain"] = np.asarray(values(numbers), dtype)

    return array(change)


def key(arrays: dict[str, Any], name: str) -> str:
    """How an array is called in the archive: its name and how it is packed."""
    return next(stored for stored in arrays if stored.rpartition(":")[0] == name)


TYPES = {
    "frames.time_s": "f8", "frames.duration_s": "f4", "frames.lag_s": "f4", "frames.moved_fraction": "f4",
    "frames.gain": "f4", "noise.blocks.start_s": "f8", "noise.blocks.level": "f4", "fast.first": "i8",
}  # fmt: skip
