"""What happens to the camera on its mount: knocks, sagging, pans, zooms, a lens that hunts, a cot that is rocked."""

from __future__ import annotations

import numpy as np

from detector.truth.scene.camera import Conditions, Influence
from detector.truth.scene.spec import Nuisance, SceneSpec


def _bump(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """A knock against the camera: it rings and comes to rest a little elsewhere."""
    angle, amp_px = float(rng.uniform(0, 2 * np.pi)), 5.0 * spec.scale * nuisance.strength
    ring_hz = float(rng.uniform(4, 7))

    def change(time_s: float, now: Conditions) -> None:
        since_s = time_s - nuisance.onset_s
        if since_s <= 0:
            return
        decay = float(np.exp(-4.5 * since_s / nuisance.duration_s)) if since_s < 2 * nuisance.duration_s else 0.0
        away = amp_px * (decay * float(np.cos(2 * np.pi * ring_hz * since_s)) + 0.25 * (1 - decay))
        now.shift_x_px += away * float(np.cos(angle))
        now.shift_y_px += away * float(np.sin(angle))

    return change


def _drift(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """The mount gives way slowly: about 1.5 px a minute."""
    angle, speed = float(rng.uniform(0, 2 * np.pi)), 0.025 * spec.scale * nuisance.strength

    def change(time_s: float, now: Conditions) -> None:
        since_s = min(max(time_s - nuisance.onset_s, 0.0), nuisance.duration_s)
        way_px = 20 * spec.scale * float(np.sin(min(speed * since_s / (20 * spec.scale), np.pi / 2)))
        now.shift_x_px += way_px * float(np.cos(angle))
        now.shift_y_px += way_px * float(np.sin(angle))

    return change


def _pan(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """The camera turns to another view, or is knocked there, and stays."""
    angle, way_px = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(-0.4, 0.4)), 60 * spec.scale * nuisance.strength

    def change(time_s: float, now: Conditions) -> None:
        away_px = way_px * _eased(time_s, nuisance)
        now.shift_x_px += away_px * float(np.cos(angle))
        now.shift_y_px += away_px * float(np.sin(angle))

    return change


def _zoom(nuisance: Nuisance, _spec: SceneSpec, _rng: np.random.Generator) -> Influence:
    def change(time_s: float, now: Conditions) -> None:
        now.zoom *= 1 + 0.15 * nuisance.strength * _eased(time_s, nuisance)

    return change


def _focus(nuisance: Nuisance, spec: SceneSpec, _rng: np.random.Generator) -> Influence:
    """The lens hunts: out of focus and back, twice."""

    def change(time_s: float, now: Conditions) -> None:
        if nuisance.is_on(time_s):
            share = (time_s - nuisance.onset_s) / nuisance.duration_s
            now.blur_px += 3.5 * spec.scale * nuisance.strength * float(np.sin(2 * np.pi * share) ** 2)

    return change


def _rocked(nuisance: Nuisance, spec: SceneSpec, rng: np.random.Generator) -> Influence:
    """The camera hangs on the cot, which is rocked at 0.8 Hz: 3 px at strength 1."""
    angle = float(rng.uniform(0, 2 * np.pi))

    def change(time_s: float, now: Conditions) -> None:
        if nuisance.is_on(time_s):
            since_s, left_s = time_s - nuisance.onset_s, nuisance.onset_s + nuisance.duration_s - time_s
            soft = min(1.0, since_s / 1.5, left_s / 1.5)
            away_px = 3 * spec.scale * nuisance.strength * soft * float(np.sin(2 * np.pi * 0.8 * since_s))
            now.shift_x_px += away_px * float(np.cos(angle))
            now.shift_y_px += away_px * float(np.sin(angle))

    return change


def _eased(time_s: float, nuisance: Nuisance) -> float:
    """From 0 before a nuisance to 1 after it."""
    share = float(np.clip((time_s - nuisance.onset_s) / nuisance.duration_s, 0, 1))
    return share * share * (3 - 2 * share)


MAKERS = {"bump": _bump, "drift": _drift, "pan": _pan, "zoom": _zoom, "focus": _focus, "rocked": _rocked, "knock": _pan}
