"""How regularly a signal repeats: its leading component over cells, its rate, evenness and likeness to itself.

Absolute differences double the frequency of smooth oscillation, so all of this is for signed signals. The rate comes
from `correlation`; around it cycles are told apart (`turns`): their mean gives the rate that is told (that of a
drifting rhythm is the one in its middle), their spread the variation, and the likeness is that of each cycle with the
next. Samples that were not seen, and pauses so long that strokes are missing, weigh nothing. Rates hold up to
`motion.fastest_share` of the frame rate, above which the lag of the difference no longer tells a rate from its alias;
the size of the picture does not matter. Own, but for the autocorrelation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.motion.correlation import Signal, estimate_rate, likeness
from detector.motion.turns import fill_unseen, find_cycles
from detector.params import Params

MAX_CELLS = 90
"""Of more cells, only the strongest are looked at: so few that a product of a matrix of them with a vector, like those
of `_SMALL_PRODUCT`, is not shared out to threads."""

# Multiplications; larger products of matrices are shared out to threads.
_SMALL_PRODUCT = 1 << 18

_ITERATIONS = 30


@dataclass(frozen=True)
class Periodicity:
    """How regularly something repeats.

    Attributes:
        rate_hz: cycles a second.
        length_s: over how long.
        n_cycles: how many.
        variation: coefficient of variation of the cycle length, 0 or more; infinite where there are too few to tell.
        likeness: correlation of the signal with itself one cycle later, cycle by cycle, -1 to 1.
        opposition: the same half a cycle later, with its sign turned: 1 for a sine, about 0 for short strokes with
            pauses between them.
        own_share: how much of it comes from cells that swing by themselves, 0 to 1.
        rest_s: longest rest within a cycle, s, less a sample, since it is seen no more exactly; a pause in which
            strokes are missing is longer by their cycles.
        n_missing: cycles that are missing in pauses, in all.
        most_missing: those that are missing in one pause, at most.
        faster_share: share of its power at one rate that the footage is too slow to tell, 0 to 1.
    """

    rate_hz: float
    length_s: float
    n_cycles: float
    variation: float
    likeness: float
    opposition: float
    own_share: float = 1.0
    rest_s: float = 0.0
    n_missing: int = 0
    most_missing: int = 0
    faster_share: float = 0.0

    @property
    def missing_share(self) -> float:
        """Share of its cycles that are missing, 0 to 1."""
        return self.n_missing / self.n_cycles

    @property
    def regularity(self) -> float:
        """1 - variation, at most 1."""
        return 1.0 - self.variation


@dataclass(frozen=True)
class Gate:
    """What a periodicity must be to pass; attributes are limits to those of `Periodicity`.

    Example:
        >>> sway = Periodicity(1.0, 5.0, 5.0, 0.1, 0.8, 0.7)
        >>> Gate(min_cycles=4.0, max_variation=0.3).passes(sway), Gate(min_cycles=8.0).passes(sway)
        (True, False)
    """

    min_cycles: float
    max_variation: float = np.inf
    min_likeness: float = -1.0
    min_opposition: float = -1.0
    min_own_share: float = 0.0
    max_rest_s: float = np.inf
    max_rest_cycles: float = np.inf
    max_missing: int = 0
    max_missing_share: float = 0.0
    max_faster_share: float = np.inf

    def passes(self, found: Periodicity) -> bool:
        """Whether a periodicity is within all limits."""
        return (
            found.n_cycles >= self.min_cycles
            and found.variation <= self.max_variation
            and found.likeness >= self.min_likeness
            and found.opposition >= self.min_opposition
            and found.own_share >= self.min_own_share
            and found.rest_s <= self.max_rest_s
            and found.rest_s * found.rate_hz <= self.max_rest_cycles
            and found.most_missing <= self.max_missing
            and found.missing_share <= self.max_missing_share
            and found.faster_share <= self.max_faster_share
        )


@dataclass(frozen=True)
class Samples:
    """Signals of cells at a constant time step.

    Attributes:
        time_s: shape (n,), s.
        table: one column a cell, shape (n, cells).
        is_seen: which samples were measured, shape (n,), bool; between them the table is interpolated.
        pauses_s: when nothing moved, from and to, s, shape (pauses, 2).
    """

    time_s: Signal
    table: Signal
    is_seen: NDArray[np.bool_]
    pauses_s: Signal

    @cached_property
    def course(self) -> Signal:
        """What most of the cells do together, shape (n,)."""
        return leading_signal(self.table)

    @property
    def swing(self) -> Signal:
        """The course around its mean, 0 where nothing was seen, shape (n,)."""
        mean = self.course[self.is_seen].mean() if self.is_seen.any() else 0.0
        return np.where(self.is_seen, self.course - mean, 0.0)

    @property
    def seen_pauses(self) -> Signal:
        """How much of each pause was seen, s, shape (pauses,): in the rest of it something may have moved."""
        lengths_s: Signal = self.pauses_s[:, 1] - self.pauses_s[:, 0]
        if self.is_seen.all():
            return lengths_s
        shares = [self.is_seen[_during(self.time_s, pause_s[None])] for pause_s in self.pauses_s]
        seen_s: Signal = lengths_s * np.array([share.mean() if len(share) else 1.0 for share in shares])
        return seen_s


def leading_signal(table: NDArray[np.float64]) -> Signal:
    """What most of the cells do together: the component with the most power.

    By power iteration from the strongest cell, so that no machine has a result of its own.

    Args:
        table: one column a cell, shape (n, cells).

    Returns:
        Shape (n,); its sign and scale mean nothing.
    """
    n_cells = table.shape[1]
    gram = np.zeros((n_cells, n_cells))
    # A few rows at a time: threads that wait for the next product keep a processor busy long after.
    n_rows = max(_SMALL_PRODUCT // n_cells**2, 1)
    for first in range(0, len(table), n_rows):
        some = table[first : first + n_rows]
        gram += some.T @ some
    vector = gram[:, int(gram.diagonal().argmax())].copy()
    for _ in range(_ITERATIONS):
        vector = gram @ vector
        vector /= max(float(np.abs(vector).max()), 1e-300)
    signal: Signal = np.einsum("nc,c->n", table, vector)
    return signal


def measure_periodicity(
    samples: Samples, length_s: float, slowest_hz: float, fastest_hz: float, params: Params
) -> Periodicity | None:
    """How regularly something repeats.

    Args:
        samples: signals of the cells in which it shows.
        length_s: over how long something moved, s.
        slowest_hz: rates below do not count.
        fastest_hz: nor do rates plainly above.
        params: the groups `motion`, `rhythm` and `rules`.

    Returns:
        None where nothing repeats.
    """
    time_s, course, is_seen = samples.time_s, samples.course, samples.is_seen
    if not is_seen.any() or course[is_seen].std() == 0.0:
        return None
    step_s = float(time_s[1] - time_s[0]) if len(time_s) > 1 else 0.0
    signal = samples.swing
    lengths_s = samples.seen_pauses
    has_missing = params.rules.has("missing strokes")
    # Strokes that are missing tell nothing of the others.
    is_unusual = (
        lengths_s > params.rhythm.unusual_pause * np.median(lengths_s)
        if has_missing and len(lengths_s)
        else np.zeros(0, bool)
    )
    is_going = is_seen & ~_during(time_s, samples.pauses_s[is_unusual])
    rate_hz = estimate_rate(time_s, signal, slowest_hz, fastest_hz, params, is_going)
    if rate_hz is None:
        return None
    n_missing = (lengths_s * rate_hz + params.rhythm.nearly if has_missing else 0.0 * lengths_s).astype(np.int64)
    is_going = is_seen & ~_during(time_s, samples.pauses_s[n_missing > 0])
    filled = fill_unseen(time_s, signal, is_going, rate_hz)
    cycles = find_cycles(time_s, filled, rate_hz, params.rhythm, is_going)
    alike, opposed = likeness(time_s, course, rate_hz, is_going)
    return Periodicity(
        cycles.mean_rate_hz or rate_hz,
        length_s,
        length_s * rate_hz,
        cycles.variation,
        cycles.likeness(time_s, signal, is_going, alike),
        opposed,
        own_share=own_share(samples, rate_hz, params.rhythm.own_cycles) if params.rules.has("own swing") else 1.0,
        rest_s=max(float((lengths_s - n_missing / rate_hz).max(initial=0.0)) - step_s, 0.0),
        n_missing=int(n_missing.sum()),
        most_missing=int(n_missing.max(initial=0)),
        faster_share=faster_share(time_s, signal, fastest_hz, params) if params.rules.has("too fast") else 0.0,
    )


def _during(time_s: Signal, stretches_s: Signal) -> NDArray[np.bool_]:
    """Which times lie in some stretches, shape (stretches, 2), s."""
    inside = np.zeros(len(time_s), bool)
    for start_s, stop_s in stretches_s:
        inside |= (time_s >= start_s) & (time_s < stop_s)
    return inside


def faster_share(time_s: Signal, signal: Signal, fastest_hz: float, params: Params) -> float:
    """How much of a signal is one swing that is faster than its footage can tell.

    Pictures of such a swing are alike again after several of its cycles, which looks like a slow rhythm. Brief strokes
    have power at many multiples of their rate, and most of it at none of them.

    Args:
        time_s: constant step, shape (n,).
        signal: mean 0, shape (n,).
        fastest_hz: the fastest rate that can be told, Hz.
        params: what is plainly faster (`motion.rate_slack`), and which rates are one (`rhythm.same_rate`).

    Returns:
        Share of its power, 0 to 1: of swings up to half of the frame rate, of which faster ones are aliases.
    """
    power = np.square(np.abs(np.fft.rfft(signal * np.hanning(len(signal)))))
    each_hz = np.fft.rfftfreq(len(signal), float(time_s[1] - time_s[0]) if len(time_s) > 1 else 1.0)
    faster = np.where(each_hz > params.motion.rate_slack * fastest_hz, power, 0.0)
    near = np.abs(each_hz - each_hz[faster.argmax()]) <= 0.5 * params.rhythm.same_rate * each_hz[faster.argmax()]
    return float(faster[near].sum() / max(float(power.sum()), 1e-300))


def own_share(samples: Samples, rate_hz: float, least: float) -> float:
    """How much of a rhythm comes from cells that swing by themselves, in most of its cycles.

    Where something passes, cell after cell is moved for a moment, and only all of them together go on. In how many of
    N cycles a cell takes part is (sum A)^2 / sum A^2, with A its amplitude in each: N for a steady swing, 1 for a
    single pass.

    Args:
        samples: signals of the cells.
        rate_hz: of the rhythm.
        least: share of the cycles that a cell has to take part in.

    Returns:
        Share of the power, 0 to 1.
    """
    power = np.square(samples.table)
    cycle = ((samples.time_s - samples.time_s[0]) * rate_hz).astype(np.int64)
    begins = np.flatnonzero(np.diff(cycle, prepend=-1))
    amplitude = np.sqrt(np.add.reduceat(power, begins, axis=0))
    total = power.sum(axis=0)
    n_part = np.square(amplitude.sum(axis=0)) / np.maximum(np.square(amplitude).sum(axis=0), 1e-300)
    return float(total[n_part >= least * len(begins)].sum() / max(float(total.sum()), 1e-300))
