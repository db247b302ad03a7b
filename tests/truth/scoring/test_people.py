"""People against each other and the detector: scorers with known faults give the agreement that follows from them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS
from detector.events.decide import Decision
from detector.night.night import Night
from detector.truth.known import KnownMovement
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.people import ANY, Comparison, agreement_of, compare_scorings, confusion_of
from detector.truth.scoring.plots import plot_agreement, write_agreement
from detector.truth.scoring.thresholds import choose_threshold
from detector.truth.simulated import SimulatedNight, simulate_night


@pytest.fixture(scope="module")
def night() -> Night:
    """Three simulated hours."""
    return simulate_night(SimulatedNight(hours=3.0), seed=5)


def scorer(path: Path, night: Night, *, late_s: float = 0.0, misses: int = 0, words: str = "{}") -> Path:
    """A person who is late and overlooks every so many-th event."""
    events = [e for n, e in enumerate(night.decision.events, 1) if not misses or n % misses]
    rows = [f"{e.start_s + late_s:.3f},{e.duration_s:.3f},{words.format(e.kind)}" for e in events]
    path.write_text("\n".join(["onset,duration,label", *rows]) + "\n")
    return path


def row(comparison: Comparison, first: str, second: str, kind: str) -> dict[str, float]:
    table = comparison.table()
    chosen = table[(table["first"] == first) & (table["second"] == second) & (table["kind"] == kind)]
    return dict(chosen.to_dict("records")[0])


def test_each_pair_is_compared_and_faults_show(night: Night, tmp_path: Path) -> None:
    ana = scorer(tmp_path / "ana.csv", night, late_s=0.2)
    ben = scorer(tmp_path / "ben.csv", night, misses=3)
    comparison = compare_scorings(night, [ana, ben])
    assert [pair.names for pair in comparison.pairs] == [("ana", "ben"), ("ana", "detector"), ("ben", "detector")]
    perfect = row(comparison, "ana", "detector", "twitch")
    assert perfect["f1"] == pytest.approx(1.0, abs=0.02)
    assert perfect["onset_median_s"] == pytest.approx(-0.2, abs=0.01)
    partial = row(comparison, "ben", "detector", ANY)
    n_all = len(night.decision.events)
    n_kept = n_all - n_all // 3
    assert partial["f1"] == pytest.approx(2 * n_kept / (n_all + n_kept), abs=0.02)
    assert partial["f1_low"] < partial["f1"] < partial["f1_high"]
    assert 0.02 < partial["f1_high"] - partial["f1_low"] < 0.3
    assert partial["kappa_30_low"] <= partial["kappa_30"] <= partial["kappa_30_high"]
    assert row(comparison, "ana", "detector", ANY)["kappa_60"] > partial["kappa_60"]


def test_what_only_one_saw_is_worst(night: Night, tmp_path: Path) -> None:
    ben = scorer(tmp_path / "ben.csv", night, misses=3)
    worst = compare_scorings(night, [ben]).worst(5)
    missed = {round(e.start_s, 3) for n, e in enumerate(night.decision.events, 1) if n % 3 == 0}
    assert len(worst) == 5
    assert {round(start_s, 3) for start_s, _, _ in worst} <= missed
    assert all(what.endswith("of detector") for _, _, what in worst)


def test_confusion_counts_kinds_against_kinds() -> None:
    one = intervals([("twitch", 1.0, 1.3), ("gross", 10.0, 14.0), ("twitch", 30.0, 30.3)])
    other = intervals([("movement", 1.0, 1.4), ("gross", 10.2, 14.0), ("rhythmic", 50.0, 60.0)])
    table = confusion_of(one, other)
    assert table.loc["twitch", "movement"] == 1
    assert table.loc["gross", "gross"] == 1
    assert table.loc["twitch", "none"] == 1
    assert table.loc["none", "rhythmic"] == 1
    assert int(table.to_numpy().sum()) == 4


def intervals(rows: list[tuple[str, float, float]]) -> Intervals:
    kind, start_s, stop_s = zip(*rows, strict=True) if rows else ((), (), ())
    return Intervals(
        np.array(kind, np.str_), np.array(start_s, float), np.array(stop_s, float), np.full(len(rows), np.nan)
    )


def test_nothing_scored_on_either_side_is_a_result() -> None:
    pair = agreement_of(("a", intervals([])), ("b", intervals([])), [(0.0, 600.0)])
    assert pair.kinds[ANY].tally.n_known == 0
    assert np.isnan(pair.kinds[ANY].f1_limits).all()
    assert np.isnan(pair.kinds[ANY].kappa[30.0][0])


def test_kappa_is_that_of_the_textbook() -> None:
    """Of 20 epochs of 30 s both have 4, the first 2 more, the second 1 more: kappa 0.6591."""
    one = intervals([("twitch", 30.0 * n + 5, 30.0 * n + 5.2) for n in (0, 1, 2, 3, 10, 11)])
    other = intervals([("twitch", 30.0 * n + 15, 30.0 * n + 15.2) for n in (0, 1, 2, 3, 15)])
    kappa, _ = agreement_of(("a", one), ("b", other), [(0.0, 600.0)]).kinds["twitch"].kappa[30.0]
    chance = (6 * 5 + 14 * 15) / 400
    assert kappa == pytest.approx((17 / 20 - chance) / (1 - chance))


def test_labels_and_unknown_words(night: Night, tmp_path: Path) -> None:
    ana = scorer(tmp_path / "ana.csv", night, words="my {}")
    with pytest.raises(UsageError, match="no kind is known for 'my "):
        compare_scorings(night, [ana])
    known = {"twitch": ["my twitch"], "gross": ["my gross"]}
    comparison = compare_scorings(night, [ana], known)
    assert row(comparison, "ana", "detector", "twitch")["f1"] == 1.0
    assert "'my movement'" in comparison.notices[0]


@pytest.mark.slow
def test_figure_and_json(night: Night, tmp_path: Path) -> None:
    comparison = compare_scorings(
        night, [scorer(tmp_path / "ana.csv", night), scorer(tmp_path / "ben.csv", night, misses=2)]
    )
    labels = {text.get_text() for text in plot_agreement(comparison).get_legend().get_texts()}  # type: ignore[union-attr]
    assert labels == {"ana and ben", "ana and detector", "ben and detector"}
    write_agreement(comparison, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads(json.dumps(comparison.to_dict(), allow_nan=False))["observed_s"] == comparison.observed_s


def test_a_threshold_is_not_chosen_by_too_little(night: Night, tmp_path: Path) -> None:
    few = dataclasses.replace(night, decision=Decision(night.decision.events[:5], ()))
    with pytest.raises(UsageError, match="at least 20 scored events of kind twitch"):
        choose_threshold(night, scorer(tmp_path / "few.csv", few))


def test_a_threshold_is_chosen_on_one_half_and_reported_on_the_other(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night whose events all have a strength of their own: only those above the threshold are decided."""
    events = [dataclasses.replace(e, snr=float(5 + n % 20)) for n, e in enumerate(night.decision.events)]

    def decided(self: Night, params: dict[str, float]) -> Night:
        kept = tuple(event for event in events if event.snr >= params["burst.threshold"])
        return dataclasses.replace(self, decision=Decision(kept, ()))

    monkeypatch.setattr(Night, "decide", decided)
    strong = dataclasses.replace(night, decision=Decision(tuple(e for e in events if e.snr >= 10), ()))
    chosen = choose_threshold(night, scorer(tmp_path / "ana.csv", strong), values=(5.0, 8.0, 10.0, 15.0))
    assert chosen.value == 10.0
    assert chosen.values == (10.0, 10.0)
    assert chosen.f1 == (1.0, 1.0)
    assert max(chosen.f1_default) < 0.95


@pytest.mark.slow
def test_one_name_for_people_and_for_what_is_known(night: Night, tmp_path: Path) -> None:
    import detector

    ana = scorer(tmp_path / "ana.csv", night, words="my {}")
    own = {f"my {kind}": kind for kind in EVENT_KINDS}
    (tmp_path / "labels.toml").write_text("\n".join(f'"{word}" = "{kind}"' for word, kind in own.items()))
    for labels in (tmp_path / "labels.toml", str(tmp_path / "labels.toml"), own):
        alone = detector.evaluate(night, ana, labels=labels)
        assert row(alone, "ana", "detector", ANY)["f1"] == 1.0
    both = detector.evaluate(night, [ana, str(ana)], labels=own)
    assert both.pairs[0].names == ("ana 1", "ana 2")
    known = [KnownMovement("twitch", e.start_s, e.duration_s) for e in night.decision.events if e.kind == "twitch"]
    assert detector.evaluate(night, known).kinds["twitch"].tally.f1 == 1.0
    assert detector.evaluate(night, []).n_false == len(night.decision.events)
