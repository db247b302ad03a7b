"""The names of all files of a night folder: they stand here and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

NIGHT_FILE: Final = "night.json"
EVENTS_FILE: Final = "events.csv"
ARTIFACTS_FILE: Final = "artifacts.csv"
SERIES_FILE: Final = "series.csv"
EPOCHS_FILE: Final = "epochs.csv"
PARAMS_FILE: Final = "params.toml"
TIMELINE_FILE: Final = "timeline.png"
REPORT_FILE: Final = "report.html"
REGIONS_FILE: Final = "regions.toml"
SENSITIVITY_FILE: Final = "sensitivity.json"
REVIEWS_FOLDER: Final = "reviews"
REVIEW_PATTERN: Final = "*.jsonl"
CLIPS_FOLDER: Final = "clips"

MOTION_FOLDER: Final = "motion"
PART_PATTERN: Final = "span-*.npz"
CONTENT_DIGITS: Final = 12
"""So many digits of the key of a motion part tell what was measured; the others when in the night that is."""
JOINED_PART: Final = "span-0001-joined.npz"
LOCK_FILE: Final = ".lock"
RECORDING_FILE: Final = "recording.json"
WRITTEN_FILE: Final = "written.json"

STAGING_FOLDER: Final = ".twitch-detector-staging"
TEMPORARY_PREFIX: Final = ".twitch-detector-writing-"
RECORD_OUTSIDE: Final = ".twitch-detector.json"
"""What `WRITTEN_FILE` is for a night, for any other folder that results are written to."""
ASIDE_MARK: Final = ".edited-"


def is_part(name: str) -> bool:
    """Whether a file in the folder of motion parts is one of ours, and not somebody's whose name begins alike."""
    return name == JOINED_PART or re.fullmatch(r"span-\d{4,}-[0-9a-f]{16}\.npz", name) is not None


def part_file(number: int, key: str) -> str:
    """Name of the motion part of a span: its number from 1, and the key of what it depends on."""
    return f"span-{number:04d}-{key}.npz"


def content_key(path: Path) -> str:
    """What was measured in a motion part, by its name: the same at whatever place in a night."""
    return path.stem.rpartition("-")[2][:CONTENT_DIGITS]


def review_file(reviewer: str) -> str:
    """Name of the file that holds what one reviewer decided."""
    return f"{reviewer}.jsonl"
