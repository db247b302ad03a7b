"""The accuracy bench: scenes of a table, made from nothing, analyzed with default parameters, and scored.

A scene is drawn with the movements that its row asks for, or drawn still and then planted into; it is encoded as the
row says, analyzed from the file on, and compared with what is known of it. Nothing from outside is needed. A row with
`twin` stands for two scenes: the second, `<name>-still`, has all of it but the movements.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detector.night.night import Night
from detector.run.analyze import analyze
from detector.truth.encode import Encoding, Picture, write_video
from detector.truth.grammar import parse_movement
from detector.truth.known import KINDS, REFERENCE_WIDTH_PX, Confound, KnownMovement, read_truth, write_truth
from detector.truth.planting.patch import planted
from detector.truth.planting.plan import find_place, scatter_plantings
from detector.truth.scatter import repeat_movements, scatter_movements
from detector.truth.scene.draw import draw_scene, known_confounds
from detector.truth.scene.spec import Nuisance, SceneSpec, parse_nuisance
from detector.truth.scoring.evaluate import evaluate, match_kind
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.score import Score

HERE = Path(__file__).parent
SCENES = HERE / "scenes.csv"
RESULTS = HERE / "results.csv"
DURATION_S = 62.0

# Artifacts that each nuisance is to be listed as; the others leave no row of their own.
ARTIFACT_OF = {
    "light": "light", "infrared": "light", "bump": "bump", "freeze": "frozen", "insect": "insect", "clock": "clock",
    "curtain": "mover", "mobile": "mover", "focus": "focus",
    "pan": "camera moves", "zoom": "camera moves", "rocked": "camera moves", "knock": "bump",
    "headlights": "light", "adult": "light", "temperature": "overlay", "banner": "overlay", "level": "overlay",
    "tracker": "overlay", "led": "lamp", "blink": "lamp", "slowblink": "lamp",
}  # fmt: skip
# Something does move then, though it is not the infant.
VISITORS = ("cat", "caregiver", "blanket", "mouse")
# No movement is put where one of these hides it from any observer.
HIDING = (
    *VISITORS, "light", "infrared", "bump", "knock", "freeze", "pan", "zoom", "focus", "rocked", "headlights", "adult",
)  # fmt: skip
CLEAR_S = 1.0
# Faster rhythms are not scattered: with fewer pictures a cycle nobody can tell their rate (of the frame rate).
LARGEST_RATE = 0.2
STILL = "-still"

_COUNT = re.compile(r"(\d+) ([a-z]+)")
_REPEAT = re.compile(r"every ([\d.]+)(?:-([\d.]+))? s ([a-z]+) ([\w,]+)(?: from ([\d.]+) to ([\d.]+))?")


@dataclass(frozen=True)
class Scene:
    """One row of the table of scenes.

    Attributes:
        name: unique.
        is_short: whether it belongs to the short form.
        is_planted: movements are planted into a still scene; otherwise they are drawn.
        spec: what is drawn, without movements.
        movements: what moves, in the words of the table: a number of a kind, `every A-B s KIND PLACE,PLACE`, or one
            movement in the grammar of `parse_movement`.
        encoding: how it is encoded.
        stays: share of their displacement that twitches keep.
        cut_s: what is shown of the scene, from and to, s; None is all.
    """

    name: str
    is_short: bool
    is_planted: bool
    spec: SceneSpec
    movements: tuple[str, ...]
    encoding: Encoding
    stays: float = 0.0
    cut_s: tuple[float, float] | None = None

    @property
    def suffix(self) -> str:
        """Ending of a container that takes the codec."""
        return ".mkv" if self.encoding.codec in {"mjpeg", "vp9"} else ".mp4"


@dataclass(frozen=True)
class Outcome:
    """What came of a scene: `row` of the table of results, and one line for each miss and each false event."""

    row: dict[str, str]
    failures: tuple[str, ...]


def read_scenes(path: Path = SCENES) -> tuple[Scene, ...]:
    """The scenes of the table, in its order, each twin after its scene."""
    scenes: list[Scene] = []
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            scenes.append(scene_of(row))
            if row["twin"] == "yes":
                scenes.append(replace(scenes[-1], name=f"{row['name']}{STILL}", movements=()))
    return tuple(scenes)


def scene_of(row: Mapping[str, str]) -> Scene:
    width, height = (int(side) for side in row["size"].split("x"))
    look = dict(part.partition(" ")[::2] for part in _parts(row["look"]))
    spec = SceneSpec(
        duration_s=float(look.get("seconds", DURATION_S)),
        fps=float(row["fps"]),
        size_px=(width, height),
        seed=int(row["seed"]),
        nuisances=tuple(parse_nuisance(text) for text in _parts(row["nuisances"])),
        breathing_px=float(look.get("breathing", 0.4)),
        noise=float(look.get("noise", 2.0)),
        is_infrared="color" not in look,
        has_infant="empty" not in look,
        view=float(look.get("view", 1.0)),
    )
    cut_s = tuple(float(edge) for edge in look["cut"].split("-")) if "cut" in look else None
    return Scene(
        name=row["name"],
        is_short=row["short"] == "yes",
        is_planted=row["made"] == "planted",
        spec=spec,
        movements=tuple(_parts(row["movements"])),
        encoding=_encoding(row["encoding"]),
        stays=float(look.get("stays", 0.0)),
        cut_s=None if cut_s is None else (cut_s[0], cut_s[1]),
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("+ ") if part.strip()]


def _encoding(text: str) -> Encoding:
    """From text such as `h264 crf27 key4` or `hevc 300k key2`."""
    match = re.fullmatch(r"(\w+) (?:crf([\d.]+)|([\d.]+)k) key([\d.]+)", text)
    if match is None:
        raise ValueError(f"{text}: expected an encoding such as 'h264 crf27 key4' or 'hevc 300k key2'.")
    codec, crf, kbps, key_s = match.groups()
    return Encoding(codec, crf=float(crf or 27), bitrate_kbps=float(kbps or 0), key_interval_s=float(key_s))


def make_scene(scene: Scene, folder: Path) -> tuple[Path, Path]:
    """Make a scene in `folder`, unless the same was made there before: the video and its truth table."""
    mark = hashlib.sha256(repr(scene).encode()).hexdigest()[:8]
    video = folder / f"{scene.name}-{mark}{scene.suffix}"
    truth = video.with_name(f"{video.stem}_truth.csv")
    if video.exists() and truth.exists():
        return video, truth
    folder.mkdir(parents=True, exist_ok=True)
    pictures, known = film(scene)
    if scene.cut_s:
        start_s, stop_s = scene.cut_s
        pictures = (replace(one, time_s=one.time_s - start_s) for one in pictures if start_s <= one.time_s < stop_s)
        known = cut_known(known, scene.cut_s)
    write_video(video, pictures, scene.spec.fps, scene.encoding)
    write_truth(truth, known)
    return video, truth


def film(scene: Scene) -> tuple[Iterator[Picture], Sequence[KnownMovement]]:
    """The pictures of a scene, before the encoder, and what is known of them."""
    if not scene.is_planted:
        drawn = draw_scene(replace(scene.spec, movements=drawn_movements(scene)))
        return drawn.pictures, drawn.movements
    pictures = draw_scene(scene.spec).pictures
    first = next(pictures)
    plan = planted_movements(scene, first.luma)
    return planted(owned(chain([first], pictures)), plan), plan


def drawn_movements(scene: Scene) -> tuple[KnownMovement, ...]:
    """What the infant of a drawn scene does."""
    width_px, seed = round(scene.spec.scale * REFERENCE_WIDTH_PX), scene.spec.seed
    scattered = scatter_movements(counts_of(scene), scene.spec.duration_s, width_px, seed)
    named = [parse_movement(text, width_px) for text in scene.movements if "@" in text]
    return fit_for(scene, slowed(scene, scattered) + repeats_of(scene) + tuple(named))


def planted_movements(scene: Scene, picture: NDArray[np.uint8]) -> tuple[KnownMovement, ...]:
    """What is planted into a still scene; each part of the body is a place where its first picture has detail."""
    spec = scene.spec
    scattered = scatter_plantings(counts_of(scene), picture, (0.0, spec.duration_s), spec.seed)
    named = [parse_movement(text, spec.size_px[0]) for text in scene.movements if "@" in text]
    rng = np.random.default_rng([spec.seed, 21])
    places: dict[str, dict[str, float]] = {}
    plan = list(slowed(scene, scattered))
    for one in [*repeats_of(scene), *named]:
        sigma_px = float(np.mean(KINDS[one.kind].sigma_px)) * spec.scale
        if one.place not in places:
            x_px, y_px = find_place(rng, picture, sigma_px)
            places[one.place] = {"x_px": x_px, "y_px": y_px, "angle_rad": float(rng.uniform(0, 2 * np.pi))}
        plan.append(replace(one, place="", sigma_px=sigma_px, seed=len(plan), **places[one.place]))
    return fit_for(scene, plan)


def counts_of(scene: Scene) -> dict[str, int]:
    """Kind to number, of the movements that are scattered."""
    found = [match for text in scene.movements if (match := _COUNT.fullmatch(text))]
    return {match[2]: int(match[1]) for match in found}


def repeats_of(scene: Scene) -> tuple[KnownMovement, ...]:
    """The movements that come again and again."""
    repeated: list[KnownMovement] = []
    for k, text in enumerate(scene.movements):
        if match := _REPEAT.fullmatch(text):
            low, high, kind, places, start, stop = match.groups()
            interval_s = (float(start or 5.0), float(stop or scene.spec.duration_s - 5.0))
            every_s, seed = (float(low), float(high or low)), scene.spec.seed * 10 + k
            repeated += repeat_movements(kind, every_s, places.split(","), interval_s, seed)
    scale = scene.spec.scale
    return tuple(replace(one, amp_px=round(one.amp_px * scale, 2), stays=scene.stays) for one in repeated)


def cut_known(known: Sequence[KnownMovement], cut_s: tuple[float, float]) -> list[KnownMovement]:
    """What is known of a piece of a scene: what is left of each movement.

    A rest too brief to be told for what it is counts as restless time: any event may tell it, but no twitch.
    """
    rest: list[KnownMovement] = []
    for one in known:
        onset_s, stop_s = max(one.onset_s, cut_s[0]), min(one.stop_s, cut_s[1])
        if stop_s > onset_s:
            left = replace(one, onset_s=onset_s - cut_s[0], duration_s=stop_s - onset_s)
            is_brief = left.duration_s < min(one.duration_s, KINDS[one.kind].duration_s[0])
            rest.append(replace(left, kind="restless") if is_brief else left)
    return rest


def owned(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Pictures that may be written to: a drawn picture is repeated where the camera repeats it."""
    for picture in pictures:
        yield replace(
            picture, luma=picture.luma.copy(), chroma=None if picture.chroma is None else picture.chroma.copy()
        )


def slowed(scene: Scene, movements: Sequence[KnownMovement]) -> tuple[KnownMovement, ...]:
    """Scattered movements, none of them too fast for the frame rate."""
    fastest_hz = LARGEST_RATE * scene.spec.fps
    return tuple(replace(one, rate_hz=min(one.rate_hz, fastest_hz)) for one in movements)


def fit_for(scene: Scene, movements: Sequence[KnownMovement]) -> tuple[KnownMovement, ...]:
    """Movements that can be seen for what they are: hidden by nothing."""
    return tuple(one for one in movements if is_clear(one, scene.spec.nuisances))


def is_clear(movement: KnownMovement, nuisances: Sequence[Nuisance]) -> bool:
    """Whether nothing that hides a movement comes near it."""
    for nuisance in nuisances:
        if nuisance.kind not in HIDING:
            continue
        stop_s = nuisance.onset_s + nuisance.duration_s
        edges = [nuisance.onset_s, stop_s] if nuisance.kind == "light" else [nuisance.onset_s]
        length_s = 2.0 if nuisance.kind in {"light", "infrared"} else nuisance.duration_s
        if any(movement.onset_s < edge + length_s + CLEAR_S and edge - CLEAR_S < movement.stop_s for edge in edges):
            return False
    return True


def run_scene(scene: Scene, folder: Path) -> Outcome:
    """Make (in `folder`), analyze and score one scene."""
    video, truth = make_scene(scene, folder)
    night = analyze(video, workers=1)
    known = read_truth(truth)
    confounds = known_confounds(scene.spec)
    return Outcome(result_row(scene, night, evaluate(night, known), confounds), describe(scene.name, night, known))


def result_row(scene: Scene, night: Night, score: Score, confounds: Sequence[Confound]) -> dict[str, str]:
    """One row of the table of results; a measure of what does not occur is empty."""
    row = {"scene": scene.name}
    for kind in ("twitch", "rhythmic", "gross", "movement"):
        tally = score.kinds[kind].tally
        row |= {f"{kind}_known": str(tally.n_known), f"{kind}_found": str(tally.n_found)}
        row[f"{kind}_f1"] = f"{tally.f1:.3f}" if tally.n_known + tally.n_found else ""
    twitch = score.kinds["twitch"]
    row["twitch_precision"] = f"{twitch.tally.precision:.3f}" if twitch.tally.n_found else ""
    row["twitch_recall"] = f"{twitch.tally.recall:.3f}" if twitch.tally.n_known else ""
    row["twitch_by_any"] = f"{twitch.found_by_any:.3f}" if twitch.tally.n_known else ""
    n_known = sum(one.tally.n_known for one in score.kinds.values())
    row["by_any"] = f"{sum(one.n_touched for one in score.kinds.values()) / n_known:.3f}" if n_known else ""
    jerk, restless = score.kinds["jerk"], score.kinds["restless"]
    row |= {"jerk_known": str(jerk.tally.n_known), "restless_known": str(restless.tally.n_known)}
    row["jerk_by_any"] = f"{jerk.found_by_any:.3f}" if jerk.tally.n_known else ""
    row["restless_covered"] = f"{score.restless_covered:.3f}" if restless.tally.n_known else ""
    row["restless_twitches"] = str(score.n_twitches_restless) if restless.tally.n_known else ""
    row["rate_error_hz"] = f"{score.mean_rate_error_hz:.3f}" if score.rate_error_hz.size else ""
    row |= {"episodes": str(score.n_episodes), "broken": str(score.n_broken)}
    row |= {"false_events": str(score.n_false), "of_visitors": str(_by_visitors(score, confounds))}
    row["observed_s"] = f"{score.observed_s:.1f}"
    row["false_per_hour"] = f"{score.false_per_hour:.1f}"
    return row | {"artifacts": _artifacts(night.artifacts, confounds)}


def _by_visitors(score: Score, confounds: Sequence[Confound]) -> int:
    """How many of the false events something else that moved explains."""
    visits = [one for one in confounds if one.label in VISITORS]
    return sum(_is_near(visits, start_s, stop_s) for start_s, stop_s in false_events(score.known, score.found))


def _is_near(confounds: Sequence[Confound], start_s: float, stop_s: float) -> bool:
    return any(start_s < one.stop_s + CLEAR_S and one.onset_s - CLEAR_S < stop_s for one in confounds)


def false_events(known: Intervals, found: Intervals) -> list[tuple[float, float]]:
    """Start and stop of the found events that touch no known movement."""
    pairs = zip(found.start_s.tolist(), found.stop_s.tolist(), strict=True)
    return [(a, b) for a, b in pairs if not ((known.start_s <= b + 0.5) & (a - 0.5 <= known.stop_s)).any()]


def _artifacts(found: pd.DataFrame, confounds: Sequence[Confound]) -> str:
    """Found of known nuisances by kind, such as `clock 1/1, light 1/2`; `+` stands before kinds that are not there."""
    words = []
    expected = {ARTIFACT_OF[one.label] for one in confounds if one.label in ARTIFACT_OF}
    for label in sorted({one.label for one in confounds} & set(ARTIFACT_OF)):
        rows = found[found["kind"] == ARTIFACT_OF[label]]
        times = list(zip(rows["start_s"], rows["stop_s"], strict=True))
        there = [one for one in confounds if one.label == label]
        words.append(f"{label} {sum(any(_is_near([one], a, b) for a, b in times) for one in there)}/{len(there)}")
    surplus = found.loc[~found["kind"].isin(expected), "kind"].value_counts()
    return ", ".join(words + [f"+{kind} {count}" for kind, count in sorted(surplus.items())])


def describe(name: str, night: Night, known: Sequence[KnownMovement]) -> tuple[str, ...]:
    """One line for each known movement that was not found as its kind, and for each event beyond the known."""
    lines: list[str] = []
    found = Intervals.of_events(night.events)
    events = night.events.sort_values("start_s", kind="stable").reset_index(drop=True)
    in_order = sorted((one for one in known if one.onset_s < night.stop_s), key=lambda one: one.onset_s)
    for kind in ("twitch", "rhythmic", "gross", "movement"):
        pairs = match_kind(kind, Intervals.of_known(in_order).of(kind), found.of(kind))
        rows, hits = [one for one in in_order if one.kind == kind], events[events["kind"] == kind]
        missed = [one for k, one in enumerate(rows) if k not in pairs[:, 0]]
        extra = hits.drop(hits.index[pairs[:, 1]])
        lines += [f"{name}: missed {_words(one)}; near: {_near(events, one)}" for one in missed]
        lines += [f"{name}: extra {_event(row)}" for row in _dicts(extra)]
    uncertain = events[events["kind"] == "uncertain"]
    return (*lines, *(f"{name}: extra {_event(row)}" for row in _dicts(uncertain)))


def _dicts(rows: pd.DataFrame) -> Iterator[dict[str, object]]:
    yield from ({str(key): value for key, value in row.items()} for row in rows.to_dict("records"))


def _words(one: KnownMovement) -> str:
    place = f"at {one.x_px:.0f},{one.y_px:.0f} {one.amp_px:g} px, extent {one.sigma_px:.1f} px, {one.rate_hz:g} Hz"
    return f"{one.kind} {one.onset_s:g} s + {one.duration_s:g} s {place}"


def _near(events: pd.DataFrame, one: KnownMovement) -> str:
    close = events[(events["start_s"] < one.stop_s + 0.5) & (events["stop_s"] > one.onset_s - 0.5)]
    return " | ".join(_event(row) for row in islice(_dicts(close), 4)) or "nothing"


def _event(row: Mapping[str, object]) -> str:
    numbers = {key: float(str(row[key])) for key in ("start_s", "duration_s", "x_px", "y_px", "area_fraction", "snr")}
    when = f"{row['kind']} {numbers['start_s']:.2f} s + {numbers['duration_s']:.2f} s"
    where = f"at {numbers['x_px']:.0f},{numbers['y_px']:.0f}"
    return f"{when} {where} area {numbers['area_fraction']:.4f} snr {numbers['snr']:.1f} ({row['reason']})"
