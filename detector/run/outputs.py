"""Where a night goes that nobody named a folder for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from detector.errors import DetectorError, displayed
from detector.night.files.claims import refuse_foreign, refuse_other_night
from detector.params import Params

SUFFIX = "_night"
_MOST = 1000

FolderChoice = Callable[[Sequence[str]], Path]
"""Chooses a night folder by the SHA-256 of the inputs, in order of time."""


def free_folder(first: Path, params: Params, tell: Callable[[str], None], *, overwrite: bool = False) -> FolderChoice:
    """The folder `<stem>_night` of the working directory, or `<stem>_night_2` and so on where another night has it.

    A folder of the same footage and parameters is taken again: that resumes it.

    Args:
        first: the first input, a file, folder, glob or `@list.txt`.
        params: of the run.
        tell: called with a sentence where the first name is taken.
        overwrite: whether the first name is taken whatever it holds.
    """
    stem = stem_of(first)

    def choose(hashes: Sequence[str]) -> Path:
        for number in range(1, _MOST):
            folder = Path(f"{stem}{SUFFIX}" + (f"_{number}" if number > 1 else ""))
            if overwrite or _is_free(folder, hashes, params):
                if number > 1:
                    taken = f"{displayed(stem)}{SUFFIX} is of another night or holds other files"
                    tell(f"{taken}, so this one goes to {displayed(folder)}.")
                return folder
        return Path(f"{stem}{SUFFIX}_{_MOST}")

    return choose


def stem_of(first: Path) -> str:
    """A plain name out of an input.

    >>> stem_of(Path("/recordings/cot.2026.mp4")), stem_of(Path("@lists/night.txt")), stem_of(Path("cam/*_2?.mp4"))
    ('cot.2026', 'night', 'cam')
    """
    parts = [part for part in first.parts if not any(mark in part for mark in "*?[")]
    if not parts or parts[-1] in {"/", ".", ".."}:
        return Path.cwd().name or "footage"
    name = parts[-1].removeprefix("@")
    is_file = parts[-1] == first.name and not first.is_dir()
    return re.sub(r"[\x00-\x1f/\\]", "_", Path(name).stem if is_file else name) or "footage"


def _is_free(folder: Path, hashes: Sequence[str], params: Params) -> bool:
    try:
        refuse_foreign(folder, overwrite=False)
        refuse_other_night(folder, hashes, params.model_dump(mode="json"))
    except DetectorError:
        return False
    return True
