from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import ParameterError
from detector.footage.region import Region, RegionSet

COT = Region("cot", ((0.0, 0.0), (100.0, 0.0), (100.0, 80.0), (0.0, 80.0)), "only")
FACE = Region("face", ((10.0, 10.0), (30.0, 10.0), (20.0, 40.0)), "face")
LAMP = Region("lamp", ((60.0, 0.0), (100.0, 0.0), (100.0, 20.0), (60.0, 20.0)), "ignore")


def test_a_point_lies_in_the_smallest_region_that_holds_it() -> None:
    regions = RegionSet((COT, FACE, LAMP), 160, 120)
    assert regions.site_of(20.0, 15.0) == "face"
    assert regions.site_of(11.0, 39.0) == ""  # in the one place that is judged at all
    assert regions.site_of(80.0, 10.0) == ""  # what is ignored is no site
    assert regions.site_of(130.0, 10.0) == ""
    assert regions.site_of(float("nan"), 10.0) == ""
    assert RegionSet().site_of(1.0, 1.0) == ""
    assert regions.is_face(20.0, 15.0)
    assert not regions.is_face(50.0, 15.0)


def test_each_of_several_judged_places_is_a_site() -> None:
    right = Region("right", ((100.0, 0.0), (160.0, 0.0), (160.0, 80.0), (100.0, 80.0)), "only")
    regions = RegionSet((COT, right, FACE))
    assert [regions.site_of(x, 15.0) for x in (20.0, 50.0, 130.0)] == ["face", "cot", "right"]


def test_a_place_called_face_or_mouth_is_one() -> None:
    named = [Region(name, FACE.polygon_px) for name in ("Mouth", "face", "hand")]
    assert [RegionSet((region,)).is_face(20.0, 15.0) for region in named] == [True, True, False]


def test_each_infant_has_regions_of_its_own() -> None:
    left, right = (Region(name, COT.polygon_px, "infant") for name in ("left", "right"))
    assert RegionSet((left,)).infants == ()  # the only one: the night is its night
    regions = RegionSet((left, FACE, right))
    assert regions.infants == ("left", "right")
    assert [region.name for region in regions.of_infant("right").regions] == ["face", "right"]
    assert regions.infant_at(50.0, 15.0) == "left"
    assert regions.infant_at(150.0, 15.0) == ""
    with pytest.raises(ParameterError, match="'middle': expected the name of an infant, but the infants are left, ri"):
        regions.of_infant("middle")
    with pytest.raises(ParameterError, match="no region is that of an infant"):
        RegionSet((FACE,)).of_infant("left")


def test_an_infant_in_a_place_that_is_judged_is_judged_where_both_are() -> None:
    left = Region("left", ((60.0, 0.0), (160.0, 0.0), (160.0, 80.0), (60.0, 80.0)), "infant")
    assert RegionSet((COT, left)).mask(1, 8, (20.0, 20.0)).tolist() == [[False] * 3 + [True] * 2 + [False] * 3]


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
    with pytest.raises(ParameterError, match="expected the use site, only, ignore, face or infant, but 'mask' came"):
        Region("cot", COT.polygon_px, "mask")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="'cot': this name is there twice"):
        RegionSet((COT, COT))
    assert Region("left arm (under blanket)", COT.polygon_px).use == "site"
