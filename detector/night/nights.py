"""Many nights at once: found below a folder, read one after the other, told in two tables."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from detector.errors import NightFolderError
from detector.events.classify import EVENT_KINDS
from detector.night.layout import NIGHT_FILE
from detector.night.night import Night
from detector.night.numbers.measures import kind_rates
from detector.night.numbers.stretches import total_s
from detector.night.tables import EVENTS, event_columns, to_frame, with_datetimes

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Nights(Sequence[Night]):
    """Night folders that are read when they are needed, and then one at a time: thousands take the room of one.

    Attributes:
        folders: of the nights, in order of their names.
        names: one short name a night, each only once.
    """

    folders: tuple[Path, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.folders)

    @overload
    def __getitem__(self, place: int) -> Night: ...
    @overload
    def __getitem__(self, place: slice) -> Nights: ...

    def __getitem__(self, place: int | slice) -> Night | Nights:
        if isinstance(place, slice):
            return Nights(self.folders[place], self.names[place])
        return Night.load(self.folders[place])

    def readable(self) -> Iterator[tuple[str, Night]]:
        """Name and night of every folder that can be read, one after the other."""
        for name, folder in zip(self.names, self.folders, strict=True):
            with suppress(NightFolderError):
                yield name, Night.load(folder)

    @property
    def nights(self) -> pd.DataFrame:
        """One row a night that can be read: name, infant, start, coverage, and of each kind its count and its rate.

        Columns: `night`, `subject`, `session`, `age` (as the user said them), `start_at` (datetimes in the zone of the
        nights, in UTC where they have several),
        `duration_s`, `observed_s`, `judged_s`, `is_partial`, `camera`, `version`, and for each kind `n_twitch`,
        `twitch_per_hour`, `twitch_low_per_hour`, `twitch_high_per_hour` and so on.
        """
        return self._read[0]

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row an event of any night that can be read: the column `night`, then those of `Night.events`."""
        return _event_frame([night.events.assign(night=name) for name, night in self.readable()])

    @property
    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """`(name, reason)` of the nights that cannot be read, and are left out of the tables."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[pd.DataFrame, tuple[tuple[str, str], ...]]:
        rows, unreadable = [], []
        for name, folder in zip(self.names, self.folders, strict=True):
            try:
                rows.append({"night": name, **night_row(Night.load(folder))})
            except NightFolderError as error:
                unreadable.append((name, str(error)))
        if unreadable:
            warnings.warn(
                f"{len(unreadable)} of {len(self)} nights cannot be read and are left out; first: {unreadable[0][1]}",
                stacklevel=4,
            )
        return _night_frame(rows), tuple(unreadable)

    def __repr__(self) -> str:
        """How many there are, and where the first is."""
        first = f", the first in {self.folders[0]}" if self.folders else ""
        return f"<{len(self)} nights{first}>"


def load_nights(root: str | Path | Iterable[str | Path]) -> Nights:
    """Find night folders.

    Args:
        root: a folder that is searched with all its folders, or several; each may itself be a night.

    Returns:
        The nights, none of them read yet; none where there is no night.

    Raises:
        NightFolderError: there is no such folder.
    """
    roots = [Path(root)] if isinstance(root, str | Path) else [Path(one) for one in root]
    folders: list[Path] = []
    for one in roots:
        if not one.is_dir():
            raise NightFolderError(f"{one}: there is no such folder; give one that holds night folders.")
        folders += sorted(path.parent for path in one.rglob(NIGHT_FILE))
    unique = tuple(dict.fromkeys(folders))
    return Nights(unique, _short_names(unique))


def night_row(night: Night) -> dict[str, Any]:
    """What the table of nights says of one; see `Nights.nights`."""
    who = night.provenance.subject
    row: dict[str, Any] = {
        "subject": who.code,
        "session": who.session,
        "age": who.age,
        "start_at": night.start_at,
        "duration_s": night.stop_s - night.start_s,
        "observed_s": night.coverage.observed_s,
        "judged_s": round(total_s(night.judged), 3),
        "is_partial": night.is_partial,
        "camera": night.provenance.camera,
        "version": night.provenance.versions.get("twitch-detector", ""),
    }
    for kind, rate in kind_rates(night).items():
        row |= {
            f"n_{kind}": rate.n_events,
            f"{kind}_per_hour": rate.per_hour,
            f"{kind}_low_per_hour": rate.low_per_hour,
            f"{kind}_high_per_hour": rate.high_per_hour,
        }
    return row


def _short_names(folders: Sequence[Path]) -> tuple[str, ...]:
    from detector.night.provenance import distinct_names

    return distinct_names([str(folder) for folder in folders])


def _night_frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    heads = ["night", "subject", "session", "age", "start_at", "duration_s", "observed_s", "judged_s", "is_partial"]
    heads += ["camera", "version"]
    rates = ("n_{}", "{}_per_hour", "{}_low_per_hour", "{}_high_per_hour")
    frame = pd.DataFrame(rows, columns=[*heads, *(text.format(kind) for kind in EVENT_KINDS for text in rates)])
    return frame.assign(start_at=_one_zone([row["start_at"] for row in rows]))


def _event_frame(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    if not frames:
        empty = to_frame(event_columns([], lambda _: ""), EVENTS)
        frames = [with_datetimes(empty, None, 0.0).assign(night=pd.Series(dtype="str"))]
    moments = _one_zone([moment for frame in frames for moment in frame["start_at"]])
    whole = pd.concat([frame.drop(columns="start_at") for frame in frames], ignore_index=True)
    whole = whole.assign(start_at=moments)
    return whole[["night", *EVENTS.names]]


def _one_zone(moments: Sequence[Any]) -> pd.Series[Any]:
    """Moments as one column: in their zone where they share one, in UTC where not; NaT where one is not known."""
    import pandas as pd

    zones = {str(moment.tzinfo): moment.tzinfo for moment in moments if not pd.isna(moment)}
    in_utc = pd.Series(pd.to_datetime(list(moments), utc=True)).astype("datetime64[us, UTC]")
    return in_utc.dt.tz_convert(next(iter(zones.values()))) if len(zones) == 1 else in_utc
