"""Movements below the threshold of a burst, and scraps of noise that are hardly bursts."""

import numpy as np
import pytest

from detector.events.decide import decide
from detector.events.event import Event
from detector.events.excess import Seen
from detector.events.faint import Scraps, one_sign
from detector.events.groups import Groups
from detector.params import Params, with_values
from tests.drawing import HAND, Sketch, active_in, find_in

PARAMS = Params()
FAINT = 3.6
"""Between `burst.faint` and `burst.threshold`, floors."""
FAR = np.s_[12:16, 24:28]


def told(drawing: Sketch, without: str = "") -> list[Event]:
    return list(decide(drawing.trace(), with_values(PARAMS, {"rules.without": without})).events)


def test_a_faint_limb_is_a_twitch() -> None:
    drawing = Sketch(80.0).move(30.0, 30.25, HAND, snr=FAINT)
    (event,) = told(drawing)
    assert (event.kind, event.start_s) == ("twitch", pytest.approx(30.0, abs=0.1))
    assert event.snr < PARAMS.burst.threshold
    assert "faint: at most 3.6 times the noise" in event.reason
    assert told(drawing, without="faint") == []


@pytest.mark.parametrize(
    "drawing",
    [
        pytest.param(Sketch(80.0).move(30.0, 30.1, np.s_[4:5, 10:12], snr=FAINT), id="small"),
        pytest.param(Sketch(80.0).move(30.0, 30.25, HAND, snr=2.5), id="fainter"),
        pytest.param(Sketch(80.0).move(30.0, 30.8, HAND, snr=FAINT), id="long"),
    ],
)
def test_what_shows_less_is_none(drawing: Sketch) -> None:
    assert told(drawing) == []


@pytest.mark.parametrize(("share", "is_told"), [(0.6, True), (0.8, False)])
def test_it_brightens_about_as_much_as_it_darkens(*, share: float, is_told: bool) -> None:
    """Of one sign in so much of it; what only brightens would be doubted in any case."""
    drawing = Sketch(80.0)
    change = np.full((drawing.rows, drawing.columns), 4.0)
    change.ravel()[np.arange(change.size) % 5 >= 5 * share] = -4.0
    one_place = np.zeros_like(change)
    one_place[4:9, 10:15] = change[4:9, 10:15]
    drawing.paint(30.0, 30.3, one_place, snr=FAINT)
    assert bool(told(drawing, without="fade, drawn")) is is_told


def test_what_changes_at_several_places_at_once_is_the_picture() -> None:
    drawing = Sketch(80.0)
    for place in (np.s_[1:5, 1:5], np.s_[1:5, 26:30], np.s_[12:16, 14:18]):
        drawing.move(30.0, 30.25, place, snr=FAINT)
    assert told(drawing) == []


def test_a_scrap_counts_for_as_long_as_it_lasts() -> None:
    drawing = Sketch(120.0).move(60.0, 60.25, HAND, snr=FAINT)
    drawing.move(10.0, 55.0, HAND, snr=FAINT, only_brightens=True)
    assert told(drawing) == []


def test_what_shows_while_a_stronger_one_lasts_is_no_scrap() -> None:
    """The edge of a limb that twitched plainly says nothing against the next one."""
    drawing = Sketch(80.0).move(20.0, 20.25, np.s_[4:8, 17:21]).move(42.0, 42.25, np.s_[4:8, 17:21], snr=6.3)
    drawing.move(20.0, 20.25, np.s_[4:8, 14:16], snr=4.5, only_brightens=True)
    assert [event.kind for event in told(drawing)] == ["twitch", "twitch"]


def test_a_weaker_stroke_of_a_limb_that_twitches_often_doubts_none_of_the_others() -> None:
    drawing = Sketch(100.0)
    for number in range(12):
        at_s = 10.0 + 6.0 * number + 0.7 * (number % 3)
        drawing.move(at_s, at_s + 0.25, HAND, snr=6.2)
    drawing.move(48.6, 48.85, HAND, snr=4.6, only_brightens=True)
    assert len(told(drawing, without="drawn")) == 12


@pytest.mark.parametrize(("pause_s", "n_told"), [(10.0, 0), (40.0, 1)])
def test_where_scraps_come_and_go_none_counts(pause_s: float, n_told: int) -> None:
    drawing = Sketch(120.0).move(50.0, 50.25, HAND, snr=FAINT)
    drawing.move(50.0 + pause_s, 50.25 + pause_s, HAND, snr=FAINT, only_brightens=True)
    assert len(told(drawing)) == n_told


def test_several_of_both_signs_are_a_limb_that_twitches_often() -> None:
    drawing = Sketch(80.0)
    for at_s in (20.0, 24.3, 29.0, 33.1):
        drawing.move(at_s, at_s + 0.25, HAND, snr=FAINT)
    # A sketch shows the same picture each time, as what is drawn does.
    assert [event.kind for event in told(drawing, without="drawn")] == ["twitch"] * 4


def test_elsewhere_others_say_nothing() -> None:
    drawing = Sketch(80.0).move(30.0, 30.25, HAND, snr=FAINT).move(40.0, 40.25, FAR, snr=FAINT, only_brightens=True)
    assert [event.kind for event in told(drawing)] == ["twitch"]


def test_while_something_stronger_moves_it_may_be_its_ripple() -> None:
    drawing = Sketch(80.0).move(30.0, 30.25, HAND, snr=FAINT).move(30.1, 30.3, FAR)
    (event,) = told(drawing)
    assert event.x_px > 200.0


def test_within_slower_movement_it_is_no_event() -> None:
    drawing = Sketch(80.0).move(30.0, 30.25, HAND, snr=FAINT)
    drawing.move(28.5, 29.9, HAND, snr=6.0, layer="slow").move(30.5, 32.0, HAND, snr=6.0, layer="slow")
    assert [event.kind for event in told(drawing)] == []


@pytest.mark.parametrize(("only_brightens", "share"), [(False, 0.0), (True, 1.0)])
def test_sign_is_told_picture_by_picture(only_brightens: bool, share: float) -> None:
    found = find_in(Sketch(20.0).move(5.0, 5.3, HAND, only_brightens=only_brightens).trace())
    assert one_sign(found.active, found.bursts[0]) == pytest.approx(share, abs=0.01)


def test_a_change_that_comes_and_goes_again_is_of_one_sign_in_each_picture() -> None:
    found = find_in(
        Sketch(20.0).move(5.0, 5.3, HAND, only_brightens=True, signed=lambda at_s: 4.0 if at_s < 5.2 else -4.0).trace()
    )
    assert one_sign(found.active, found.bursts[0]) == pytest.approx(1.0)


class TestAmongOthers:
    """What just reaches the threshold where scraps come and go."""

    @staticmethod
    def drawing(*others_s: float, snr: float = 6.0, place: object = HAND) -> Sketch:
        drawing = Sketch(100.0).move(50.0, 50.25, HAND, snr=snr)
        for at_s in others_s:
            drawing.move(at_s, at_s + 0.25, place, snr=4.0, only_brightens=True)  # type: ignore[arg-type]
        return drawing

    def test_it_is_one_of_them(self) -> None:
        assert told(self.drawing(40.0)) == []
        doubts = [one.detail for one in decide(self.drawing(40.0).trace(), PARAMS).artifacts if one.kind == "doubtful"]
        assert doubts == ["is faint, and scraps that are hardly less come and go at its place"]
        assert [event.kind for event in told(self.drawing(40.0), without="among others")] == ["twitch"]

    @pytest.mark.parametrize(
        "drawing",
        [
            pytest.param(drawing(), id="alone"),
            pytest.param(drawing(15.0), id="long after"),
            pytest.param(drawing(40.0, place=FAR), id="elsewhere"),
            pytest.param(drawing(40.0, snr=9.0), id="stronger"),
        ],
    )
    def test_else_it_is_a_twitch(self, drawing: Sketch) -> None:
        assert [event.kind for event in told(drawing)] == ["twitch"]


def test_of_nothing_there_are_no_groups_and_no_scraps() -> None:
    trace = Sketch(10.0).trace()
    found = find_in(trace)
    groups = Groups.of(found.view, active_in(trace), PARAMS)
    scraps = Scraps.of(Seen(found.view, found.active), groups, [], PARAMS.burst)
    assert (len(groups), len(scraps.start_s)) == (0, 0)
    assert list(groups.entries(np.zeros(0, bool))) == []
