"""The command that tells what a camera could have shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.ends import handled, say, say_json
from detector.cli.options import AsJson, FootageFolder, Quiet
from detector.cli.output import step_bar
from detector.cli.planting import Budget, MmPerPx, Seed, TwoPoints, injection
from detector.errors import ExitCode

if TYPE_CHECKING:
    from detector.night.sensitivity import StoredSensitivity


@handled
def sensitivity(
    folder: Annotated[Path, typer.Argument(metavar="NIGHT", help="A night folder written by `analyze`.")],
    budget: Budget = None,
    mm_per_px: MmPerPx = None,
    two_points: TwoPoints = "",
    footage: FootageFolder = None,
    seed: Seed = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Stretches at a time.", show_default="the usable cores")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Find out which movements this camera could have shown.

    Plants twitches and rhythms of known size into quiet stretches of the night's own footage, encodes them as the
    camera does, and looks for them with the night's own parameters. Writes sensitivity.json into the night folder, and
    timeline and report again, which show it.

    \b
    Examples:
      twitch-detector sensitivity night
      twitch-detector sensitivity night --budget 20000 --mm-per-px 1.2
      twitch-detector sensitivity night --two-points "210,80 410,80 600"
    """
    from detector.night.night import Night
    from detector.night.sensitivity import StoredSensitivity
    from detector.run.cores import usable_cores
    from detector.run.publish import draw_again
    from detector.truth.sensitivity.measure import measure_sensitivity, write_sensitivity

    asked = injection(budget, mm_per_px, two_points, seed)
    night = Night.load(folder)
    with step_bar("planting", is_quiet=quiet) as progress:
        result = measure_sensitivity(
            night,
            asked,
            footage=footage,
            workers=workers or usable_cores(),
            progress=progress,
        )
    path = write_sensitivity(result, night, folder)
    draw_again(night, folder, footage=footage, with_pictures=night.provenance.has_pictures)
    if as_json:
        say_json(result.to_dict(night))
    elif not quiet:
        say(*tell(StoredSensitivity.model_validate(result.to_dict(night))), f"Written   {path}")
    return ExitCode.DONE


def tell(found: StoredSensitivity) -> list[str]:
    """What was found, a line each."""
    from detector.views.planted import (
        MORE,
        TOO_FEW,
        corrected_words,
        false_words,
        is_estimated,
        share_words,
        size_words,
    )
    from detector.views.wording import number

    lines = [f"Planted into {number(len(found.stretches), 'quiet stretch', 'quiet stretches')}:"]
    for kind, one, several in (("twitch", "twitch", "twitches"), ("rhythmic", "rhythm", "rhythms")):
        planted, curve = found.planted(kind), found.planted(kind).curve
        if not planted.n:
            lines.append(f"  no {one} was planted; {MORE}")
            continue
        lines.append(f"  {planted.found} of {number(planted.n, one, several)} found: {share_words(planted)}")
        if curve.middle_px is None:
            lines.append(f"    at which size half of them and 90 % are found: {TOO_FEW}; {MORE}")
            continue
        half, most = (size_words(planted, size, found.asked.mm_per_px) for size in (curve.px_50, curve.px_90))
        lines += [f"    half are found at: {half}", f"    90 % are found at: {most}"]
    lines.append(f"  {false_words(found.false_events)}")
    if corrected := corrected_words(found):
        lines.append(f"  {corrected}")
    if corrected and is_estimated(found):
        lines.append("  This assumes that true twitches are as large as those planted.")
    return lines
