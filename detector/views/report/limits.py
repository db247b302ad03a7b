"""What this cannot know: what no recording shows, and what this very one cannot."""

from __future__ import annotations

from collections.abc import Iterator

from detector.night.night import Night
from detector.views.report.section import Section, Story, section
from detector.views.wording import can_tell_twitches, duration, frame_rate, surest_rate_hz

CAUSE = (
    "Why something moved. A camera sees movement, not its cause, and nothing here is a diagnosis or a measure of "
    "health."
)
ABSENCE = "Whether something that is not listed happened: it was not seen in the observed time, and no more than that."
WHO = (
    "Who moved, and whether an infant is in the picture at all. A parent's hand, a pet or a curtain that got past the "
    "checks is counted like the infant."
)
HIDDEN = (
    "What lay under a blanket, outside the picture, behind a hand or a rail, or was smaller than the noise of the "
    "camera."
)
EDGES = (
    "Where one kind of movement ends and another begins. The limits are parameters with their sources; none of them "
    "has been validated on video for any medical use."
)
GENERAL = (CAUSE, EDGES, ABSENCE, HIDDEN, WHO)
"""All of them are printed, too, on the first page: it serves alone."""


def write(story: Story) -> Section:
    """Never empty."""
    return section("limits", lines=[*GENERAL, *of_this_night(story.night)])


def of_this_night(night: Night) -> Iterator[str]:
    """What this very recording cannot show, beside what no recording can."""
    fps = frame_rate(night)
    if not can_tell_twitches(night):
        yield (
            f"Twitches: this camera gave {fps:.3g} pictures a second, and fewer than "
            f"{night.params.classify.twitch_min_fps:g} do not tell a twitch from a longer movement. What was brief is "
            "listed as uncertain, and there is no rate of twitches."
        )
    if fps < 20:
        yield (
            f"This camera gave {fps:.3g} pictures a second. Rhythmic movement at {surest_rate_hz(night):.2g} Hz or "
            "above may have been faster than it looked: such rates are given as “at least”."
        )
    unseen_s = night.stop_s - night.start_s - night.coverage.observed_s
    if unseen_s >= 1:
        yield f"What happened in the {duration(unseen_s)} that nobody observed. They are left out of every rate."
    if len(night.gaps) > 1 and any(event.kind == "rhythmic" for event in night.decision.events):
        yield "How long a rhythm went on that a gap cut in two: each part is listed with its own length."
    if night.start_at is None:
        yield "At what time of day anything happened: the start of this recording is not known."
