"""What the decision hangs on: the parameters that were changed, and all of them for who wants to know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from detector.night.layout import PARAMS_FILE
from detector.params import Params, allowed_range, iter_parameters
from detector.views.report.head import changed_parameters
from detector.views.report.section import Section, Story, section


def write(story: Story) -> Section:
    """Never empty."""
    params = story.night.params
    changed = {name for name, _, _ in changed_parameters(params)}
    every = list(rows(params))
    return section(
        "parameters",
        parameters=every,
        changed=[row for row in every if row["name"] in changed],
        file=PARAMS_FILE,
    )


def rows(params: Params) -> Iterator[dict[str, Any]]:
    """All parameters with what they are, may be and do."""
    tree, usual = params.model_dump(), Params().model_dump()
    for name, field in iter_parameters():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        value, default = tree, usual
        for part in name.split("."):
            value, default = value[part], default[part]
        yield {
            "name": name,
            "value": value,
            "default": default,
            "unit": "1" if field.annotation is bool else extra.get("unit", "1"),
            "range": allowed_range(field),
            "source": extra.get("source", ""),
            "description": field.description,
        }
