"""Which events of a night are shown, and how: the most telling first, as films within a budget and strips of stills."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from detector.errors import FootageError
from detector.events.classify import EVENT_KINDS, Event
from detector.night.movie import Film
from detector.night.night import Night
from detector.views.clips import film_event
from detector.views.stills import Tile, make_strip

N_EXTREME = 6
"""So many of the strongest twitches, and so many of the weakest, are shown first."""
_BASE64 = 4 / 3
_AT_ONCE = 4


@dataclass(frozen=True)
class Shown:
    """What a report shows of the footage.

    Attributes:
        films: number of an event, from 1, to its film; in order of telling.
        strips: number of an event to its stills.
        trouble: why there are none, or fewer; one sentence, empty where nothing is missing.
        n_left_out: events without a film because the budget was used up.
    """

    films: dict[int, Film] = field(default_factory=dict)
    strips: dict[int, list[Tile]] = field(default_factory=dict)
    trouble: str = ""
    n_left_out: int = 0


def telling_order(events: Sequence[Event]) -> list[int]:
    """Numbers of events, from 1, the most telling first.

    First those that `card_numbers` picks; then the rest, the strongest of each kind in turn.
    """
    rest = sorted((rank / len(pairs), number) for pairs in _by_kind(events) for rank, (number, _) in enumerate(pairs))
    return list(dict.fromkeys(_most_telling(events) + [number for _, number in rest]))


def card_numbers(events: Sequence[Event], at_most: int) -> list[int]:
    """Numbers of the events that get a strip of stills, in order of time.

    Rhythmic movement of 10 s or longer, the strongest and the weakest twitches, and the strongest of each other kind:
    what goes on, and what the detector takes for what.
    """
    return sorted(_most_telling(events)[:at_most])


def _most_telling(events: Sequence[Event]) -> list[int]:
    numbered = list(enumerate(events, start=1))
    lasting = sorted((pair for pair in numbered if pair[1].is_sustained), key=lambda pair: -pair[1].duration_s)
    twitches = next((pairs for pairs in _by_kind(events) if pairs[0][1].kind == "twitch"), [])
    first = [*lasting, *twitches[:N_EXTREME], *twitches[-N_EXTREME:]]
    first += [pairs[0] for pairs in _by_kind(events) if pairs[0][1].kind != "twitch"]
    return list(dict.fromkeys(number for number, _ in first))


def _by_kind(events: Sequence[Event]) -> list[list[tuple[int, Event]]]:
    """Numbered events of each kind there is, the strongest first."""
    numbered = list(enumerate(events, start=1))
    kinds = [[pair for pair in numbered if pair[1].kind == kind] for kind in EVENT_KINDS]
    return [sorted(pairs, key=lambda pair: -pair[1].snr) for pairs in kinds if pairs]


def show_events(
    night: Night,
    *,
    footage: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Shown:
    """Films and strips of a night's most telling events, as many as `report.clip_budget_mb` has room for.

    Args:
        night: what was found.
        footage: folder that holds the footage now; None looks where it was analyzed and beside the night folder.
        progress: called with how many bytes of the budget are used, and of how many.

    Returns:
        What can be shown; where the footage is gone, nothing, and why.
    """
    events = night.decision.events
    limits = night.params.report
    strips: dict[int, list[Tile]] = {}
    films: dict[int, Film] = {}
    troubles: list[str] = []
    place = None if footage is None else str(footage)
    for number in card_numbers(events, limits.most_strips):
        try:
            strips[number] = make_strip(night, events[number - 1], footage=place)
        except (FootageError, OSError) as error:
            troubles.append(str(error))
    used, budget = 0, round(limits.clip_budget_mb * 1e6)
    # Where not one strip can be made of the most telling events, the footage is gone.
    wanted = telling_order(events) if budget and (strips or not troubles) else []
    for number, film in _filmed(night, wanted, place):
        if isinstance(film, str):
            troubles.append(film)
            continue
        size = round(_BASE64 * len(film.mp4))
        if used + size > budget:
            break
        used += size
        films[number] = film
        if progress is not None:
            progress(used, budget)
    return Shown(
        films, strips, _without_folders(troubles[0]) if troubles else "", len(events) - len(films) if budget else 0
    )


def _without_folders(text: str) -> str:
    """A report goes to other people: it names files, never where they lay."""
    return re.sub(r"(?:[A-Za-z]:)?[/\\][^\n:;]*[/\\](?=[^/\\\n:;]+)", "", text)


def _filmed(night: Night, numbers: Sequence[int], footage: str | None) -> Iterator[tuple[int, Film | str]]:
    """Films in order, or why there is none, a few at a time: decoding and encoding run beside each other."""
    limits = night.params.report

    def film(number: int) -> Film | str:
        event = night.decision.events[number - 1]
        try:
            return film_event(
                night, event, most_s=limits.clip_most_s, long_side_px=limits.clip_side_px, footage=footage
            )
        except (FootageError, OSError) as error:
            return str(error)

    at_once = min(_AT_ONCE, os.cpu_count() or 1)
    with ThreadPoolExecutor(at_once) as crew:
        for start in range(0, len(numbers), at_once):
            batch = numbers[start : start + at_once]
            yield from zip(batch, crew.map(film, batch), strict=True)
