"""All groups as one set, and how it is set, read and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, model_validator
from pydantic.fields import FieldInfo

from detector._rules import MEASURED_RULES, read_rules
from detector._tunable import Former, Group, flatten, iter_tunables, read_toml, set_values
from detector.errors import ParameterError
from detector.params.artifacts import ArtifactParams
from detector.params.doubts import DoubtParams
from detector.params.events import BurstParams, ClassifyParams, ExtentParams, PlaceParams, RhythmParams
from detector.params.footage import FootageParams
from detector.params.former import FORMER
from detector.params.motion import CameraParams, MotionParams, NoiseParams
from detector.params.night import ReviewParams, SeriesParams
from detector.params.relations import RULES
from detector.params.rules import RulesParams
from detector.params.run import RunParams
from detector.params.sleep import BreathingParams, StateParams
from detector.params.views import ReportParams


class Params(Group):
    """The resolved set of parameters of one analysis."""

    former: ClassVar[Mapping[str, Former]] = FORMER

    footage: FootageParams = FootageParams()
    motion: MotionParams = MotionParams()
    camera: CameraParams = CameraParams()
    noise: NoiseParams = NoiseParams()
    burst: BurstParams = BurstParams()
    artifact: ArtifactParams = ArtifactParams()
    doubt: DoubtParams = DoubtParams()
    rhythm: RhythmParams = RhythmParams()
    classify: ClassifyParams = ClassifyParams()
    series: SeriesParams = SeriesParams()
    breathing: BreathingParams = BreathingParams()
    report: ReportParams = ReportParams()
    extent: ExtentParams = ExtentParams()
    place: PlaceParams = PlaceParams()
    state: StateParams = StateParams()
    review: ReviewParams = ReviewParams()
    rules: RulesParams = RulesParams()
    run: RunParams = RunParams()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        tree = self.model_dump()
        broken = next(filter(None, (rule.broken_by(tree) for rule in RULES)), "")
        if broken:
            raise ValueError(broken)
        return self


MEASURING_GROUPS = ("footage", "motion", "camera", "noise")
"""Groups that a motion trace depends on: with another value in one of them the footage is measured again."""


def measuring_values(params: Params) -> dict[str, dict[str, object]]:
    """All values that a motion trace depends on, by group and name; rules only where one of those that count is off."""
    values = {group: getattr(params, group).model_dump(mode="json") for group in MEASURING_GROUPS}
    off = sorted(read_rules(params.rules.without) & MEASURED_RULES.keys())
    return values | ({"rules": {"without": ", ".join(off)}} if off else {})


def changed_measuring(before: Params, after: Params) -> list[str]:
    """Dotted names of the measuring parameters in which two sets differ."""
    old, new = measuring_values(before), measuring_values(after)
    both = [(group, leaf) for group in {**old, **new} for leaf in (old.get(group) or new[group])]
    return [f"{group}.{leaf}" for group, leaf in both if old.get(group, {}).get(leaf) != new.get(group, {}).get(leaf)]


def iter_parameters(model: type[BaseModel] = Params) -> Iterator[tuple[str, FieldInfo]]:
    """Yield `(dotted name, field)` for every tunable number, in the order of their groups."""
    return iter_tunables(model)


def with_values(params: Params, values: Mapping[str, object]) -> Params:
    """A copy of `params` with dotted names set to new values.

    Args:
        params: where to start from.
        values: dotted name (`"burst.threshold"`) to value; strings are converted.

    Raises:
        ParameterError: a name is unknown (the nearest is suggested) or a value is out of its range.
    """
    return set_values(params, values)


def as_params(params: Params | Mapping[str, object] | None, start: Params | None = None) -> Params:
    """Parameters however they were given.

    Args:
        params: a whole set; or some values by dotted name (`{"burst.threshold": 12}`) or by group
            (`{"burst": {"threshold": 12}}`); or None.
        start: where values are set; the defaults when left out. Also what None gives.

    Raises:
        ParameterError: it is something else, a name is unknown, or a value is out of its range.

    >>> as_params({"burst": {"threshold": 12}}).burst.threshold
    12.0
    """
    if isinstance(params, Params):
        return params
    if params is not None and not isinstance(params, Mapping):
        raise ParameterError(
            f"params: expected parameters or a mapping such as {{'burst.threshold': 12}}, but {params!r:.60} came."
        )
    return set_values(start or Params(), dict(flatten(params or {})))


def from_toml(path: Path) -> Params:
    """Read a parameter file, as `to_toml` writes it; what it leaves out keeps its default.

    Raises:
        ParameterError: the file cannot be read, is not TOML, or holds an unknown name or a value out of range.
    """
    return read_toml(path, Params())
