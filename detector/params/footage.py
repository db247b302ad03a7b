"""How files become frames."""

from __future__ import annotations

from detector._tunable import OWN, Group, tunable


class FootageParams(Group):
    """How files become frames. Changing one of these means measuring again."""

    max_frame_px: int = tunable(36_000_000, "px", OWN, "Refuse pictures larger than this (width x height).", gt=0)
    max_gap_s: float = tunable(
        1.0, "s", OWN, "A longer pause between two frames is unobserved time, not a long frame.", gt=0, le=60
    )
    span_s: float = tunable(
        300.0, "s", OWN, "Length of the pieces the night is measured in (cut at key frames).", ge=10, le=3600
    )
    warm_up_s: float = tunable(
        1.5, "s", OWN, "Footage decoded before each piece, so that its edges equal those of an uncut run.", ge=0, le=60
    )
    clock_tolerance_s: float = tunable(
        2.0, "s", OWN, "A clip that starts this near the end of the one before follows it exactly.", ge=0, le=60
    )
    name_pattern: str = tunable(
        "",
        "text",
        OWN,
        "Where the start time stands in file names, such as {camera}_%Y%m%d-%H%M%S; empty tries the known.",
    )
    time_zone: str = tunable(
        "", "text", OWN, "Zone of times in file names, such as Europe/Berlin; empty for the zone of this computer."
    )
    start: str = tunable(
        "", "text", OWN, "When the first picture was taken, such as 2026-03-14T22:15:00; empty where the files tell it."
    )
    fps: float = tunable(
        0.0, "1/s", OWN, "Pictures a second of files that hold no time stamps; 0 takes what they say.", ge=0, le=240
    )
    max_night_h: float = tunable(36.0, "h", OWN, "Clips further apart than this are not one night.", gt=0, le=240)
    force: bool = tunable(
        default=False,
        unit="text",
        source=OWN,
        description="Take clips together that look like two cameras or several nights.",
    )
