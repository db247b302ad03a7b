"""Nights of one infant against each other: rates with their intervals over weeks, each night against the others.

A rate of tonight says little by itself; against the same infant's other nights it says more. Only nights of the same
infant, camera, parameters and version are compared: a new camera would look like a new infant.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS
from detector.night.night import Night
from detector.night.numbers.rates import Rate

if TYPE_CHECKING:
    import pandas as pd

FEWEST_OTHERS = 3
"""With fewer other nights of the same kind there is no range to compare with (own choice)."""

_WITHOUT_EFFECT = {"footage", "run", "review"}
"""Groups of parameters in which nights may differ and still be compared: where footage lies, how work is done."""

COLUMNS = (
    "night", "start_at", "group", "kind", "n_events", "observed_share", "judged_s", "per_hour", "low_per_hour",
    "high_per_hour", "n_others", "others_low_per_hour", "others_high_per_hour", "compared",
)  # fmt: skip


@dataclass(frozen=True)
class NightRates:
    """What of one night is compared.

    Attributes:
        name: short, one a night.
        start_at: wall clock at its start; None where it is not known.
        likeness: what has to be the same for two nights to be compared; a dictionary of words.
        observed_share: observed share of the time in the files, 0 to 1; NaN where they hold none.
        hashes: SHA-256 of its files.
        rates: of every kind, over the judged time; the limits of twitches take their bouts as the unit.
        infants: names, where the night is that of several; then it is compared with none.
    """

    name: str
    start_at: datetime | None
    likeness: tuple[tuple[str, str], ...]
    observed_share: float
    hashes: frozenset[str]
    rates: dict[str, Rate]
    infants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trends:
    """Many nights, compared.

    Attributes:
        table: one row a night and kind, in order of time; see `compare_nights`.
        groups: what the nights of each group have in common and others have not, by letter.
        notes: what has to be known to read it, one sentence each.
    """

    table: pd.DataFrame
    groups: dict[str, str]
    notes: tuple[str, ...]

    def _repr_html_(self) -> str:
        """The table, for notebooks."""
        return str(self.table._repr_html_())  # type: ignore[operator]  # how notebooks show a table


def rates_of(name: str, night: Night) -> NightRates:
    """What of a night is compared with others."""
    params = night.params.model_dump(mode="json")
    told = {group: values for group, values in params.items() if group not in _WITHOUT_EFFECT}
    likeness = (
        ("infant", night.provenance.subject.code),
        ("camera", night.provenance.camera or "unknown camera"),
        ("version", night.provenance.versions.get("twitch-detector", "unknown version")),
        ("parameters", json.dumps(told, sort_keys=True)),
    )
    return NightRates(
        name=name,
        start_at=night.start_at,
        likeness=likeness,
        observed_share=night.coverage.observed_fraction,
        hashes=frozenset(source.sha256 for source in night.provenance.inputs),
        rates={row["kind"]: _rate(row) for row in night.rates().to_dict("records")},
        infants=night.regions.infants,
    )


def _rate(row: Mapping[Hashable, Any]) -> Rate:
    # Twitches of one bout are not independent: the interval of a Poisson count would call too many nights outside.
    limits = row["bout_low_per_hour"], row["bout_high_per_hour"]
    return Rate(int(row["n_events"]), float(row["judged_s"]), float(row["per_hour"]), *map(float, limits))


def compare_nights(nights: Sequence[NightRates]) -> Trends:
    """Compare nights of one infant.

    Args:
        nights: in any order; the same footage counts once.

    Returns:
        The table has one row a night and kind: `night`, `start_at` (text, ISO 8601), `group` (a letter; only nights of
        one group are compared), `kind`, `n_events`, `observed_share`, `judged_s`, `per_hour`, `low_per_hour`,
        `high_per_hour`, `n_others` (other nights of the group that have a rate), `others_low_per_hour` and
        `others_high_per_hour` (least and greatest of their rates, NaN for fewer than 3), and `compared`: `above` or
        `below` where the whole interval of this night lies outside the others' range, `within` where not, empty where
        there is nothing to compare.

    Raises:
        UsageError: there is no night.
    """
    if not nights:
        raise UsageError("trend: expected night folders, but none was found; give folders that `analyze` wrote.")
    kept, notes = _without_repeats(nights)
    if not kept:
        raise UsageError(f"trend: expected nights of one infant each, but there is none. {notes[0]}")
    # Nights of unknown time stand at the end, in order of their names.
    kept.sort(key=_in_order)
    letters = _letters(kept)
    alike = {likeness: [one for one in kept if one.likeness == likeness] for likeness in letters}
    rows = [row for one in kept for row in _rows(one, letters[one.likeness], alike[one.likeness])]
    import pandas as pd

    groups = {letters[likeness]: _words(likeness, list(letters)) for likeness in letters}
    notes += _remarks(kept, groups)
    return Trends(pd.DataFrame(rows, columns=list(COLUMNS)), groups, tuple(notes))


def _in_order(night: NightRates) -> tuple[bool, float, list[tuple[bool, int, str]]]:
    words = [
        (not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split("([0-9]+)", night.name)
    ]
    return night.start_at is None, night.start_at.timestamp() if night.start_at else 0.0, words


def _without_repeats(nights: Sequence[NightRates]) -> tuple[list[NightRates], list[str]]:
    seen: dict[tuple[object, ...], str] = {}
    kept, notes = [], []
    for one in nights:
        what = one.hashes, dict(one.likeness).get("infant", "")  # two infants of one footage are two
        if one.infants:
            names = " and ".join(one.infants)
            notes.append(f"{one.name} is left out: it is of several infants, {names}, each with a night in its folder.")
        elif one.hashes and what in seen:
            notes.append(f"{one.name} is left out: it is of the same footage as {seen[what]}.")
        else:
            seen[what] = one.name
            kept.append(one)
    return kept, notes


def _letters(nights: Sequence[NightRates]) -> dict[tuple[tuple[str, str], ...], str]:
    likenesses = list(dict.fromkeys(one.likeness for one in nights))
    # More than 26 cameras and settings are told by number.
    return {likeness: (ascii_uppercase[n] if n < 26 else str(n + 1)) for n, likeness in enumerate(likenesses)}


def _rows(night: NightRates, group: str, alike: Sequence[NightRates]) -> Iterator[tuple[Any, ...]]:
    for kind in EVENT_KINDS:
        rate = night.rates[kind]
        others = [one.rates[kind].per_hour for one in alike if one is not night]
        others = [value for value in others if math.isfinite(value)]
        has_range = len(others) >= FEWEST_OTHERS
        low, high = (min(others), max(others)) if has_range else (math.nan, math.nan)
        start = night.start_at.isoformat(timespec="seconds") if night.start_at else ""
        yield (
            night.name, start, group, kind, rate.n_events, night.observed_share, round(rate.time_s, 3), rate.per_hour,
            rate.low_per_hour, rate.high_per_hour, len(others), low, high, _compared(rate, low, high),
        )  # fmt: skip


def _compared(rate: Rate, low: float, high: float) -> str:
    if not (math.isfinite(rate.per_hour) and math.isfinite(low)):
        return ""
    return "above" if rate.low_per_hour > high else "below" if rate.high_per_hour < low else "within"


def _words(likeness: tuple[tuple[str, str], ...], all_of_them: Sequence[tuple[tuple[str, str], ...]]) -> str:
    """What sets a group apart, such as its camera; empty where there is only one."""
    parts = []
    for place, (name, value) in enumerate(likeness):
        if len({other[place] for other in all_of_them}) > 1:
            told = f"{name} {value}" if value else f"no {name} named"
            parts.append(told if name != "parameters" else _changed(value, all_of_them[0][place][1]))
    return ", ".join(part for part in parts if part)


def _changed(value: str, first: str) -> str:
    """The parameters in which a group differs from the first one, in words."""
    if value == first:
        return ""
    tree, usual = json.loads(value), json.loads(first)
    changes = [
        f"{group}.{name} {number}"
        for group, values in tree.items()
        for name, number in values.items()
        if usual.get(group, {}).get(name) != number
    ]
    return ", ".join(changes[:3]) + (f" and {len(changes) - 3} more" if len(changes) > 3 else "")


def _remarks(nights: Sequence[NightRates], groups: dict[str, str]) -> list[str]:
    notes = []
    if len(groups) > 1:
        told = "; ".join(f"{letter}: {words or 'as the first night'}" for letter, words in groups.items())
        notes.append(
            f"These nights are of {len(groups)} infants, cameras, settings or versions, compared only within ({told})."
        )
    zones = sorted({str(one.start_at.tzinfo) for one in nights if one.start_at})
    if len(zones) > 1:
        notes.append(f"These nights are of {len(zones)} time zones ({', '.join(zones)}); each is told in its own.")
    n_unknown = sum(one.start_at is None for one in nights)
    if n_unknown:
        noun = "night has" if n_unknown == 1 else "nights have"
        notes.append(f"{n_unknown} {noun} no known start; they stand at the end, in order of their names.")
    if len(nights) <= FEWEST_OTHERS:
        notes.append(f"With fewer than {FEWEST_OTHERS + 1} nights there is no range of others to compare with.")
    return notes
