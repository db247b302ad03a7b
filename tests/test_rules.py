"""Rules by name: each can be left out, in measuring and in deciding, and none by a name that does not exist."""

import re
from pathlib import Path

import pytest

import detector
from detector._rules import DECIDED_RULES, MEASURED_RULES, read_rules
from detector.errors import ParameterError
from detector.events.decide import decide
from detector.params import RULE_NAMES, Params, RulesParams, measuring_values, with_values
from tests.drawing import Film, Shift, Sketch

PARAMS = Params()


def without(*names: str) -> Params:
    return with_values(PARAMS, {"rules.without": ", ".join(names)})


def test_by_default_all_are_followed() -> None:
    assert all(PARAMS.rules.has(name) for name in RULE_NAMES)
    assert read_rules("") == read_rules(" , ") == frozenset()


def test_those_named_are_left_out() -> None:
    rules = RulesParams(without="fade, key pulse")
    assert [name for name in RULE_NAMES if not rules.has(name)] == ["key pulse", "fade"]


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match=r"rules\.without: there is no rule 'fades'; did you mean fade\?"):
        without("fades")
    with pytest.raises(ParameterError, match="the rules are: camera, slow zoom"):
        without("xyzzy")
    with pytest.raises(KeyError):
        PARAMS.rules.has("fades")


def test_each_is_asked_for_somewhere_and_no_other() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(detector.__file__).parent.rglob("*.py"))
    asked = {name for word in ("has", "Doubt") for name in re.findall(rf'\b{word}\(\s*"([a-z ]+)"', source)}
    # Asked for by a name in a variable.
    asked |= {"light", "bump", "camera moves", "focus"}
    assert asked == RULE_NAMES.keys()


def test_only_rules_of_measuring_mean_measuring_again() -> None:
    whole = measuring_values(PARAMS)
    for name in DECIDED_RULES:
        assert measuring_values(without(name)) == whole, name
    for name in MEASURED_RULES:
        assert measuring_values(without(name)) != whole, name
    assert measuring_values(without("bands", "fade")) == measuring_values(without("bands"))


@pytest.mark.parametrize("name", DECIDED_RULES)
def test_deciding_goes_on_without_each(name: str, twitching: object, ticking: object) -> None:
    for trace in (twitching, ticking, Sketch(0.0).trace()):
        decide(trace, without(name))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", MEASURED_RULES)
def test_measuring_goes_on_without_each(name: str, film: Film) -> None:
    params = without(name)
    trace = film.measure(film.frames(12.0, 15.0, [Shift(6.0, 0.4)]), 12.0, params=params)
    assert [event.kind for event in decide(trace, params).events] == ["twitch"]
