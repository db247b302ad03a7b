"""Movements written as short text: one grammar for what is drawn, planted or scattered."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from detector.errors import ParameterError
from detector.truth.known import KINDS, PLACES, REFERENCE_WIDTH_PX, WHOLE_BODY, KnownMovement, makeable

FORM = "KIND@ONSET[+DURATION][:PLACE or :X,Y][:<n>px][:<n>sigma][:<n>hz][:<n>deg][:<n>drift][:<n>missing][:stays]"
_TEXT = re.compile(r"(?P<kind>[a-z]+)@(?P<onset>[\d.]+)(\+(?P<duration>[\d.]+))?(?P<rest>(:[^:]+)*)")
_UNITS = {
    "px": "amp_px", "sigma": "sigma_px", "hz": "rate_hz", "deg": "angle_rad", "drift": "drift", "missing": "missing",
    "stays": "stays",
}  # fmt: skip
_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)"
_DETAIL = re.compile(rf"({_NUMBER})({'|'.join(_UNITS)})")
_POINT = re.compile(rf"({_NUMBER}),({_NUMBER})")
USUAL_RATE_HZ = 1.5


def parse_movement(text: str, width_px: int = REFERENCE_WIDTH_PX) -> KnownMovement:
    """Read a movement from text such as `"twitch@8"` or `"rhythmic@60+12:left_leg:4px:1.5hz"`.

    The form is `FORM`: a part of the drawn infant, or a point of the picture (px) around which a patch is displaced;
    then, in any order, amplitude, extent of the patch, rate, direction, growth of the rate (-1 to 1), share of strokes
    left out (0 to 0.5), and whether, or which share of, the displacement stays. What is left out takes the usual value
    of its kind for a picture `width_px` wide.

    Raises:
        ParameterError: the text is of another form or a value is out of range.
    """
    match = _TEXT.fullmatch(text.strip().lower())
    if match is None or match["kind"] not in KINDS:
        raise ParameterError(f"movement {text!r}: expected {FORM} with a kind of {', '.join(KINDS)}.")
    kind, usual, scale = match["kind"], KINDS[match["kind"]], width_px / REFERENCE_WIDTH_PX
    details: dict[str, str | float] = {
        "amp_px": usual.amp_px[1] * scale,
        "rate_hz": USUAL_RATE_HZ if kind == "rhythmic" else 0.0,
    }
    for part in match["rest"].split(":")[1:]:
        details |= _detail(text, part)
    if "x_px" in details:
        details.setdefault("sigma_px", sum(usual.sigma_px) / 2 * scale)
    elif "place" not in details:
        details["place"] = usual.places[0]
    duration_s = _number(text, match["duration"]) if match["duration"] else usual.duration_s[1]
    return makeable(KnownMovement(kind, _number(text, match["onset"]), duration_s, **details))  # type: ignore[arg-type]


def _detail(text: str, part: str) -> Mapping[str, str | float]:
    """What one part after the time says."""
    if point := _POINT.fullmatch(part):
        return {"x_px": float(point[1]), "y_px": float(point[2])}
    if detail := _DETAIL.fullmatch(part):
        value = float(detail[1])
        return {_UNITS[detail[2]]: math.radians(value) if detail[2] == "deg" else value}
    if part == "stays":
        return {"stays": 1.0}
    if part in {*PLACES, WHOLE_BODY}:
        return {"place": part}
    raise ParameterError(
        f"movement {text!r}: expected a place of {', '.join(PLACES)}, or numbers with {', '.join(_UNITS)}, not "
        f"{part!r}."
    )


def _number(text: str, part: str) -> float:
    if re.fullmatch(_NUMBER, part) is None:
        raise ParameterError(f"{text!r}: expected a number where {part!r} stands.")
    return float(part)
