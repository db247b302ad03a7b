"""The command that says what is in footage, and how its start times were found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector.cli.ends import complain, handled, say, say_json
from detector.cli.options import AsJson, ParamsFile
from detector.cli.settings import Force, Fps, NamePattern, StartAt, TimeZone, footage_settings, resolve
from detector.errors import ExitCode, displayed

if TYPE_CHECKING:
    from detector.footage.recording import Recording

Footage = Annotated[
    list[Path], typer.Argument(metavar="PATHS...", help="Files, folders, globs or @list.txt, one night together.")
]

MOST_LINES = 40
"""A night of more clips is told in sum, unless every clip is asked for."""


@handled
def probe(
    paths: Footage,
    explain: Annotated[bool, typer.Option("--explain", help="Say of each clip what told its start.")] = False,
    coverage: Annotated[
        Path | None, typer.Option("--coverage", metavar="FILE", help="Draw what was filmed when (png, svg, pdf).")
    ] = None,
    start: StartAt = "",
    time_zone: TimeZone = "",
    name_pattern: NamePattern = "",
    fps: Fps = None,
    force: Force = False,
    params_file: ParamsFile = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set one parameter; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Say what is in video files.

    Reads all packets and decodes no picture, but a few where clips claim one time.

    \b
    Examples:
      twitch-detector probe night.mp4
      twitch-detector probe /recordings/2026-03-14 --explain
      twitch-detector probe "/recordings/*.mp4" --coverage night.png
    """
    from detector.footage.recording import read_recording
    from detector.run.cores import usable_cores
    from detector.run.readers import Readers

    named = footage_settings(start, time_zone, name_pattern, fps, force=force)
    params = resolve(params_file, settings, named)
    with Readers(params.run, usable_cores()) as readers:
        recording = read_recording(paths, params.footage, readers.probe)
    if coverage is not None:
        from detector.views.plots.coverage import draw_coverage

        draw_coverage(recording, coverage)
    if as_json:
        say_json(recording_facts(recording))
        return _code(recording)
    say(*map(displayed, recording_words(recording, with_starts=explain)))
    complain(*map(displayed, (*_unreadable(recording), *recording.notes)))
    if coverage is not None:
        say(f"Coverage  {coverage}")
    return _code(recording)


def recording_facts(recording: Recording) -> dict[str, Any]:
    """What is in a recording's files, as plain values for JSON."""
    clips = [
        {
            "path": str(clip.info.path),
            "size_bytes": clip.info.size_bytes,
            "container": clip.info.container,
            "codec": clip.info.codec,
            "width_px": clip.info.source_px[0] or clip.info.width_px,
            "height_px": clip.info.source_px[1] or clip.info.height_px,
            "header_fps": clip.info.header_fps,
            "n_frames": len(clip.info.packet_times_s),
            "n_key_frames": int(clip.info.is_key.sum()),
            "first_stamp_s": clip.info.first_stamp_s,
            "length_s": clip.info.length_s,
            "stretch": clip.info.stretch,
            "recording_start_s": clip.start_s,
            "start_at": clip.info.start_at.isoformat() if clip.info.start_at else None,
            "start_source": clip.info.start_source,
            "start_how": clip.info.start_how,
            "damage": list(clip.info.damage),
        }
        for clip in recording.clips
    ]
    return {
        "clips": clips,
        "files_s": recording.files_s,
        "fps": recording.fps,
        "gaps": [list(gap) for gap in recording.gaps],
        "overlaps": [list(overlap) for overlap in recording.overlaps],
        "start_at": recording.start_at.isoformat() if recording.start_at else None,
        "start_source": recording.start_source,
        "unreadable": [{"path": path, "reason": reason} for path, reason in recording.unreadable],
        "notes": list(recording.notes),
    }


def recording_words(recording: Recording, *, with_starts: bool = False) -> list[str]:
    """What is in a recording's files, one line a clip and a last one for all.

    Args:
        recording: the night.
        with_starts: whether each clip is told, however many there are, and what told its start.
    """
    from detector.footage.starts import TRUST
    from detector.views.wording import duration

    lines = []
    for clip in recording.clips:
        info = clip.info
        fps = len(info.packet_times_s) / info.length_s if info.length_s > 0 else 0.0
        start = f", from {info.start_at.isoformat(timespec='seconds')}" if info.start_at else ""
        width, height = info.source_px if info.source_px[0] else (info.width_px, info.height_px)
        lines.append(
            f"{info.path}: {info.codec} {width}x{height}, {fps:.3g} frames/s, {duration(info.length_s)}{start}"
        )
        if with_starts:
            how = info.start_how or "nothing tells its start"
            lines.append(f"  start: {info.start_source} ({TRUST[info.start_source]} trust), {how}")
        lines += [f"  {text}" for text in info.damage]
    if len(recording.clips) > MOST_LINES and not with_starts:
        lines = [*lines[:3], f"... and {len(recording.clips) - 3} more clips, each told by --explain or --json"]
    return [*lines, *understood(recording)]


def understood(recording: Recording) -> list[str]:
    """What a recording was understood as, in two lines: clips and span, gaps, and what told the time."""
    from detector.views.wording import duration, number

    first = f"{number(len(recording.clips), 'clip')}, {duration(recording.files_s)} of footage"
    if recording.gaps:
        first += f", {number(len(recording.gaps), 'gap')} ({duration(recording.gap_s)} not filmed)"
    if recording.unreadable:
        first += f", {number(len(recording.unreadable), 'file')} unreadable"
    sources = {
        "option": "given by --start",
        "name": "from the file names",
        "sidecar": "from notes beside the files",
        "container": "from the files' own headers",
        "modified": "from when the files were written",
    }
    if recording.start_at is None:
        return [first, "Start time unknown; times are counted from the first picture (--start tells it)"]
    from detector.footage.clock import wall_clock

    stop_at = wall_clock(recording.start_at, recording.stop_s - recording.start_s)
    words = sources.get(recording.start_source, recording.start_source)
    zone = f"{recording.start_at.tzinfo}"
    return [first, f"{recording.start_at:%Y-%m-%d %H:%M:%S} to {stop_at:%Y-%m-%d %H:%M:%S} ({zone}), {words}"]


def _unreadable(recording: Recording) -> list[str]:
    from detector.footage.remarks import gather

    reasons = ((Path(path).name, reason.removeprefix(f"{path}: ")) for path, reason in recording.unreadable)
    return gather(reasons, "--json", " could not be read: ")


def _code(recording: Recording) -> ExitCode:
    return ExitCode.PARTLY_UNREADABLE if recording.unreadable else ExitCode.DONE
