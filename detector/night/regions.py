"""Regions of a night: as the command line and `regions.toml` give them, put together and kept."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from detector.errors import ParameterError
from detector.footage.region import FACES, Region, RegionSet, Use
from detector.night.files.disk import MOST_DOCUMENT_BYTES, read_inside
from detector.night.layout import CLIPS_FOLDER, MOTION_FOLDER, REGIONS_FILE, REVIEWS_FOLDER

RegionsLike = (
    RegionSet | Region | str | Sequence[Region | str] | Mapping[str, str | Sequence[tuple[float, float]]] | None
)
"""How a caller may give regions: as they are, as `--region` takes them, or by name with their corners."""

_IMPLIED: dict[str, Use] = {"only": "only", "ignore": "ignore", **dict.fromkeys(FACES, "face")}
_EXAMPLE = 'such as --region cot:only="40,30 600,30 600,350 40,350"'


def parse_region(text: str) -> Region:
    """A region out of `NAME="x,y x,y x,y"`, or `NAME:USE="..."`, as `--region` takes it.

    Without a use it names a site; `only`, `ignore`, `face` and `mouth` are used as they are called.

    Raises:
        ParameterError: the text is no region.

    >>> parse_region("cot:only=10,10 300,10 300,200").use, parse_region("ignore=10,10 30,10 30,20").use
    ('only', 'ignore')
    """
    head, _, corners = text.partition("=")
    polygon = _corners(corners)
    if not polygon:
        raise ParameterError(
            f'--region {text}: expected NAME="x,y x,y x,y" with corners in px from the top left, {_EXAMPLE}.'
        )
    return _named(head, polygon)


def _corners(text: str) -> tuple[tuple[float, float], ...]:
    """Corners out of `x,y x,y x,y`; none where the text holds something else."""
    try:
        pairs = [corner.split(",") for corner in text.strip().strip("\"'").split()]
        return tuple((float(x), float(y)) for x, y in pairs)
    except ValueError:
        return ()


def _named(head: str, polygon: Sequence[tuple[float, float]]) -> Region:
    name, _, use = (part.strip() for part in head.partition(":"))
    return Region(name, tuple(polygon), use or _IMPLIED.get(name.casefold(), "site"))  # type: ignore[arg-type]  # there


def as_regions(given: RegionsLike) -> RegionSet:
    """Regions as a caller gave them, checked against no picture yet.

    Args:
        given: a set of them, one or several as `--region` takes them, or corners by name: `{"cot:only": [(40, 30),
            (600, 30), (600, 350)]}`.

    Raises:
        ParameterError: one of them is no region.

    >>> as_regions({"cot:only": [(40, 30), (600, 30), (600, 350)]}).regions[0].name
    'cot'
    """
    if isinstance(given, RegionSet):
        return given
    if isinstance(given, Mapping):
        made = (
            parse_region(f"{name}={corners}")
            if isinstance(corners, str)
            else _named(name, [(float(x), float(y)) for x, y in corners])
            for name, corners in given.items()
        )
        return checked(RegionSet(tuple(made)))
    several = [given] if isinstance(given, str | Region) else given or ()
    return checked(RegionSet(tuple(one if isinstance(one, Region) else parse_region(one) for one in several)))


def read_text(text: str) -> RegionSet:
    """Regions out of a cell of a table: as `--region` takes them with `|` between, or a path of a `regions.toml`.

    Raises:
        ParameterError: it holds no region, or the file cannot be read.
    """
    if not text.strip():
        return RegionSet()
    if not text.strip().endswith(".toml"):
        return as_regions([part.strip() for part in text.split("|")])
    path = Path(text.strip())
    try:
        return _parsed(path.read_bytes(), str(path))
    except OSError as error:
        raise ParameterError(f"{path}: cannot read these regions ({error.strerror or error}).") from None


def checked(regions: RegionSet) -> RegionSet:
    """The same regions, of which each infant's name can be that of its folder.

    Raises:
        ParameterError: one cannot.
    """
    for region in regions.of_use("infant"):
        if region.name.casefold() in _TAKEN or region.name.endswith("."):
            raise ParameterError(
                f"Region {region.name!r}: the night of an infant stands in a folder of its name, and this one is no "
                "name for it; choose another name."
            )
    return regions


_TAKEN = {name.casefold() for name in (MOTION_FOLDER, REVIEWS_FOLDER, CLIPS_FOLDER)} | {"con", "nul", "aux", "prn"}


def gathered(folder: Path, given: RegionSet, *, is_new: bool = False) -> RegionSet:
    """The regions of a night folder and those that a command was given.

    Args:
        folder: a night folder, or where one will be.
        given: by the command.
        is_new: whether a given region takes the place of one of its name in the folder, which else must be the same.

    Raises:
        ParameterError: the folder holds another region of the name of a given one; or holds no regions at all.
        NightFolderError: its file cannot be read.
    """
    kept = read_regions(folder)
    known = {region.name: region for region in kept.regions}
    for region in given.regions:
        stored = known.get(region.name, region)
        if not is_new and regions_text(RegionSet((stored,))) != regions_text(RegionSet((region,))):
            raise ParameterError(
                f"{folder / REGIONS_FILE}: it holds another region {region.name!r} than --region gives; leave "
                "--region out to use the one in the file, or allow to replace it (--overwrite)."
            )
    return checked(kept.with_regions(given.regions))


class _StoredRegion(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: str
    polygon_px: list[tuple[float, float]]
    use: str = "site"


class _StoredRegions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    region: list[_StoredRegion] = []


def read_regions(folder: Path, width_px: int = 0, height_px: int = 0) -> RegionSet:
    """The regions of a night folder; an empty set where none were drawn.

    Args:
        folder: a night folder.
        width_px: of its picture; 0 leaves corners unchecked against it.
        height_px: of its picture.

    Raises:
        ParameterError: `regions.toml` holds something that is no region.
        NightFolderError: it cannot be read.
    """
    path = folder / REGIONS_FILE
    try:
        content = read_inside(path, folder, MOST_DOCUMENT_BYTES)
    except FileNotFoundError:
        return RegionSet((), width_px, height_px)
    return _parsed(content, str(path), width_px, height_px)


def _parsed(content: bytes, name: str, width_px: int = 0, height_px: int = 0) -> RegionSet:
    try:
        return make_regions(tomllib.loads(content.decode("utf-8")), width_px, height_px)
    except UnicodeDecodeError as error:
        raise ParameterError(f"{name}: cannot read these regions ({error}).") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ParameterError(f"{name}: expected a TOML file of regions, but it cannot be read ({error}).") from None
    except ParameterError as error:
        raise ParameterError(f"{name}: {error}") from None


def make_regions(document: Mapping[str, Any], width_px: int = 0, height_px: int = 0) -> RegionSet:
    """Regions out of a document as `regions.toml` holds it.

    Raises:
        ParameterError: it holds something that is no region.
    """
    try:
        stored = _StoredRegions.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ParameterError(
            f"expected regions with name, polygon_px and use, but {where}: {first['msg'].rstrip('.')}; correct it."
        ) from None
    regions = [Region(each.name, tuple(each.polygon_px), each.use) for each in stored.region]  # type: ignore[arg-type]
    return checked(RegionSet(tuple(regions), width_px, height_px))


def regions_text(regions: RegionSet) -> str:
    """Regions as `regions.toml` holds them; empty text for none."""
    return "\n".join(
        f"[[region]]\nname = {json.dumps(region.name, ensure_ascii=False)}\nuse = {json.dumps(region.use)}\n"
        f"polygon_px = {json.dumps([[round(x, 1), round(y, 1)] for x, y in region.polygon_px])}\n"
        for region in regions.regions
    )


def write_regions(folder: Path, regions: RegionSet) -> None:
    """Write `regions.toml` of a night folder, whole or not at all.

    Raises:
        OSError: as the file system says.
    """
    from detector.night.files.folder import whole_file

    with whole_file(folder / REGIONS_FILE) as temporary:
        temporary.write_text(regions_text(regions), encoding="utf-8")
