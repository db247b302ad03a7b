"""Which rules are followed."""

from __future__ import annotations

from pydantic import field_validator

from detector._rules import RULE_NAMES, read_rules
from detector._tunable import OWN, Group, tunable


class RulesParams(Group):
    """Which rules are left out, to see what each is worth. Those that change what is measured mean measuring again."""

    without: str = tunable("", "text", OWN, "Names of rules to leave out, with commas between them; empty: none.")

    @field_validator("without")
    @classmethod
    def _are_known(cls, text: str) -> str:
        read_rules(text)
        return text

    def has(self, name: str) -> bool:
        """Whether a rule is followed.

        Raises:
            KeyError: there is no such rule.
        """
        if name not in RULE_NAMES:
            raise KeyError(name)
        return name not in read_rules(self.without)
