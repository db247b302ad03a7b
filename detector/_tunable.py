"""What a tunable number is: its unit, range and source; setting it by name, reading and writing it as TOML.

The numbers themselves stand in `detector.params`.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from detector.errors import ParameterError

OWN = "own choice"
DERIVED = "derived"
_MOST_BYTES = 1_000_000
_SWITCH = "true or false"


# Any, as with `Field`: it stands for a value of the annotated type.
def tunable(default: float | str, unit: str, source: str, description: str, **limits: Any) -> Any:  # noqa: ANN401
    """A field with its unit and source beside its range.

    Args:
        default: the value used when nothing else is given.
        unit: physical unit, `"1"` for a plain number, `"text"` for words.
        source: publication, `"derived"` or `"own choice"`.
        description: one line.
        **limits: pydantic limits (`gt`, `ge`, `lt`, `le`).
    """
    return Field(default, description=description, json_schema_extra={"unit": unit, "source": source}, **limits)


class Group(BaseModel):
    """A frozen, closed set of parameters, or of groups of them.

    Attributes:
        former: parameters of earlier versions, by dotted name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    former: ClassVar[Mapping[str, Former]] = {}


@dataclass(frozen=True)
class Former:
    """What became of a parameter of an earlier version.

    Attributes:
        now: dotted name under which the same number is set today; empty where there is no such number any more.
        instead: what took its place, one clause with the dotted names; empty where `now` says it.
    """

    now: str = ""
    instead: str = ""

    def told(self, name: str) -> str:
        """One clause for whoever set it by its old name."""
        return f"{name} is no longer a parameter, and {self.instead or f'{self.now} took its place'}"


@dataclass(frozen=True)
class AtMost:
    """A rule between two parameters: `lower` times `factor` is at most `upper`, both dotted names, and why."""

    lower: str
    upper: str
    why: str
    factor: float = 1.0

    def broken_by(self, tree: Mapping[str, Any]) -> str:
        """What is wrong with a tree of values, in one sentence; empty where the rule holds."""
        low, high = (tree[group][leaf] for group, leaf in (self.lower.split("."), self.upper.split(".")))
        if low * self.factor <= high:
            return ""
        times = f"{self.factor:g} times " if self.factor != 1 else ""
        return (
            f"{self.upper}: expected at least {times}{self.lower} ({low:g}), since {self.why}, but {high:g} came; "
            "change one of the two"
        )


GroupType = TypeVar("GroupType", bound=Group)


def iter_tunables(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield `(dotted name, field)` for every tunable number, in the order of their groups."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from iter_tunables(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def set_values(params: GroupType, values: Mapping[str, object]) -> GroupType:
    """A copy of `params` with dotted names set to new values; strings are converted.

    A parameter that was only renamed is set under its new name.

    Raises:
        ParameterError: a name is unknown (the nearest is suggested), was taken out (what took its place is said), or a
            value is out of its range.
    """
    tree = params.model_dump()
    known = [name for name, _ in iter_tunables(type(params))]
    values, gone = today(type(params), values)
    if gone:
        raise ParameterError(f"{'; '.join(type(params).former[name].told(name) for name in gone)}; leave it out.")
    for name, value in values.items():
        if name not in known:
            raise ParameterError(_unknown(name, known))
        *groups, leaf = name.split(".")
        branch = tree
        for group in groups:
            branch = branch[group]
        branch[leaf] = value
    return _validated(type(params), tree)


def today(model: type[Group], values: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """Values of any version under the names of today.

    Returns:
        Those that can still be set, and the names of those that cannot.
    """
    former = model.former
    kept = {former[name].now if name in former else name: value for name, value in values.items()}
    kept.pop("", None)
    return kept, [name for name in values if name in former and not former[name].now]


def from_stored(model: type[GroupType], tree: Mapping[str, Any]) -> tuple[GroupType, dict[str, object]]:
    """Parameters as an earlier run, perhaps of an earlier version, stored them.

    Args:
        model: what they are today.
        tree: by group and name; what it lacks has its default.

    Returns:
        The parameters, and by dotted name the values of those that are no longer there.

    Raises:
        ParameterError: a name is unknown or a value is out of its range.
    """
    values = dict(flatten(tree))
    kept, gone = today(model, values)
    return set_values(model(), kept), {name: values[name] for name in gone}


def read_toml(path: Path, start: GroupType) -> GroupType:
    """A copy of `start` with the values of a parameter file.

    Raises:
        ParameterError: the file cannot be read, is not TOML, or holds an unknown name or a value out of range.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise ParameterError(f"{path}: expected a parameter file of at most 1 MB, but it is larger.")
        tree = tomllib.loads(text.decode("utf-8"))
    except OSError as error:
        raise ParameterError(f"{path}: cannot read this parameter file ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        where = re.search(r"at (line [0-9]+, column [0-9]+)", str(error))
        place = f" beyond {where[1]}" if where else ""
        raise ParameterError(
            f"{path}: expected a TOML parameter file as `twitch-detector params` prints it, but it cannot be read"
            f"{place}; each line is NAME = VALUE under a [group]."
        ) from None
    try:
        return set_values(start, dict(flatten(tree)))
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from None


def to_toml(params: Group) -> str:
    """Write groups of parameters as TOML, each with its unit, range and source as a comment."""
    sections = []
    for group in type(params).model_fields:
        values = getattr(params, group)
        lines = [
            f"# {describe(field)}\n{name} = {_toml_value(getattr(values, name))}"
            for name, field in type(values).model_fields.items()
        ]
        sections.append("\n".join([f"[{group}]", *lines]))
    return "\n\n".join(sections) + "\n"


def describe(field: FieldInfo) -> str:
    """One line on a parameter: what it is, its unit, range and source."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    parts = (unit_of(field), allowed_range(field), extra.get("source", OWN))
    return f"{field.description} [{'; '.join(dict.fromkeys(map(str, parts)))}]"


def unit_of(field: FieldInfo) -> str:
    """The unit of a parameter, `"1"` for a plain number, `"text"` for words; what a switch may be."""
    if field.annotation is bool:
        return _SWITCH
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return str(extra.get("unit", "1"))


def allowed_range(field: FieldInfo) -> str:
    """The range of a parameter in words, such as `"> 0, <= 1"`; of a switch what it may be."""
    if field.annotation is bool:
        return _SWITCH
    signs = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
    parts = [
        f"{sign} {getattr(limit, key)}"
        for limit in field.metadata
        for key, sign in signs.items()
        if hasattr(limit, key)
    ]
    return ", ".join(parts) or "any"


def flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield `(dotted name, value)` of a tree of groups."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "`twitch-detector params` lists them all."
    return f"{name}: there is no parameter of this name; {hint}"


def _validated(model: type[GroupType], tree: dict[str, Any]) -> GroupType:
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    fields = dict(iter_tunables(model))
    if name not in fields:
        # A rule between parameters, in its own words.
        words = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise ParameterError(f"{name}: {words}." if name else f"{words}.")
    if first["type"] == "value_error":
        raise ParameterError(f"{name}: {first['msg'].removeprefix('Value error, ').rstrip('.')}.")
    kind = _TYPE_WORDS.get(fields[name].annotation, "a value")
    expected = " ".join([kind, *_range_words(fields[name])])
    raise ParameterError(f"{name}: expected {expected}, not {first['input']!r}.")


def _range_words(field: FieldInfo) -> Iterator[str]:
    """The range of a parameter as one says it, such as `from 1 to 10000`; nothing where there is none."""
    limits = {
        key: f"{float(getattr(limit, key)):g}"
        for limit in field.metadata
        for key in ("gt", "ge", "lt", "le")
        if hasattr(limit, key)
    }
    if {"ge", "le"} <= limits.keys():
        yield f"from {limits['ge']} to {limits['le']}"
        return
    words = {"gt": "above", "ge": "of at least", "lt": "below", "le": "of at most"}
    parts = [f"{words[key]} {value}" for key, value in limits.items()]
    if parts:
        yield " and ".join(parts)


# Any: an annotation may be a type or a typing construct.
_TYPE_WORDS: dict[Any, str] = {int: "a whole number", float: "a number", bool: _SWITCH, str: "text"}


def _toml_value(value: object) -> str:
    # JSON writes numbers, strings and truth values as TOML does.
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
