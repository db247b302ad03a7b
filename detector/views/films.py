"""Which events of a night are shown, and how: the most telling first, as films within a budget and strips of stills."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from detector.errors import FootageError
from detector.events.classify import EVENT_KINDS, Event
from detector.night.movie import Film
from detector.night.night import Night
from detector.views.clips import film_event
from detector.views.stills import StillPicker, Tile, make_strip, strip_of, telling_times

N_EXTREME = 6
"""So many of the strongest twitches, and so many of the weakest, are shown first."""
_BASE64 = 4 / 3
_AT_ONCE = 4
_POLL_S = 0.005


@dataclass(frozen=True)
class Shown:
    """What a report shows of the footage.

    Attributes:
        films: number of an event, from 1, to its film; in order of telling.
        strips: number of an event to its stills.
        trouble: why there are none, or fewer; one sentence, empty where nothing is missing.
        n_left_out: events without a film because the room for films was used up.
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
    """Films and strips of a night's most telling events, as many as there is room for.

    Room is `report.clip_budget_mb`, and time: a film is decoded once more, so all together show at most
    `report.clip_share` of what was recorded, or `report.clip_least_s` of a short recording.

    Args:
        night: what was found.
        footage: folder that holds the footage now; None looks where it was analyzed and beside the night folder.
        progress: called with how many bytes of the budget are used, and of how many.

    Returns:
        What can be shown; where the footage is gone, nothing, and why.
    """
    events = night.decision.events
    limits = night.params.report
    cards = frozenset(card_numbers(events, limits.most_strips))
    used, budget = 0, round(limits.clip_budget_mb * 1e6)
    left_s = max(limits.clip_least_s, limits.clip_share * night.coverage.files_s)
    strips: dict[int, list[Tile]] = {}
    films: dict[int, Film] = {}
    troubles: list[str] = []
    is_full = budget == 0
    for look in _looks(night, sorted(cards) if is_full else telling_order(events), cards, footage):
        if look.number not in cards and (is_full or (cards and not strips)):
            break  # no room; or not one of the most telling events can be shown, so the footage is gone
        if look.trouble:
            troubles.append(look.trouble)
        if look.strip is not None:
            strips[look.number] = look.strip
        size = _stored_bytes(look.film)
        is_full = is_full or used + size > budget or left_s <= 0.0
        if look.film is not None and not is_full:
            used += size
            left_s -= look.film.stop_s - look.film.start_s
            films[look.number] = look.film
            if progress is not None:
                progress(used, budget)
    return Shown(
        films, strips, _without_folders(troubles[0]) if troubles else "", len(events) - len(films) if budget else 0
    )


@contextmanager
def films_in_background(
    night: Night,
    *,
    footage: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Callable[[], Shown]]:
    """Make films in a thread of their own while something else is done; arguments as for `show_events`.

    Yields:
        What waits for the films and gives them. Who leaves early, by whatever, ends the work after the next film.
    """
    is_unwanted = threading.Event()

    def told(used: int, budget: int) -> None:
        if is_unwanted.is_set():
            raise CancelledError
        if progress is not None:
            progress(used, budget)

    with ThreadPoolExecutor(1) as maker:
        films = maker.submit(show_events, night, footage=footage, progress=told)

        def shown() -> Shown:
            while not films.done():
                time.sleep(_POLL_S)  # not `result()`: Ctrl-C must get through on every platform
            return films.result()

        try:
            yield shown
        finally:
            is_unwanted.set()


def _stored_bytes(film: Film | None) -> int:
    """What a film takes inside a page, which holds it as text."""
    return 0 if film is None else round(_BASE64 * len(film.mp4))


def _without_folders(text: str) -> str:
    """A report goes to other people: it names files, never where they lay."""
    return re.sub(r"(?:[A-Za-z]:)?[/\\][^\n:;]*[/\\](?=[^/\\\n:;]+)", "", text)


@dataclass(frozen=True)
class _Look:
    """What one pass over the footage of an event gave: its film, its strip if one was wanted, or why there is none."""

    number: int
    film: Film | None = None
    strip: list[Tile] | None = None
    trouble: str = ""


def _looks(night: Night, numbers: Sequence[int], cards: Container[int], footage: str | Path | None) -> Iterator[_Look]:
    """Events in order, a few at a time: decoding and encoding run beside each other."""
    place = None if footage is None else str(footage)

    def look(number: int) -> _Look:
        try:
            return _look(night, number, place, with_strip=number in cards)
        except (FootageError, OSError) as error:
            return _Look(number, trouble=str(error))

    at_once = min(_AT_ONCE, os.cpu_count() or 1)
    with ThreadPoolExecutor(at_once) as crew:
        for start in range(0, len(numbers), at_once):
            yield from crew.map(look, numbers[start : start + at_once])


def _look(night: Night, number: int, footage: str | None, *, with_strip: bool) -> _Look:
    """Film and strip of one event; its footage is decoded once for both where the film reaches as far."""
    limits = night.params.report
    event = night.decision.events[number - 1]
    picker = StillPicker(telling_times(night, event) if with_strip else ())
    film = None
    if limits.clip_budget_mb > 0:
        film = film_event(
            night,
            event,
            most_s=limits.clip_most_s,
            long_side_px=limits.clip_side_px,
            footage=footage,
            watch=picker.pick,
        )
    if not with_strip:
        return _Look(number, film)
    strip = strip_of(event, picker.stills) if picker.is_done else make_strip(night, event, footage=footage)
    return _Look(number, film, strip)
