"""Pictures out of the footage around an event: the whole, close-ups in order, and what the movement changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.events.classify import Event
from detector.footage.info import Frame
from detector.footage.recording import Recording
from detector.night.files.originals import open_stretch
from detector.night.night import Night

Box = tuple[float, float, float, float]
Luma = NDArray[np.uint8]

BRIEF_S = 1.0
"""Events up to this long are shown before, where they had moved farthest and after; longer ones in even steps."""
BRIGHTER, DARKER = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2)
"""RGB of what got brighter and darker from before a movement to its peak."""
_LEAST_CHANGE = 12.0  # grey levels: below, the noise of a still picture would be shown as loudly as a movement
_BEFORE_S = 0.15
_FAINT = 0.35
_N_DURING = 6


class Still(NamedTuple):
    """One picture: recording time in s, and the luma, shape (height, width), uint8."""

    time_s: float
    luma: Luma


class Tile(NamedTuple):
    """One picture of a strip.

    Attributes:
        caption: what it shows, a few words.
        picture: shape (height, width) gray or (height, width, 3) RGB, uint8.
        corner_px: `(left, top)` of the picture in the source, px.
        scale: px of the picture for each source px.
    """

    caption: str
    picture: Luma
    corner_px: tuple[float, float]
    scale: float


def find_stills(night: Night, times_s: Sequence[float], footage: str | None = None) -> list[Still]:
    """The picture that stood at each of several times; fewer where the footage has fewer.

    Args:
        night: whose footage it is.
        times_s: recording time, s, ascending.
        footage: as for `detector.night.files.originals.find_footage`.

    Raises:
        FootageError: the footage is gone, is another one than was analyzed, or cannot be read.
    """
    recording = open_stretch(night, times_s[0], times_s[-1], footage)
    return list(iter_stills(recording, times_s)) if recording.clips else []


def iter_stills(recording: Recording, times_s: Sequence[float]) -> Iterator[Still]:
    """As `find_stills`, one after the other, out of opened footage."""
    from detector.footage.recording import iter_interval

    picker = StillPicker(times_s)
    # A second to each side, since a slow camera may have no frame within the stretch itself.
    for frame in iter_interval(recording, times_s[0] - 1, times_s[-1] + 1):
        yield from picker.pick(frame)
        if picker.is_done:
            return


class StillPicker:
    """Picks out of frames, shown in order of time, the one that stood at each of several times.

    Args:
        times_s: recording time, s, ascending.

    Attributes:
        stills: what was picked so far.
    """

    def __init__(self, times_s: Sequence[float]) -> None:
        self._wanted = deque(times_s)
        self.stills: list[Still] = []

    @property
    def is_done(self) -> bool:
        """Whether no time is left."""
        return not self._wanted

    def pick(self, frame: Frame) -> list[Still]:
        """Look at the next frame; what was picked of it, one still or none."""
        stop_s = frame.time_s + frame.duration_s
        if self.is_done or stop_s <= self._wanted[0]:
            return []
        while self._wanted and stop_s > self._wanted[0]:
            self._wanted.popleft()
        self.stills.append(Still(frame.time_s, frame.luma.copy()))
        return self.stills[-1:]


def telling_times(night: Night, event: Event, n_pictures: int = 4) -> list[float]:
    """Times at which an event is best looked at, s, ascending: even steps, for a brief one from before to after it."""
    if event.duration_s > BRIEF_S:
        return [float(time_s) for time_s in np.linspace(event.start_s, event.stop_s, n_pictures + 1)[:-1]]
    before_s = max(event.start_s - _BEFORE_S, night.start_s)
    during_s = np.linspace(event.start_s, event.stop_s, _N_DURING)
    return sorted({before_s, *map(float, during_s), min(event.stop_s + _BEFORE_S, night.stop_s)})


def most_changed(before: Still, stills: Sequence[Still], box_px: Box) -> Still:
    """The still of several that differs most from one before them, where it moved.

    Motion is strongest at the onset, when hardly anything has moved yet; this is where it has moved farthest.
    """
    there = _crop(before.luma, box_px).astype(np.float32)

    def change(still: Still) -> float:
        return float(np.mean(np.abs(cv2.blur(_crop(still.luma, box_px).astype(np.float32) - there, (3, 3)))))

    return max(stills, key=change)


def _told(event: Event, stills: Sequence[Still]) -> Sequence[Still]:
    """Those that are shown: all of a longer event, before, farthest and after of a brief one."""
    if event.duration_s > BRIEF_S or len(stills) < 4:
        return stills
    return stills[0], most_changed(stills[0], stills[1:-1], event.box_px), stills[-1]


def make_strip(night: Night, event: Event, *, height_px: int = 150, footage: str | None = None) -> list[Tile]:
    """The strip of an event: the whole picture, close-ups in order, and for brief events before minus peak.

    Args:
        night: what was found.
        event: one of its events.
        height_px: height of each tile.
        footage: as for `detector.night.files.originals.find_footage`.

    Returns:
        Tiles in order; empty where the footage has no picture there.

    Raises:
        FootageError: the footage is gone, is another one than was analyzed, or cannot be read.
    """
    return strip_of(event, find_stills(night, telling_times(night, event), footage), height_px)


def strip_of(event: Event, stills: Sequence[Still], height_px: int = 150) -> list[Tile]:
    """As `make_strip`, out of stills that were found already; empty where there is none."""
    if not stills:
        return []
    stills = _told(event, stills)
    tall, wide = stills[0].luma.shape
    close = close_up(event.box_px, (tall, wide), aspect=4 / 3)
    scale = height_px / (close[3] - close[1])
    corner = close[0], close[1]
    crops = [_fitted(_crop(still.luma, close), height_px) for still in stills]
    low, high = _levels(stills[0].luma)
    whole = _fitted(stills[min(1, len(stills) - 1)].luma, height_px)
    tiles = [Tile("whole picture", stretched(whole, low, high), (0.0, 0.0), height_px / tall)]
    for still, crop in zip(stills, crops, strict=True):
        tiles.append(Tile(_caption(event, still.time_s), stretched(crop, low, high), corner, scale))
    if event.duration_s <= BRIEF_S and len(crops) > 1:
        changed = difference_picture(_crop(stills[0].luma, close), _crop(stills[1].luma, close))
        tiles.append(Tile("before minus peak", _fitted(changed, height_px), corner, scale))
    return tiles


def difference_picture(before: Luma, peak: Luma) -> Luma:
    """What changed from one picture to another, over a faint copy of the first.

    Args:
        before: shape (height, width).
        peak: as `before`.

    Returns:
        RGB, shape (height, width, 3): what got brighter in orange, what got darker in blue, white where nothing did.
    """
    smooth = [cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0) for picture in (before, peak)]
    change = smooth[1] - smooth[0]
    noise = 1.5 * float(np.median(np.abs(change)))
    scale = max(float(np.percentile(np.abs(change), 99.5)), _LEAST_CHANGE)
    strength = np.clip((np.abs(change) - noise) / max(scale - noise, 1.0), 0.0, 1.0)[..., None]
    low, high = _levels(before)
    gray = 255.0 - _FAINT * (255.0 - stretched(before, low, high).astype(np.float32))
    color = np.where(change[..., None] > 0, np.array(BRIGHTER, np.float32), np.array(DARKER, np.float32))
    blended = (1.0 - strength) * gray[..., None] + strength * color
    return np.asarray(np.clip(blended + 0.5, 0, 255), np.uint8)


def stretched(luma: Luma, low: float, high: float) -> Luma:
    """Grey levels `low` to `high` spread over black to white."""
    spread = (luma.astype(np.float32) - low) * (255.0 / max(high - low, 1.0))
    return np.asarray(np.clip(spread, 0, 255), np.uint8)


def close_up(box_px: Box, shape: tuple[int, ...], aspect: float) -> Box:
    """A window around a box, about twice its size, at least a fifth of the picture high, inside the picture.

    Args:
        box_px: `(left, top, right, bottom)`.
        shape: `(height, width)` of the picture, px.
        aspect: width / height of the window, kept where the box and the picture leave room for it.

    Returns:
        `(left, top, right, bottom)`, px; it holds the box as far as the box lies in the picture.
    """
    tall, wide = shape[:2]
    box_width, box_height = box_px[2] - box_px[0], box_px[3] - box_px[1]
    height = max(2 * box_height, 2 * box_width / aspect, tall / 5)
    height = min(height, tall, wide / aspect)
    width = min(max(height * aspect, 1.1 * box_width), wide)
    height = min(max(height, 1.1 * box_height), tall)
    x, y = (box_px[0] + box_px[2]) / 2, (box_px[1] + box_px[3]) / 2
    left = min(max(x - width / 2, 0), wide - width)
    top = min(max(y - height / 2, 0), tall - height)
    return left, top, left + width, top + height


def to_jpeg(picture: Luma, quality: int = 72) -> bytes:
    """A gray or RGB picture as JPEG."""
    ordered = picture if picture.ndim == 2 else np.ascontiguousarray(picture[..., ::-1])
    _, content = cv2.imencode(".jpg", ordered, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(content)


def _caption(event: Event, time_s: float) -> str:
    return f"{time_s - event.start_s:+.2f} s"


def _levels(luma: Luma) -> tuple[float, float]:
    low, high = np.percentile(luma, (0.5, 99.5))
    return float(low), float(high)


def _crop(luma: Luma, box: Box) -> Luma:
    left, top, right, bottom = (round(edge) for edge in box)
    return luma[top : max(bottom, top + 1), left : max(right, left + 1)]


def _fitted(picture: Luma, height_px: int) -> Luma:
    tall, wide = picture.shape[:2]
    method = cv2.INTER_AREA if tall > height_px else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (max(1, round(wide * height_px / tall)), height_px), interpolation=method))
