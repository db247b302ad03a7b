"""Two points and their distance as a scale; anything else as one sentence."""

import pytest

from detector.errors import UsageError
from detector.truth.sensitivity.scale import scale_of


def test_a_slanted_line_counts_by_its_length() -> None:
    assert scale_of("10,10 40,50 25") == 0.5


@pytest.mark.parametrize(
    "text", ["", "1,2 3,4", "1,2 1,2 50", "1,2 3,4 0", "1,2 3,4 -5", "1,2 3,4 x", "1 2 3", "1,2 3,4 nan", "1,2 3,4 5 6"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"expected two points in px .* as '210,80 410,80 600'"):
        scale_of(text)
