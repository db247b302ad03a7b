"""Parameters: one place, checked ranges, TOML out and in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from detector._tunable import Former, Group, from_stored, read_toml, set_values, tunable, unit_of
from detector.errors import ParameterError
from detector.params import (
    FORMER,
    RULES,
    FootageParams,
    Params,
    allowed_range,
    describe,
    from_toml,
    iter_parameters,
    to_toml,
    with_values,
)

NAMES = [name for name, _ in iter_parameters()]
EARLIER = {
    "footage": "max_frame_px max_gap_s span_s warm_up_s clock_tolerance_s name_pattern time_zone",
    "motion": "working_long_side_px whole_long_side_px short_lag_s long_lag_s slow_step_s",
    "noise": (
        "block_s min_block_s block_frames samples quantile block_quantile neighbors alike minimum "
        "key_quantile min_key_frames swing_hz swing_likeness frozen_level frozen_s keep"
    ),
    "burst": "threshold low still_s min_entries edge ripple reach",
    "artifact": (
        "loud_share same_sign bump_share quiet_share bump_max_s margin_s settle_share settle_max_s settle_s "
        "clock_phase clock_floor clock_min_s mover_floor mover_ratio mover_share mover_blocks "
        "flash_brightening flash_speed flash_s insect_travel insect_extents insect_straight insect_speed "
        "insect_far insect_area passing_area swarm_insects swarm_s swarm_brightening swarm_area"
    ),
    "rhythm": "min_rate_hz max_rate_hz min_cycles min_s max_variation max_pause_s max_missing_s min_opposition",
    "classify": (
        "twitch_max_s twitch_min_s twitch_max_area gross_min_area gross_min_s slow_min_s slow_threshold "
        "sustained_s gross_rhythm_cycles gross_plain_cycles gross_plain_regularity gross_plain_likeness long_s"
    ),
    "run": "stall_s worker_memory_mb",
}
"""Parameters of the first schema of night folders, by group."""


def test_every_parameter_has_description_unit_range_and_source() -> None:
    for name, field in iter_parameters():
        extra = field.json_schema_extra
        assert isinstance(extra, dict), name
        assert field.description, name
        assert extra["unit"], name
        assert extra["source"], name
        if field.annotation in {int, float}:
            assert allowed_range(field) != "any", f"{name} has no range"


def test_names_are_dotted_and_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(name.count(".") == 1 for name in NAMES)


def test_defaults_are_valid() -> None:
    assert Params.model_validate(Params().model_dump()) == Params()


def test_a_value_is_set_by_name_and_the_rest_stays() -> None:
    changed = with_values(Params(), {"footage.span_s": "60"})
    assert changed.footage.span_s == 60.0
    assert changed.motion == Params().motion
    assert Params().footage.span_s != 60.0


def test_parameters_are_frozen() -> None:
    with pytest.raises(ValidationError):
        FootageParams().span_s = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("footage.span_s", "-3", r"footage.span_s: expected a number from 10 to 3600, not '-3'\."),
        ("footage.span_s", "long", "expected a number .* not 'long'"),
        ("footage.span_s", "nan", "expected a number .* not 'nan'"),
        ("footage.max_frame_px", "2.5", "expected a whole number .* not '2.5'"),
        ("footage.spans_s", "60", r"there is no parameter of this name; did you mean footage\.span_s\?"),
        ("span_s", "60", r"did you mean footage\.span_s\?"),
        ("qqqq", "1", "twitch-detector params"),
        ("footage", "1", "there is no parameter of this name"),
    ],
)
def test_a_bad_value_or_name_is_refused_in_one_sentence(name: str, value: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said) as error:
        with_values(Params(), {name: value})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"burst.low": 6},
            r"burst\.threshold: expected at least burst\.low \(6\), since .*, but 4\.85 came; change one",
        ),
        ({"burst.low": 1.5}, r"burst\.low: expected at least noise\.keep \(2\), since fainter motion is not stored"),
        ({"noise.keep": 9, "burst.low": 9, "burst.threshold": 9}, r"classify\.slow_threshold: expected at least noise"),
        ({"motion.long_lag_s": 0.1}, r"motion\.long_lag_s: expected at least motion\.short_lag_s \(0\.13\)"),
        ({"motion.long_lag_s": 1.2}, r"footage\.warm_up_s: expected at least 1\.5 times motion\.long_lag_s \(1\.2\)"),
        ({"footage.span_s": 10, "footage.warm_up_s": 11}, r"footage\.span_s: expected at least footage\.warm_up_s"),
        ({"noise.block_s": 3}, r"noise\.block_s: expected at least noise\.min_block_s \(4\)"),
        ({"rhythm.max_rate_hz": 0.2}, r"rhythm\.max_rate_hz: expected at least rhythm\.min_rate_hz \(0\.3\)"),
        ({"classify.twitch_min_s": 0.6}, r"classify\.twitch_max_s: expected at least classify\.twitch_min_s"),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(values: dict[str, float], said: str) -> None:
    with pytest.raises(ParameterError, match=said) as error:
        with_values(Params(), values)
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")


def test_rules_name_parameters_and_hold_by_default() -> None:
    assert {name for rule in RULES for name in (rule.lower, rule.upper)} <= set(NAMES)
    with_values(Params(), {"burst.low": 6, "burst.threshold": 6})


def test_a_switch_says_that_it_is_true_or_false() -> None:
    text = to_toml(Params())
    (line,) = [line for line in text.splitlines() if line.startswith("# Take clips together")]
    assert line.endswith("[true or false; own choice]")
    switches = [field for _, field in iter_parameters() if field.annotation is bool]
    assert switches
    assert {allowed_range(field) for field in switches} == {"true or false"}
    assert {unit_of(field) for field in switches} == {"true or false"}


def test_toml_carries_every_parameter_with_its_meaning() -> None:
    text = to_toml(Params())
    for name, field in iter_parameters():
        assert f"# {describe(field)}\n{name.split('.')[1]} = " in text


@given(st.floats(10, 3600), st.integers(1, 10**9))
def test_toml_is_read_back_as_written(tmp_path_factory: pytest.TempPathFactory, span_s: float, pixels: int) -> None:
    params = with_values(Params(), {"footage.span_s": span_s, "footage.max_frame_px": pixels})
    path = tmp_path_factory.mktemp("toml") / "params.toml"
    path.write_text(to_toml(params), encoding="utf-8")
    assert from_toml(path) == params


def test_a_file_may_hold_a_part(tmp_path: Path) -> None:
    path = tmp_path / "params.toml"
    path.write_text("[footage]\nspan_s = 120\n")
    assert from_toml(path) == with_values(Params(), {"footage.span_s": 120})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[footage\n", "expected a TOML parameter file"),
        ("[footage]\nspan_s = 1\n", r"footage\.span_s: expected a number"),
        ("[footage]\nspann_s = 60\n", r"did you mean footage\.span_s"),
        ("footage = 3\n", "there is no parameter of this name"),
        ("[fotage]\nspan_s = 60\n", r"did you mean footage\.span_s"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "params.toml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=said) as error:
        from_toml(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"absent\.toml: cannot read this parameter file \(No such file"):
        from_toml(tmp_path / "absent.toml")


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "params.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParameterError, match="expected a TOML parameter file"):
        from_toml(path)


def test_every_parameter_of_an_earlier_version_is_there_or_told() -> None:
    earlier = {f"{group}.{leaf}" for group, leaves in EARLIER.items() for leaf in leaves.split()}
    assert earlier - set(NAMES) - set(FORMER) == set(), "say in FORMER what took their place"
    assert set(FORMER) & set(NAMES) == set(), "a name that is in use is no former one"
    assert {former.now for former in FORMER.values()} - {""} <= set(NAMES)
    for name, former in FORMER.items():
        assert bool(former.now) != bool(former.instead), name
        named = re.findall(r"[a-z_]+\.[a-z_]+", former.instead)
        assert set(named) <= set(NAMES), f"{name}: what took its place must be there"


class Lamp(Group):
    brightness_lx: float = tunable(5.0, "lx", "own choice", "How bright.", ge=0, le=100)


class House(Group):
    former: ClassVar[Mapping[str, Former]] = {
        "lamp.bright": Former(now="lamp.brightness_lx"),
        "stove.heat": Former(instead="lamp.brightness_lx alone warms"),
        "stove.wood": Former(instead="nothing is burned any more"),
    }
    lamp: Lamp = Lamp()


def test_renamed_parameter_is_read_under_its_new_name(tmp_path: Path) -> None:
    assert set_values(House(), {"lamp.bright": "7"}).lamp.brightness_lx == 7.0
    (tmp_path / "old.toml").write_text("[lamp]\nbright = 9.0\n")
    assert read_toml(tmp_path / "old.toml", House()).lamp.brightness_lx == 9.0
    with pytest.raises(ParameterError, match=r"lamp\.brightness_lx: expected a number from 0 to 100"):
        set_values(House(), {"lamp.bright": 1000.0})


def test_parameter_that_was_taken_out_says_what_took_its_place(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text("[stove]\nheat = 1\nwood = 2\n")
    with pytest.raises(ParameterError) as caught:
        read_toml(tmp_path / "old.toml", House())
    assert str(caught.value) == (
        f"{tmp_path / 'old.toml'}: stove.heat is no longer a parameter, and lamp.brightness_lx alone warms; "
        "stove.wood is no longer a parameter, and nothing is burned any more; leave it out."
    )


def test_stored_parameters_of_an_earlier_version_are_read() -> None:
    house, gone = from_stored(House, {"lamp": {"bright": 3.0}, "stove": {"heat": 20.0}})
    assert house.lamp.brightness_lx == 3.0
    assert gone == {"stove.heat": 20.0}
    assert from_stored(House, {}) == (House(), {})


def test_parameter_file_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big.toml").write_text("#" * 1_100_000)
    with pytest.raises(ParameterError, match="at most 1 MB"):
        from_toml(tmp_path / "big.toml")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 50_000)
    with pytest.raises(ParameterError, match="expected a TOML parameter file"):
        from_toml(tmp_path / "deep.toml")
