import dataclasses
import math
from collections.abc import Callable

import pytest

from detector.errors import NightFolderError, ParameterError, UsageError
from detector.events.classify import EVENT_KINDS, Event
from detector.events.decide import Decision
from detector.night.coverage import measure_coverage
from detector.night.night import Night
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
    assert night.events.start_at.tolist() == [""]
    assert night.summary()["start_at"] == ""


def test_summary_counts_per_observed_hour(busy_night: Night) -> None:
    summary = busy_night.summary()
    assert summary["counts"] == {"twitch": 2, "rhythmic": 1, "movement": 0, "gross": 0, "restless": 0, "uncertain": 0}
    assert summary["observed_s"] == 67.0
    assert summary["rates_per_hour"]["twitch"] == pytest.approx(2 * 3600 / 67.0)
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
    name = {"footage": "footage.max_gap_s", "motion": "motion.slow_step_s", "noise": "noise.quantile"}[group]
    with pytest.raises(ParameterError, match=f"^{name}: .* analyze the footage again"):
        make_night().decide(with_values(Params(), {name: 0.55}))


def test_deciding_again_needs_the_trace(make_night: Callable[..., Night]) -> None:
    with pytest.raises(NightFolderError, match="no motion trace"):
        make_night(trace=None).decide(Params())


def test_card_escapes_names_and_says_what_was_not_seen(busy_night: Night) -> None:
    card = busy_night._repr_html_()
    assert "night &lt;1&gt;.mp4" in card
    assert "Not seen in the observed time: movement, gross, restless, uncertain." in card
    assert "<td>twitch</td><td>2</td><td>107.5</td>" in card
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
    assert f"Not seen in the observed time: {', '.join(EVENT_KINDS)}." in card


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
