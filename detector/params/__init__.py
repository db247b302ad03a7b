"""Every number a user may tune: once, with unit, range, source and default.

The Python API, the command line, the report and the stored provenance all read from here. A source is a publication
or documentation; "derived" is a simulation or measurement made for this project; "own choice" says that nobody has
published a value. Nothing here is a validated diagnostic threshold.

A module holds the groups of a room: `footage`, `motion`, `events` with `artifacts` and `doubts`, `night` with `sleep`,
`views`, `run`; `rules` are the switches, `relations` say what must hold between two, `former` what became of those of
earlier versions, and `whole` makes one set of all.
"""

from __future__ import annotations

from detector._rules import RULE_NAMES
from detector._tunable import allowed_range, describe, to_toml
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
from detector.params.whole import (
    MEASURING_GROUPS,
    Params,
    as_params,
    changed_measuring,
    from_toml,
    iter_parameters,
    measuring_values,
    with_values,
)

__all__ = [
    "FORMER",
    "MEASURING_GROUPS",
    "RULES",
    "RULE_NAMES",
    "ArtifactParams",
    "BreathingParams",
    "BurstParams",
    "CameraParams",
    "ClassifyParams",
    "DoubtParams",
    "ExtentParams",
    "FootageParams",
    "MotionParams",
    "NoiseParams",
    "Params",
    "PlaceParams",
    "ReportParams",
    "ReviewParams",
    "RhythmParams",
    "RulesParams",
    "RunParams",
    "SeriesParams",
    "StateParams",
    "allowed_range",
    "as_params",
    "changed_measuring",
    "describe",
    "from_toml",
    "iter_parameters",
    "measuring_values",
    "to_toml",
    "with_values",
]
