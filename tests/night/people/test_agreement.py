import dataclasses
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, poisson
from statsmodels.stats.inter_rater import cohens_kappa, to_table

from detector.events.classify import EVENT_KINDS, Event
from detector.events.decide import Decision
from detector.night.night import Night
from detector.night.people.agreement import (
    agreements,
    cohen_kappa,
    estimate_recall,
    precision_by_kind,
    proportion,
    quiet_samples,
    quiet_time,
)
from detector.night.people.carry_over import place
from detector.night.people.review import Entry, mark_of
from detector.night.people.verdicts import verdicts_of
from detector.params import Params, with_values

MakeEvent = Callable[..., Event]


def entry(about: Event, action: str, **fields: Any) -> Entry:
    return Entry.model_validate({"reviewer": "Ana", "action": action, **mark_of(about).model_dump(), **fields})


@pytest.fixture
def four(event: MakeEvent) -> list[Event]:
    return [event(start_s=10.0 * n, stop_s=10.0 * n + 0.3, peak_s=10.0 * n + 0.1) for n in range(4)]


def test_precision_counts_what_was_judged(four: list[Event]) -> None:
    entries = [
        entry(four[0], "confirm"),
        entry(four[1], "change", to_start_s=9.9),
        entry(four[2], "change", to_kind="movement"),
        entry(four[3], "note", note="?"),
    ]
    precision = precision_by_kind(four, place(verdicts_of(entries), four, Params()))
    assert set(precision) == set(EVENT_KINDS)
    assert (precision["twitch"].n_true, precision["twitch"].n) == (2, 3)
    assert math.isnan(precision["movement"].share)


def test_interval_of_a_share_is_exact() -> None:
    found = proportion(9, 10)
    assert binom.sf(8, 10, found.low) == pytest.approx(0.025)
    assert binom.cdf(9, 10, found.high) == pytest.approx(0.025)
    assert (proportion(0, 0).low, proportion(0, 0).high) == (0.0, 1.0)
    assert proportion(5, 5).high == 1.0


def test_kappa_equals_that_of_statsmodels() -> None:
    random = np.random.default_rng(3)
    first = random.integers(0, 3, 60)
    second = np.where(random.random(60) < 0.6, first, random.integers(0, 3, 60))
    expected = cohens_kappa(to_table(np.column_stack([first, second]), bins=3)[0]).kappa
    words = np.array(["twitch", "movement", "rejected"])
    assert cohen_kappa(list(zip(words[first], words[second], strict=True))) == pytest.approx(expected)


def test_kappa_is_unknown_where_chance_explains_all() -> None:
    assert math.isnan(cohen_kappa([]))
    assert math.isnan(cohen_kappa([("twitch", "twitch")] * 5))
    assert cohen_kappa([("a", "b"), ("b", "a")]) == -1.0


def test_two_reviewers_agree_on_what_both_judged(four: list[Event]) -> None:
    mine = [entry(four[0], "confirm"), entry(four[1], "reject"), entry(four[2], "confirm")]
    other = [entry(four[0], "confirm"), entry(four[1], "reject"), entry(four[3], "confirm")]
    placed = {name: place(verdicts_of(said), four, Params()) for name, said in (("Ben", other), ("Ana", mine))}
    [found] = agreements(placed)
    assert found.reviewers == ("Ana", "Ben")
    assert (found.n, found.n_same, found.kappa) == (2, 2, 1.0)


def test_recall_interval_is_that_of_the_number_missed() -> None:
    recall = estimate_recall(40, 2, 600.0, 6000.0)
    assert recall.share == pytest.approx(40 / 60)
    most, fewest = (40 / recall.low - 40) / 10, (40 / recall.high - 40) / 10
    assert poisson.cdf(2, most) == pytest.approx(0.025)
    assert poisson.sf(1, fewest) == pytest.approx(0.025)


def test_recall_covers_the_truth_in_most_simulated_nights() -> None:
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        missed_at = np.sort(random.uniform(0, 6000.0, random.poisson(30)))
        sample = random.uniform(0, 5400.0)
        n_missed = int(((missed_at >= sample) & (missed_at < sample + 600.0)).sum())
        recall = estimate_recall(100, n_missed, 600.0, 6000.0)
        covered += recall.low <= 100 / (100 + missed_at.size) <= recall.high
    assert covered >= 188


def test_recall_without_samples_or_events_is_unknown() -> None:
    assert math.isnan(estimate_recall(10, 0, 0.0, 3600.0).share)
    nothing = estimate_recall(0, 0, 60.0, 3600.0)
    assert math.isnan(nothing.share)
    assert (nothing.low, nothing.high) == (0.0, 1.0)
    whole = estimate_recall(8, 2, 60.0, 60.0)
    assert (whole.low, whole.share, whole.high) == (0.8, 0.8, 0.8)


def test_quiet_time_is_observed_and_away_from_events(make_night: Callable[..., Night], event: MakeEvent) -> None:
    night = make_night(Decision((event(start_s=5.0, stop_s=6.0), event(start_s=39.0, stop_s=39.5)), ()))
    assert quiet_time(night)[:2] == ((0.0, 3.0), (8.0, 37.0))
    assert all(stop_s <= 37.0 or start_s >= 70.0 for start_s, stop_s in quiet_time(night))


def test_samples_lie_in_quiet_time_and_stay_the_same(make_night: Callable[..., Night], event: MakeEvent) -> None:
    params = with_values(Params(), {"review.sample_s": 2.0, "review.samples": 8})
    night = make_night(Decision((event(start_s=5.0, stop_s=6.0),), ()), params=params)
    samples = quiet_samples(night)
    assert samples == quiet_samples(dataclasses.replace(night))
    assert len(samples) == 8
    quiet = quiet_time(night)
    assert all(any(a <= start and stop <= b + 1e-6 for a, b in quiet) for start, stop in samples)
    assert all(before[1] <= after[0] + 1e-6 for before, after in itertools.pairwise(samples))
    assert quiet_samples(make_night(observed=())) == ()
