"""Words of scorers as our kinds: sensible defaults, a map of the user's own, and a list of what is in neither."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import ParameterError
from detector.events.artifacts import ARTIFACT_KINDS
from detector.events.classify import EVENT_KINDS
from detector.events.state import ACTIVE, AWAKE, QUIET, STATES, UNKNOWN
from detector.views.exchange.scored import Scored, Scoring

IGNORE = "ignore"
EXAMPLE = 'twitch = ["Zuckung", "TW"] or "TW" = "twitch"'

DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "twitch": ("twitches", "sleep twitch", "sleep twitches", "tw", "startle twitch"),
    "rhythmic": ("rhythm", "rhythmic movement", "rhythmic movements", "rocking", "sucking", "trembling"),
    "movement": ("movements", "local movement", "localized movement", "limb movement", "move", "stretch"),
    "gross": ("gross movement", "gross movements", "whole body", "whole-body", "whole-body movement", "body movement"),
    "restless": ("awake", "handled", "restless stretch", "fussing"),
    "uncertain": ("unclear", "unsure", "jerk", "?"),
}
"""Words for each kind, in lower case, beside the name of the kind itself."""
STAGES: Mapping[str, tuple[str, ...]] = {
    AWAKE: ("w",),
    ACTIVE: ("r",),
    QUIET: ("n", "n1", "n2", "n3", "1", "2", "3", "4"),
    UNKNOWN: ("?",),
}
"""Sleep stages as EDF+ writes them, after `sleep stage`, by the state that is like them."""


@dataclass(frozen=True)
class Labeled:
    """A scoring in our kinds.

    Attributes:
        scoring: as it was read.
        marks: `(kind, what was scored)`, in order of start.
        states: `(state, what was scored)`, likewise.
        unknown: how often each label that no kind is known for stands in it.
    """

    scoring: Scoring
    marks: tuple[tuple[str, Scored], ...]
    states: tuple[tuple[str, Scored], ...]
    unknown: Mapping[str, int]

    @property
    def name(self) -> str:
        """How the scorer is called: as the file, without its ending."""
        return self.scoring.path.name.partition(".")[0] or self.scoring.path.name

    def notices(self) -> list[str]:
        """A sentence about labels that are unknown; empty where all are known."""
        if not self.unknown:
            return []
        words = ", ".join(f"{label!r} ({n})" for label, n in sorted(self.unknown.items()))
        said = f"{self.scoring.path}: no kind is known for {words}, so these rows are left out"
        return [f"{said}; name one in a file for --map, with lines such as {EXAMPLE}."]


def with_kinds(scoring: Scoring, own: Mapping[str, str] | None = None) -> Labeled:
    """A scoring in our kinds.

    Args:
        scoring: as it was read.
        own: the user's labels, in lower case, to kinds; they go before the defaults.
    """
    known = default_labels() | dict(own or {})
    marks, states, unknown = [], [], Counter[str]()
    for one in scoring.scored:
        kind = known.get(_plain(one.label), "")
        if kind in EVENT_KINDS:
            marks.append((kind, one))
        elif kind in STATES:
            states.append((kind, one))
        elif not kind:
            unknown[one.label] += 1
    return Labeled(scoring, tuple(marks), tuple(states), dict(unknown))


def default_labels() -> dict[str, str]:
    """Labels in lower case to kinds, states, and what is left out on purpose."""
    labels = {word: kind for kind, words in DEFAULTS.items() for word in (kind, *words)}
    stages = {f"sleep stage {stage}": state for state, words in STAGES.items() for stage in words}
    own = {state: state for state in STATES}
    return {**dict.fromkeys(ARTIFACT_KINDS, IGNORE), "gap": IGNORE, **stages, **own, **labels}


Labels = Mapping[str, Any] | str | Path | None
"""A user's map of labels: values, the TOML file that holds them, or none."""


def own_labels(labels: Labels) -> dict[str, str]:
    """A user's map of labels, wherever it stands; errors as of `read_labels`."""
    return read_labels(Path(labels)) if isinstance(labels, str | Path) else make_labels(labels or {})


def read_labels(path: Path | None) -> dict[str, str]:
    """A map of labels out of a TOML file: a kind and its labels, or a label and its kind, one a line.

    Args:
        path: the file; None gives none.

    Raises:
        ParameterError: it cannot be read, or names a kind that is none.
    """
    if path is None:
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ParameterError(
            f"{path}: expected a TOML file of labels, but it cannot be read ({reason}); "
            f"a line looks like this: {EXAMPLE}"
        ) from None
    return make_labels(document.get("labels", document), str(path))


def make_labels(document: object, source: str = "labels") -> dict[str, str]:
    """A map of labels out of plain values.

    Raises:
        ParameterError: it names a kind that is none.

    >>> make_labels({"twitch": ["TW", "Zuckung"], "RM": "rhythmic"})
    {'tw': 'twitch', 'zuckung': 'twitch', 'rm': 'rhythmic'}
    """
    found: dict[str, str] = {}
    allowed = (*EVENT_KINDS, *STATES, IGNORE)
    for key, value in document.items() if isinstance(document, Mapping) else ():
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        pairs = [(word, key) for word in value] if is_list else [(key, value)]
        for word, kind in pairs:
            if kind not in allowed:
                raise ParameterError(
                    f"{source}: expected a kind of {', '.join(EVENT_KINDS)}, a state, or ignore for {word!r}, but "
                    f"{kind!r} came; a line looks like this: {EXAMPLE}"
                )
            found[_plain(str(word))] = kind
    return found


def _plain(label: str) -> str:
    return " ".join(label.replace("_", " ").split()).lower()
