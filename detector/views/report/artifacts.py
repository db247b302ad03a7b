"""What changed the picture and is no movement of the infant; and what looked like movement and was doubted."""

from __future__ import annotations

from collections import Counter

from detector.events.artifacts import Artifact
from detector.night.layout import ARTIFACTS_FILE
from detector.night.night import Night
from detector.views.report.section import Section, Story, section
from detector.views.wording import duration, moment, number

MOST_ROWS = 1000
MOST_PRINTED = 40
DOUBTFUL = "doubtful"


def write(story: Story) -> Section:
    """Never empty."""
    night = story.night
    doubted = [artifact for artifact in night.decision.artifacts if artifact.kind == DOUBTFUL]
    others = [artifact for artifact in night.decision.artifacts if artifact.kind != DOUBTFUL]
    return section(
        "artifacts",
        counts=", ".join(f"{count} {kind}" for kind, count in Counter(each.kind for each in others).most_common()),
        artifacts=_rows(night, others),
        n_artifacts=len(others),
        sum_words=_sum_words(len(others), len(doubted)),
        doubted=_rows(night, doubted),
        n_doubted=number(len(doubted), "doubtful burst"),
        doubts=Counter(artifact.detail.partition(":")[0] for artifact in doubted).most_common(8),
        most_printed=MOST_PRINTED,
    )


def _sum_words(n_others: int, n_doubted: int) -> str:
    """How the counts of both lists make that of the timeline; empty where there is nothing to add."""
    if not n_doubted:
        return ""
    n_all = n_others + n_doubted
    return (
        f"With the {n_doubted} left out in doubt, below, they are the {n_all} of the timeline and of {ARTIFACTS_FILE}."
    )


def _rows(night: Night, artifacts: list[Artifact]) -> list[tuple[str, str, str, str]]:
    return [
        (each.kind, moment(night, each.start_s), duration(each.stop_s - each.start_s), each.detail)
        for each in artifacts[:MOST_ROWS]
    ]
