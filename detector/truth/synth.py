"""Footage drawn from nothing: a sleeping infant in a cot with known movements and every everyday nuisance.

`draw_scene` gives the pictures and what is known of them, `synthesize` also encodes them and writes the two tables.
Everything follows from the `SceneSpec`: the same spec gives the same pictures, another seed another infant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from detector.truth.encode import Encoding, Picture, write_video
from detector.truth.known import Confound, KnownMovement, write_confounds, write_truth
from detector.truth.scene_spec import SceneSpec


@dataclass(frozen=True)
class DrawnScene:
    """Pictures not yet drawn, and what will be in them.

    Attributes:
        pictures: an iterator that draws each picture as it is asked for; it can be walked once.
        movements: truth, sorted by onset.
        confounds: everything else that happens, sorted by onset.
    """

    pictures: Iterator[Picture]
    movements: tuple[KnownMovement, ...]
    confounds: tuple[Confound, ...]


@dataclass(frozen=True)
class WrittenScene:
    """The three files of a scene: the video, `<name>_truth.csv` and `<name>_confounds.csv` beside it."""

    video: Path
    truth: Path
    confounds: Path
    n_pictures: int


def draw_scene(spec: SceneSpec) -> DrawnScene:
    """Lay out a scene and return its pictures, to be drawn one by one, with the truth about them."""
    raise NotImplementedError


def synthesize(out: Path, spec: SceneSpec, encoding: Encoding | None = None) -> WrittenScene:
    """Draw a scene, encode it to `out` and write its truth and confounds tables beside it.

    Args:
        out: the video file, such as `night.mp4`; its folder is made where missing.
        spec: what to draw.
        encoding: how to encode; `Encoding()` if None.

    Raises:
        FootageError: the video cannot be written.
    """
    scene = draw_scene(spec)
    out.parent.mkdir(parents=True, exist_ok=True)
    written = WrittenScene(
        out,
        out.with_name(f"{out.stem}_truth.csv"),
        out.with_name(f"{out.stem}_confounds.csv"),
        write_video(out, scene.pictures, spec.fps, encoding or Encoding()),
    )
    write_truth(written.truth, scene.movements)
    write_confounds(written.confounds, scene.confounds)
    return written


def write_sample(name: str, out_dir: Path) -> WrittenScene:
    """Make one of the sample videos, `SAMPLES`, in `out_dir`."""
    raise NotImplementedError
