"""Events and nights made up for tests: infants whose breathing, movements and states are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.events.breaths import BreathingTrack, track_breathing
from detector.events.classify import Event, EventKind
from detector.events.presence import cut_epochs
from detector.events.state import ABSENT, ACTIVE, AWAKE, QUIET, UNKNOWN, Epoch, busy_stretches, score_epochs
from detector.motion.breathing import SAMPLE_HZ, Breathing, CoarseGrid, find_components
from detector.params import Params

PARAMS = Params()
GRID = CoarseGrid(14, 24, 2, 32.0)
CHEST = np.s_[4:8, 9:14]
_SPAN = 1500
# Standard deviation of the length of single breaths, and twitches, stirrings a minute.
_LOOKS = {QUIET: (0.05, 0.1, 0.02), ACTIVE: (0.3, 3.0, 0.4), AWAKE: (0.3, 1.0, 6.0), UNKNOWN: (0.1, 0.5, 0.05)}


def event(
    kind: EventKind, start_s: float, duration_s: float, box_px: tuple[float, float, float, float] = (90, 50, 110, 70)
) -> Event:
    """A movement in the middle of a box."""
    left, top, right, bottom = box_px
    place = ((left + right) / 2, (top + bottom) / 2)
    rhythm = (1.0, 5.0, 0.9) if kind == "rhythmic" else (np.nan, np.nan, np.nan)
    stop_s = start_s + duration_s
    return Event(kind, start_s, stop_s, start_s, *place, 0.02, 20.0, *rhythm, False, box_px, "made up")


@dataclass
class SimulatedNight:
    """A night of known states, each for so many minutes; breathing shows as cells of 0.5 grey levels in noise of 0.4.

    In stretches of `UNKNOWN` the infant lies covered: nothing breathes, and now and then something moves. In stretches
    of `ABSENT` there is nothing.
    """

    stretches: list[tuple[str, float]]
    seed: int = 0
    noise: float = 0.4
    events: list[Event] = field(init=False, default_factory=list)
    true_hz: list[float] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        random = np.random.default_rng(self.seed)
        waves, start_s = [], 0.0
        self.true = []
        for state, minutes in self.stretches:
            length_s = 60.0 * minutes
            n_epochs = round(length_s / 30.0)
            self.true += [state] * n_epochs
            waves.append(self._breathe(state, length_s, random))
            if state != ABSENT:
                self._move(state, start_s, length_s, random)
            start_s += length_s
        self.stop_s = start_s
        self._wave = np.concatenate(waves)
        self.events.sort(key=lambda one: one.start_s)

    def _breathe(self, state: str, length_s: float, random: np.random.Generator) -> NDArray[np.float64]:
        n_samples, n_epochs = round(length_s * SAMPLE_HZ), round(length_s / 30.0)
        if state in {ABSENT, UNKNOWN}:
            self.true_hz += [np.nan] * n_epochs
            return np.zeros(n_samples)
        rate_hz, variation = (0.55 if state == QUIET else 0.7) * random.uniform(0.9, 1.1), _LOOKS[state][0]
        drift = 1.0 + 0.04 * np.sin(np.arange(round(3 * length_s * rate_hz) + 20) / 25.0)
        lengths = np.maximum(np.exp(variation * random.standard_normal(len(drift))) * drift / rate_hz, 0.5)
        starts_s = np.cumsum(lengths) - 3.0
        fine_s = np.arange(0.0, length_s, 0.02)
        cycle = np.searchsorted(starts_s, fine_s, side="right") - 1
        phase = (fine_s - starts_s[cycle]) / lengths[cycle + 1]
        counts = np.interp(30.0 * np.arange(n_epochs + 1), starts_s, np.arange(len(starts_s)))
        self.true_hz += (np.diff(counts) / 30.0).tolist()
        wave: NDArray[np.float64] = (np.sin(np.pi * phase) ** 2 - 0.5).reshape(n_samples, -1).mean(axis=1)
        return wave

    def _move(self, state: str, start_s: float, length_s: float, random: np.random.Generator) -> None:
        _, twitches, stirs = _LOOKS[state]
        for kind, rate, low_s, high_s in (("twitch", twitches, 0.2, 0.4), ("gross", stirs, 2.0, 9.0)):
            for _ in range(random.poisson(rate * length_s / 60.0)):
                at_s = start_s + random.uniform(0.0, length_s - 10.0)
                self.events.append(event(kind, at_s, random.uniform(low_s, high_s)))  # type: ignore[arg-type]

    def breathing(self) -> Breathing:
        """The slow signals, measured span by span."""
        random = np.random.default_rng(self.seed + 1)
        n_samples = len(self._wave)
        is_moving = np.zeros(n_samples, bool)
        for one in self.events:
            is_moving[int(one.start_s * SAMPLE_HZ) : int(one.stop_s * SAMPLE_HZ) + 1] = True
        sign = random.choice([-1.0, 1.0], (4, 5)) * random.uniform(0.5, 1.5, (4, 5))
        parts = []
        for first in range(0, n_samples, _SPAN):
            wave = self._wave[first : first + _SPAN]
            cells = 100.0 + self.noise * random.standard_normal((len(wave), GRID.rows, GRID.columns))
            cells[:, CHEST[0], CHEST[1]] += wave[:, None, None] * sign
            moving = is_moving[first : first + _SPAN]
            cells[moving] += 8.0 * random.standard_normal((int(moving.sum()), GRID.rows, GRID.columns))
            found = find_components(cells.astype(np.float32).reshape(len(wave), -1), (GRID.rows, GRID.columns))
            course, unit, weight = found
            parts.append(
                Breathing(np.array([first / SAMPLE_HZ]), np.array([len(wave)]), unit[None], weight[None], course)
            )
        return Breathing.join(parts)

    def track(self) -> BreathingTrack:
        """The breathing that is found."""
        epochs = cut_epochs(0.0, self.stop_s, 30.0)
        busy = busy_stretches(self.events, PARAMS.state)
        return track_breathing(self.breathing(), GRID, epochs, PARAMS.breathing, busy=busy)

    def scored(self) -> tuple[Epoch, ...]:
        """The states that are found."""
        epochs = cut_epochs(0.0, self.stop_s, 30.0)
        return score_epochs(epochs, np.ones(len(epochs)), self.events, self.track(), PARAMS.state)
