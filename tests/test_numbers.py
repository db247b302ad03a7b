"""Numbers that decide stand in params: what is left in the bodies of `events/` and `motion/` is told here, with why."""

import ast
from pathlib import Path

import detector
from detector.params import iter_parameters

PACKAGE = Path(detector.__file__).parent
PLAIN = {0, 1, 2, 0.5}
GUARD = 1e-3
"""Numbers up to this keep a division from 0."""

DECISIONS = {
    ("events/artifacts.py", 0.1): "nearly every block: a quantile that one block in ten may fall below",
    ("events/bursts.py", 1.5): "one frame and a half: starts are known to a frame each",
    ("motion/pictures/camera.py", 0.05): "displacements below a twentieth of a pixel end the fit and move no edge in",
    ("motion/pictures/camera.py", 0.2): "least gain of a neighborhood, lest flat ones divide by nothing",
    ("motion/pictures/camera.py", 5.0): "the same, the greatest",
    ("events/burst.py", 0.05): "unseen end of a movement: a bias of onsets, the same for all, not a threshold",
    ("events/paths.py", 0.1): "frames this faint tell no place: precision of a path, judged by `artifact`",
    ("events/paths.py", 3): "two points are always on a line",
    ("motion/noise/floor.py", 4.0): "caps movement in the level of a frame; any cap well above noise does",
    ("motion/pictures/bands.py", 8): "strips a median is taken over",
    ("motion/pictures/bands.py", 0.7): "likeness of both halves of the picture: far above movement, far below bands",
    ("motion/pictures/bands.py", 0.01): "below this power bands hide nothing",
    ("motion/pictures/bands.py", 16): "fewer rows cannot show a band",
    ("motion/pictures/shrink.py", 60): "width in cells from which a picture that is not halved is averaged wider",
    ("motion/pictures/shrink.py", 5): "cells of that average; 3 elsewhere",
}
"""At most 15, each with the reason why it is no parameter."""

MEASURES = {
    ("events/cycles.py", 0.12): "breathing.min_quality",
    ("events/cycles.py", 2.45): "breathing.min_quality",
    ("events/cycles.py", 0.75): "breathing.min_quality",
    ("events/cycles.py", 1.3): "breathing.min_quality",
    ("events/cycles.py", 2.5): "breathing.min_quality",
    ("events/cycles.py", 0.16): "breathing.min_quality",
    ("events/cycles.py", 0.84): "breathing.min_quality",
    ("events/cycles.py", 0.55): "breathing.same_rate_per_min",
    ("events/cycles.py", 1.6): "breathing.same_rate_per_min",
    ("events/cycles.py", 0.45): "breathing.same_rate_per_min",
    ("events/cycles.py", 1.9): "breathing.same_rate_per_min",
    ("events/cycles.py", 1.7): "breathing.min_snr",
    ("events/cycles.py", 0.9): "breathing.min_snr",
    ("events/cycles.py", 1.1): "breathing.min_snr",
    ("events/cycles.py", 0.04): "breathing.half_power",
    ("events/cycles.py", 0.7): "breathing.clockwork_share",
    ("events/cycles.py", 1.35): "breathing.clockwork_share",
    ("events/cycles.py", 1.5): "breathing.clockwork_share",
    ("events/cycles.py", 0.015): "breathing.clockwork_lines",
    ("events/cycles.py", 3): "breathing.clockwork_lines",
    ("events/cycles.py", 0.15): "breathing.most_travel",
    ("events/cycles.py", 1.4): "breathing.most_travel",
    ("motion/breathing.py", 3.0): "breathing.min_quality",
    ("motion/breathing.py", 0.05): "breathing.min_quality",
}
"""Passbands and windows of the signals of breathing: they say what a measure is, and a parameter judges it."""

TECHNICAL = {
    ("events/focus.py", 3): "size of a kernel",
    ("events/rhythm.py", 1.75): "an interval with a missing picture, for a mean without it",
    ("events/cycles.py", 60.0): "seconds in a minute",
    ("events/cycles.py", 0.693): "median of an exponential over its mean",
    ("events/cycles.py", 25): "samples by which a filter looks beyond the ends",
    ("events/cycles.py", 10): "samples at both ends where a filter guesses",
    ("events/cycles.py", 4): "frequencies between those of a spectrum; order of a filter",
    ("events/cycles.py", 30.0): "length of the pieces that a spectrum is averaged over",
    ("motion/breathing.py", 5.0): "samples a second, stored",
    ("motion/breathing.py", 8): "components stored",
    ("motion/breathing.py", 15): "steps of a stored weight",
    ("motion/breathing.py", 64): "columns of the coarse picture",
    ("motion/breathing.py", 0.09): "pictures left out for speed",
    ("motion/breathing.py", 127): "steps of a stored wave",
    ("motion/breathing.py", 4): "rounds, directions beside those kept, and every fourth sample for speed",
    ("motion/breathing.py", 40): "rounds until nothing changes",
    ("motion/breathing.py", 12): "seed",
    ("motion/breathing.py", 1.4826): "median deviation to standard deviation",
    ("events/stillness.py", 6): "digits of a second",
    ("events/breaths.py", 0.8): "what a cell of a signal is, judged by `breathing.min_cells`",
    ("events/breaths.py", 5): "what a place is, judged by `breathing.min_gathered`",
    ("events/breaths.py", 2.5): "what a place is, judged by `breathing.min_gathered`",
    ("events/breaths.py", 3): "three arrays",
    ("events/all_along.py", 255.0): "shares stored as bytes",
    ("events/artifacts.py", 255.0): "shares stored as bytes",
    ("events/movers.py", 255.0): "shares stored as bytes",
    ("events/bursts.py", 8): "latest groups looked at",
    ("events/boxes.py", 3): "a cell with all those around it: a kernel; room at edges; the middle third; three sides",
    ("events/boxes.py", 4): "sides of a box",
    ("events/boxes.py", 20): "entries at a time, for memory",
    ("motion/bands.py", 4): "order of a filter",
    ("events/camera.py", 4): "number of causes",
    ("events/all_along.py", 200): "parts of a night that are looked at",
    ("events/drawn.py", 3): "index",
    ("motion/noise/duty.py", 255.0): "shares stored as bytes",
    ("motion/pictures/camera.py", 255.0): "the brightest that a picture can hold",
    ("events/camera.py", 0.9): "a picture that goes dark has no logarithm",
    ("motion/pictures/camera.py", 0.125): "scale of a Sobel filter",
    ("motion/pictures/camera.py", 0.3): "rounding of pixels, in the scale of residuals",
    ("motion/pictures/camera.py", 1.4826): "median deviation to standard deviation",
    ("motion/pictures/camera.py", 3): "size of a filter, index, mean of a term",
    ("motion/pictures/camera.py", 4): "index, rounds of weights",
    ("motion/pictures/camera.py", 4.685): "Tukey's constant",
    ("motion/pictures/camera.py", 6): "tiles, index",
    ("motion/pictures/camera.py", 7): "pixels of a neighborhood",
    ("motion/pictures/camera.py", 8): "tiles",
    ("motion/pictures/camera.py", 14): "terms of the model",
    ("motion/pictures/camera.py", 100.0): "scale of a term, so that all are alike",
    ("motion/pictures/camera.py", 2500): "pixels that are enough for a fit",
    ("motion/trace.py", 3): "number of causes",
    ("events/burst.py", 50_000): "cache",
    ("events/faint.py", 4): "ends of a box",
    ("events/faint.py", 6): "the same, and two times",
    ("events/groups.py", 50_000): "cache",
    ("events/bursts.py", 3): "index",
    ("events/state.py", 3): "the epoch before, itself, the epoch after",
    ("events/state.py", 4): "the next two stretches but one",
    ("events/state.py", 60.0): "seconds in a minute",
    ("events/extent.py", 3): "eight neighbors",
    ("events/infant.py", 3): "axes of an array",
    ("events/connect.py", 8): "room for addresses",
    ("events/connect.py", 100_000): "cache",
    ("motion/blocks.py", 4): "bits stored",
    ("motion/grid.py", 4): "pixels of a cell, by two exact halvings",
    ("motion/layer.py", 5): "bits stored",
    ("motion/layer.py", 6): "bits stored",
    ("motion/layer.py", 0.08): "thinning of what is stored",
    ("motion/layer.py", 4): "thinning of what is stored",
    ("motion/layer.py", 60_000): "largest half-precision number",
    ("motion/layer.py", 10): "bits of half precision",
    ("motion/masks.py", 3): "eight neighbors",
    ("motion/measure.py", 6): "how often a picture is kept",
    ("motion/measure.py", 7): "bits stored",
    ("events/settling.py", 50): "frames among which most are key frames or hardly any is",
    ("motion/noise/moved.py", 16): "frames of a part below which there is no floor",
    ("motion/noise/floor.py", 512): "cells that are enough for a mean",
    ("motion/noise/floor.py", 5): "golden ratio",
    ("motion/noise/floor.py", 60_000): "largest half-precision number",
    ("motion/packing.py", 4): "effort and bits of compression",
    ("motion/packing.py", 15): "bits of a number",
    ("motion/periodicity.py", 90): "size of a matrix below which no threads start",
    ("motion/periodicity.py", 30): "iterations until nothing changes",
    ("motion/periodicity.py", 18): "size of a matrix below which no threads start",
    ("motion/turns.py", 3): "cycles to each side, out of which one is filled",
    ("motion/turns.py", 16): "points in which cycles are compared",
    ("motion/correlation.py", 3): "a correlation over less than a third of a signal tells nothing",
    ("motion/correlation.py", 8): "height of a parabola",
    ("motion/pictures/difference.py", 3): "eight neighbors",
    ("motion/pictures/shrink.py", 32): "cache",
    ("motion/pictures/shrink.py", 8): "cache and bits",
    ("motion/pictures/shrink.py", 3): "eight neighbors",
    ("motion/pictures/shrink.py", 4): "weights of smoothing and pixels of a cell",
    ("motion/pictures/shrink.py", 6): "sum of the weights of smoothing",
    ("motion/pictures/shrink.py", 255): "bits of a byte",
    ("motion/trace_file.py", 8): "version of the file",
    ("motion/trace_file.py", 9): "version of the file",
}
"""Numbers of storage, speed and geometry: with others, results would be the same but for rounding."""


def numbers(source: Path) -> set[float]:
    """Numbers written in a file, but for the plain ones and guards."""
    found = (
        node.value
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    )
    return {value for value in found if value not in PLAIN and abs(value) > GUARD}


def test_every_number_left_in_a_body_has_a_reason() -> None:
    found = {
        (str(source.relative_to(PACKAGE).as_posix()), value)
        for room in ("events", "motion")
        for source in (PACKAGE / room).rglob("*.py")
        for value in numbers(source)
    }
    assert found == DECISIONS.keys() | MEASURES.keys() | TECHNICAL.keys()


def test_those_that_decide_are_few() -> None:
    assert len(DECISIONS) <= 15
    assert len(DECISIONS.keys() | MEASURES.keys() | TECHNICAL.keys()) == len(DECISIONS) + len(MEASURES) + len(TECHNICAL)
    assert all(DECISIONS.values())
    assert all(TECHNICAL.values())


def test_what_only_says_what_a_measure_is_names_the_parameter_that_judges_it() -> None:
    assert set(MEASURES.values()) <= {name for name, _ in iter_parameters()}
