"""What is shown."""

from __future__ import annotations

from detector._tunable import OWN, Group, tunable


class ReportParams(Group):
    """What the report shows of the footage. None of these changes what is found."""

    clip_budget_mb: float = tunable(
        12.0, "MB", OWN, "All films inside the report together, as text; 0 leaves them out.", ge=0, le=500
    )
    clip_side_px: int = tunable(480, "px", OWN, "Films inside the report are shrunk to this.", ge=64, le=4096)
    clip_most_s: float = tunable(20.0, "s", OWN, "Of longer events the report shows the beginning.", ge=5, le=600)
    clip_share: float = tunable(
        0.05,
        "1",
        OWN,
        "Films inside the report show at most this share of the recorded time: a film costs as much as measuring it.",
        ge=0,
        le=1,
    )
    clip_least_s: float = tunable(
        60.0, "s", OWN, "... but in any case so much, where there is as much to be seen.", ge=0, le=36_000
    )
    most_strips: int = tunable(24, "events", OWN, "So many events get a strip of pictures.", ge=0, le=500)
