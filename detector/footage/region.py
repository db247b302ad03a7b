"""Named places in the picture: what is judged, what is left out, where the face is, and what a place is called."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from detector.errors import ParameterError

Use = Literal["site", "only", "ignore", "face", "infant"]
USES: tuple[Use, ...] = get_args(Use)

Point = tuple[float, float]

FACES = ("face", "mouth")
"""Names of regions that are the face, whatever their use."""

_SLACK_PX = 0.5  # a corner on the very edge, drawn on a scaled picture
_MIN_AREA_PX = 16.0
_MOST_CORNERS = 200
_LONGEST_NAME = 40
_NAME = re.compile(r"[^\W_](?:[\w .,'()&+-]*[\w.)])?")


@dataclass(frozen=True)
class Region:
    """A named polygon in the picture.

    Attributes:
        name: such as `"cot"`, 1 to 40 characters.
        polygon_px: `(x, y)` of at least three corners, source px from the top left; its first corner follows its last.
        use: `"only"` (nothing outside such regions is judged), `"ignore"` (nothing inside is), `"infant"` (where one of
            several infants lies, and nothing outside is judged), `"face"` or `"site"` (both only name what lies inside;
            movement of a face may look like sucking).
    """

    name: str
    polygon_px: tuple[Point, ...]
    use: Use = "site"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.name) > _LONGEST_NAME:
            raise ParameterError(
                f"Region {self.name!r}: expected a name of 1 to {_LONGEST_NAME} letters, digits, spaces or "
                "punctuation that begins with a letter or digit; choose another name."
            )
        if self.use not in USES:
            raise ParameterError(f"Region {self.name!r}: expected the use {_or(USES)}, but {self.use!r} came.")
        self._check_polygon()

    def _check_polygon(self) -> None:
        corners = self.polygon_px
        if not 3 <= len(corners) <= _MOST_CORNERS:
            raise ParameterError(
                f"Region {self.name!r}: expected 3 to {_MOST_CORNERS} corners, but {len(corners)} came; "
                f"{'add' if len(corners) < 3 else 'remove'} some."
            )
        if not all(math.isfinite(value) for corner in corners for value in corner):
            raise ParameterError(f"Region {self.name!r}: expected finite numbers as corners; correct them.")
        if _crosses_itself(corners):
            raise ParameterError(
                f"Region {self.name!r}: its outline crosses itself; give the corners in order around the region."
            )
        if self.area_px < _MIN_AREA_PX:
            raise ParameterError(
                f"Region {self.name!r}: it is empty (its corners enclose {self.area_px:.1f} px); move them apart."
            )

    @property
    def is_face(self) -> bool:
        """Whether it is used, or named, as the face."""
        return self.use == "face" or self.name.casefold() in FACES

    @property
    def area_px(self) -> float:
        """What it encloses, px squared."""
        x, y = np.asarray(self.polygon_px, dtype=np.float64).T
        return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2

    def holds(self, x_px: float, y_px: float) -> bool:
        """Whether a point lies inside; False where it is not known."""
        return bool(_inside(self.polygon_px, np.array([x_px]), np.array([y_px]))[0, 0])


@dataclass(frozen=True)
class RegionSet:
    """All regions of a night, checked against its picture.

    Attributes:
        regions: in the order in which they were drawn; names differ.
        width_px, height_px: size of the picture; 0 where it is not known, and corners are not checked against it.
    """

    regions: tuple[Region, ...] = ()
    width_px: int = field(default=0, compare=False)
    height_px: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        names = [region.name for region in self.regions]
        for region in self.regions:
            if names.count(region.name) > 1:
                raise ParameterError(f"Region {region.name!r}: this name is there twice; give each region its own.")
            if self.width_px:
                self._check_inside(region)

    def _check_inside(self, region: Region) -> None:
        for x_px, y_px in region.polygon_px:
            is_inside = -_SLACK_PX <= x_px <= self.width_px + _SLACK_PX
            if not (is_inside and -_SLACK_PX <= y_px <= self.height_px + _SLACK_PX):
                raise ParameterError(
                    f"Region {region.name!r}: its corner {x_px:g},{y_px:g} lies outside the picture of "
                    f"{self.width_px} x {self.height_px} px; move it inside."
                )

    def __bool__(self) -> bool:
        return bool(self.regions)

    def of_use(self, use: Use) -> tuple[Region, ...]:
        """The regions of one use."""
        return tuple(region for region in self.regions if region.use == use)

    @property
    def frames(self) -> tuple[Region, ...]:
        """Regions outside of which nothing is judged."""
        return tuple(region for region in self.regions if region.use in {"only", "infant"})

    @property
    def infants(self) -> tuple[str, ...]:
        """Names of the infants that have a night of their own; none where fewer than two were named."""
        names = tuple(region.name for region in self.of_use("infant"))
        return names if len(names) > 1 else ()

    def of_infant(self, name: str) -> RegionSet:
        """The regions without those of the other infants.

        Raises:
            ParameterError: no infant has this name.
        """
        known = [region.name for region in self.of_use("infant")]
        if name not in known:
            told = f"the infants are {', '.join(known)}" if known else "no region is that of an infant"
            raise ParameterError(f"{name!r}: expected the name of an infant, but {told}.")
        kept = tuple(region for region in self.regions if region.use != "infant" or region.name == name)
        return RegionSet(kept, self.width_px, self.height_px)

    def with_regions(self, others: Sequence[Region]) -> RegionSet:
        """These regions and others, which take the place of those of their names."""
        new = {region.name for region in others}
        kept = [region for region in self.regions if region.name not in new]
        return RegionSet((*kept, *others), self.width_px, self.height_px)

    def of_picture(self, width_px: int, height_px: int) -> RegionSet:
        """The same, checked against a picture.

        Raises:
            ParameterError: a corner lies outside of it.
        """
        return RegionSet(self.regions, width_px, height_px)

    def site_of(self, x_px: float, y_px: float) -> str:
        """Name of the smallest region that holds a point; empty where none does or the point is not known.

        What is ignored is no site, and neither is the one place that is judged at all: with several such places, each
        is the site of what no other region names.
        """
        named = [region for region in self.regions if region.use in {"site", "face"}]
        frames = self.frames if len(self.frames) > 1 else ()
        for regions in (named, frames):
            if holding := [region for region in regions if region.holds(x_px, y_px)]:
                return min(holding, key=lambda region: region.area_px).name
        return ""

    def infant_at(self, x_px: float, y_px: float) -> str:
        """Name of the infant whose region holds a point; empty where none does."""
        holding = [region for region in self.of_use("infant") if region.holds(x_px, y_px)]
        return min(holding, key=lambda region: region.area_px).name if holding else ""

    def is_face(self, x_px: float, y_px: float) -> bool:
        """Whether a point lies in a region that is the face."""
        return any(region.holds(x_px, y_px) for region in self.regions if region.is_face and region.use != "ignore")

    def mask(self, rows: int, columns: int, cell_px: Point) -> NDArray[np.bool_]:
        """Cells that are judged: in the places outside of which nothing is, and not ignored, each by half a cell.

        Args:
            rows: of the grid.
            columns: of the grid.
            cell_px: `(x, y)` size of a cell, source px.

        Returns:
            Shape (rows, columns), bool.

        >>> left = Region("left", ((0, 0), (4, 0), (4, 4), (0, 4)), "only")
        >>> RegionSet((left,)).mask(1, 3, (4.0, 4.0)).tolist()
        [[True, False, False]]
        """
        return self.framed(rows, columns, cell_px) & ~self.ignored(rows, columns, cell_px)

    def framed(self, rows: int, columns: int, cell_px: Point) -> NDArray[np.bool_]:
        """Cells that lie in an `only` region and in that of an infant, where there are any; arguments as of `mask`."""
        inside = np.ones((rows, columns), np.bool_)
        for use in ("only", "infant"):
            if regions := [region for region in self.frames if region.use == use]:
                inside &= _covered(regions, rows, columns, cell_px) >= _HALF
        return inside

    def ignored(self, rows: int, columns: int, cell_px: Point) -> NDArray[np.bool_]:
        """Cells that lie in an `ignore` region; arguments as of `mask`."""
        return _covered(self.of_use("ignore"), rows, columns, cell_px) >= _HALF


_FINE = 8  # a cell is looked at in so many points a side
_HALF = 0.5


def _covered(regions: Sequence[Region], rows: int, columns: int, cell_px: Point) -> NDArray[np.float64]:
    """Share of each cell that lies in any of the regions, shape (rows, columns)."""
    x, y = ((np.arange(n * _FINE) + 0.5) * size / _FINE for n, size in zip((columns, rows), cell_px, strict=True))
    inside = np.zeros((rows * _FINE, columns * _FINE), np.bool_)
    for region in regions:
        inside |= _inside(region.polygon_px, x, y)
    share: NDArray[np.float64] = inside.reshape(rows, _FINE, columns, _FINE).mean(axis=(1, 3))
    return share


def _inside(polygon: Sequence[Point], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the points of a grid lie in a polygon: those with an odd number of edges to their right.

    Args:
        polygon: corners.
        x: of the columns, shape (n,); NaN is nowhere.
        y: of the rows, shape (m,).

    Returns:
        Shape (m, n), bool.
    """
    inside = np.zeros((y.size, x.size), np.bool_)
    for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        is_crossed = (y1 <= y) != (y2 <= y)
        edge_x = x1 + (y[is_crossed] - y1) * (x2 - x1) / ((y2 - y1) or 1.0)
        inside[is_crossed] ^= x[None, :] < edge_x[:, None]
    return inside


def _crosses_itself(corners: Sequence[Point]) -> bool:
    n = len(corners)
    edges = [(corners[index], corners[(index + 1) % n]) for index in range(n)]
    return any(
        _cross(edges[a], edges[b])
        for a in range(n)
        for b in range(a + 1, n)
        if b - a > 1 and not (a == 0 and b == n - 1)  # neighbors share a corner
    )


def _cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    """Whether two stretches have a point in common."""
    (a, b), (c, d) = first, second
    sides = (_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b))
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    touching = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(side == 0 and _is_between(*three) for side, three in zip(sides, touching, strict=True))


def _side(a: Point, b: Point, point: Point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _is_between(a: Point, b: Point, point: Point) -> bool:
    low_x, high_x = min(a[0], b[0]), max(a[0], b[0])
    low_y, high_y = min(a[1], b[1]), max(a[1], b[1])
    return low_x <= point[0] <= high_x and low_y <= point[1] <= high_y


def _or(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
