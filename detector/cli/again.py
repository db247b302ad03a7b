"""The commands that work on a night without measuring it again: `decide` and `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.ends import complain, handled, say, say_json
from detector.cli.options import (
    AsJson,
    FootageFolder,
    NightFolder,
    NoPictures,
    Overwrite,
    ParamsFile,
    Quiet,
    Regions,
    Reviewed,
    Settings,
)
from detector.cli.output import night_code, night_facts, night_words
from detector.cli.review import corrected_night, lost_decisions
from detector.cli.settings import pairs
from detector.errors import ExitCode, displayed


@handled
def decide(
    folder: NightFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Night folder to write; without it, only say.")
    ] = None,
    regions: Regions = None,
    params_file: ParamsFile = None,
    settings: Settings = None,
    overwrite: Overwrite = False,
    reviewed: Reviewed = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Decide again with other parameters or regions.

    Takes seconds: it works on the stored motion and needs no video. The regions drawn on the review page count, and
    those of --region beside them. What people decided on the review page is carried over by time and place, and what
    finds no event is listed.

    \b
    Examples:
      twitch-detector decide night --set burst.threshold=12
      twitch-detector decide night --set burst.threshold=12 --out stricter
      twitch-detector decide night --reviewed --out checked
      twitch-detector decide night --region cot:only="40,30 600,30 600,350 40,350"
    """
    from detector._tunable import read_toml
    from detector.night.night import Night
    from detector.params import with_values
    from detector.run.analyze import save_night

    stored = Night.load(folder)
    params = read_toml(params_file, stored.params) if params_file else stored.params
    decided = stored.decide(with_values(params, pairs(settings)), regions=regions)
    corrected = corrected_night(decided, is_asked=reviewed)
    night = corrected if corrected and reviewed else decided
    if out is not None:
        night = save_night(night, out, overwrite=overwrite)
    if as_json:
        say_json(night_facts(night) | {"lost_decisions": lost_decisions(corrected)})
    elif not quiet:
        say(*night_words(night))
        complain(*lost_decisions(corrected))
    return night_code(night)


@handled
def report(
    folder: NightFolder,
    footage: FootageFolder = None,
    no_pictures: NoPictures = False,
    reviewed: Reviewed = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Write timeline and report of a night again.

    A report that shows pictures is not replaced by one without, unless --no-pictures asks for that.

    \b
    Examples:
      twitch-detector report night
      twitch-detector report night --footage /media/usb
      twitch-detector report night --reviewed
    """
    from detector.night.night import Night
    from detector.run.publish import draw_again

    stored = Night.load(folder)
    night = stored.reviewed() if reviewed else stored
    draw_again(night, folder, footage=footage, with_pictures=not no_pictures)
    if as_json:
        say_json(night_facts(night) | ({"events_are_reviewed": False} if reviewed else {}))
    elif not quiet:
        say(*night_words(night), *(_unreviewed_table(folder) if reviewed else ()))
    return night_code(night)


def _unreviewed_table(folder: Path) -> list[str]:
    """What is said of `events.csv`, which keeps what was found, beside a report of what people corrected."""
    corrected = f"`twitch-detector export {displayed(folder)} --to csv --reviewed`"
    return [f"          as found, without the review; {corrected} writes them corrected"]
