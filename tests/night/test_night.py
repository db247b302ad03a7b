import dataclasses
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from detector.errors import NightFolderError, ParameterError, UsageError
from detector.events.artifacts import Artifact
from detector.events.classify import EVENT_KINDS, Event
from detector.events.decide import Decision
from detector.events.state import ACTIVE, QUIET
from detector.night.coverage import measure_coverage
from detector.night.night import Night
from detector.night.palette import KIND_COLORS, KIND_NAMES
from detector.night.provenance import InputFile, Provenance, SkippedSpan, software_versions
from detector.params import MEASURING_GROUPS, Params, with_values


def test_wall_clock_follows_the_change_of_the_clocks(make_night: Callable[..., Night]) -> None:
    night = make_night()
    assert night.wall_clock_text(0.0) == "2024-10-27T01:00:00.000+02:00"
    assert night.wall_clock_text(2 * 3600 + 0.25) == "2024-10-27T02:00:00.250+01:00"


def test_wall_clock_counts_from_the_first_frame(make_night: Callable[..., Night], provenance: Provenance) -> None:
    late = dataclasses.replace(provenance, start_s=4.94)
    assert make_night(provenance=late).wall_clock_text(5.94) == "2024-10-27T01:00:01.000+02:00"


def test_unknown_clock_is_empty(
    make_night: Callable[..., Night], provenance: Provenance, event: Callable[..., Event]
) -> None:
    night = make_night(Decision((event(),), ()), provenance=dataclasses.replace(provenance, start_at=None))
    assert night.wall_clock(3.0) is None
    assert night.events.start_at.isna().all()
    assert night.event_columns()["start_at"] == [""]
    assert night.summary()["start_at"] == ""


def test_summary_counts_per_observed_hour(busy_night: Night) -> None:
    summary = busy_night.summary()
    assert summary["counts"] == {"twitch": 2, "rhythmic": 1, "movement": 0, "gross": 0, "restless": 0, "uncertain": 0}
    assert summary["observed_s"] == 67.0
    assert summary["judged_s"] == 67.0
    assert math.isnan(summary["rates_per_hour"]["twitch"])  # a rate over a minute is no rate
    assert (summary["n_events"], summary["n_sustained"], summary["n_artifacts"]) == (3, 1, 1)


def test_interval_across_the_gap_is_not_one(busy_night: Night, event: Callable[..., Event]) -> None:
    assert math.isnan(busy_night.summary()["median_twitch_interval_s"])
    more = Decision((*busy_night.decision.events, event(start_s=75.0, stop_s=75.3)), ())
    assert dataclasses.replace(busy_night, decision=more).summary()["median_twitch_interval_s"] == 4.0


def test_night_in_which_nothing_was_observed_has_no_rates(make_night: Callable[..., Night]) -> None:
    blind = make_night(coverage=measure_coverage(None, 10.0, skipped_s=10.0), observed=())
    summary = blind.summary()
    assert all(math.isnan(rate) for rate in summary["rates_per_hour"].values())
    assert set(summary["counts"]) == set(EVENT_KINDS)
    assert blind.gaps == ((0.0, 100.0),)
    assert "nan" not in blind._repr_html_()


def test_gaps_are_all_that_nobody_saw(make_night: Callable[..., Night]) -> None:
    assert make_night().gaps == ((40.0, 70.0), (80.0, 82.0))


def test_partial_means_that_footage_could_not_be_read(make_night: Callable[..., Night], provenance: Provenance) -> None:
    whole = measure_coverage(None, 0.0)
    assert not make_night(coverage=whole).is_partial
    assert make_night().is_partial  # 1.5 s are damaged
    for change in (
        {"unreadable": (("a.mp4", "no pictures"),)},
        {"damage": (("a.mp4", "cut off"),)},
        {"skipped": (SkippedSpan(0.0, 1.0, "killed"),)},
    ):
        assert make_night(coverage=whole, provenance=dataclasses.replace(provenance, **change)).is_partial


@pytest.mark.parametrize("group", MEASURING_GROUPS)
def test_deciding_again_refuses_to_change_how_footage_is_measured(make_night: Callable[..., Night], group: str) -> None:
    name = {
        "footage": "footage.max_gap_s",
        "motion": "motion.slow_step_s",
        "camera": "camera.loud_share",
        "noise": "noise.quantile",
    }[group]
    with pytest.raises(ParameterError, match=f"^{name}: .* analyze the footage again"):
        make_night().decide(with_values(Params(), {name: 0.55}))


def test_deciding_again_needs_the_trace(make_night: Callable[..., Night]) -> None:
    with pytest.raises(NightFolderError, match="no motion trace"):
        make_night(trace=None).decide(Params())


def test_card_escapes_names_and_says_what_was_not_seen(busy_night: Night) -> None:
    card = busy_night._repr_html_()
    assert "night &lt;1&gt;.mp4" in card
    unseen = "local movements, whole-body movements, restless stretches, uncertain events"
    assert f"Not seen in the observed time: {unseen}." in card
    assert "</span> twitches</td>" in card
    assert card.count("<path") >= 2
    assert "Rhythmic movement of 10 s or longer (1)" in card
    assert "could not be read" in card


def test_it_is_one_line_in_print(busy_night: Night, make_night: Callable[..., Night]) -> None:
    assert repr(busy_night).startswith("<Night from 20")
    assert "\n" not in repr(busy_night)
    assert len(repr(busy_night)) < 160
    assert all(f"{n} {kind}" in repr(busy_night) for kind, n in busy_night.summary()["counts"].items() if n)
    quiet = make_night()
    assert repr(quiet).endswith(" min; events: none>")


def test_card_of_a_quiet_night_has_no_table(make_night: Callable[..., Night]) -> None:
    card = make_night()._repr_html_()
    assert "<table>" not in card
    assert f"Not seen in the observed time: {', '.join(KIND_NAMES[kind] for kind in EVENT_KINDS)}." in card


def test_versions_name_what_decodes_and_computes() -> None:
    versions = software_versions()
    assert {"twitch-detector", "python", "numpy", "opencv", "av", "ffmpeg libavcodec"} <= set(versions)
    assert all(versions.values())


def test_place_is_in_the_last_file_that_had_begun() -> None:
    sources = [
        InputFile("00.ts", "21/00.ts", 1, "aa", offset_s=-3600.0, start_s=0.0),  # its stamps begin at an hour
        InputFile("00.ts", "22/00.ts", 1, "bb", offset_s=50.0, start_s=60.0),  # the first 10 s of it are a repetition
    ]
    provenance = Provenance(tuple(sources), 0.0, 120.0)
    assert provenance.file_place(0.0) == ("21/00.ts", 0.0)
    assert provenance.file_place(59.5) == ("21/00.ts", 59.5)
    assert provenance.file_place(61.5) == ("22/00.ts", 1.5)
    assert provenance.file_place(-0.04) == ("21/00.ts", 0.0)
    name, second = Provenance((), 0.0, 1.0).file_place(0.5)
    assert (name, math.isnan(second)) == ("", True)


def test_event_is_found_by_its_id_or_its_number(busy_night: Night) -> None:
    assert busy_night.event_number("e0002") == busy_night.event_number(2) == 2
    assert busy_night.events.event_id.tolist() == ["e0001", "e0002", "e0003"]
    for unknown in ("e0004", 0, -1, "second", "e99999999999999999999", ""):
        with pytest.raises(UsageError, match="expected the id of an event"):
            busy_night.event_number(unknown)


def test_moments_have_their_zone_on_both_sides_of_a_change_of_clocks(
    make_night: Callable[..., Night], event: Callable[..., Event]
) -> None:
    night = make_night(Decision((event(start_s=12.0, stop_s=12.3), event(start_s=7200.25, stop_s=7201.0)), ()))
    moments = night.events.start_at
    assert [moment.isoformat() for moment in moments] == [
        "2024-10-27T01:00:12+02:00",
        "2024-10-27T02:00:00.250000+01:00",
    ]
    assert (moments[1] - moments[0]).total_seconds() == 7188.25
    assert moments.dtype == make_night().events.start_at.dtype
    assert night.event_columns()["start_at"][0] == "2024-10-27T01:00:12.000+02:00"  # as in the file


def test_moments_of_a_fixed_offset_keep_it(
    make_night: Callable[..., Night], provenance: Provenance, event: Callable[..., Event]
) -> None:
    begin = datetime(2026, 3, 14, 21, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    night = make_night(Decision((event(start_s=60.0),), ()), provenance=dataclasses.replace(provenance, start_at=begin))
    assert night.events.start_at[0].isoformat() == "2026-03-14T21:01:00+05:30"


def test_unknown_kind_is_refused_with_the_list(busy_night: Night) -> None:
    with pytest.raises(UsageError, match=r"twich: expected a kind of event .*twitch, rhythmic"):
        busy_night.intervals_s("twich")
    with pytest.raises(UsageError, match="expected a kind of event"):
        busy_night.statistics("twich")


def test_rates_by_hour_of_the_day(make_night: Callable[..., Night], event: Callable[..., Event]) -> None:
    begin, hours = 1200.0, 3
    events = tuple(event(start_s=begin + 600.0 * n, stop_s=begin + 600.0 * n + 0.3) for n in range(12))
    night = make_night(
        Decision(events, (Artifact("light", 4000.0, 4100.0, "a lamp"),)),
        provenance=Provenance((), 0.0, hours * 3600.0, datetime(2026, 3, 14, 21, 30, tzinfo=UTC), "name"),
        observed=((0.0, 5000.0), (5500.0, hours * 3600.0)),
    )
    table = night.rates(by="1h").query("kind == 'twitch'")
    assert [moment.hour for moment in table.start_at] == [21, 22, 23, 0]
    assert table.n_events.tolist() == [1, 6, 5, 0]
    # The first bin is half an hour, the second lacks 100 s of lamp and 400 s of gap, the third 100 s.
    assert table.judged_s.tolist() == [1800.0, 3100.0, 3500.0, 1800.0]
    assert table.per_hour.tolist() == pytest.approx([2.0, 6 * 3600 / 3100, 5 * 3600 / 3500, 0.0])
    assert (table.low_per_hour <= table.per_hour).all()
    whole = night.rates().set_index("kind").loc["twitch"]
    assert (whole.n_events, whole.judged_s) == (12, 10_200.0)


def test_rates_by_state_and_by_site(make_night: Callable[..., Night], event: Callable[..., Event]) -> None:
    events = (event(start_s=100.0, site="hand"), event(start_s=2000.0, site="foot"), event(start_s=2100.0, site="hand"))
    night = make_night(
        Decision(events, ()), observed=((0.0, 3600.0),), states=((0.0, 900.0, QUIET), (900.0, 3000.0, ACTIVE))
    )
    by_state = night.rates("state").query("kind == 'twitch'").set_index("state")
    assert by_state.n_events.to_dict() == {QUIET: 1, ACTIVE: 2, "": 0}
    assert by_state.judged_s.to_dict() == {QUIET: 900.0, ACTIVE: 2100.0, "": 600.0}
    by_site = night.rates("site").query("kind == 'twitch'").set_index("site")
    assert by_site.per_hour.to_dict() == {"foot": 1.0, "hand": 2.0}
    with pytest.raises(UsageError, match="expected kind, state, site"):
        night.rates("weather")


def test_statistics_of_a_quiet_night_are_told_as_unknown(make_night: Callable[..., Night]) -> None:
    found = make_night(observed=((0.0, 3600.0),)).statistics()
    assert (found["n_events"], found["per_hour"], found["n_bouts"]) == (0, 0.0, 0)
    assert all(math.isnan(found[name]) for name in ("median_interval_s", "burstiness", "periodicity_index"))
    assert (found["still_share"], found["n_still_epochs"]) == (1.0, 180)
    assert (found["bout_criterion_s"], found["bout_criterion_is_fitted"]) == (10.0, False)


def test_some_values_are_parameters_enough(busy_night: Night) -> None:
    assert busy_night.decide().params == busy_night.params
    assert busy_night.decide({"burst.threshold": 12}).params.burst.threshold == 12.0
    assert busy_night.decide({"burst": {"threshold": 12}}).params.burst.threshold == 12.0
    with pytest.raises(ParameterError, match=r"did you mean burst\.threshold"):
        busy_night.decide({"burst.treshold": 12})
    with pytest.raises(ParameterError, match="expected parameters or a mapping"):
        busy_night.decide(12)  # type: ignore[arg-type]


def test_course_of_the_motion_has_a_row_a_frame(busy_night: Night) -> None:
    course = busy_night.motion()
    assert len(course) == 700
    assert course.observed.sum() == 670
    assert (course.strength == 0).all()  # nothing stands out of this trace
    assert course.start_at[0].isoformat() == "2024-10-27T01:00:00+02:00"
    with pytest.raises(NightFolderError, match="no motion trace"):
        dataclasses.replace(busy_night, trace=None, parts=()).motion()


def test_series_of_a_night_are_a_table(make_night: Callable[..., Night], event: Callable[..., Event]) -> None:
    events = tuple(event(start_s=5.0 * n, stop_s=5.0 * n + 0.3) for n in range(1, 5))
    night = make_night(Decision(events, ()))
    (row,) = night.series.to_dict("records")
    assert (row["kind"], row["n_events"], row["median_interval_s"]) == ("bout", 4, 5.0)
    assert (row["rate_per_min"], row["expected_by_chance"], row["chance_share"]) == (12.0, 1.0, 1.0)
    assert row["events"] == "e0001 e0002 e0003 e0004"
    assert row["start_at"].isoformat() == "2024-10-27T01:00:05+02:00"
    assert make_night().series.dtypes.to_dict() == night.series.dtypes.to_dict()


def test_labels_follow_the_decision(busy_night: Night) -> None:
    assert {event.label for event in busy_night.decide().decision.events if event.kind == "twitch"} <= {
        "", "bout", "isolated",
    }  # fmt: skip


def test_card_of_thousands_of_events_stays_small(make_night: Callable[..., Night], event: Callable[..., Event]) -> None:
    events = tuple(event(start_s=10.0 * n, stop_s=10.0 * n + 0.3) for n in range(4000))
    provenance = Provenance((), 0.0, 40_000.0, datetime(2026, 3, 14, 20, 0, tzinfo=UTC), "name")
    card = make_night(Decision(events, ()), provenance=provenance, observed=((0.0, 40_000.0),))._repr_html_()
    assert len(card) < 20_000
    assert ">22:00</text>" in card
    assert "per judged hour" in card
    assert "360.0" in card


def test_every_kind_has_a_color_and_a_name_of_its_own() -> None:
    assert set(KIND_COLORS) == set(KIND_NAMES) == set(EVENT_KINDS)
    assert len(set(KIND_COLORS.values())) == len(set(KIND_NAMES.values())) == len(EVENT_KINDS)


def test_fano_curve_of_a_night(make_night: Callable[..., Night], event: Callable[..., Event]) -> None:
    onsets = [10.0 * window + half for window in range(0, 10, 2) for half in (1.0, 2.0)]
    night = make_night(Decision(tuple(event(start_s=onset) for onset in onsets), ()), observed=((0.0, 100.0),))
    curve = night.fano([10, 60])
    assert curve.window_s.tolist() == [10, 60]
    assert curve.fano[0] == pytest.approx(10 / 9)  # counts of 2 and 0 in turn: mean 1, variance 10 / 9
    assert math.isnan(curve.fano[1])
    with pytest.raises(UsageError, match="expected a kind of event"):
        night.fano(kind="jump")


def test_bins_of_unknown_time_have_no_moment(make_night: Callable[..., Night], provenance: Provenance) -> None:
    table = make_night(provenance=dataclasses.replace(provenance, start_at=None)).rates("1min")
    assert table.start_at.isna().all()
    assert table.start_s.unique().tolist() == [0.0, 60.0]
