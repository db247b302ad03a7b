"""What a night answers from its events and its clock alone, without motion and without footage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detector.events.decide import Decision
from detector.footage.region import RegionSet
from detector.night.coverage import Coverage, holes
from detector.night.numbers.measures import (
    fano_table,
    judged_stretches,
    known_kind,
    night_statistics,
    rate_table,
    series_columns,
    times_of,
)
from detector.night.numbers.patterns import Pattern, find_patterns
from detector.night.numbers.series import Series, find_series
from detector.night.numbers.statistics import onset_intervals
from detector.night.numbers.stretches import StateRow, Stretch
from detector.night.provenance import Provenance
from detector.night.schema import EPOCHS, SERIES
from detector.night.tables import (
    ARTIFACTS,
    Columns,
    artifact_columns,
    epoch_columns,
    event_columns,
    names_by_order,
    to_frame,
    with_datetimes,
)
from detector.params import Params

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Answers:
    """The part of a night that its tables and its record hold.

    Attributes:
        decision: events and artifacts, sorted by start.
        coverage: what became of every second of footage.
        provenance: inputs, clock, versions, and what could not be read.
        params: the parameters that were used.
        observed: observed stretches `(start_s, stop_s)`, recording time, ascending, not touching.
        states: rows `(start_s, stop_s, state)` of the night's epochs, ascending; empty where no states were scored.
        regions: the named places in the picture that the events were decided with.
        ids: names of the events where they are not called by their order, as after a review; else empty.
    """

    decision: Decision
    coverage: Coverage
    provenance: Provenance
    params: Params = field(default_factory=Params)
    observed: tuple[Stretch, ...] = ()
    states: tuple[StateRow, ...] = ()
    regions: RegionSet = field(default_factory=RegionSet)
    ids: tuple[str, ...] = ()

    @cached_property
    def event_ids(self) -> tuple[str, ...]:
        """Names of the events, in order of start, such as `"e0007"`; those of before a review stay."""
        return self.ids or names_by_order(len(self.decision.events))

    @property
    def events(self) -> pd.DataFrame:
        """One row an event, as in `events.csv`: NaN where a number is missing, empty text where a word is.

        `start_at` holds datetimes with their zone, NaT where the start of the recording is not known.
        """
        return with_datetimes(to_frame(self.event_columns()), self.start_at, self.start_s)

    def event_columns(self) -> Columns:
        """The events as the columns of `events.csv`; texts, where `events` has datetimes."""
        return event_columns(self.decision.events, self.wall_clock_text, self.provenance.file_place, self.event_ids)

    @property
    def artifacts(self) -> pd.DataFrame:
        """One row for everything that changed the picture and is no movement of the infant."""
        return to_frame(artifact_columns(self.decision.artifacts), ARTIFACTS)

    @property
    def epochs(self) -> pd.DataFrame:
        """One row an epoch, as in `epochs.csv`: its state, what decided it and how surely, and the breathing in it."""
        return with_datetimes(to_frame(self.epoch_columns(), EPOCHS), self.start_at, self.start_s)

    def epoch_columns(self) -> Columns:
        """The epochs as the columns of `epochs.csv`."""
        return epoch_columns(self.decision.epochs, self.wall_clock_text)

    @cached_property
    def series_found(self) -> tuple[Series, ...]:
        """Movements that belong together by their times, in order of start; see `detector.night.numbers.series`.

        Those of several infants do not.
        """
        return () if self.regions.infants else find_series(times_of(self))

    @property
    def series(self) -> pd.DataFrame:
        """One row a series, as in `series.csv`, each with what this very night gives by chance."""
        frame = to_frame(series_columns(self, self.series_found), SERIES)
        return with_datetimes(frame, self.start_at, self.start_s)

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """What somebody may want to look at, in words; empty where nothing of the kind was seen."""
        found = find_patterns(times_of(self), self.series_found, self.params.classify.sustained_s, self.clock_words)
        return tuple(replace(one, event_ids=tuple(self.event_ids[n - 1] for n in one.numbers)) for one in found)

    @cached_property
    def judged(self) -> tuple[Stretch, ...]:
        """Observed stretches `(start_s, stop_s)` in which no change of light and no bump hid what moved."""
        return judged_stretches(self)

    def rates(self, by: str = "kind") -> pd.DataFrame:
        """How often each kind of event happens an hour, with the exact 95 % interval of a Poisson count.

        Args:
            by: `"kind"` for the whole night; `"state"` or `"site"`; or a length of time such as `"1h"` or `"30min"`,
                whose bins begin at whole hours (or half ones) of the wall clock where it is known.

        Returns:
            One row a group and kind: the group (`state`, `site`, or `start_s`, `stop_s`, `start_at`), `kind`,
            `n_events`, `judged_s`, `per_hour`, `low_per_hour`, `high_per_hour`, and `bout_low_per_hour`,
            `bout_high_per_hour`: twitches come in bouts, whose members are not independent, so that the interval of a
            Poisson count is too narrow for them, and these two take the bout as the unit
            (`detector.night.numbers.rates`).
            Rates are NaN where less than `series.min_rate_s` was judged. Events of no known site or state have an
            empty one.

        Raises:
            UsageError: `by` is none of these.
        """
        return rate_table(self, by)

    def statistics(self, kind: str = "twitch") -> dict[str, Any]:
        """The numbers of one kind of event that a paper reports; NaN where there are too few to give one.

        Args:
            kind: of event.

        Returns:
            `n_events`, `judged_s`, `per_hour` with its interval, and `bout_low_per_hour` and `bout_high_per_hour`, the
            limits where events of one bout are not independent; `n_intervals`, `median_interval_s` and `burstiness`
            of onsets within gaps and states; the bout criterion of twitches and `n_bouts`; `periodicity_index`;
            `still_share` of the `n_still_epochs` epochs of 20 s. Methods: `statistics`, `bouts`, `rates` and `series`
            of `detector.night.numbers`.

        Raises:
            UsageError: there is no such kind.
        """
        return night_statistics(self, self.series_found, kind)

    def fano(self, window_s: Sequence[float] = (5, 10, 20, 60, 120, 300, 600), kind: str = "twitch") -> pd.DataFrame:
        """Variance over mean of the counts in windows of several lengths: 1 for chance, above it where events cluster.

        Args:
            window_s: lengths of the windows, s, above 0.
            kind: of event.

        Returns:
            One row a length: `window_s` and `fano`, NaN where fewer than 10 windows fit into the judged time.

        Raises:
            UsageError: there is no such kind.
        """
        return fano_table(self, window_s, known_kind(kind))

    @property
    def start_s(self) -> float:
        """Time of the first frame, recording time, s."""
        return self.provenance.start_s

    @property
    def stop_s(self) -> float:
        """End of the last frame, recording time, s."""
        return self.provenance.stop_s

    @property
    def start_at(self) -> datetime | None:
        """Wall clock at `start_s`, with offset; None where it is not known."""
        return self.provenance.start_at

    @property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """Stretches `(start_s, stop_s)` that nobody saw: not filmed, damaged, frozen or skipped."""
        return holes(self.observed, self.start_s, self.stop_s)

    @property
    def is_partial(self) -> bool:
        """Whether some of the footage could not be read."""
        source = self.provenance
        lost_s = self.coverage.damaged_s + self.coverage.skipped_s
        return bool(source.unreadable or source.damage or source.skipped) or lost_s > 0

    def wall_clock(self, time_s: float) -> datetime | None:
        """Recording time, s, as a wall clock with offset; None where the start is not known."""
        return self.provenance.wall_clock(time_s)

    def wall_clock_text(self, time_s: float) -> str:
        """Recording time, s, as ISO 8601 with offset and milliseconds; empty where the start is not known."""
        return self.provenance.wall_clock_text(time_s)

    def clock_words(self, time_s: float) -> str:
        """Recording time, s, as people read it: the time of day, or the time passed where that is not known."""
        moment = self.wall_clock(time_s)
        return f"{moment:%H:%M:%S}" if moment else str(timedelta(seconds=round(time_s)))

    def intervals_s(self, kind: str = "twitch") -> NDArray[np.float64]:
        """Onset-to-onset intervals of one kind, s, never across a gap or a change of state.

        Raises:
            UsageError: there is no such kind of event.
        """
        onsets = [event.start_s for event in self.decision.events if event.kind == known_kind(kind)]
        return onset_intervals(onsets, self.observed, times_of(self).states)
