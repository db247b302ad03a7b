"""Options about what is planted to find out what a camera could have shown, for every command that has them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.truth.sensitivity.measure import Injection

WithSensitivity = Annotated[
    bool,
    typer.Option("--sensitivity", help="Find out, too, how small a movement this camera could have shown."),
]
Budget = Annotated[
    int | None,
    typer.Option(
        metavar="FRAMES", min=1, help="Frames for the sensitivity at most.", show_default="a tenth of the night"
    ),
]
MmPerPx = Annotated[
    float | None, typer.Option("--mm-per-px", metavar="MM", min=0.001, help="How much a pixel covers, mm.")
]
TwoPoints = Annotated[
    str,
    typer.Option(
        metavar="POINTS",
        help="Two points in the picture and how far apart they are, as '210,80 410,80 600' (px, px, mm).",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Another seed is another choice of times and places.")]


def injection(budget: int | None, mm_per_px: float | None, two_points: str, seed: int) -> Injection:
    """What is asked for.

    Raises:
        UsageError: the scale is given twice, or the points are none.
    """
    from detector.truth.sensitivity.measure import Injection
    from detector.truth.sensitivity.scale import scale_of

    if mm_per_px is not None and two_points:
        raise UsageError("--mm-per-px and --two-points say the same; give one of them.")
    scale = scale_of(two_points) if two_points else mm_per_px
    return Injection(budget, seed, math.nan if scale is None else scale)


def wanted(
    budget: int | None, mm_per_px: float | None, two_points: str, seed: int, *, is_asked: bool
) -> Injection | None:
    """What is asked for beside an analysis; None where it is not.

    Raises:
        UsageError: something is said about it, but it is not asked for.
    """
    if is_asked:
        return injection(budget, mm_per_px, two_points, seed)
    given = {"--budget": budget, "--mm-per-px": mm_per_px, "--two-points": two_points or None, "--seed": seed or None}
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"{name} is about the sensitivity; add --sensitivity, or leave it out.")
    return None
