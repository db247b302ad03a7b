import dataclasses
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.errors import NightFolderError, UsageError
from detector.events.classify import Event
from detector.events.decide import Decision
from detector.events.state import PERSON, Epoch
from detector.footage.region import Region, RegionSet
from detector.night.files.store import write_night
from detector.night.night import Night
from detector.night.people.carry_over import place
from detector.night.people.review import append_decision, mark_of, read_reviews
from detector.night.people.verdicts import verdicts_of
from detector.params import Params

MakeEvent = Callable[..., Event]


@pytest.fixture
def say(tmp_path: Path) -> Callable[..., None]:
    """Write a decision about an event (or about nothing) into the folder of the night."""

    def decide(action: str, about: Event | None = None, reviewer: str = "Ana", **fields: Any) -> None:
        mark = mark_of(about).model_dump() if about else {}
        append_decision(tmp_path, {"reviewer": reviewer, "action": action, **mark, **fields})

    return decide


@pytest.fixture
def three(event: MakeEvent) -> tuple[Event, Event, Event]:
    """A twitch at 5 s, a rhythmic movement from 20 to 32 s and a twitch at 75 s, all at one place."""
    rhythmic = event(
        kind="rhythmic", start_s=20.0, stop_s=32.0, peak_s=25.0, rate_hz=2.0, n_cycles=24.0, regularity=0.9,
        is_sustained=True,
    )  # fmt: skip
    return event(start_s=5.0, stop_s=5.3, peak_s=5.1), rhythmic, event(start_s=75.0, stop_s=75.2, peak_s=75.1)


@pytest.fixture
def night(make_night: Callable[..., Night], three: tuple[Event, ...], tmp_path: Path) -> Night:
    return make_night(Decision(three, ()), folder=tmp_path)


def test_events_keep_their_names_through_a_review_and_added_ones_get_new_ones(
    night: Night, three: Any, say: Any, tmp_path: Path
) -> None:
    say("reject", three[0], event_id="e0001")
    say("change", three[1], to_start_s=21.0, event_id="e0002")
    say("add", kind="movement", start_s=60.0, stop_s=61.0)
    say("add", kind="gross", start_s=1.0, stop_s=2.0)
    reviewed = night.reviewed()
    assert reviewed.events.event_id.tolist() == ["e0005", "e0002", "e0004", "e0003"]
    assert reviewed.event_number("e0003") == reviewed.event_number(three[2]) == 4
    with pytest.raises(UsageError, match="e0001: expected the id of an event"):
        reviewed.event_number("e0001")
    # Written and read again, and reviewed once more, they are still the same, and no name is given twice.
    (tmp_path / "checked").mkdir()
    write_night(reviewed, tmp_path / "checked")
    checked = Night.load(tmp_path / "checked")
    assert checked.events.event_id.tolist() == ["e0005", "e0002", "e0004", "e0003"]
    assert mark_of(checked.decision.events[3]) == mark_of(three[2])
    shutil.copytree(tmp_path / "reviews", tmp_path / "checked" / "reviews")
    append_decision(
        tmp_path / "checked", {"reviewer": "Ben", "action": "add", "kind": "twitch", "start_s": 80.0, "stop_s": 80.2}
    )
    assert checked.reviewed("Ben").events.event_id.tolist() == ["e0005", "e0002", "e0004", "e0003", "e0006"]


def test_series_name_their_events_as_the_table_does(
    make_night: Callable[..., Night], event: MakeEvent, tmp_path: Path
) -> None:
    twitches = tuple(event(start_s=10.0 + k, stop_s=10.2 + k, peak_s=10.1 + k) for k in range(6))
    night = make_night(Decision(twitches, ()), folder=tmp_path)
    append_decision(tmp_path, {"reviewer": "Ana", "action": "reject", **mark_of(twitches[0]).model_dump()})
    reviewed = night.reviewed()
    assert (
        set(" ".join(reviewed.series.events).split())
        == set(reviewed.events.event_id)
        == {f"e000{k}" for k in range(2, 7)}
    )


def test_a_confirmation_with_own_times_is_one_and_keeps_them(night: Night, three: Any, say: Any) -> None:
    say("confirm", three[0], to_start_s=5.1, to_stop_s=5.4)
    (verdict,) = verdicts_of(read_reviews(night.reviews_folder())["Ana"])
    assert verdict.word == "confirmed"
    reviewed = night.reviewed()
    assert (reviewed.decision.events[0].start_s, reviewed.decision.events[0].stop_s) == (5.1, 5.4)
    assert reviewed.decision.events[0].reason == f"confirmed by Ana with times by Ana; {three[0].reason}"
    assert reviewed.review is not None
    assert (reviewed.review.n_confirmed, reviewed.review.n_changed) == (1, 0)
    say("change", three[0], to_stop_s=6.0)
    assert verdicts_of(read_reviews(night.reviews_folder())["Ana"])[0].word == "changed"


def test_rejected_is_gone_confirmed_stays_and_the_rest_is_as_it_was(night: Night, three: Any, say: Any) -> None:
    say("confirm", three[0])
    say("reject", three[1])
    reviewed = night.reviewed()
    assert [event.start_s for event in reviewed.decision.events] == [5.0, 75.0]
    assert reviewed.decision.events[0].reason == f"confirmed by Ana; {three[0].reason}"
    assert reviewed.decision.events[1] == three[2]
    assert reviewed.review is not None
    assert reviewed.review.facts() == {
        "reviewers": ["Ana"], "n_confirmed": 1, "n_rejected": 1, "n_changed": 0, "n_added": 0, "n_unreviewed": 1,
        "n_unplaced": 0,
    }  # fmt: skip


def test_statistics_say_that_they_are_reviewed(night: Night, three: Any, say: Any) -> None:
    assert night.summary()["reviewed"] is None
    say("reject", three[0])
    summary = night.reviewed().summary()
    assert summary["counts"]["twitch"] == 1
    assert summary["reviewed"]["reviewers"] == ["Ana"]
    assert night.summary()["counts"]["twitch"] == 2


def test_changes_add_up_and_what_was_measured_of_another_kind_goes(night: Night, three: Any, say: Any) -> None:
    say("change", three[1], to_start_s=19.0)
    say("change", three[1], to_kind="movement")
    changed = night.reviewed().decision.events[1]
    assert (changed.kind, changed.start_s, changed.stop_s) == ("movement", 19.0, 32.0)
    assert math.isnan(changed.rate_hz)
    assert not changed.is_sustained
    assert changed.reason.startswith("changed by Ana; ")


def test_shortened_below_the_limit_is_no_longer_sustained(night: Night, three: Any, say: Any) -> None:
    say("change", three[1], to_stop_s=23.0)
    changed = night.reviewed().decision.events[1]
    assert (changed.kind, changed.rate_hz, changed.is_sustained) == ("rhythmic", 2.0, False)
    assert changed.peak_s == 23.0


def test_a_missed_event_is_there_with_what_is_known_of_it(night: Night, say: Any) -> None:
    say("add", kind="movement", start_s=50.0, stop_s=52.0)
    added = night.reviewed().decision.events[2]
    assert (added.kind, added.start_s, added.stop_s) == ("movement", 50.0, 52.0)
    assert math.isnan(added.snr)
    assert math.isnan(added.x_px)
    assert added.reason == "added by Ana"
    assert night.reviewed().events.shape[0] == 4


def test_an_added_event_is_at_the_site_it_lies_in(night: Night, say: Any) -> None:
    hand = Region("left hand", ((0.0, 0.0), (30.0, 0.0), (30.0, 30.0), (0.0, 30.0)))
    say("add", kind="twitch", start_s=50.0, stop_s=50.3, x_px=10.0, y_px=12.0)
    events = dataclasses.replace(night, regions=RegionSet((hand,))).reviewed().decision.events
    assert [event.site for event in events] == ["", "", "left hand", ""]


def test_an_added_event_can_be_changed_and_taken_away(night: Night, say: Any) -> None:
    missed = {"kind": "twitch", "start_s": 50.0, "stop_s": 50.3, "x_px": 10.0, "y_px": 12.0}
    say("add", **missed)
    say("change", **missed, to_stop_s=50.5)
    assert night.reviewed().decision.events[2].stop_s == 50.5
    say("reject", **missed)
    assert len(night.reviewed().decision.events) == 3
    say("undo")
    assert night.reviewed().decision.events[2].stop_s == 50.5


def test_a_note_decides_nothing(night: Night, three: Any, say: Any) -> None:
    say("note", three[0], note="look again")
    reviewed = night.reviewed()
    assert reviewed.decision.events[0] == three[0]
    assert reviewed.review is not None
    assert reviewed.review.n_unreviewed == 3
    [verdict] = verdicts_of(read_reviews(night.folder)["Ana"])  # type: ignore[arg-type]
    assert (verdict.word, verdict.note) == ("noted", "look again")


def test_the_majority_counts_and_with_a_tie_the_later(night: Night, three: Any, say: Any) -> None:
    for reviewer, action in (("Ana", "confirm"), ("Ben", "reject"), ("Cem", "confirm")):
        say(action, three[0], reviewer)
    say("confirm", three[2], "Ana")
    say("reject", three[2], "Ben")
    reviewed = night.reviewed()
    assert [event.start_s for event in reviewed.decision.events] == [5.0, 20.0]
    assert [event.start_s for event in night.reviewed("Ana").decision.events] == [5.0, 20.0, 75.0]


def test_what_two_added_is_there_once(night: Night, say: Any) -> None:
    say("add", kind="twitch", start_s=50.0, stop_s=50.3, reviewer="Ana")
    say("add", kind="twitch", start_s=50.1, stop_s=50.4, reviewer="Ben")
    say("add", kind="twitch", start_s=51.0, stop_s=51.3, reviewer="Ben")
    assert [event.start_s for event in night.reviewed().decision.events] == [5.0, 20.0, 50.0, 51.0, 75.0]


def decided_again(night: Night, *events: Event) -> Night:
    return dataclasses.replace(night, decision=Decision(events, ()), folder=None, origin=night.folder)


def test_decisions_find_their_event_by_time_and_place(night: Night, three: Any, event: MakeEvent, say: Any) -> None:
    say("reject", three[0])
    say("change", three[1], to_kind="movement", to_stop_s=31.0)
    say("confirm", three[2])
    longer = dataclasses.replace(three[1], start_s=19.0, stop_s=34.0, reason="other thresholds")
    elsewhere = event(start_s=5.1, stop_s=5.4, peak_s=5.2, x_px=600.0, y_px=400.0, box_px=(580.0, 380.0, 620.0, 420.0))
    moved = event(start_s=5.2, stop_s=5.5, peak_s=5.3, x_px=110.0, box_px=(95.0, 40.0, 120.0, 60.0))
    jerk = dataclasses.replace(three[2], kind="uncertain", start_s=75.3, stop_s=75.5, peak_s=75.4)
    reviewed = decided_again(night, elsewhere, moved, longer, jerk).reviewed()
    events = reviewed.decision.events
    assert [(e.kind, e.start_s, e.stop_s) for e in events] == [
        ("twitch", 5.1, 5.4),  # elsewhere in the picture: nobody rejected it
        ("movement", 20.0, 31.0),
        ("twitch", 75.3, 75.5),  # what it is, as confirmed; when, as decided now
    ]
    assert reviewed.review is not None
    assert reviewed.review.unplaced == ()


def test_what_finds_no_event_is_listed(night: Night, three: Any, say: Any) -> None:
    say("confirm", three[0], event_id="e0001")
    say("change", three[1], to_kind="movement")
    reviewed = decided_again(night, three[1]).reviewed()
    assert [event.kind for event in reviewed.decision.events] == ["movement"]
    assert reviewed.review is not None
    [lost] = reviewed.review.unplaced
    assert (lost.word, lost.mark.start_s, lost.event_id) == ("confirmed", 5.0, "e0001")


def test_one_decision_goes_to_one_event(night: Night, three: Any, say: Any) -> None:
    say("reject", three[0])
    first, second = (dataclasses.replace(three[0], start_s=s, stop_s=s + 0.3, peak_s=s) for s in (4.9, 5.2))
    assert [e.start_s for e in decided_again(night, first, second).reviewed().decision.events] == [5.2]


def test_an_added_event_that_is_found_now_is_not_there_twice(night: Night, event: MakeEvent, say: Any) -> None:
    say("add", kind="movement", start_s=50.0, stop_s=52.0, x_px=100.0, y_px=50.0)
    found = event(kind="twitch", start_s=50.2, stop_s=50.6, peak_s=50.3)
    [only] = decided_again(night, found).reviewed().decision.events
    assert (only.kind, only.start_s, only.stop_s) == ("movement", 50.0, 52.0)


def test_reviewing_what_was_reviewed_changes_nothing(night: Night, three: Any, say: Any) -> None:
    say("reject", three[0])
    say("add", kind="movement", start_s=50.0, stop_s=52.0)
    once = night.reviewed()
    twice = dataclasses.replace(once, review=None).reviewed()
    assert [mark_of(e) for e in twice.decision.events] == [mark_of(e) for e in once.decision.events]


def test_thousands_of_decisions_are_placed_at_once(event: MakeEvent, tmp_path: Path, say: Any) -> None:
    events = [event(start_s=3.0 * n, stop_s=3.0 * n + 0.3, peak_s=3.0 * n + 0.1) for n in range(3000)]
    for each in events[:200]:
        say("confirm", each)
    entries = read_reviews(tmp_path)["Ana"]
    shifted = [dataclasses.replace(e, start_s=e.start_s + 0.1, stop_s=e.stop_s + 0.1) for e in events]
    placed = place(verdicts_of(entries), shifted, Params())
    assert list(placed.on) == list(range(200))


def test_nobody_and_nowhere_say_so(night: Night, three: Any, say: Any, make_night: Callable[..., Night]) -> None:
    with pytest.raises(NightFolderError, match="nobody has reviewed this night"):
        night.reviewed()
    say("confirm", three[0])
    with pytest.raises(NightFolderError, match="'Ben' has not reviewed this night; name one of: Ana"):
        night.reviewed("Ben")
    with pytest.raises(NightFolderError, match="was not written to a folder"):
        make_night().reviewed()


def test_what_is_decided_now_takes_the_place_of_what_was_decided_before(night: Night, three: Any, say: Any) -> None:
    say("reject", three[0])
    moved = dataclasses.replace(three[0], start_s=5.1, stop_s=5.4, peak_s=5.2)
    say("confirm", moved)
    reviewed = decided_again(night, moved).reviewed()
    assert [event.start_s for event in reviewed.decision.events] == [5.1]
    assert reviewed.review is not None
    assert reviewed.review.unplaced == ()


def test_a_reviewed_night_is_written_and_read_with_who_reviewed_it(night: Night, three: Any, say: Any) -> None:
    say("reject", three[0])
    say("add", kind="movement", start_s=50.0, stop_s=52.0)
    reviewed = night.reviewed()
    out = night.folder / "checked"  # type: ignore[operator]
    out.mkdir()
    write_night(reviewed, out)
    again = Night.load(out)
    assert again.review == dataclasses.replace(reviewed.review, unplaced=())  # type: ignore[type-var]
    assert again.events.kind.tolist() == reviewed.events.kind.tolist() == ["rhythmic", "movement", "twitch"]
    assert math.isnan(again.events.x_px[1])
    assert again.review is not None
    assert again.review.words == "Reviewed by Ana: 1 rejected, 1 added; 2 not looked at."


def test_states_that_people_gave_are_those_of_the_epochs_and_of_the_events_in_them(
    night: Night, three: Any, say: Any
) -> None:
    epochs = tuple(Epoch(30.0 * n, 30.0 * n + 30.0, "unknown") for n in range(3))
    night = dataclasses.replace(night, decision=dataclasses.replace(night.decision, epochs=epochs))
    say("state", start_s=0.0, stop_s=30.0, state="awake or handled")
    say("state", start_s=0.0, stop_s=30.0, state="active sleep-like", reviewer="Ben")
    reviewed = night.reviewed()
    assert [epoch.state for epoch in reviewed.decision.epochs] == ["active sleep-like", "unknown", "unknown"]
    assert reviewed.decision.epochs[0].decided_by == PERSON
    assert [event.state for event in reviewed.decision.events] == ["active sleep-like", "active sleep-like", "unknown"]
    assert reviewed.states[0] == (0.0, 30.0, "active sleep-like")
    assert night.reviewed("Ana").decision.epochs[0].state == "awake or handled"
