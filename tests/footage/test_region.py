import numpy as np
import pytest

from detector.errors import ParameterError
from detector.footage.region import Region, cell_mask, pixel_mask

COT = Region("cot", ((10, 10), (29, 10), (29, 39), (10, 39)))


def test_pixels_inside_a_polygon_count() -> None:
    mask = pixel_mask([COT], 60, 50)
    assert mask.shape == (50, 60)
    assert mask.sum() == 20 * 30
    assert mask[10:40, 10:30].all()


def test_regions_add_up_and_none_means_all() -> None:
    chair = Region("chair", ((40, 0), (49, 0), (49, 9), (40, 9)))
    assert pixel_mask([COT, chair], 60, 50).sum() == 20 * 30 + 100
    assert pixel_mask([], 60, 50).all()


def test_corners_outside_the_picture_are_cut_off() -> None:
    wide = Region("wide", ((-1e9, -5), (1e9, -5), (1e9, 24), (-1e9, 24)))
    mask = pixel_mask([wide], 60, 50)
    assert mask[:25].all()
    assert not mask[25:].any()


def test_cells_count_by_half() -> None:
    left = Region("left", ((0, 0), (17, 0), (17, 47), (0, 47)))
    mask = cell_mask([left], (6, 8), (8.0, 8.0))
    assert mask.shape == (6, 8)
    assert mask[:, :2].all()
    assert not mask[:, 2:].any()
    assert np.array_equal(
        cell_mask([left], (6, 8), (7.5, 8.0))[0], [True, True, False, False, False, False, False, False]
    )


@pytest.mark.parametrize("corners", [(), ((0, 0), (1, 1)), ((0, 0), (1, 1), (float("nan"), 0))])
def test_impossible_polygons_are_refused(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ParameterError, match="'bad'"):
        Region("bad", corners)
