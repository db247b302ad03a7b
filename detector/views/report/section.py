"""What the report is made of: a story to tell, and sections that tell a part of it or have nothing to say."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from detector.night.night import Night
from detector.views.films import Shown

if TYPE_CHECKING:
    from jinja2 import Environment
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TEMPLATES = Path(__file__).parents[1] / "templates"


QUICK_PNG: Final = {"compress_level": 3}
"""Packs a drawing in half the time of the usual level, a tenth larger."""
PHOTO: Final = {"quality": 85, "method": 2}


@dataclass(frozen=True)
class Story:
    """What every section is given.

    Attributes:
        night: what was found.
        look: gives films and stills out of the footage, at once or when they are made; nothing where none may or can be
            shown.
        with_pictures: whether the report may hold any picture of the footage, the reference picture among them.
        timeline_png: the timeline as it was drawn already; None draws it.
    """

    night: Night
    look: Callable[[], Shown] = Shown
    with_pictures: bool = True
    timeline_png: bytes | None = None

    @property
    def shown(self) -> Shown:
        """Films and stills out of the footage; waits until they are made."""
        return self.look()


@dataclass(frozen=True)
class Section:
    """One part of the report.

    Attributes:
        key: its name in the page.
        html: what it says, ready for the page.
    """

    key: str
    html: str


Writer = Callable[[Story], Section | None]
"""A section is given the story; None is nothing to say."""


def section(key: str, **facts: Any) -> Section:  # noqa: ANN401  # a template takes anything
    """Fill the template of a section; every text is escaped."""
    return Section(key, environment().get_template(f"report/{key}.html.j2").render(facts))


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates that escape what they are given, and fail where they are given too little."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["css_text"] = css_text
    return made


def css_text(text: str) -> str:
    """Text that may stand between quotes in a style sheet, whatever it holds."""
    return "".join(letter if letter.isalnum() or letter in " .,:-_·()+" else f"\\{ord(letter):x} " for letter in text)


def picture(draw: Callable[[Axes], Axes], width_in: float, height_in: float, *, is_photo: bool = False) -> str:
    """A drawing as a data URI: a PNG, or where it lies on a picture of the footage a WebP of a tenth the size."""
    from detector.views.plots.style import detached_axes

    ax = detached_axes(width_in, height_in)
    draw(ax)
    figure = cast("Figure", ax.get_figure(root=True))
    buffer = io.BytesIO()
    if is_photo:
        figure.savefig(buffer, format="webp", dpi=130, pil_kwargs=PHOTO)
        return data_uri(buffer.getvalue(), "image/webp")
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": None}, pil_kwargs=QUICK_PNG)
    return data_uri(buffer.getvalue(), "image/png")


def data_uri(content: bytes, media_type: str) -> str:
    """Bytes as an address that holds them."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
