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
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from detector.errors import DetectorError, FootageError, NightFolderError, UsageError
from detector.footage.video import VideoInfo, probe
from detector.night.files.claims import writing
from detector.night.files.folder import locked, whole_file
from detector.night.files.loading import takes_night
from detector.night.files.originals import find_original
from detector.night.files.written import replacing, tell
from detector.night.layout import SENSITIVITY_FILE
from detector.night.night import Night
from detector.night.numbers.measures import kind_rates
from detector.night.provenance import InputFile
from detector.night.pseudonyms import hiding
from detector.night.sensitivity import Asked
from detector.params import Params
from detector.run.progress import Progress
from detector.run.publish import draw_again
from detector.truth.encode import Encoding
from detector.truth.planting.pictures import own_encoding, usual_fps
from detector.truth.sensitivity.design import (
    SHORTEST_S,
    StretchPlan,
    choose_stretches,
    observed_runs,
    plan_stretches,
    quiet_runs,
)
from detector.truth.sensitivity.result import DIGITS, Sensitivity, gather
from detector.truth.sensitivity.standing import standing_cells
from detector.truth.sensitivity.trials import StretchResult, StretchTask, try_stretch

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

    def asked(self, default_budget: int) -> Asked:
        """The same as it is stored.

        Args:
            default_budget: frames that None stands for.
        """
        return Asked(
            budget_frames=default_budget if self.budget is None else self.budget,
            is_default_budget=self.budget is None,
            seed=self.seed,
            mm_per_px=round(self.mm_per_px, DIGITS) if math.isfinite(self.mm_per_px) else None,
        )

    def add_to(
        self, night: Night, infos: Sequence[VideoInfo], *, workers: int, report: Callable[[Progress], None]
    ) -> Night:
        """Measure it into the folder of a night, and draw timeline and report with it.

        What already stands there and is just what is wanted stays. Where it cannot be measured, as in a night that is
        too short or never quiet, a notice says why: the night itself is whole. See `detector.run.additions.Addition`.
        """
        folder = night.folder
        if folder is None:
            raise NightFolderError("A sensitivity is kept in a night folder; name one (`out`).")
        night = _located(night, infos)
        stored = night.sensitivity
        if stored is not None and stored.asked == self.asked(stored.asked.budget_frames):
            return night

        def told(done: int, total: int) -> None:
            report(Progress("planting", done, total))

        try:
            found = measure_with(night, infos, self, workers=workers, progress=told)
        except NightFolderError:
            raise
        except DetectorError as error:
            tell(f"{folder}: the sensitivity was not measured: {error}")
            return night
        write_sensitivity(found, night, folder)
        fresh = night.but()  # without what it remembers of the folder
        draw_again(fresh, folder, with_pictures=night.provenance.has_pictures)
        return fresh


def _located(night: Night, infos: Sequence[VideoInfo]) -> Night:
    """A night that knows where its footage is, even one that was read again and has no names."""
    pairs = zip(night.provenance.inputs, infos, strict=True)
    inputs = tuple(replace(source, location=str(info.path)) for source, info in pairs)
    return night.but(provenance=replace(night.provenance, inputs=inputs))


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
    # Nothing of the pictures is kept, so a night without pictures may be measured where somebody says what its footage
    # is.
    seen = night if footage is None else night.but(provenance=replace(night.provenance, has_pictures=True))
    infos = [probe(find_original(seen, source, footage)) for source in night.provenance.inputs]
    return measure_with(night, infos, injection or Injection(), workers=workers, progress=progress)


def measure_with(
    night: Night, infos: Sequence[VideoInfo], wanted: Injection, *, workers: int, progress: Done | None = None
) -> Sensitivity:
    """As `measure_sensitivity`, with the footage at hand.

    Args:
        night: as it was decided.
        infos: its files, in the order of its inputs.
        wanted: what is asked for.
        workers: stretches at a time.
        progress: called with stretches done, and of how many.
    """
    if night.trace is None:
        raise NightFolderError("This night holds no motion trace; analyze the footage again.")
    most = int(BUDGET_SHARE * len(night.trace.frames)) if wanted.budget is None else wanted.budget
    largest = max(infos, key=lambda info: len(info.packet_times_s))
    fps, size_px = usual_fps(largest), (largest.width_px, largest.height_px)
    stretches = choose_stretches(_quiet(night), most / fps - 1.0, wanted.seed)
    if not stretches:
        raise UsageError(
            f"--budget: expected at least {math.ceil((SHORTEST_S + 1) * fps)} frames for one stretch, but {most} came"
            + (" (a tenth of the night); give more." if wanted.budget is None else "; give more.")
        )
    of_source = dict(zip(night.provenance.inputs, infos, strict=True))
    plans = plan_stretches(stretches, size_px[0], fps, wanted.seed)
    tasks = [_task(plan, of_source, night.params, wanted.seed) for plan in plans]
    standing = standing_cells(night, night.trace, SHORTEST_S)
    tasks = [
        replace(task, encoding=wanted.encoding or task.encoding, regions=night.regions, standing=standing)
        for task in tasks
    ]
    results = _tried(tasks, workers, progress)
    if not night.provenance.has_names:
        hide = hiding({str(info.path): source.name for source, info in of_source.items()})
        results = [replace(result, failure=hide(result.failure)) for result in results]
    if all(result.failure for result in results):
        raise FootageError(results[0].failure)
    return Sensitivity(
        **gather(stretches, results),
        asked=wanted.asked(most),
        encoding=tasks[0].encoding,
        footage=(largest.codec, own_encoding(largest).bitrate_kbps),
        size_px=size_px,
        twitches=kind_rates(night)["twitch"],
    )


def _tried(tasks: Sequence[StretchTask], workers: int, progress: Done | None) -> list[StretchResult]:
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
    return results


def _quiet(night: Night) -> list[tuple[float, float]]:
    runs = quiet_runs(night)
    if runs:
        return runs
    seen_s, quiet_s = (
        max((stop_s - start_s for start_s, stop_s in found), default=0.0)
        for found in (observed_runs(night), quiet_runs(night, 0.0))
    )
    needs = f"to plant movement into it takes a stretch of {SHORTEST_S:g} s in one file"
    if seen_s < SHORTEST_S:
        raise UsageError(f"This night is too short: {needs}, but its longest is {seen_s:.0f} s.")
    raise UsageError(
        f"This night is never quiet for long: {needs} in which nothing moves, but its longest is {quiet_s:.0f} s."
    )


def _task(plan: StretchPlan, infos: Mapping[InputFile, VideoInfo], params: Params, seed: int) -> StretchTask:
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
