"""When pictures are stamped and which moment each of them shows: freezes, repeats, drops, uneven frame rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.truth.scene.spec import SceneSpec

Times = NDArray[np.float64]


def picture_times(spec: SceneSpec, rng: np.random.Generator) -> tuple[Times, Times]:
    """Presentation time of each picture and the moment it shows, s, shape (n,) each.

    * `freeze`: the stamps go on, the moment stands still.
    * `duplicate`: every second picture repeats the one before.
    * `drop`: now and then one to three pictures are missing, more with strength.
    * `keyloss`: the last 5 of each 30 pictures are missing, as on a link that cannot carry key frames.
    * `jitter`: the camera delivers when it can: stamps wander by up to 0.35 of a frame at strength 1, and the
      moments with them.
    """
    n_pictures = max(1, int(np.floor(spec.duration_s * spec.fps + 1e-9)))
    times = np.arange(n_pictures) / spec.fps
    wander = rng.uniform(-1.0, 1.0, n_pictures)
    is_dropped = np.zeros(n_pictures, dtype=bool)
    drop_starts, drop_lengths = rng.random(n_pictures), rng.integers(1, 4, n_pictures)
    for nuisance in spec.nuisances:
        is_on = (times >= nuisance.onset_s) & (times < nuisance.onset_s + nuisance.duration_s)
        if nuisance.kind == "jitter":
            step_s = min(0.35 * nuisance.strength, 0.45) / spec.fps
            times = np.maximum(np.where(is_on, times + step_s * wander, times), 0.0)
        if nuisance.kind == "drop":
            for k in np.flatnonzero(is_on & (drop_starts < 0.03 * nuisance.strength)):
                is_dropped[max(k, 1) : k + drop_lengths[k]] = True
        if nuisance.kind == "keyloss":
            is_dropped |= is_on & (np.arange(n_pictures) % 30 >= 25)
    times = times[~is_dropped]
    return times, _moments(spec, times)


def _moments(spec: SceneSpec, times: Times) -> Times:
    moments = times.copy()
    for nuisance in spec.nuisances:
        held = np.flatnonzero((times >= nuisance.onset_s) & (times < nuisance.onset_s + nuisance.duration_s))
        if nuisance.kind == "freeze" and held.size:
            moments[held] = moments[held[0]]
        if nuisance.kind == "duplicate" and held.size:
            repeats = held[1::2]
            moments[repeats] = moments[repeats - 1]
    return moments
