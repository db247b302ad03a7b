"""How small and how brief a twitch may be until an encoder has erased it: `python -m tests.accuracy.sensitivity`.

Twitches of known size are planted into one drawn still scene, each at a place of its own. The scene is encoded with and
without them, by each encoder, and two observers look at the same decoded pictures:

* the detector, with default parameters, which knows nothing of them: a twitch is found when an event touches it and
  lies near its place;
* an ideal observer, which knows place, time, and to the pixel what each twitch does to the picture before the encoder.
  It weighs the decoded change since just before the twitch with that template (a matched filter; the noise is taken as
  white with a variance per 8x8 px cell) and is told apart from the same filter at other times of the footage without
  twitches: d' = (response - mean) / standard deviation of those. Breathing and key frames count as its noise.

The ideal observer has to do no search. `CRITERION` stands for it: the d' at which a search of an hour for twitches of
any place and size would seldom be wrong. With `N_OTHER_TIMES` other times, d' is known to about a fifth.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.footage.video import probe
from detector.run.analyze import analyze
from detector.truth.encode import Encoding, Picture
from detector.truth.known import KnownMovement
from detector.truth.planting.patch import planted
from detector.truth.planting.pictures import read_pictures
from detector.truth.planting.plan import scatter_plantings
from detector.truth.planting.plant import plant
from detector.truth.scene.draw import synthesize
from detector.truth.scene.spec import SceneSpec

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

TABLE = Path(__file__).parent / "sensitivity.csv"
ENCODINGS: Mapping[str, Encoding] = {
    "H.264 crf 27": Encoding("h264", crf=27),
    "H.264 300 kbit/s": Encoding("h264", bitrate_kbps=300),
    "HEVC 300 kbit/s": Encoding("hevc", bitrate_kbps=300),
    "MPEG-4 500 kbit/s": Encoding("mpeg4", bitrate_kbps=500),
    "MJPEG": Encoding("mjpeg", crf=10),
}
AMPLITUDES_PX = (0.5, 1.0, 2.0, 4.0, 8.0)
DURATIONS_S = (0.15, 0.3, 0.5 - 0.01)
EXTENTS_PX = (8.0, 20.0)
N_EACH = 2
SPACING_S = 2.5
SCENE = SceneSpec(fps=15.0, size_px=(640, 360), seed=9)

CRITERION = 5.0
N_OTHER_TIMES = 16
_CELL_PX = 8
_REACH = 2.5
_NEAR_PX = 80.0

Patches = NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """A piece of footage: the place of a planting, from before its onset to its end; shape (n, height, width)."""

    start_s: float
    stop_s: float
    rows: slice
    columns: slice


def plan_twitches(picture: NDArray[np.uint8]) -> tuple[KnownMovement, ...]:
    """One twitch of each amplitude, duration and extent, `N_EACH` times, in an order that mixes them."""
    sizes = [one for one in product(AMPLITUDES_PX, DURATIONS_S, EXTENTS_PX) for _ in range(N_EACH)]
    order = np.random.default_rng(4).permutation(len(sizes))
    drawn = scatter_plantings({"twitch": len(sizes)}, picture, (0.0, 1e4), seed=4)
    plan: list[KnownMovement] = []
    for k, place in zip(order, drawn, strict=True):
        amp_px, duration_s, sigma_px = sizes[k]
        onset_s = 5.0 + SPACING_S * len(plan) + 0.3 * (place.angle_rad / np.pi)
        plan.append(replace(place, onset_s=onset_s, duration_s=duration_s, amp_px=amp_px, sigma_px=sigma_px))
    return tuple(plan)


def window_of(planting: KnownMovement, later_s: float = 0.0) -> Window:
    """Where and when the ideal observer looks for a planting, or for none at another time."""
    reach = _REACH * planting.sigma_px
    rows = slice(max(0, round(planting.y_px - reach)), round(planting.y_px + reach))
    columns = slice(max(0, round(planting.x_px - reach)), round(planting.x_px + reach))
    return Window(planting.onset_s + later_s - 0.21, planting.stop_s + later_s, rows, columns)


def cut(pictures: Iterable[Picture], windows: Sequence[Window]) -> list[Patches]:
    """The windows' pieces of footage, in one pass."""
    pieces: list[list[NDArray[np.uint8]]] = [[] for _ in windows]
    for picture in pictures:
        for piece, window in zip(pieces, windows, strict=True):
            if window.start_s <= picture.time_s < window.stop_s:
                piece.append(picture.luma[window.rows, window.columns].copy())
    return [np.asarray(piece, np.float32) for piece in pieces]


def ideal_d_prime(template: Patches, seen: Patches, others: Sequence[Patches]) -> float:
    """d' of a matched filter.

    Args:
        template: what the movement does to the picture before the encoder, shape (n, height, width), grey levels.
        seen: decoded footage with the movement, same shape.
        others: decoded footage of the same place without it, same shape (more or fewer pictures are cut to fit).
    """
    changes = [_since_before(other) for other in others]
    n = min(len(template), len(seen), *(len(change) for change in changes))
    variance = _by_cell(np.mean([np.mean(change[:n] ** 2, axis=0) for change in changes], axis=0))
    weights = template[:n] / (variance + 0.1)
    noise = [float((weights * change[:n]).sum()) for change in changes]
    response = float((weights * _since_before(seen)[:n]).sum())
    return (response - float(np.mean(noise))) / max(float(np.std(noise, ddof=1)), 1e-6)


def _since_before(piece: Patches) -> Patches:
    """Change since the three pictures before the onset, with which each window begins."""
    return np.asarray(piece - piece[:3].mean(axis=0), np.float32)


def _by_cell(picture: Patches) -> Patches:
    """Means over cells, repeated over their pixels."""
    height, width = picture.shape
    rows, columns = np.arange(height) // _CELL_PX, np.arange(width) // _CELL_PX
    total = np.zeros((rows[-1] + 1, columns[-1] + 1))
    count = np.zeros_like(total)
    np.add.at(total, (rows[:, None], columns[None, :]), picture)
    np.add.at(count, (rows[:, None], columns[None, :]), 1)
    return np.asarray((total / count)[rows[:, None], columns[None, :]], np.float32)


def measure(
    name: str, master: Path, plan: Sequence[KnownMovement], templates: Sequence[Patches]
) -> list[dict[str, str]]:
    """Both observers on one encoding: one row of the table for each amplitude, duration and extent.

    Args:
        name: of `ENCODINGS`.
        master: the still scene, without loss.
        plan: what is planted.
        templates: what each planting does to the master.
    """
    number = list(ENCODINGS).index(name)
    with_them, without = master.with_name(f"with_{number}.mkv"), master.with_name(f"without_{number}.mkv")
    plant(master, with_them, plan, ENCODINGS[name])
    plant(master, without, (), ENCODINGS[name])
    d_prime = _ideal(templates, with_them, without, plan)
    events = analyze(with_them, workers=1).events
    is_found = [_is_found(planting, events) for planting in plan]
    rows = []
    for size in product(AMPLITUDES_PX, DURATIONS_S, EXTENTS_PX):
        these = [k for k, one in enumerate(plan) if (one.amp_px, one.duration_s, one.sigma_px) == size]
        ideal = np.array([d_prime[k] for k in these])
        row = dict(zip(("amplitude_px", "duration_s", "extent_px"), (f"{value:g}" for value in size), strict=True))
        row |= {"n": str(len(these)), "found": str(sum(is_found[k] for k in these))}
        rows.append(
            {"encoding": name, **row, "ideal": str((ideal > CRITERION).sum()), "d_prime": f"{ideal.mean():.1f}"}
        )
    return rows


def templates_of(master: Path, plan: Sequence[KnownMovement]) -> list[Patches]:
    """What each planting does to the pictures, grey levels, in its window."""
    windows, source = [window_of(planting) for planting in plan], probe(master)
    before = cut(read_pictures(source), windows)
    after = cut(planted(read_pictures(source), plan), windows)
    return [a - b for a, b in zip(after, before, strict=True)]


def _ideal(templates: Sequence[Patches], with_them: Path, without: Path, plan: Sequence[KnownMovement]) -> list[float]:
    windows = [window_of(planting) for planting in plan]
    length_s = plan[-1].stop_s
    # Apart by a number that shares no factor with the key-frame interval.
    shifts = [(k + 1) * length_s / (N_OTHER_TIMES + 1) for k in range(N_OTHER_TIMES)]
    elsewhen = [
        window_of(one, -one.onset_s + (one.onset_s + later) % length_s + 0.5) for one in plan for later in shifts
    ]
    seen = cut(read_pictures(probe(with_them)), windows)
    other = cut(read_pictures(probe(without)), elsewhen)
    groups = [other[k * N_OTHER_TIMES : (k + 1) * N_OTHER_TIMES] for k in range(len(plan))]
    pieces = zip(templates, seen, groups, strict=True)
    return [ideal_d_prime(template, piece, [one for one in group if len(one) > 3]) for template, piece, group in pieces]


def _is_found(planting: KnownMovement, events: pd.DataFrame) -> bool:
    in_time = (events["start_s"] <= planting.stop_s + 0.5) & (events["stop_s"] >= planting.onset_s - 0.5)
    apart_px = np.hypot(events["x_px"] - planting.x_px, events["y_px"] - planting.y_px)
    return bool((in_time & (apart_px < _NEAR_PX)).any())


def plot_sensitivity(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Share found against amplitude, one line an encoding; dashed: the ideal observer."""
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots(figsize=(7, 4.5))
    for name, rows in table.groupby("encoding", sort=False):
        share = rows.groupby("amplitude_px")[["n", "found", "ideal"]].sum()
        (line,) = ax.plot(share.index, share["found"] / share["n"], "o-", label=str(name))
        ax.plot(share.index, share["ideal"] / share["n"], "--", color=line.get_color(), alpha=0.6)
    ax.set(xscale="log", xlabel="peak displacement [px of 640]", ylabel="share found", ylim=(-0.02, 1.02))
    ax.set_xticks(AMPLITUDES_PX, [f"{value:g}" for value in AMPLITUDES_PX])
    ax.legend(title="solid: detector, dashed: ideal observer", fontsize="small")
    return ax


def main() -> int:
    """Rewrite the tracked table; with a file name, draw it there instead."""
    if len(sys.argv) > 1:
        import matplotlib as mpl
        import pandas as pd

        mpl.use("agg")
        import matplotlib.pyplot as plt

        figure, ax = plt.subplots(figsize=(7, 4.5))
        plot_sensitivity(pd.read_csv(TABLE), ax)
        figure.savefig(sys.argv[1], dpi=120)
        return 0
    with tempfile.TemporaryDirectory(prefix="sensitivity-") as temporary:
        folder = Path(temporary)
        n = len(AMPLITUDES_PX) * len(DURATIONS_S) * len(EXTENTS_PX) * N_EACH
        spec = replace(SCENE, duration_s=8.0 + SPACING_S * n)
        master = synthesize(folder / "master.mkv", spec, Encoding(crf=0, preset="ultrafast")).video
        plan = plan_twitches(next(read_pictures(probe(master))).luma)
        templates = templates_of(master, plan)
        with ThreadPoolExecutor(2) as pool:
            rows = list(chain.from_iterable(pool.map(lambda name: measure(name, master, plan, templates), ENCODINGS)))
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
