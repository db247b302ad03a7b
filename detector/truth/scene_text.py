"""Movements and nuisances written as short text, and movements scattered at random."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from detector.errors import ParameterError
from detector.truth.scene_spec import (
    MOVEMENT_KINDS,
    NUISANCE_KINDS,
    PLACES,
    REFERENCE_WIDTH_PX,
    WHOLE_BODY,
    Movement,
    Nuisance,
    require_one_of,
)

_MOVEMENT_TEXT = re.compile(r"(?P<kind>[a-z]+)@(?P<onset>[\d.]+)(\+(?P<duration>[\d.]+))?(?P<rest>(:[\w.]+)*)")
_NUISANCE_TEXT = re.compile(r"(?P<kind>[a-z]+)(@(?P<onset>[\d.]+)(\+(?P<duration>[\d.]+))?)?(:(?P<strength>[\d.]+))?")


@dataclass
class _Details:
    """What may follow the time of a movement, in any order."""

    place: str = ""
    amp_px: float = 0.0
    rate_hz: float = 0.0
    stays: float = 0.0
    unknown: list[str] = field(default_factory=list)

    def read(self, part: str) -> None:
        for ending, name in (("px", "amp_px"), ("hz", "rate_hz")):
            if part.endswith(ending) and _is_number(part[: -len(ending)]):
                setattr(self, name, float(part[: -len(ending)]))
                return
        if part == "stays":
            self.stays = 1.0
        elif part in {*PLACES, WHOLE_BODY}:
            self.place = part
        else:
            self.unknown.append(part)


def parse_movement(text: str, width_px: int = REFERENCE_WIDTH_PX) -> Movement:
    """Read a movement from text such as `"twitch@8"` or `"rhythmic@60+12:left_leg:4px:1.5hz"`.

    The form is `KIND@ONSET[+DURATION][:PLACE][:<AMPLITUDE>px][:<RATE>hz][:stays]`; what is left out takes the usual
    value of its kind (amplitude for a picture `width_px` wide).

    Raises:
        ParameterError: the text is of another form or a value is out of range.
    """
    match = _MOVEMENT_TEXT.fullmatch(text.strip().lower())
    if match is None or match["kind"] not in MOVEMENT_KINDS:
        raise ParameterError(
            f"movement {text!r}: expected KIND@ONSET[+DURATION][:PLACE][:AMPLITUDEpx][:RATEhz][:stays] with a kind of "
            f"{', '.join(MOVEMENT_KINDS)}."
        )
    details = _Details()
    for part in match["rest"].split(":")[1:]:
        details.read(part)
    if details.unknown:
        raise ParameterError(f"movement {text!r}: expected a place of {', '.join(PLACES)}, not {details.unknown[0]!r}.")
    (_, usual_s, _), (_, usual_px, _) = MOVEMENT_KINDS[match["kind"]]
    is_gross, is_rhythmic = match["kind"] == "gross", match["kind"] == "rhythmic"
    return Movement(
        match["kind"],
        _number(text, match["onset"]),
        _number(text, match["duration"]) if match["duration"] else usual_s,
        details.place or (WHOLE_BODY if is_gross else "left_hand"),
        details.amp_px or usual_px * width_px / REFERENCE_WIDTH_PX,
        details.rate_hz or (1.5 if is_rhythmic else 0.0),
        details.stays,
    )


def parse_nuisance(text: str) -> Nuisance:
    """Read a nuisance from text such as `"clock"`, `"light@81+40"` or `"insect@15:0.5"`.

    The form is `KIND[@ONSET[+DURATION]][:STRENGTH]`; a duration that is left out is the usual one of its kind.

    Raises:
        ParameterError: the text is of another form or a value is out of range.
    """
    match = _NUISANCE_TEXT.fullmatch(text.strip().lower())
    if match is None or match["kind"] not in NUISANCE_KINDS:
        raise ParameterError(
            f"nuisance {text!r}: expected KIND[@ONSET[+DURATION]][:STRENGTH] with a kind of "
            f"{', '.join(NUISANCE_KINDS)}."
        )
    return Nuisance(
        match["kind"],
        _number(text, match["onset"] or "0"),
        _number(text, match["duration"]) if match["duration"] else NUISANCE_KINDS[match["kind"]],
        _number(text, match["strength"] or "1"),
    )


def scatter_movements(counts: Mapping[str, int], duration_s: float, width_px: int, seed: int) -> tuple[Movement, ...]:
    """Place a number of movements of each kind at random, apart from each other, with random limb, size and rate.

    Args:
        counts: kind to number, such as `{"twitch": 8, "rhythmic": 1}`.
        duration_s: length of the scene, s; the first and last 5 s are left still.
        width_px: amplitudes are drawn for a picture of this width.
        seed: of the random choice.

    Raises:
        ParameterError: a kind is unknown, or so many do not fit.
    """
    rng = np.random.default_rng([seed, 7])
    drawn = [_draw(rng, kind, width_px) for kind, count in counts.items() for _ in range(count)]
    drawn = [drawn[i] for i in rng.permutation(len(drawn))]
    spare_s = duration_s - 10.0 - sum(movement.duration_s + 2.0 for movement in drawn)
    if drawn and spare_s < 0:
        raise ParameterError(
            f"scene: expected room for {len(drawn)} movements in {duration_s:g} s; make it longer or ask for fewer."
        )
    pauses_s = np.diff(np.sort(rng.uniform(0.0, spare_s, len(drawn))), prepend=0.0)
    placed, now_s = [], 5.0
    for movement, pause_s in zip(drawn, pauses_s, strict=True):
        onset_s = round(now_s + float(pause_s), 3)
        placed.append(replace(movement, onset_s=onset_s))
        now_s = onset_s + movement.duration_s + 2.0
    return tuple(placed)


def _draw(rng: np.random.Generator, kind: str, width_px: int) -> Movement:
    require_one_of("scene", "kind of movement", kind, tuple(MOVEMENT_KINDS))
    (shortest_s, usual_s, longest_s), (least_px, _, greatest_px) = MOVEMENT_KINDS[kind]
    duration_s = rng.uniform(max(shortest_s, usual_s / 2), min(longest_s, usual_s * 1.6))
    amp_px = rng.uniform(least_px, greatest_px) * width_px / REFERENCE_WIDTH_PX
    place = WHOLE_BODY if kind == "gross" else str(rng.choice(PLACES[:-1]))
    rate_hz = round(float(rng.uniform(0.7, 3.0)), 2) if kind == "rhythmic" else 0.0
    stays = round(float(rng.uniform(0.3, 1.0)), 2) if kind == "gross" else 0.0
    return Movement(kind, 0.0, round(float(duration_s), 3), place, round(float(amp_px), 2), rate_hz, stays)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d*)?|\.\d+", text) is not None


def _number(text: str, part: str) -> float:
    if not _is_number(part):
        raise ParameterError(f"{text!r}: expected a number where {part!r} stands.")
    return float(part)
