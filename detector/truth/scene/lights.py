"""What happens to the light: filter, lamps, exposure, mains, headlights."""

from __future__ import annotations

import numpy as np

from detector.truth.scene.camera import Conditions, Influence
from detector.truth.scene.spec import Nuisance, SceneSpec

LIGHT_SETTLES_S = 1.5
"""How long the camera takes to get used to another light."""


def _infrared(nuisance: Nuisance, _spec: SceneSpec, _rng: np.random.Generator) -> Influence:
    """The filter swings: black pictures, then the other mode, first too bright."""

    def change(time_s: float, now: Conditions) -> None:
        since_s = time_s - nuisance.onset_s
        if since_s < 0:
            return
        now.lamp, now.room_light, now.color = now.room_light, now.lamp, 1.0 - now.color
        if since_s < nuisance.duration_s:
            now.gain *= 0.02
        else:
            now.gain *= 1 + 0.5 * nuisance.strength * float(np.exp(-(since_s - nuisance.duration_s) / 0.3))

    return change


def _light(nuisance: Nuisance, _spec: SceneSpec, _rng: np.random.Generator) -> Influence:
    """A lamp in the room goes on and off again; the exposure follows within `LIGHT_SETTLES_S`."""
    onset_s, stop_s, extra = nuisance.onset_s, nuisance.onset_s + nuisance.duration_s, 0.9 * nuisance.strength
    settled = 0.75 / (1 + 0.55 * extra)

    def change(time_s: float, now: Conditions) -> None:
        if time_s < onset_s:
            return
        on = float(np.clip((time_s - onset_s) / 0.12, 0, 1) - np.clip((time_s - stop_s) / 0.12, 0, 1))
        used = 1 - float(np.exp(-(time_s - onset_s) / (LIGHT_SETTLES_S / 4)))
        unused = 1 - float(np.exp(-max(time_s - stop_s, 0) / (LIGHT_SETTLES_S / 4)))
        now.room_light += extra * on
        now.gain *= 1 + (settled / 0.75 - 1) * (used - unused if time_s >= stop_s else used)

    return change


def _exposure(nuisance: Nuisance, _spec: SceneSpec, rng: np.random.Generator) -> Influence:
    phases, periods_s = rng.uniform(0, 2 * np.pi, 2), (float(rng.uniform(15, 25)), float(rng.uniform(6, 9)))

    def change(time_s: float, now: Conditions) -> None:
        if nuisance.is_on(time_s):
            slow = np.sin(2 * np.pi * time_s / periods_s[0] + phases[0])
            quick = np.sin(2 * np.pi * time_s / periods_s[1] + phases[1])
            now.gain *= 1 + nuisance.strength * float(0.06 * slow + 0.025 * quick)

    return change


def _flicker(nuisance: Nuisance, _spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """Bands of mains light that creep over the rows: the difference of 100 Hz and a multiple of the frame rate."""
    creep_hz = float(rng.uniform(0.4, 2.5))

    def change(time_s: float, now: Conditions) -> None:
        if nuisance.is_on(time_s):
            now.bands.append((0.03 * nuisance.strength, 2 * np.pi * creep_hz * time_s, False))

    return change


def _wallbands(nuisance: Nuisance, _spec: SceneSpec, _rng: np.random.Generator) -> Influence:
    """Bands of a lamp on a part of the wall, at the rate that its mains and the frame rate leave."""

    def change(time_s: float, now: Conditions) -> None:
        if nuisance.is_on(time_s):
            now.bands.append((0.06 * nuisance.strength, 2 * np.pi * 1.65 * time_s, True))

    return change


def _headlights(nuisance: Nuisance, _spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """A car turns outside: a bright beam with soft edges sweeps over the picture."""
    direction, width = float(rng.choice([-1.0, 1.0])), float(rng.uniform(0.25, 0.5))

    def change(time_s: float, now: Conditions) -> None:
        if nuisance.is_on(time_s):
            share = (time_s - nuisance.onset_s) / nuisance.duration_s
            middle = 0.5 + direction * (share - 0.5) * (1 + 2 * width)
            now.beams.append((middle - width / 2, middle + width / 2, 0.7 * nuisance.strength))

    return change


def _gain(nuisance: Nuisance, _spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """Each 6 to 9 s the exposure swings for 1.2 s, by 2 % at strength 1."""
    onsets_s = nuisance.onset_s + 0.1 + np.cumsum([0, *rng.uniform(6, 9, 2000)])

    def change(time_s: float, now: Conditions) -> None:
        since_s = time_s - onsets_s[max(int(np.searchsorted(onsets_s, time_s)) - 1, 0)]
        if nuisance.is_on(time_s) and 0 <= since_s < 1.2:
            now.gain *= 1 + 0.02 * nuisance.strength * float(np.sin(2 * np.pi * since_s / 1.2))

    return change


def _adult(nuisance: Nuisance, _spec: SceneSpec, _rng: np.random.Generator) -> Influence:
    """Somebody dark bends over the cot: the exposure jumps up for as long, and down again."""

    def change(time_s: float, now: Conditions) -> None:
        on_s, off_s = nuisance.onset_s + 0.8, nuisance.onset_s + nuisance.duration_s - 0.6
        steps = np.clip((time_s - np.array([on_s, off_s])) / 0.2, 0, 1)
        now.gain *= 1 + 0.35 * float(steps[0] - steps[1])

    return change


MAKERS = {
    "infrared": _infrared, "light": _light, "exposure": _exposure, "flicker": _flicker, "wallbands": _wallbands,
    "headlights": _headlights, "gain": _gain, "adult": _adult,
}  # fmt: skip
