"""Known movement and known nuisances: the rows of truth and confounds tables."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

TRUTH_COLUMNS = ("onset", "duration", "label", "x", "y", "amp_px", "freq_hz", "sigma")
CONFOUND_COLUMNS = ("onset", "duration", "label")


@dataclass(frozen=True)
class KnownMovement:
    """One movement that is in the footage because it was put there.

    Attributes:
        onset_s: presentation time of its start, s.
        duration_s: how long the picture moves, s.
        label: `"twitch"`, `"rhythmic"`, `"movement"` (slow, localized) or `"gross"`.
        x_px, y_px: center of the moving patch, source px.
        amp_px: peak displacement, source px.
        freq_hz: cycles per second where rhythmic, else 0.
        sigma_px: extent of the moving patch (standard deviation of its displacement weight), source px.
    """

    onset_s: float
    duration_s: float
    label: str
    x_px: float
    y_px: float
    amp_px: float
    freq_hz: float
    sigma_px: float

    @property
    def stop_s(self) -> float:
        """Presentation time of its end, s."""
        return self.onset_s + self.duration_s


@dataclass(frozen=True)
class Confound:
    """One nuisance in the footage that is not movement of the infant.

    Attributes:
        onset_s: presentation time of its start, s.
        duration_s: how long it lasts, s.
        label: what it is, such as `"light"`, `"bump"`, `"clock"`.
    """

    onset_s: float
    duration_s: float
    label: str

    @property
    def stop_s(self) -> float:
        """Presentation time of its end, s."""
        return self.onset_s + self.duration_s


def write_truth(path: Path, movements: Sequence[KnownMovement]) -> None:
    """Write a truth table (CSV, columns `TRUTH_COLUMNS`), sorted by onset; no movement gives the header alone."""
    rows = sorted(movements, key=lambda known: (known.onset_s, known.label))
    _write(path, TRUTH_COLUMNS, [astuple(row) for row in rows])


def write_confounds(path: Path, confounds: Sequence[Confound]) -> None:
    """Write a confounds table (CSV, columns `CONFOUND_COLUMNS`), sorted by onset."""
    rows = sorted(confounds, key=lambda known: (known.onset_s, known.label))
    _write(path, CONFOUND_COLUMNS, [astuple(row) for row in rows])


def _write(path: Path, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
