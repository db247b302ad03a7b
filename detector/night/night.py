"""One night of results, and the questions it answers about itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.errors import NightFolderError, ParameterError, UsageError
from detector.events.artifacts import find_artifacts
from detector.events.attention import attend, with_named_sites
from detector.events.classify import EVENT_KINDS, Event
from detector.events.decide import decide
from detector.events.infant import Infant, Where, see_infant
from detector.footage.region import RegionSet
from detector.motion.trace import MotionTrace
from detector.night.doors import Door
from detector.night.files.store import read_night
from detector.night.files.stored_trace import StoredTrace
from detector.night.notebook_card import write_card, write_line
from detector.night.numbers.answers import Answers
from detector.night.numbers.measures import kind_rates, with_labels
from detector.night.numbers.stretches import state_lengths, state_rows, total_s
from detector.night.people.reviewed import Reviewed
from detector.night.regions import RegionsLike, as_regions, read_regions
from detector.night.tables import name_event, with_datetimes
from detector.params import Params, as_params, changed_measuring

if TYPE_CHECKING:
    import pandas as pd

    from detector.night.movie import Film
    from detector.night.sensitivity import StoredSensitivity


@dataclass(frozen=True, eq=False, repr=False)
class Night(Answers):
    """Everything that is known about one recording.

    Attributes:
        decision, coverage, provenance, params, observed, states, regions, ids: see
            `detector.night.numbers.answers.Answers`.
        trace: the motion behind the events, read from `parts` at its first use; None where it was not kept.
        folder: where the night stands on disk; None when it was not written.
        parts: files that hold the trace; empty when it is only in memory.
        review: who corrected its events, and how far; None where they are as they were decided.
        origin: the folder that it was decided again from, where people's decisions about it stand; else None.
    """

    trace: StoredTrace = StoredTrace()  # a descriptor
    folder: Path | None = None
    parts: tuple[Path, ...] = field(default=())
    review: Reviewed | None = None
    origin: Path | None = None

    @staticmethod
    def load(folder: str | Path) -> Night:
        """Read a night folder.

        The motion is read at its first use. A night whose folder `motion/` was taken away keeps all but what needs it.

        Args:
            folder: what `analyze` wrote.

        Raises:
            NightFolderError: the folder is missing, incomplete, damaged, or of a later schema version.
        """
        return Night(**vars(read_night(Path(folder))))

    @cached_property
    def infant(self) -> Infant | None:
        """How the infant breathes and where it lies, from the stored motion; None where that was not kept."""
        if self.trace is None:
            return None
        place = attend(self.trace.grid, self.regions)
        where = Where(find_artifacts(self.trace, self.params).is_clock, place.judged, is_one=place.is_one)
        return see_infant(self.trace, self.decision.events, self.params, where)

    @cached_property
    def sensitivity(self) -> StoredSensitivity | None:
        """What the camera could have shown, as measured for just this night; None where that was not done."""
        if self.folder is None:
            return None
        from detector.night.sensitivity import read_sensitivity

        hashes = [source.sha256 for source in self.provenance.inputs]
        return read_sensitivity(self.folder, hashes, self.params, self.regions)

    def motion(self) -> pd.DataFrame:
        """The course of the motion, one row a frame: what the events were decided on.

        Returns:
            Columns as of `detector.night.numbers.course.motion_course`, with `start_at`, the moment as a datetime with
            zone.

        Raises:
            NightFolderError: the motion was not kept, or is damaged.
        """
        from detector.night.numbers.course import motion_course

        frame = motion_course(self._kept_trace("look into"), self.params)
        moments = with_datetimes(frame.rename(columns={"time_s": "start_s"}), self.start_at, self.start_s)
        return frame.assign(start_at=moments["start_at"])

    def _kept_trace(self, purpose: str) -> MotionTrace:
        if self.trace is None:
            where = f"{self.folder}: this" if self.folder else "This"
            raise NightFolderError(f"{where} night holds no motion trace to {purpose}; analyze the footage again.")
        return self.trace

    def event_number(self, event_id: Event | str | int) -> int:
        """Place of an event in order of start, from 1.

        Args:
            event_id: as in `events`, such as `"e0007"`, or its number (7), or an event of this night.

        Raises:
            UsageError: there is no such event.
        """
        ids = self.event_ids
        if isinstance(event_id, Event):
            same = (name for name, event in self._named if _identity(event) == _identity(event_id))
            event_id = next(same, f"{event_id.kind} at {event_id.start_s:g} s")
        digits = str(event_id).removeprefix("e")
        name = name_event(int(digits)) if digits.isdecimal() and len(digits) < 10 else ""
        if name not in ids:
            known = f"{ids[0]} to {ids[-1]}" if ids else "this night has no events"
            raise UsageError(f"{event_id}: expected the id of an event ({known}); `night.events` lists them.")
        return ids.index(name) + 1

    @property
    def _named(self) -> Iterator[tuple[str, Event]]:
        return zip(self.event_ids, self.decision.events, strict=True)

    def summary(self) -> dict[str, Any]:
        """Counts, rates per judged hour and coverage.

        Returns:
            `n_events`, `n_artifacts`, `n_sustained`; `counts` and `rates_per_hour` by kind, every kind present (rates
            are per judged hour, NaN where too little was judged); `rate_limits_per_hour`, the two limits of their 95 %
            intervals; `judged_s`; `median_twitch_interval_s` (NaN below two twitches); `start_at`
            (empty where not known), `start_s`, `stop_s`, `observed_s`; `coverage`, all fields in s; `state_s`, how long
            each state of sleep lasted, every state present where states were scored; `is_partial`; `reviewed`, who
            corrected the events and how many (None where nobody did).
        """
        events = self.decision.events
        counts = {kind: sum(event.kind == kind for event in events) for kind in EVENT_KINDS}
        intervals_s, rates = sorted(self.intervals_s().tolist()), kind_rates(self)
        return {
            "n_events": len(events),
            "n_sustained": sum(event.is_sustained for event in events),
            "n_artifacts": len(self.decision.artifacts),
            "counts": counts,
            "rates_per_hour": {kind: rate.per_hour for kind, rate in rates.items()},
            "rate_limits_per_hour": {kind: [rate.low_per_hour, rate.high_per_hour] for kind, rate in rates.items()},
            "median_twitch_interval_s": _median(intervals_s),
            "start_at": self.wall_clock_text(self.start_s),
            "start_s": self.start_s,
            "stop_s": self.stop_s,
            "observed_s": self.coverage.observed_s,
            "judged_s": round(total_s(self.judged), 3),
            "coverage": asdict(self.coverage),
            "state_s": state_lengths(self.decision.epochs),
            "is_partial": self.is_partial,
            "reviewed": self.review.facts() if self.review else None,
        }

    def drawn_regions(self) -> RegionSet:
        """The regions that stand in the night's folder now, drawn since it was decided or before; else its own.

        Raises:
            ParameterError: `regions.toml` holds something that is no region.
        """
        return self.regions if self.folder is None else read_regions(self.folder)

    def of_infant(self, name: str) -> Night:
        """The night of one of several infants, each of which was given a region (`--region NAME:infant="..."`).

        Raises:
            ParameterError: no infant has this name.
            NightFolderError: the motion trace was not kept.
        """
        alone = self.decide(regions=self.regions.of_infant(name)).but(origin=None)
        subject = self.provenance.subject
        code = f"{subject.code} {name}".strip()
        return alone.but(provenance=replace(self.provenance, subject=replace(subject, code=code)))

    def decide(self, params: Params | Mapping[str, object] | None = None, *, regions: RegionsLike = None) -> Night:
        """Decide again with other parameters or regions, from the stored motion and without the video.

        Args:
            params: whose measuring groups (`detector.params.MEASURING_GROUPS`) equal those of this night; or some
                values, such as `{"burst.threshold": 12}`, the others being those of this night.
            regions: a `RegionSet` that takes the place of the night's regions (as they stand in its folder now); or
                regions that are added to those and replace those of their names (`detector.night.regions.as_regions`).

        Returns:
            A new night, not written anywhere.

        Raises:
            ParameterError: a measuring parameter differs, so that the footage has to be measured again; or a name is
                unknown or a value out of range; or a region does not fit the picture.
            NightFolderError: the motion trace was not kept.
        """
        trace = self._kept_trace("decide from")
        given = as_regions(regions)
        chosen = given if isinstance(regions, RegionSet) else self.drawn_regions().with_regions(given.regions)
        chosen = chosen.of_picture(trace.grid.width_px, trace.grid.height_px)
        params = as_params(params, self.params)
        changed = changed_measuring(self.params, params)
        if changed:
            raise ParameterError(
                f"{changed[0]}: deciding again cannot change how footage is measured; analyze the footage again."
            )
        decision = decide(trace, params, chosen)
        states = state_rows(decision.epochs)
        return self.but(
            decision=decision if chosen.infants else with_labels(decision, self.observed, states, params.series),
            states=states,
            regions=chosen,
            params=params,
            ids=(),
            folder=None,
            review=None,
            origin=self.folder or self.origin,
        )

    def reviewed(self, reviewer: str | None = None) -> Night:
        """The night with its events as people have corrected them, under the names that they had before.

        See `detector.night.people.corrections.apply_reviews`.

        Args:
            reviewer: only this reviewer's decisions; None takes those of all.

        Raises:
            NightFolderError: the night was never written, nobody, or not this reviewer, has reviewed it, or a review is
                bad.
        """
        from detector.night.people.corrections import Named, apply_reviews

        folder, named = self.reviews_folder(), Named(self.decision, self.event_ids)
        (decision, ids), review = apply_reviews(named, folder, self.params, reviewer)
        decision = replace(decision, events=with_named_sites(decision.events, self.regions))
        return self.but(decision=decision, ids=ids, review=review, states=state_rows(decision.epochs))

    def reviews_folder(self) -> Path:
        """The night folder whose reviews speak of this night: its own, or that which it was decided again from.

        Raises:
            NightFolderError: the night stands on no disk.
        """
        folder = self.folder or self.origin
        if folder is None:
            raise NightFolderError(
                "This night was not written to a folder, so nobody can have reviewed it; write it first."
            )
        return folder

    def clip(
        self,
        event: Event | str | int,
        *,
        margin_s: float = 2.0,
        with_box: bool = True,
        footage: str | Path | None = None,
    ) -> Film:
        """A small film of one event, which a notebook plays and `.save("twitch.mp4")` writes.

        Args:
            event: as for `event_number`.
            margin_s: seconds before and after the event, as far as the night reaches.
            with_box: whether the place that moved is framed.
            footage: folder that holds the footage now; None looks where it was analyzed and beside the night folder.

        Raises:
            UsageError: this night has no such event.
            FootageError: the footage is gone, is another one than was analyzed, or has no picture there.
        """
        from detector.night.movie import film_stretch

        found = self.decision.events[self.event_number(event) - 1]
        start_s, stop_s = max(found.start_s - margin_s, self.start_s), min(found.stop_s + margin_s, self.stop_s)
        return film_stretch(self, start_s, stop_s, box=found.box_px if with_box else None, footage=footage)

    def but(self, **changes: Any) -> Night:  # noqa: ANN401  # of whatever type the attributes are
        """A night that differs from this one in some attributes; each reads its motion at its first use.

        Args:
            **changes: new values by the names of attributes.

        Raises:
            TypeError: there is no such attribute.
        """
        kept = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "trace"}
        return Night(**{"trace": vars(self)["_trace"], **kept, **changes})

    to_boris = Door()
    to_bids = Door()
    to_edf = Door()
    to_elan = Door()
    to_csv = Door()
    to_vtt = Door()

    def __repr__(self) -> str:
        """One line; a night has too many events to print them all."""
        return f"<{write_line(self.summary())}>"

    def _repr_html_(self) -> str:
        """A card for notebooks."""
        return write_card(self)


def _identity(event: Event) -> tuple[str | float, ...]:
    """What an event is known by; a number that is missing never equals itself."""
    return event.kind, event.start_s, event.stop_s, event.x_px, event.y_px


def _median(ascending: list[float]) -> float:
    if not ascending:
        return math.nan
    middle = len(ascending) // 2
    return ascending[middle] if len(ascending) % 2 else (ascending[middle - 1] + ascending[middle]) / 2
