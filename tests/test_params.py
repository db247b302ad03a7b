"""Parameters: one place, checked ranges, TOML out and in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from detector.errors import ParameterError
from detector.params import (
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
        ("footage.span_s", "-3", r"footage.span_s: expected a number >= 10, <= 3600, but '-3' came\."),
        ("footage.span_s", "long", "expected a number .* but 'long' came"),
        ("footage.span_s", "nan", "expected a number .* but 'nan' came"),
        ("footage.max_frame_px", "2.5", "expected a whole number .* but '2.5' came"),
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
            r"burst\.threshold: expected at least burst\.low \(6\), since .*, but 4\.75 came; change one",
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
