"""Commands that make footage with known movements, and score a night against what is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector.cli.ends import complain, say, say_json
from detector.cli.options import FootageFolder
from detector.cli.output import show_score, write_evaluation
from detector.errors import ParameterError, UsageError
from detector.night.files.written import refuse_existing, replacing

TRUTH, CONFOUNDS = "_truth.csv", "_confounds.csv"
"""How the names of the tables beside a video end."""

if TYPE_CHECKING:
    from detector.night.night import Night
    from detector.truth.known import KnownMovement


def synth(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Video to write, or with --sample the folder to put it in.")
    ],
    sample: Annotated[
        str | None, typer.Option(metavar="NAME", help="Make one of the sample videos again; `all` makes each.")
    ] = None,
    duration: Annotated[float, typer.Option(metavar="SECONDS", help="Length.")] = 60.0,
    fps: Annotated[float, typer.Option(help="Pictures per second.")] = 15.0,
    size: Annotated[str, typer.Option(metavar="WxH", help="Picture size, px.")] = "848x480",
    seed: Annotated[int, typer.Option(help="Another seed is another infant, cot and camera.")] = 0,
    movement: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND@ONSET[+DURATION][:PLACE][:<n>px][:<n>hz][:...]", help="A movement; repeatable."),
    ] = None,
    scatter: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=NUMBER", help="Movements at random times, such as twitch=8; repeatable."),
    ] = None,
    nuisance: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND[@ONSET[+DURATION]][:STRENGTH]", help="Clock, light, insect, ...; repeatable."),
    ] = None,
    color: Annotated[bool, typer.Option("--color", help="A dim color picture instead of an infrared one.")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="A cot with no infant.")] = False,
    noise: Annotated[float, typer.Option(help="Sensor noise, grey levels.")] = 2.0,
    codec: Annotated[str, typer.Option(help="h264, hevc, ...")] = "h264",
    crf: Annotated[float, typer.Option(help="Constant quality.")] = 27.0,
    bitrate: Annotated[float, typer.Option(metavar="KBPS", help="Bit rate, kbit/s, instead of quality.")] = 0.0,
    key_interval: Annotated[float, typer.Option(metavar="SECONDS", help="From key frame to key frame.")] = 4.0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say what was written, or the error, as JSON.")] = False,
) -> None:
    """Draw footage with known movements.

    A sleeping infant in a cot; the truth table and the nuisances are written beside the video.

    \b
    Examples:
      twitch-detector synth night.mp4 --duration 120 --scatter twitch=8 --scatter rhythmic=1 --nuisance clock
      twitch-detector synth one.mp4 --movement twitch@8+0.3:left_hand:4px --nuisance light@20+15
      twitch-detector synth sample_videos --sample all --overwrite
    """
    from detector.truth.encode import Encoding
    from detector.truth.scene.draw import synthesize, write_sample
    from detector.truth.scene.samples import SAMPLES
    from detector.truth.scene.spec import SceneSpec, parse_nuisance

    if sample is not None:
        names = tuple(SAMPLES) if sample == "all" else (sample,)
        with _making([out / f"{name}.mp4" for name in names], (TRUTH, CONFOUNDS), overwrite=overwrite):
            written = [write_sample(name, out) for name in names]
    else:
        width_px, height_px = _size(size)
        spec = SceneSpec(
            duration_s=duration,
            fps=fps,
            size_px=(width_px, height_px),
            seed=seed,
            movements=_movements(movement or [], scatter or [], duration, width_px, seed),
            nuisances=tuple(parse_nuisance(text) for text in nuisance or []),
            noise=noise,
            is_infrared=not color,
            has_infant=not empty,
        )
        encoding = Encoding(codec=codec, crf=crf, bitrate_kbps=bitrate, key_interval_s=key_interval)
        with _making([out], (TRUTH, CONFOUNDS), overwrite=overwrite):
            written = [synthesize(out, spec, encoding)]
    if as_json:
        say_json([{"video": str(it.video), "truth": str(it.truth), "confounds": str(it.confounds)} for it in written])
    else:
        say(*(f"{it.video}  ({it.truth.name}, {it.confounds.name})" for it in written))


def plant(
    source: Annotated[Path, typer.Argument(metavar="FOOTAGE", help="Real footage to plant movements into.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Video to write.")],
    movement: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND@ONSET[+DURATION]:X,Y[:<n>px][:<n>sigma][:<n>hz][:...]", help="A movement; repeatable."
        ),
    ] = None,
    scatter: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=NUMBER", help="Movements at random times and places, such as bout=2; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another choice of times and places.")] = 0,
    codec: Annotated[str | None, typer.Option(help="h264, hevc, ...", show_default="as the footage")] = None,
    bitrate: Annotated[
        float | None, typer.Option(metavar="KBPS", help="Bit rate, kbit/s.", show_default="as the footage")
    ] = None,
    key_interval: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="From key frame to key frame.", show_default="as the footage"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say what was written, or the error, as JSON.")] = False,
) -> None:
    """Plant known movements into real footage.

    The footage's own pixels are displaced before they are encoded again; the truth table is written beside the video.

    \b
    Examples:
      twitch-detector plant quiet.mp4 planted.mp4 --scatter twitch=10 --scatter rhythmic=2
      twitch-detector plant quiet.mp4 planted.mp4 --movement twitch@8+0.3:245,360:3.5px --bitrate 300
    """
    from detector.footage.video import probe
    from detector.truth.grammar import parse_movement
    from detector.truth.planting.pictures import own_encoding
    from detector.truth.planting.plant import draw_plan
    from detector.truth.planting.plant import plant as plant_movements

    if out.resolve() == source.resolve():
        raise UsageError(f"{out}: expected another file than the footage itself; choose another name.")
    refuse_existing([out, out.with_name(f"{out.stem}{TRUTH}")], overwrite=overwrite)
    info = probe(source)
    plan = tuple(parse_movement(text, info.width_px) for text in movement or [])
    plan += draw_plan(source, _counts(scatter or []), seed) if scatter else ()
    wanted: dict[str, Any] = {"codec": codec, "bitrate_kbps": bitrate, "key_interval_s": key_interval}
    encoding = replace(own_encoding(info), **{name: value for name, value in wanted.items() if value is not None})
    with _making([out], (TRUTH,), overwrite=overwrite):
        known = plant_movements(source, out, plan, encoding)
    truth = out.with_name(f"{out.stem}{TRUTH}")
    if as_json:
        say_json({"video": str(out), "truth": str(truth), "n_movements": len(known)})
    else:
        say(f"{out}  ({truth.name}, {len(known)} movements)")


def evaluate(
    night: Annotated[Path, typer.Argument(metavar="NIGHT", help="A night folder written by `analyze`.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="A truth table, or scorings of people in any format.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for evaluation.json and evaluation.png; else NIGHT.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help='TOML file of labels, such as twitch = ["TW"].')
    ] = None,
    clips: Annotated[
        int, typer.Option(metavar="N", min=0, help="Write so many of the worst disagreements of people as clips.")
    ] = 0,
    choose: Annotated[
        str, typer.Option(metavar="NAME", help="Choose this parameter, such as burst.threshold, by the first scoring.")
    ] = "",
    footage: FootageFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the score, or the error, as JSON to stdout.")] = False,
) -> None:
    """Score a night against known movements, or against people.

    One truth table: precision, recall and F1 per kind, false events, rate error, broken episodes and kappa. Scorings of
    people (BORIS, BIDS, EDF+, ELAN, WebVTT, tables): agreement of each with the detector and with each other.

    \b
    Examples:
      twitch-detector evaluate night sample_videos/quiet_night_truth.csv
      twitch-detector evaluate night ana.boris ben.csv --map labels.toml --out agreement --clips 10
    """
    from detector.cli.agreement import compare_people
    from detector.night.night import Night
    from detector.truth.scoring.evaluate import evaluate as score_night
    from detector.truth.scoring.plots import write_figure

    loaded = Night.load(night)
    known = _truth(files, loaded) if labels is None and not choose else None
    if known is None:
        compare_people(
            loaded, files, out or night, labels=labels, n_clips=clips, choose=choose, footage=footage, as_json=as_json
        )
        return
    score = score_night(loaded, known)
    paths = write_evaluation(
        out or night, score.to_json(), lambda path: write_figure(score, path), is_night=out is None
    )
    if as_json:
        say_json(score.to_dict())
        return
    if score.n_outside:
        lie = f"{score.n_outside} known {'movement lies' if score.n_outside == 1 else 'movements lie'}"
        complain(
            f"{files[0]}: {lie} outside the recording, which goes from "
            f"{loaded.start_s:.1f} to {loaded.stop_s:.1f} s; check that this is the truth of this footage."
        )
    show_score(score)
    say(f"Written   {paths[0]}, {paths[1]}")


def _truth(files: list[Path], night: Night) -> Sequence[KnownMovement] | None:
    """Known movements out of a truth table; None where the files are scorings of people."""
    from detector.truth.known import read_truth
    from detector.views.exchange.reading import read_scoring

    if len(files) != 1 or files[0].suffix.lower() not in {".csv", ""}:
        return None
    try:
        return read_truth(files[0])
    except UsageError as no_truth:
        try:
            read_scoring(night, files[0])
        except UsageError:
            raise no_truth from None
        return None


@contextmanager
def _making(videos: list[Path], ends: tuple[str, ...], *, overwrite: bool) -> Iterator[None]:
    """All that stands where videos and the tables beside them will be is refused, or kept if it is not ours."""
    paths = [path for video in videos for path in (video, *(video.with_name(f"{video.stem}{end}") for end in ends))]
    refuse_existing(paths, overwrite=overwrite)
    with replacing(paths):
        yield


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ParameterError(f"--size {text}: expected WIDTHxHEIGHT in px, such as 848x480.")
    return int(width), int(height)


def _movements(
    texts: list[str], scatter: list[str], duration_s: float, width_px: int, seed: int
) -> tuple[KnownMovement, ...]:
    from detector.truth.grammar import parse_movement
    from detector.truth.scatter import scatter_movements

    named = tuple(parse_movement(text, width_px) for text in texts)
    return named + (scatter_movements(_counts(scatter), duration_s, width_px, seed) if scatter else ())


def _counts(scatter: list[str]) -> dict[str, int]:
    counts = {}
    for text in scatter:
        kind, _, number = text.partition("=")
        if not number.isdecimal():
            raise ParameterError(f"--scatter {text}: expected KIND=NUMBER, such as twitch=8.")
        counts[kind.strip()] = int(number)
    return counts
