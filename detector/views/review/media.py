"""Moving pictures for the review page: the analyzed files themselves, and short films of what a browser cannot play."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detector.errors import FootageError, UsageError
from detector.night.files.originals import find_original
from detector.night.provenance import InputFile

if TYPE_CHECKING:
    from detector.night.movie import Film
    from detector.night.night import Night

LONGEST_S: Final = 120.0
"""A film for the page is at most this long; of longer events the original is shown, or the beginning."""
_KEPT_FILMS: Final = 32
_LONG_SIDE_PX: Final = 960

# What browsers may play; whether this one does, it says itself. Everything else is made into a film.
_CONTAINERS: Final = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mp4", ".webm": "webm"}
_CODECS: Final = {
    "h264": "avc1.640028", "hevc": "hvc1.1.6.L120.B0", "av1": "av01.0.08M.08", "vp8": "vp8", "vp9": "vp09.00.40.08",
}  # fmt: skip


@dataclass(frozen=True)
class Original:
    """An analyzed file that a browser may be able to play.

    Attributes:
        number: its place among the night's inputs, from 0.
        mime: its type with codec, for the browser to say whether it can.
        offset_s: recording time = time in the player + this, s.
    """

    number: int
    mime: str
    offset_s: float


class Media:
    """The footage of one night.

    Args:
        night: whose footage it is.
        footage: where it is now, as for `detector.night.files.originals.find_footage`.
    """

    def __init__(self, night: Night, footage: Path | None = None) -> None:
        self._night, self._footage = night, footage
        self._inputs = night.provenance.inputs
        self._films: OrderedDict[tuple[float, float], Film] = OrderedDict()
        self._making, self._finding = threading.Lock(), threading.Lock()
        self._types: dict[int, str] = {}

    def original(self, start_s: float, stop_s: float) -> Original | None:
        """The one file that shows a stretch of the night, if a browser may play it; None where none does.

        Raises:
            FootageError: the footage is gone.
        """
        number = self._showing(start_s, stop_s)
        if number is None:
            return None
        mime = self._mime(number)
        return Original(number, mime, self._inputs[number].offset_s) if mime else None

    def path(self, number: int) -> Path:
        """Where an analyzed file is now; `number` counts the night's inputs.

        Raises:
            FootageError: there is no such file, it is gone, or another has taken its place.
        """
        if not 0 <= number < len(self._inputs):
            raise FootageError("There is no such file in this night.")
        # One at a time, since a large file is read as a whole to know it again.
        with self._finding:
            return find_original(self._night, self._inputs[number], self._footage)

    def film(self, start_s: float, stop_s: float) -> Film:
        """A stretch of the night as a film that every browser plays; made when it is first asked for.

        Raises:
            UsageError: it is empty, too long or outside the night.
            FootageError: the footage is gone or holds no picture there.
        """
        from detector.night.movie import film_stretch

        night = self._night
        start_s, stop_s = max(start_s, night.start_s), min(stop_s, night.stop_s, start_s + LONGEST_S)
        if not stop_s > start_s:
            raise UsageError("This stretch lies outside the night.")
        stretch = (round(start_s, 3), round(stop_s, 3))
        with self._making:
            if stretch not in self._films:
                self._films[stretch] = film_stretch(night, *stretch, long_side_px=_LONG_SIDE_PX, footage=self._footage)
            self._films.move_to_end(stretch)
            while len(self._films) > _KEPT_FILMS:
                self._films.popitem(last=False)
            return self._films[stretch]

    def _showing(self, start_s: float, stop_s: float) -> int | None:
        """The file that is running at `start_s`, if no other begins before `stop_s`."""
        begun = [number for number, source in enumerate(self._inputs) if source.offset_s <= start_s + 1e-3]
        later = [source for source in self._inputs if start_s + 1e-3 < source.offset_s < stop_s]
        if not begun or later:
            # The first file keeps its own times, which may begin after 0.
            return 0 if len(self._inputs) == 1 else None
        return max(begun, key=lambda number: self._inputs[number].offset_s)

    def _mime(self, number: int) -> str:
        if number not in self._types:
            limit_px = self._night.params.footage.max_frame_px
            self._types[number] = _mime_of(self._inputs[number], lambda: _codec_of(self.path(number), limit_px))
        return self._types[number]


def _mime_of(source: InputFile, codec_of: Callable[[], str]) -> str:
    """Type of a file with its codec, such as `video/mp4; codecs="avc1.640028"`; empty where no browser plays it."""
    container = _CONTAINERS.get(Path(source.name).suffix.lower(), "")
    codec = _CODECS.get(codec_of(), "") if container else ""
    return f'video/{container}; codecs="{codec}"' if codec else ""


def _codec_of(path: Path, limit_px: int) -> str:
    from detector.footage.container import open_video

    with open_video(path, limit_px) as (_, stream):
        return str(stream.codec_context.name)
