"""What the trials of a night say: recall against displacement, by hour and place, and rates as they may truly be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from detector.night.files.store import without_nan
from detector.night.night import Night
from detector.night.numbers.rates import Rate, poisson_limits
from detector.night.people.agreement import Proportion, proportion
from detector.night.sensitivity import SENSITIVITY_SCHEMA, Asked, identity
from detector.truth.encode import Encoding
from detector.truth.sensitivity.curve import Curve, fit_curve
from detector.truth.sensitivity.design import COLUMNS, ROWS, Stretch
from detector.truth.sensitivity.trials import StretchResult, Trial

PLANTED_KINDS = ("twitch", "rhythmic")
ASSUMPTION = (
    "An estimate, not a count: it assumes that true twitches are as large, as brief and as spread over the picture as "
    "those that were planted, and that movement in quiet time is seen as well as at any other time."
)
DIGITS = 4
"""Of every number that is stored."""


@dataclass(frozen=True)
class Sensitivity:
    """What this camera could have shown.

    Attributes:
        trials: every planted movement, in order of time.
        false_s: onsets of events where nothing was planted, recording time, s.
        false_twitches: how many of them are twitches.
        free_s: time in which nothing was planted, s.
        stretches: footage that was used, recording time, s.
        n_frames: pictures that were read, encoded and measured; at most the budget.
        asked: budget of frames, seed of every choice, and how much of the cot a pixel covers.
        encoding: how the stretches were encoded again.
        kbps: bit rate that came of it.
        footage: codec and bit rate, kbit/s, of the footage.
        size_px: width and height of the picture.
        twitches: found in the night, per judged hour.
        skipped: stretches that could not be used: start, stop, s, and why.
    """

    trials: tuple[Trial, ...]
    false_s: tuple[float, ...]
    false_twitches: int
    free_s: float
    stretches: tuple[Stretch, ...]
    n_frames: int
    asked: Asked
    encoding: Encoding
    kbps: float
    footage: tuple[str, float]
    size_px: tuple[int, int]
    twitches: Rate
    skipped: tuple[tuple[float, float, str], ...] = ()

    def of(self, kind: str) -> list[Trial]:
        """Trials of one kind."""
        return [trial for trial in self.trials if trial.movement.kind == kind]

    def recall(self, kind: str) -> Proportion:
        """Share of all planted movements of a kind that was found as such."""
        return _recall(self.of(kind))

    def curve(self, kind: str) -> Curve:
        """Share found against displacement."""
        trials = self.of(kind)
        sizes, found = [one.movement.amp_px for one in trials], [one.is_found for one in trials]
        return fit_curve(sizes, found, self.asked.seed)

    @property
    def mm_per_px(self) -> float:
        """How much of the cot a pixel covers, mm; NaN where nobody said."""
        return math.nan if self.asked.mm_per_px is None else self.asked.mm_per_px

    @property
    def found_per_hour(self) -> float:
        """Twitches found in the night, per judged hour; NaN where too little was judged for a rate."""
        return self.twitches.per_hour

    def corrected_per_hour(self) -> tuple[float, float, float]:
        """Twitches per judged hour as they may truly be, and edges from the 95 % intervals of count and recall.

        Found less what is found where nothing is, over the share that is found of what is there. NaN where nothing was
        planted or too little was judged for a rate; infinite above where possibly nothing is found.
        """
        if not math.isfinite(self.twitches.per_hour) or not self.of("twitch"):
            return math.nan, math.nan, math.nan
        recall = self.recall("twitch")
        false_per_hour = 3600 * self.false_twitches / self.free_s if self.free_s > 0 else 0.0
        found = (self.twitches.per_hour, self.twitches.low_per_hour, self.twitches.high_per_hour)
        true = [max(rate - false_per_hour, 0.0) for rate in found]
        shares = (recall.share, recall.high, recall.low)
        value, low, high = (rate / share if share > 0 else math.inf for rate, share in zip(true, shares, strict=True))
        return (value if math.isfinite(value) else math.nan), low, high

    def to_dict(self, night: Night) -> dict[str, Any]:
        """Everything as plain numbers for JSON: NaN and infinite become None.

        Args:
            night: of which it is, for its clock and what identifies it.
        """
        n_false, hours = len(self.false_s), self.free_s / 3600
        low, high = poisson_limits(n_false)
        value, least, most = self.corrected_per_hour()
        plain = {
            "schema_version": SENSITIVITY_SCHEMA,
            "of": identity([source.sha256 for source in night.provenance.inputs], night.params, night.regions),
            "asked": self.asked.model_dump(),
            "frames": self.n_frames,
            "picture_px": list(self.size_px),
            "encoding": asdict(self.encoding) | {
                "came_out_kbps": self.kbps, "footage_codec": self.footage[0], "footage_kbps": self.footage[1],
            },
            "stretches": [{"start_s": a, "stop_s": b, "start_at": night.wall_clock_text(a)} for a, b in self.stretches],
            "skipped": [{"start_s": a, "stop_s": b, "reason": reason} for a, b, reason in self.skipped],
            **{kind: self._kind(kind, night) for kind in PLANTED_KINDS},
            "false_events": {
                "n": n_false, "hours": hours, "per_hour": n_false / hours if hours else math.nan,
                "low": low / hours if hours else math.nan, "high": high / hours if hours else math.nan,
                "onsets_s": list(self.false_s),
            },
            "twitches_per_hour": {
                "found": self.found_per_hour, "estimate": value, "low": least, "high": most, "assumption": ASSUMPTION,
            },
            "trials": [self._trial(trial) for trial in self.trials],
        }  # fmt: skip
        return {name: _rounded(without_nan(_finite(value))) for name, value in plain.items()}

    def _kind(self, kind: str, night: Night) -> dict[str, Any]:
        trials = self.of(kind)
        curve = self.curve(kind)
        keys: dict[str, Callable[[Trial], Any]] = {
            "by_displacement": lambda one: round(one.movement.amp_px, DIGITS),
            "by_duration": lambda one: one.movement.duration_s,
            "by_extent": lambda one: round(one.movement.sigma_px, DIGITS),
            "by_rate": lambda one: one.movement.rate_hz,
            "by_density": lambda one: round(one.per_minute, 2),
            "by_hour": lambda one: hour_of(night, one.movement.onset_s),
            "by_place": lambda one: (one.place // COLUMNS, one.place % COLUMNS),
        }
        names = {"by_displacement": "px", "by_duration": "s", "by_extent": "px", "by_rate": "hz",
                 "by_density": "per_minute", "by_hour": "hour", "by_place": "row_column"}  # fmt: skip
        tables = {table: grouped(trials, key, names[table]) for table, key in keys.items()}
        if kind == "twitch":
            del tables["by_rate"]
        for row in tables["by_displacement"]:
            row["mm"] = row["px"] * self.mm_per_px
        return {
            **_counts(trials),
            "noticed": sum(one.is_noticed for one in trials),
            "curve": {
                "middle_px": curve.middle_px, "slope_ln_px": curve.slope, "lapse": curve.lapse,
                "px_50": asdict(curve.px_50), "px_90": asdict(curve.px_90),
                "mm_50": curve.px_50.value * self.mm_per_px, "mm_90": curve.px_90.value * self.mm_per_px,
            },
            **tables,
            "parts_of_picture": {"rows": ROWS, "columns": COLUMNS},
        }  # fmt: skip

    @staticmethod
    def _trial(trial: Trial) -> dict[str, Any]:
        one = trial.movement
        return {
            "kind": one.kind, "onset_s": one.onset_s, "duration_s": one.duration_s, "x_px": one.x_px, "y_px": one.y_px,
            "amp_px": one.amp_px, "sigma_px": one.sigma_px, "rate_hz": one.rate_hz, "per_minute": trial.per_minute,
            "is_found": trial.is_found, "is_noticed": trial.is_noticed,
        }  # fmt: skip


def gather(stretches: Sequence[Stretch], results: Sequence[StretchResult]) -> dict[str, Any]:
    """Fields of a `Sensitivity` that follow from its stretches and what came of each."""
    both = list(zip(stretches, results, strict=True))
    return {
        "stretches": tuple(stretch for stretch, result in both if not result.failure),
        "skipped": tuple((*stretch, result.failure) for stretch, result in both if result.failure),
        "trials": tuple(trial for result in results for trial in result.trials),
        "false_s": tuple(onset_s for result in results for onset_s in result.false_s),
        "false_twitches": sum(result.false_twitches for result in results),
        "free_s": sum(result.free_s for result in results),
        "n_frames": sum(result.n_frames for result in results),
        "kbps": float(np.nanmean([result.kbps for result in results])) if results else math.nan,
    }


def grouped(trials: Sequence[Trial], key: Callable[[Trial], Any], name: str) -> list[dict[str, Any]]:
    """Recall for each value of a key, ascending."""
    values = sorted({key(trial) for trial in trials})
    return [{name: value, **_counts([one for one in trials if key(one) == value])} for value in values]


def hour_of(night: Night, time_s: float) -> str:
    """The hour of the clock, such as `02`, or of the recording, such as `+2`, where the clock is not known."""
    at = night.wall_clock(time_s)
    return f"{at:%H}" if at else f"+{int((time_s - night.start_s) // 3600)}"


def _counts(trials: Sequence[Trial]) -> dict[str, Any]:
    recall = _recall(trials)
    return {"n": recall.n, "found": recall.n_true, "recall": recall.share, "low": recall.low, "high": recall.high}


def _recall(trials: Sequence[Trial]) -> Proportion:
    return proportion(sum(trial.is_found for trial in trials), len(trials))


def _finite(value: Any) -> Any:  # noqa: ANN401  (any plain value)
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _rounded(value: Any) -> Any:  # noqa: ANN401  (any plain value)
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return round(value, DIGITS) if isinstance(value, float) else value
