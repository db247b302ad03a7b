"""The command that prints all parameters."""

from __future__ import annotations

from detector.cli.ends import handled, say, say_json
from detector.cli.options import AsJson, ParamsFile, Settings
from detector.cli.settings import resolve


@handled
def params(params_file: ParamsFile = None, settings: Settings = None, as_json: AsJson = False) -> None:
    """Print all parameters with unit, range and source.

    They come as TOML that `--params` reads: the defaults, changed by a file and by --set.

    \b
    Examples:
      twitch-detector params > params.toml
      twitch-detector params --set burst.threshold=12
    """
    from detector._tunable import unit_of
    from detector.params import allowed_range, iter_parameters, to_toml

    values = resolve(params_file, settings)
    if not as_json:
        say(to_toml(values).rstrip("\n"))
        return
    tree = values.model_dump()
    rows = []
    for name, field in iter_parameters():
        group, leaf = name.split(".")
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        row = {"name": name, "value": tree[group][leaf], "default": field.default, "range": allowed_range(field)}
        rows.append(row | {"description": field.description} | extra | {"unit": unit_of(field)})
    say_json(rows)
