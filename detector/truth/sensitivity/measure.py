"""Injection and recovery: from a night and its footage to what could have been seen.

Known movement is planted into quiet stretches of the footage, these are encoded again as the camera encodes, and
measured and decided with the night's own parameters. What this leaves out, and the numbers say so: the footage has been
encoded once already, so what a camera's encoder erases of the smallest movement is erased a second time; a stretch is
judged by itself, its noise that of its own minute; and only time in which nothing was found is planted into.
"""

from __future__ import annotations

import json
import math
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from detector.errors import FootageError, NightFolderError, UsageError
from detector.footage.video import VideoInfo, probe
from detector.night.claims import writing
from detector.night.folder import locked, whole_file
from detector.night.layout import SENSITIVITY_FILE
from detector.night.loading import takes_night
from detector.night.night import Night
from detector.night.originals import find_original
from detector.night.provenance import InputFile
from detector.night.written import replacing
from detector.params import Params
from detector.truth.encode import Encoding
from detector.truth.planting.pictures import own_encoding, usual_fps
from detector.truth.sensitivity.design import (
    SHORTEST_S,
    StretchPlan,
    choose_stretches,
    plan_stretches,
    quiet_runs,
)
from detector.truth.sensitivity.result import Sensitivity, gather
from detector.truth.sensitivity.trials import StretchTask, try_stretch

BUDGET_SHARE = 0.1
"""Share of the night's frames that is used unless said otherwise."""

Done = Callable[[int, int], None]


@dataclass(frozen=True)
class Injection:
    """What is asked for. The same of it, and the same night, give the same result to the last bit.

    Attributes:
        budget: frames to read, encode and measure at most; None takes a tenth of the night.
        seed: of every choice.
        mm_per_px: how much of the cot a pixel covers; NaN where not known.
        encoding: how the camera encodes; None takes what its files say.
    """

    budget: int | None = None
    seed: int = 0
    mm_per_px: float = math.nan
    encoding: Encoding | None = None


@takes_night
def measure_sensitivity(
    night: Night,
    injection: Injection | None = None,
    *,
    footage: str | Path | None = None,
    workers: int = 1,
    progress: Done | None = None,
) -> Sensitivity:
    """Plant movement into a night's own quiet footage and look for it again.

    Args:
        night: as it was decided.
        injection: what is asked for; None takes the defaults.
        footage: where the footage is now, if it was moved.
        workers: stretches at a time; the result does not depend on it.
        progress: called with stretches done, and of how many.

    Raises:
        UsageError: the budget does not reach for one stretch, or the night has no quiet one.
        FootageError: the footage is gone or is another one.
        NightFolderError: the night has no motion trace to count frames in.
    """
    if night.trace is None:
        raise NightFolderError("This night holds no motion trace; analyze the footage again.")
    wanted = injection or Injection()
    seed, is_default = wanted.seed, wanted.budget is None
    most = int(BUDGET_SHARE * len(night.trace.frames)) if wanted.budget is None else wanted.budget
    infos: dict[InputFile, VideoInfo] = {
        source: probe(find_original(night, source, footage)) for source in night.provenance.inputs
    }
    largest = max(infos.values(), key=lambda info: len(info.packet_times_s))
    fps, size_px = usual_fps(largest), (largest.width_px, largest.height_px)
    stretches = choose_stretches(_quiet(night), most / fps - 1.0, seed)
    if not stretches:
        raise UsageError(
            f"--budget: expected at least {math.ceil((SHORTEST_S + 1) * fps)} frames for one stretch, but {most} came"
            + (" (a tenth of the night); give more." if is_default else "; give more.")
        )
    tasks = [_task(plan, infos, night.params, seed) for plan in plan_stretches(stretches, size_px[0], fps, seed)]
    tasks = [replace(task, encoding=wanted.encoding or task.encoding) for task in tasks]
    results = []
    with ProcessPoolExecutor(
        max(1, min(workers, len(tasks))),
        mp_context=get_context("spawn"),
        initializer=signal.signal,  # Ctrl-C is the parent's business
        initargs=(signal.SIGINT, signal.SIG_IGN),
    ) as pool:
        for result in pool.map(try_stretch, tasks):
            results.append(result)
            if progress is not None:
                progress(len(results), len(tasks))
    if all(result.failure for result in results):
        raise FootageError(results[0].failure)
    return Sensitivity(
        **gather(stretches, results),
        budget=most,
        seed=seed,
        encoding=tasks[0].encoding,
        footage=(largest.codec, own_encoding(largest).bitrate_kbps),
        size_px=size_px,
        mm_per_px=wanted.mm_per_px,
        n_twitches=sum(event.kind == "twitch" for event in night.decision.events),
        observed_h=night.coverage.observed_h,
    )


def _quiet(night: Night) -> list[tuple[float, float]]:
    runs = quiet_runs(night)
    if not runs:
        raise UsageError(
            f"{night.folder or 'night'}: expected a quiet stretch of {SHORTEST_S:g} s to plant movement into, but "
            "something moves all the time."
        )
    return runs


def _task(plan: StretchPlan, infos: dict[InputFile, VideoInfo], params: Params, seed: int) -> StretchTask:
    source = max((one for one in infos if one.zero_s <= plan.start_s + 0.01), key=lambda one: one.zero_s)
    info = infos[source]
    return StretchTask(info.path, source.offset_s, plan, own_encoding(info), usual_fps(info), params, seed)


def write_sensitivity(sensitivity: Sensitivity, night: Night, folder: Path) -> Path:
    """Write `sensitivity.json` into a night folder; one that somebody changed is kept beside it.

    Raises:
        NightFolderError: the folder is in use or cannot be written.
    """
    path = folder / SENSITIVITY_FILE
    text = json.dumps(sensitivity.to_dict(night), indent=2, allow_nan=False) + "\n"
    with writing(folder), locked(folder), replacing([path]), whole_file(path) as part:
        part.write_text(text, encoding="utf-8")
    return path
