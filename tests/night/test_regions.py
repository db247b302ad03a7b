from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import ParameterError
from detector.night.layout import REGIONS_FILE
from detector.night.regions import Region, RegionSet, make_regions, parse_region, read_regions, write_regions

COT = Region("cot", ((0.0, 0.0), (100.0, 0.0), (100.0, 80.0), (0.0, 80.0)), "only")
FACE = Region("face", ((10.0, 10.0), (30.0, 10.0), (20.0, 40.0)), "face")
LAMP = Region("lamp", ((60.0, 0.0), (100.0, 0.0), (100.0, 20.0), (60.0, 20.0)), "ignore")


def test_a_point_lies_in_the_smallest_region_that_holds_it() -> None:
    regions = RegionSet((COT, FACE, LAMP), 160, 120)
    assert regions.site_of(20.0, 15.0) == "face"
    assert regions.site_of(11.0, 39.0) == "cot"
    assert regions.site_of(80.0, 10.0) == "cot"  # what is ignored is no site
    assert regions.site_of(130.0, 10.0) == ""
    assert regions.site_of(float("nan"), 10.0) == ""
    assert RegionSet().site_of(1.0, 1.0) == ""
    assert regions.is_face(20.0, 15.0)
    assert not regions.is_face(50.0, 15.0)


def test_mask_keeps_what_is_mostly_inside_and_not_ignored() -> None:
    mask = RegionSet((COT, LAMP), 160, 120).mask(6, 8, (20.0, 20.0))
    expected = np.zeros((6, 8), bool)
    expected[:4, :5] = True
    expected[0, 3:5] = False
    assert mask.tolist() == expected.tolist()
    assert RegionSet((FACE,)).mask(2, 2, (20.0, 20.0)).all()
    assert RegionSet((LAMP,)).mask(1, 8, (20.0, 20.0)).tolist() == [[True] * 3 + [False] * 2 + [True] * 3]


@given(st.floats(1.0, 119.0), st.floats(3.0, 29.0))
def test_half_a_cell_decides(edge: float, cell: float) -> None:
    region = Region("left", ((0.0, 0.0), (edge, 0.0), (edge, 120.0), (0.0, 120.0)), "only")
    columns = int(120 // cell)
    mask = RegionSet((region,)).mask(1, columns, (cell, cell))[0]
    for column in range(columns):
        share = (edge - column * cell) / cell
        if abs(share - 0.5) > 0.08:  # as fine as a cell is looked at
            assert mask[column] == (share > 0.5)


@pytest.mark.parametrize(
    ("polygon", "words"),
    [
        (((0, 0), (10, 0)), "expected 3 to 200 corners, but 2 came; add some"),
        (((0, 0), (10, 10), (10, 0), (0, 10)), "its outline crosses itself"),
        (((0, 0), (10, 0), (0, 0), (0, 10)), "its outline crosses itself"),
        (((0, 0), (10, 0), (20, 0)), "it is empty"),
        (((5, 5), (5, 5), (5, 5)), "it is empty"),
        (((0, 0), (2, 0), (2, 2)), "it is empty .its corners enclose 2.0 px."),
        (((0, 0), (float("inf"), 0), (2, 2)), "expected finite numbers"),
    ],
)
def test_what_is_no_region_is_one_sentence(polygon: Any, words: str) -> None:
    with pytest.raises(ParameterError, match=f"^Region 'arm': {words}"):
        Region("arm", polygon)


def test_outside_the_picture_names_the_corner() -> None:
    with pytest.raises(
        ParameterError, match=r"'cot': its corner 100,0 lies outside the picture of 90 x 80 px; move it"
    ):
        RegionSet((COT,), 90, 80)
    RegionSet((COT,), 100, 80)


def test_names_and_uses_are_checked() -> None:
    for name in ("", " cot", "<script>", "x" * 41, "a\nb", '"'):
        with pytest.raises(ParameterError, match="choose another name"):
            Region(name, COT.polygon_px)
    with pytest.raises(ParameterError, match="expected the use site, only, ignore or face, but 'mask' came"):
        Region("cot", COT.polygon_px, "mask")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="'cot': this name is there twice"):
        RegionSet((COT, COT))
    assert Region("left arm (under blanket)", COT.polygon_px).use == "site"


def test_option_reads_a_region() -> None:
    region = parse_region('left arm="10,20 30,20 30.5,40"')
    assert (region.name, region.use) == ("left arm", "site")
    assert region.polygon_px[2] == (30.5, 40.0)
    assert parse_region("tv : ignore=1,1 20,1 20,20").use == "ignore"
    for text in ("cot", "cot=1,2,3 4,5", "cot=a,b c,d e,f", "=", "cot="):
        with pytest.raises(ParameterError):
            parse_region(text)


def test_written_and_read_are_the_same(tmp_path: Path) -> None:
    regions = RegionSet((COT, FACE, Region("Wiege (groß)", LAMP.polygon_px, "ignore")), 160, 120)
    write_regions(tmp_path, regions)
    assert read_regions(tmp_path, 160, 120) == regions
    assert read_regions(tmp_path / "nowhere") == RegionSet()
    write_regions(tmp_path, RegionSet((), 160, 120))
    assert not read_regions(tmp_path, 160, 120)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[region]\n", "expected a TOML file of regions"),
        ("[[region]]\nname = 'cot'\n", r"region\.0\.polygon_px: Field required"),
        ("[[region]]\nname = 'cot'\npolygon_px = [[1, 2], [3]]\n", "correct it"),
        ("[[region]]\nname = 'cot'\npolygon_px = [[1, 2], [3, 4]]\n", "Region 'cot': expected 3 to 200 corners"),
        ("[[regions]]\nname = 'cot'\n", "regions: Extra inputs"),
        ("region = " + "[" * 5000, "expected a TOML file of regions"),
    ],
)
def test_a_file_that_holds_no_regions_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / REGIONS_FILE).write_text(text)
    with pytest.raises(ParameterError, match=rf"regions\.toml: .*{words}"):
        read_regions(tmp_path)


def test_a_document_from_elsewhere_is_checked_too() -> None:
    with pytest.raises(ParameterError, match="expected regions with name, polygon_px and use"):
        make_regions({"region": "cot"})
