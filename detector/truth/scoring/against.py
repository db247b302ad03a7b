"""A night against what is known, or against what people scored: one name for both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast, overload

from detector.night.files.loading import NightLike, as_night
from detector.truth.known import KnownMovement
from detector.truth.scoring.evaluate import evaluate as evaluate_known
from detector.truth.scoring.people import Comparison, compare_scorings
from detector.truth.scoring.score import Score
from detector.views.exchange.labels import Labels

PathLike = str | Path


@overload
def evaluate(night: NightLike, against: Sequence[KnownMovement]) -> Score: ...


@overload
def evaluate(
    night: NightLike,
    against: PathLike | Sequence[PathLike],
    *,
    labels: Labels = None,
    footage: PathLike | None = None,
) -> Comparison: ...


def evaluate(
    night: NightLike,
    against: PathLike | Sequence[PathLike] | Sequence[KnownMovement],
    *,
    labels: Labels = None,
    footage: PathLike | None = None,
) -> Score | Comparison:
    """Score a night against known movements, or compare it with people's scorings and these with each other.

    Args:
        night: a night, or its folder.
        against: known movements, as `read_truth` gives them; or files of one scorer each, in any format that
            `import_scoring` reads.
        labels: of files, their labels to kinds, or the TOML file that holds them, beside the defaults.
        footage: of files, where the footage is now, for BORIS.

    Returns:
        A `Score` of known movements (of none of them, too), a `Comparison` of files.

    Raises:
        UsageError: a file cannot be read, is not of this night, or nothing in it is known.
    """
    if isinstance(against, str | Path):
        return compare_scorings(night, [against], labels, footage)
    if against and not isinstance(against[0], KnownMovement):
        return compare_scorings(night, cast("Sequence[PathLike]", against), labels, footage)
    return evaluate_known(as_night(night), cast("Sequence[KnownMovement]", against))
