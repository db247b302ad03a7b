"""Events to look at: stills in order, what the movement changed, and the motion signal of each."""

from __future__ import annotations

from typing import Any

from detector.views.plots.style import KIND_STYLES
from detector.views.report.section import Section, Story, data_uri, section
from detector.views.report.signal import signal_svg
from detector.views.stills import BRIEF_S, Tile, to_jpeg
from detector.views.wording import describe_event, elapsed, moment


def write(story: Story) -> Section | None:
    """Nothing to say where the footage is not shown."""
    if not story.shown.strips:
        return None
    cards = [_card(story, number, tiles) for number, tiles in sorted(story.shown.strips.items())]
    has_change = any(card["has_change"] for card in cards)
    return section("cards", cards=cards, has_change=has_change)


def _card(story: Story, number: int, tiles: list[Tile]) -> dict[str, Any]:
    night = story.night
    event = night.decision.events[number - 1]
    file, second = night.provenance.file_place(event.start_s)
    return {
        "number": number,
        "id": night.event_ids[number - 1],
        "color": KIND_STYLES[event.kind].color,
        "what": describe_event(night, event),
        "when": moment(night, event.start_s),
        "file": file,
        "at": elapsed(second, decimals=1) if file else "",
        "strength": f"{event.snr:.0f}",
        "tiles": [_tile(tile, event.box_px) for tile in tiles],
        "signal": signal_svg(night, event),
        "has_change": event.duration_s <= BRIEF_S,
    }


def _tile(tile: Tile, box_px: tuple[float, float, float, float]) -> dict[str, Any]:
    tall, wide = tile.picture.shape[:2]
    left, right = (_percent(edge - tile.corner_px[0], tile.scale, wide) for edge in box_px[::2])
    top, bottom = (_percent(edge - tile.corner_px[1], tile.scale, tall) for edge in box_px[1::2])
    return {
        "caption": tile.caption,
        "uri": data_uri(to_jpeg(tile.picture), "image/jpeg"),
        "width": wide,
        "height": tall,
        "box": f"left:{left:.1f}%;top:{top:.1f}%;width:{right - left:.1f}%;height:{bottom - top:.1f}%",
    }


def _percent(place_px: float, scale: float, length_px: int) -> float:
    """A place in the source as percent of a tile's side, 0 to 100."""
    return min(max(100 * place_px * scale / length_px, 0.0), 100.0)
