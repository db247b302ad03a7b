"""How far the events of a night were reviewed, and by whom: what a night and its record say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from detector.night.people.verdicts import Verdict


@dataclass(frozen=True)
class Reviewed:
    """How far a night was reviewed, and by whom.

    Attributes:
        reviewers: names, ascending.
        n_confirmed, n_rejected, n_changed, n_added: what they decided, all together.
        n_unreviewed: events that nobody looked at; they stand as they were decided.
        unplaced: decisions whose event is not among those of this night, as after deciding with other parameters.
    """

    reviewers: tuple[str, ...]
    n_confirmed: int = 0
    n_rejected: int = 0
    n_changed: int = 0
    n_added: int = 0
    n_unreviewed: int = 0
    unplaced: tuple[Verdict, ...] = ()

    @property
    def words(self) -> str:
        """One sentence for a report, such as `Reviewed by Ana: 3 confirmed, 1 rejected; 2 not looked at`."""
        names = " and ".join(filter(None, [", ".join(self.reviewers[:-1]), *self.reviewers[-1:]]))
        counts = {"confirmed": self.n_confirmed, "rejected": self.n_rejected, "changed": self.n_changed}
        counts["added"] = self.n_added
        said = ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "nothing decided"
        rest = f"; {self.n_unreviewed} not looked at" if self.n_unreviewed else ""
        return f"Reviewed by {names}: {said}{rest}."

    def facts(self) -> dict[str, Any]:
        """The same as plain values, for `night.json`."""
        names = ("n_confirmed", "n_rejected", "n_changed", "n_added", "n_unreviewed")
        counts = {name: getattr(self, name) for name in names}
        return {"reviewers": list(self.reviewers), **counts, "n_unplaced": len(self.unplaced)}
