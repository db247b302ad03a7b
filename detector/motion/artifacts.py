"""What moved the picture but not the infant: light, exposure, bumps, frozen pictures, insects, things that move all night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

ArtifactKind = Literal["light", "bump", "frozen", "insect", "clock", "mover", "flicker", "damage"]
ARTIFACT_KINDS: tuple[ArtifactKind, ...] = get_args(ArtifactKind)


@dataclass(frozen=True)
class Artifact:
    """Something that changed the picture and is not a movement of the infant.

    Attributes:
        kind: see `ARTIFACT_KINDS`.
        start_s, stop_s: recording time, s, half-open.
        detail: one phrase with the numbers.
    """

    kind: ArtifactKind
    start_s: float
    stop_s: float
    detail: str
