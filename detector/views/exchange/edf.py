"""EDF+: events and states as annotations, motion and breathing as signals that any viewer of polysomnography shows.

EDF has no gaps within a signal, so each signal has one beside it that is 1 where something was seen, and what was not
filmed is annotated as `gap`.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import UsageError
from detector.events.state import ACTIVE, AWAKE, QUIET
from detector.views.exchange.scored import Scored, Scoring, in_order, unfit
from detector.views.exchange.sheet import Choice, Row, Sheet
from detector.views.exchange.signals import BREATHING_HZ, MOTION_HZ, signals_of

GAP = "gap"
EXAMPLE = "annotation at 12.5 s that lasts 0.3 s with the text `twitch`"
STAGES: Mapping[str, str] = {QUIET: "Sleep stage N", ACTIVE: "Sleep stage R", AWAKE: "Sleep stage W"}
"""Standard texts of EDF+ for what the states are like; all other states are `Sleep stage ?`."""
NO_STAGE = "Sleep stage ?"
_SEPARATOR = " | "


def edf_bytes(sheet: Sheet) -> bytes:
    """A night as one EDF+ file; its clock is that of the place where it was filmed, or midnight where none is known.

    Args:
        sheet: what is written.
    """
    edfio = _library()
    night = sheet.night
    begin, who = night.start_at, night.provenance.subject
    notes = [(start_s, stop_s, GAP) for start_s, stop_s in night.gaps]
    notes += [(row.start_s, row.stop_s, _text(row, sheet.choice)) for row in sheet.rows]
    annotations = [
        edfio.EdfAnnotation(round(max(start_s - night.start_s, 0.0), 3), round(stop_s - start_s, 3), text)
        for start_s, stop_s, text in sorted(notes)
    ]
    edf = edfio.Edf(
        _signals(sheet, edfio),
        patient=edfio.Patient(code=_word(who.code)),
        recording=edfio.Recording(startdate=begin.date() if begin else None, equipment_code="twitch-detector"),
        starttime=begin.time().replace(microsecond=0, tzinfo=None) if begin else None,
        data_record_duration=1.0,
        annotations=annotations,
    )
    made = io.BytesIO()
    edf.write(made)
    return made.getvalue()


def _library() -> Any:  # noqa: ANN401  (a module)
    try:
        import edfio
    except ModuleNotFoundError:
        raise UsageError(
            "EDF+ needs a package that is not installed (edfio); install it with: "
            'pip install "twitch-detector[formats]"'
        ) from None
    return edfio


def _word(text: str) -> str:
    """A word that EDF's header takes: printable ASCII without spaces; X where nothing is left."""
    return "".join(letter for letter in text if 32 < ord(letter) < 127) or "X"


def _text(row: Row, choice: Choice) -> str:
    if row.what == "state" and choice.hypnogram:
        return STAGES.get(row.kind, NO_STAGE)
    return _SEPARATOR.join(" ".join(part.split()) for part in (row.kind, row.site, row.event_id) if part.strip())


def _signals(sheet: Sheet, edfio: Any) -> list[Any]:  # noqa: ANN401  (a module)
    night = sheet.night
    n_seconds = max(math.ceil(night.stop_s - night.start_s - 1e-6), 1)
    found = signals_of(night, breathing=sheet.choice.breathing)
    if found is None:
        seen = np.zeros(n_seconds)
        for start_s, stop_s in night.observed:
            seen[int(start_s - night.start_s) : math.ceil(stop_s - night.start_s)] = 1.0
        return [_flag(edfio, seen, 1.0, "observed")]
    strength = np.log10(1.0 + _padded(found.strength, round(n_seconds * MOTION_HZ)))
    signals = [
        edfio.EdfSignal(strength, MOTION_HZ, label="motion", physical_dimension="lg(1+x)", physical_range=(0.0, 4.1)),
        _flag(edfio, _padded(found.is_valid, round(n_seconds * MOTION_HZ)), MOTION_HZ, "motion valid"),
    ]
    if found.breathing is None or found.breathing_valid is None:
        return signals
    wave = _padded(found.breathing, round(n_seconds * BREATHING_HZ))
    most = max(float(np.abs(wave).max(initial=0.0)), 1.0)
    most = math.ceil(most * 100) / 100
    return [
        *signals,
        edfio.EdfSignal(wave, BREATHING_HZ, label="breathing", physical_dimension="grey", physical_range=(-most, most)),
        _flag(edfio, _padded(found.breathing_valid, round(n_seconds * BREATHING_HZ)), BREATHING_HZ, "breathing valid"),
    ]


def _flag(edfio: Any, values: NDArray[np.float64], rate_hz: float, label: str) -> Any:  # noqa: ANN401
    return edfio.EdfSignal(values, rate_hz, label=label, physical_range=(0.0, 1.0))


def _padded(values: NDArray[Any], n: int) -> NDArray[np.float64]:
    """So many samples: the rest of the last second was not seen."""
    whole = np.zeros(n)
    whole[: min(len(values), n)] = values[:n]
    return whole


def read_edf(path: Path) -> Scoring:
    """The annotations of an EDF+ file, seconds after the first picture of the night.

    Args:
        path: the file.

    Raises:
        UsageError: it is no EDF+.
    """
    edfio = _library()
    try:
        notes = edfio.read_edf(path).annotations
    except Exception:  # noqa: BLE001  # whatever the library finds wrong with it
        raise unfit(path, "an EDF+ file with annotations", "this is none, or its header is damaged", EXAMPLE) from None
    scored = []
    for number, note in enumerate(notes, start=1):
        label, *rest = note.text.split(_SEPARATOR)
        event_id = rest.pop() if rest and rest[-1][:1] == "e" and rest[-1][1:].isdecimal() else ""
        begin_s = note.onset
        scored.append(
            Scored(
                label.strip(), round(begin_s, 3), round(begin_s + (note.duration or 0.0), 3), event_id,
                _SEPARATOR.join(rest), where=f"annotation {number}",
            )
        )  # fmt: skip
    return Scoring(path, "edf", in_order(one for one in scored if one.label))
