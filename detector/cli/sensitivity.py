"""The command that tells what a camera could have shown."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.ends import handled, say, say_json
from detector.cli.options import AsJson, FootageFolder, Quiet
from detector.cli.output import step_bar
from detector.cli.planting import Budget, MmPerPx, Seed, TwoPoints, injection
from detector.errors import ExitCode

if TYPE_CHECKING:
    from detector.truth.sensitivity.curve import Estimate
    from detector.truth.sensitivity.result import Sensitivity


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
        say(*_words(result), f"Written   {path}")
    return ExitCode.DONE


def _words(result: Sensitivity) -> list[str]:
    from detector.views.wording import number

    lines = [f"Planted into {number(len(result.stretches), 'quiet stretch', 'quiet stretches')}:"]
    for kind, one, several in (("twitch", "twitch", "twitches"), ("rhythmic", "rhythm", "rhythms")):
        recall, curve = result.recall(kind), result.curve(kind)
        if recall.n:
            share = f"{recall.share:.0%} ({recall.low:.0%} to {recall.high:.0%})"
            lines.append(f"  {recall.n_true} of {number(recall.n, one, several)} found: {share}")
        if math.isfinite(curve.lapse):
            lines.append(f"    half of them at {_size(curve.px_50, result)}, 90 % at {_size(curve.px_90, result)}")
    n_false = number(len(result.false_s), "false event")
    lines.append(f"  {n_false} in {result.free_s / 60:.0f} min in which nothing was planted")
    value, low, high = result.corrected_per_hour()
    if math.isfinite(value):
        most = f"to {high:.1f}" if math.isfinite(high) else "or more"
        lines += [
            f"Twitches per judged hour: {result.found_per_hour:.1f} found. An estimate of all, if they are as large",
            f"  as those planted: {value:.1f} ({low:.1f} {most})",
        ]
    return lines


def _size(size: Estimate, result: Sensitivity) -> str:
    """A displacement with its interval, in px and where known mm."""
    if not math.isfinite(size.value):
        return "a smaller size than was planted" if size.low == 0 else "no size that was planted"
    edge = f"to {size.high:.1f}" if math.isfinite(size.high) else "or more"
    millimeters = f"; {size.value * result.mm_per_px:.1f} mm" if math.isfinite(result.mm_per_px) else ""
    return f"{size.value:.1f} px ({size.low:.1f} {edge}{millimeters})"
