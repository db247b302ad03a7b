"""What commands do with a night that was analyzed before, as functions: decide, report and review."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from detector.errors import NightFolderError
from detector.night.files.loading import NightLike, as_night
from detector.night.night import Night
from detector.night.nights import load_nights
from detector.night.regions import RegionsLike
from detector.night.trends import Trends, compare_nights, rates_of
from detector.params import Params
from detector.run.publish import draw_again, save_night


def decide(
    night: NightLike,
    params: Params | Mapping[str, object] | None = None,
    *,
    regions: RegionsLike = None,
    out: str | Path | None = None,
    overwrite: bool = False,
) -> Night:
    """Decide again with other parameters or regions, as `twitch-detector decide` does.

    Args:
        night: a night, or its folder.
        params: all parameters, or some values such as `{"burst.threshold": 12}`, the others being those of the night.
        regions: named places in the picture beside those that stand in the night's folder; see `Night.decide`.
        out: night folder to write; None writes nothing.
        overwrite: whether `out` may hold another night, one of other parameters, or other files.

    Returns:
        The night as it is decided now.

    Raises:
        ParameterError: a measuring parameter differs, a name is unknown, or a value is out of range.
        UsageError: `out` belongs to another night.
        NightFolderError: the motion was not kept, or a folder cannot be read or written.
    """
    decided = as_night(night).decide(params, regions=regions)
    return decided if out is None else save_night(decided, out, overwrite=overwrite)


def report(night: NightLike, *, footage: str | Path | None = None, with_pictures: bool = True) -> Path:
    """Write timeline and report of a night again, as `twitch-detector report` does.

    Args:
        night: a night that stands in a folder, or that folder.
        footage: where the footage is now; None looks where it was analyzed and beside the night.
        with_pictures: whether the report may show pictures out of the footage.

    Returns:
        The night folder.

    Raises:
        NightFolderError: the night is in no folder, or the folder cannot be read or written.
        UsageError: the report would lose its pictures, because the footage is gone.
    """
    loaded = as_night(night)
    folder = _folder_of(loaded)
    draw_again(loaded, folder, footage=None if footage is None else Path(footage), with_pictures=with_pictures)
    return folder


def review(
    night: NightLike,
    reviewer: str = "reviewer",
    *,
    footage: str | Path | None = None,
    blind: bool = False,
    opened: Callable[[str], None] | None = None,
) -> tuple[int, int]:
    """Serve the review page of a night until it is interrupted, as `twitch-detector review` does.

    Args:
        night: a night that stands in a folder, or that folder.
        reviewer: whose decisions are written.
        footage: where the footage is now.
        blind: whether the reviewer may not see what was decided.
        opened: called with the address of the page; None opens it in the browser.

    Returns:
        How many events the reviewer has decided about, and of how many.

    Raises:
        ImportError: the extra `review` is not installed.
        NightFolderError: the night is in no folder, or its reviews are damaged.
    """
    import webbrowser

    from detector.views.review.server import serve

    loaded = as_night(night)
    _folder_of(loaded)

    def show(url: str) -> None:
        webbrowser.open(url)

    place = None if footage is None else Path(footage)
    return serve(loaded, reviewer, is_blind=blind, footage=place, opened=opened or show)


def trend(nights: str | Path | Iterable[str | Path]) -> Trends:
    """Compare nights of one infant, as `twitch-detector trend` does.

    Args:
        nights: night folders, or folders that hold them.

    Returns:
        The table of rates, each night against the others, and what has to be known to read it.

    Raises:
        NightFolderError: there is no such folder.
        UsageError: there is no night in them.
    """
    return compare_nights([rates_of(name, night) for name, night in load_nights(nights).readable()])


def _folder_of(night: Night) -> Path:
    if night.folder is None:
        raise NightFolderError("This night stands in no folder; write it with `analyze(..., out=...)` first.")
    return night.folder
