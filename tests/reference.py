"""The API reference, rendered from the docstrings: `python -m tests.reference [FOLDER]`, needs the extra `docs`."""

from __future__ import annotations

import sys
from pathlib import Path

import detector

TYPES = (
    "detector.errors",
    "detector.params",
    "detector.footage.info",
    "detector.footage.recording",
    "detector.motion.trace",
    "detector.events.classify",
    "detector.events.decide",
    "detector.events.infant",
    "detector.events.state",
    "detector.night.numbers.answers",
    "detector.night.coverage",
    "detector.night.provenance",
    "detector.night.schema",
    "detector.truth.known",
    "detector.truth.scoring.people",
    "detector.truth.scoring.score",
    "detector.truth.sensitivity.result",
    "detector.views.exchange.sheet",
)
"""Where the types are described that the public functions take and give."""


def render(folder: Path) -> Path:
    """Write the pages.

    Args:
        folder: where to; made if it is not there.

    Returns:
        The first page.
    """
    import pdoc

    _name_types()
    for name in detector.__all__:  # each is imported at its first use, and a reference shows what is there
        setattr(detector, name, getattr(detector, name))
    pdoc.render.configure(docformat="google", footer_text=f"twitch-detector {detector.__version__}", search=True)
    pdoc.pdoc("detector", *TYPES, output_directory=folder)
    return folder / "detector.html"


def _name_types() -> None:
    """Give modules the names of types that they know for type checkers only, or from a base class of another module."""
    from bokeh.plotting import figure

    night = vars(sys.modules[detector.Night.__module__])
    for base in detector.Night.__mro__[1:-1]:
        for name, value in vars(sys.modules[base.__module__]).items():
            night.setdefault(name, value)
    vars(sys.modules[detector.timeline.__module__]).setdefault("figure", figure)


if __name__ == "__main__":
    sys.stdout.write(f"{render(Path(sys.argv[1] if len(sys.argv) > 1 else 'api'))}\n")
