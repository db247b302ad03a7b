"""A sensitivity made by hand: every number of it is known beforehand."""

from pathlib import Path

from detector.night.night import Night
from detector.night.numbers.measures import kind_rates
from detector.night.sensitivity import Asked
from detector.truth.encode import Encoding
from detector.truth.known import KnownMovement
from detector.truth.sensitivity.measure import write_sensitivity
from detector.truth.sensitivity.result import Sensitivity
from detector.truth.sensitivity.trials import Trial

SIZES_PX = (0.5, 1.0, 2.0, 4.0)
BLIND_PART = 5


def planted(night: Night, *, mm_per_px: float | None = None, n_twitches: int = 80) -> Sensitivity:
    """What came of 80 twitches, or the first few of them, and 8 rhythms spread over a night.

    Twitches of 2 px and more are found, all but those in one part of the picture, which makes 36; rhythms are all
    found. In an hour
    without planted movement 2 events came out, one of them a twitch.
    """
    step_s = (night.stop_s - night.start_s) / 80
    trials = []
    for k in range(n_twitches):
        part, px = k // 4 % 10, SIZES_PX[k % 4]
        one = KnownMovement("twitch", night.start_s + k * step_s, 0.2, "", px, sigma_px=12.0)
        trials.append(Trial(one, part, 15.0 if part == BLIND_PART else 5.0, px >= 2 and part != BLIND_PART, px >= 2))
    for k in range(8):
        one = KnownMovement("rhythmic", night.start_s + 10 * k * step_s, 8.0, "", SIZES_PX[k % 4], 1.2, sigma_px=24.0)
        trials.append(Trial(one, 0, 4.3, True, True))
    trials.sort(key=lambda trial: trial.movement.onset_s)
    return Sensitivity(
        trials=tuple(trials),
        false_s=(night.start_s + 1.0, night.start_s + 2.0),
        false_twitches=1,
        free_s=3600.0,
        stretches=((night.start_s, night.start_s + 60.0), (night.start_s + 90.0, night.start_s + 150.0)),
        n_frames=1200,
        asked=Asked(budget_frames=1200, is_default_budget=True, seed=0, mm_per_px=mm_per_px),
        encoding=Encoding(),
        kbps=200.0,
        footage=("h264", 210.0),
        size_px=(night.trace.grid.width_px, night.trace.grid.height_px) if night.trace else (320, 240),
        twitches=kind_rates(night)["twitch"],
    )


def write_planted(night: Night, folder: Path, *, mm_per_px: float | None = None, n_twitches: int = 80) -> None:
    """Put it into a folder."""
    write_sensitivity(planted(night, mm_per_px=mm_per_px, n_twitches=n_twitches), night, folder)
