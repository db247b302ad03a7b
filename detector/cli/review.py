"""The command that opens the review page."""

from __future__ import annotations

import getpass
import re
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.ends import handled, say
from detector.cli.options import FootageFolder, NightFolder
from detector.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from detector.night.night import Night

_MOST_LINES = 20


@handled
def review(
    folder: NightFolder,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose decisions these are.", show_default="your user name")
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Hide what was decided: the reviewer says what each movement is.")
    ] = False,
    footage: FootageFolder = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
) -> ExitCode:
    """Look at the events of a night and correct them.

    Opens a page in your browser that only this machine can reach. Each decision is written to the night folder at once;
    Ctrl-C ends it, and the same command goes on where you stopped.

    \b
    Examples:
      twitch-detector review night
      twitch-detector review night --reviewer Ana --blind
      twitch-detector report night --reviewed
    """
    from detector.night.night import Night

    try:
        from detector.views.review.server import serve
    except ModuleNotFoundError as error:
        raise UsageError(
            f"The review page needs a package that is not installed ({error.name}); "
            'install it with: pip install "twitch-detector[review]"'
        ) from None

    def opened(url: str) -> None:
        say(f"Review of {folder} at {url}", "Press Ctrl-C to end; every decision is kept.")
        if browser:
            import webbrowser

            webbrowser.open(url)

    n_decided, n_events = serve(
        Night.load(folder), reviewer or _user(), port=port, is_blind=blind, footage=footage, opened=opened
    )
    say(f"{n_decided} of {n_events} events decided.")
    return ExitCode.DONE


def _user() -> str:
    """The name of whoever is logged in, as far as it can name a reviewer."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = ""
    return re.sub(r"[^\w-]", "", name).strip("-_")[:64] or "reviewer"


def corrected_night(night: Night, *, is_asked: bool) -> Night | None:
    """A night decided again with the decisions of people carried over; None where nobody reviewed it.

    Args:
        night: as it was decided.
        is_asked: whether the user asked for the reviewed events, so that having none is an error.
    """
    from detector.night.people.review import read_reviews

    return night.reviewed() if is_asked or read_reviews(night.reviews_folder()) else None


def lost_decisions(night: Night | None) -> list[str]:
    """The decisions of a review that found no event in this night, a line each, after one that counts them."""
    from detector.views.wording import moment, number

    lost = night.review.unplaced if night is not None and night.review else ()
    if night is None or not lost:
        return []
    head = f"{number(len(lost), 'decision')} of the review found no event at that time and place:"
    lines = [
        f"  {each.reviewer} {each.word} {each.event_id}: {each.mark.kind} at {moment(night, each.mark.start_s)}"
        for each in lost[:_MOST_LINES]
    ]
    more = [f"  and {len(lost) - _MOST_LINES} more"] if len(lost) > _MOST_LINES else []
    return [head, *lines, *more]
