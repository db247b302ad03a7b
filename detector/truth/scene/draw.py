"""Footage drawn from nothing: a sleeping infant in a cot with known movements and every everyday nuisance.

`draw_scene` gives the pictures and what is known of them, `synthesize` also encodes them and writes the two tables.
Everything follows from the `SceneSpec`: the same spec gives the same pictures, another seed another infant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from detector.errors import UsageError
from detector.truth.encode import Encoding, Picture, write_video
from detector.truth.known import Confound, KnownMovement, write_confounds, write_truth
from detector.truth.scene.lights import LIGHT_SETTLES_S
from detector.truth.scene.samples import SAMPLES
from detector.truth.scene.spec import SceneSpec
from detector.truth.scene.stage import Stage
from detector.truth.scene.timeline import picture_times


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
    stage = Stage(spec)
    return DrawnScene(_pictures(stage, spec), stage.truth(), known_confounds(spec))


def _pictures(stage: Stage, spec: SceneSpec) -> Iterator[Picture]:
    times, moments = picture_times(spec, np.random.default_rng([spec.seed, 99]))
    shown: tuple[float, Picture] | None = None
    for time_s, moment_s in zip(times.tolist(), moments.tolist(), strict=True):
        if shown is None or shown[0] != moment_s:
            shown = moment_s, stage.picture(moment_s, time_s)
        # A repeated picture repeats to the last bit, sensor noise and clock included.
        yield replace(shown[1], time_s=time_s)


def known_confounds(spec: SceneSpec) -> tuple[Confound, ...]:
    """What else happens, sorted by onset: one row for each nuisance, two for a light that goes on and off again."""
    rows: list[Confound] = []
    for nuisance in spec.nuisances:
        stop_s = min(nuisance.onset_s + nuisance.duration_s, spec.duration_s)
        if nuisance.onset_s >= spec.duration_s:
            continue
        if nuisance.kind == "light":
            changes_s = [nuisance.onset_s] + ([stop_s] if stop_s < spec.duration_s else [])
            rows += [Confound(change_s, LIGHT_SETTLES_S, "light") for change_s in changes_s]
        else:
            settling_s = 1.0 if nuisance.kind == "infrared" else 0.0
            rows.append(Confound(nuisance.onset_s, stop_s + settling_s - nuisance.onset_s, nuisance.kind))
    return tuple(sorted(rows, key=lambda row: (row.onset_s, row.label)))


def synthesize(out: Path, spec: SceneSpec, encoding: Encoding | None = None) -> WrittenScene:
    """Draw a scene, encode it to `out` and write its truth and confounds tables beside it.

    Args:
        out: the video file, such as `night.mp4`; its folder is made where missing.
        spec: what to draw.
        encoding: how to encode; `Encoding()` if None.

    Raises:
        OutputFileError: the video cannot be written.
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
    """Make one of the sample videos in `out_dir`.

    Raises:
        UsageError: there is no sample of this name.
        OutputFileError: the video cannot be written.
    """
    if name not in SAMPLES:
        raise UsageError(f"{name}: expected a sample of {', '.join(SAMPLES)}.")
    spec, encoding = SAMPLES[name]
    return synthesize(out_dir / f"{name}.mp4", spec, encoding)
