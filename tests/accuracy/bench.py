"""The accuracy bench: scenes of a table, made from nothing, analyzed with default parameters, and scored.

A scene is drawn with the movements that its row asks for, or drawn still and then planted into; it is encoded as the
row says, analyzed from the file on, and compared with what is known of it. Nothing from outside is needed.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import pandas as pd

from detector.night.night import Night
from detector.run.analyze import analyze
from detector.truth.encode import Encoding, Picture, write_video
from detector.truth.known import Confound, write_truth
from detector.truth.movements import Movements, read_known
from detector.truth.plant import planted
from detector.truth.plant_plan import Planting, scatter_plantings
from detector.truth.scene_spec import Movement, Nuisance, SceneSpec
from detector.truth.scene_text import parse_nuisance, scatter_movements
from detector.truth.score import Score, evaluate
from detector.truth.synth import draw_scene, known_confounds, synthesize

HERE = Path(__file__).parent
SCENES = HERE / "scenes.csv"
RESULTS = HERE / "results.csv"
DURATION_S = 62.0

# Artifacts that each nuisance is to be listed as; the others leave no row of their own.
ARTIFACT_OF = {
    "light": "light",
    "infrared": "light",
    "bump": "bump",
    "freeze": "frozen",
    "insect": "insect",
    "clock": "clock",
    "curtain": "mover",
    "mobile": "mover",
}
# Something does move then, though it is not the infant.
VISITORS = ("cat", "caregiver", "blanket")
# No movement is put where one of these hides it from any observer.
HIDING = (*VISITORS, "light", "infrared", "bump", "freeze")
CLEAR_S = 1.0
# Faster rhythms are not planted: with fewer pictures a cycle nobody can tell their rate (of the frame rate).
LARGEST_RATE = 0.2

Moving = TypeVar("Moving", Movement, Planting)


@dataclass(frozen=True)
class Scene:
    """One row of the table of scenes.

    Attributes:
        name: unique.
        is_short: whether it belongs to the short form.
        is_planted: movements are planted into a still scene; otherwise they are drawn.
        spec: what is drawn, without movements.
        counts: kind of movement to number.
        encoding: how it is encoded.
    """

    name: str
    is_short: bool
    is_planted: bool
    spec: SceneSpec
    counts: Mapping[str, int]
    encoding: Encoding

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
    """The table of scenes, in its order."""
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(_scene(row) for row in csv.DictReader(file))


def _scene(row: Mapping[str, str]) -> Scene:
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
    )
    counts = {kind: int(number) for number, kind in (part.split() for part in _parts(row["movements"]))}
    return Scene(row["name"], row["short"] == "yes", row["made"] == "planted", spec, counts, _encoding(row["encoding"]))


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
    if not scene.is_planted:
        movements = scatter_movements(scene.counts, scene.spec.duration_s, scene.spec.size_px[0], scene.spec.seed)
        shown = fit_for(scene, movements)
        written = synthesize(video, replace(scene.spec, movements=shown), scene.encoding)
        return written.video, written.truth
    pictures = draw_scene(scene.spec).pictures
    first = next(pictures)
    plan = scatter_plantings(scene.counts, first.luma, (0.0, scene.spec.duration_s), scene.spec.seed)
    plan = fit_for(scene, plan)
    write_video(video, planted(owned(chain([first], pictures)), plan), scene.spec.fps, scene.encoding)
    write_truth(truth, [one.known() for one in plan])
    return video, truth


def owned(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Pictures that may be written to: a drawn picture is repeated where the camera repeats it."""
    for picture in pictures:
        yield replace(
            picture, luma=picture.luma.copy(), chroma=None if picture.chroma is None else picture.chroma.copy()
        )


def fit_for(scene: Scene, movements: Sequence[Moving]) -> tuple[Moving, ...]:
    """Movements that can be seen for what they are: hidden by nothing, and not too fast for the frame rate."""
    fastest_hz = LARGEST_RATE * scene.spec.fps
    clear = [one for one in movements if is_clear(one, scene.spec.nuisances)]
    return tuple(replace(one, rate_hz=min(one.rate_hz, fastest_hz)) for one in clear)


def is_clear(movement: Movement | Planting, nuisances: Sequence[Nuisance]) -> bool:
    """Whether nothing that hides a movement comes near it."""
    for nuisance in nuisances:
        if nuisance.kind not in HIDING:
            continue
        stop_s = nuisance.onset_s + nuisance.duration_s
        edges = [nuisance.onset_s, stop_s] if nuisance.kind == "light" else [nuisance.onset_s]
        length_s = 2.0 if nuisance.kind in {"light", "infrared"} else nuisance.duration_s
        movement_stop_s = movement.onset_s + movement.duration_s
        if any(movement.onset_s < edge + length_s + CLEAR_S and edge - CLEAR_S < movement_stop_s for edge in edges):
            return False
    return True


def run_scene(scene: Scene, folder: Path) -> Outcome:
    """Make (in `folder`), analyze and score one scene."""
    video, truth = make_scene(scene, folder)
    night = analyze(video, workers=1)
    known = read_known(truth)
    confounds = known_confounds(scene.spec)
    return Outcome(result_row(scene, night, evaluate(night, known), confounds), describe(scene, night, known))


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


def false_events(known: Movements, found: Movements) -> list[tuple[float, float]]:
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


def describe(scene: Scene, night: Night, known: pd.DataFrame) -> tuple[str, ...]:
    """One line for each known movement that was not found as its kind, and for each event beyond the known."""
    from detector.truth.score import match_kind

    lines: list[str] = []
    truth, found = Movements.from_known(known), Movements.from_found(night.events)
    events = night.events.sort_values("start_s", kind="stable").reset_index(drop=True)
    known = known.sort_values("onset", kind="stable").reset_index(drop=True)
    for kind in ("twitch", "rhythmic", "gross", "movement"):
        pairs = match_kind(kind, truth.of(kind), found.of(kind))
        rows, hits = known[known["label"] == kind], events[events["kind"] == kind]
        missed = rows.drop(rows.index[pairs[:, 0]])
        extra = hits.drop(hits.index[pairs[:, 1]])
        lines += [f"{scene.name}: missed {_words(row)}; near: {_near(events, row)}" for row in _dicts(missed)]
        lines += [f"{scene.name}: extra {_event(row)}" for row in _dicts(extra)]
    uncertain = events[events["kind"] == "uncertain"]
    return (*lines, *(f"{scene.name}: extra {_event(row)}" for row in _dicts(uncertain)))


def _dicts(rows: pd.DataFrame) -> Iterator[dict[str, object]]:
    yield from ({str(key): value for key, value in row.items()} for row in rows.to_dict("records"))


def _words(row: Mapping[str, object]) -> str:
    place = f"at {row['x']},{row['y']} {row['amp_px']} px, extent {row['sigma']} px, {row['freq_hz']} Hz"
    return f"{row['label']} {row['onset']} s + {row['duration']} s {place}"


def _near(events: pd.DataFrame, row: Mapping[str, object]) -> str:
    start_s, stop_s = float(str(row["onset"])), float(str(row["onset"])) + float(str(row["duration"]))
    close = events[(events["start_s"] < stop_s + 0.5) & (events["stop_s"] > start_s - 0.5)]
    return " | ".join(_event(one) for one in islice(_dicts(close), 4)) or "nothing"


def _event(row: Mapping[str, object]) -> str:
    numbers = {key: float(str(row[key])) for key in ("start_s", "duration_s", "x_px", "y_px", "area_fraction", "snr")}
    when = f"{row['kind']} {numbers['start_s']:.2f} s + {numbers['duration_s']:.2f} s"
    where = f"at {numbers['x_px']:.0f},{numbers['y_px']:.0f}"
    return f"{when} {where} area {numbers['area_fraction']:.4f} snr {numbers['snr']:.1f} ({row['reason']})"
