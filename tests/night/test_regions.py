from pathlib import Path

import pytest

from detector.errors import ParameterError
from detector.footage.region import Region, RegionSet
from detector.night.layout import REGIONS_FILE
from detector.night.regions import (
    as_regions,
    gathered,
    make_regions,
    parse_region,
    read_regions,
    read_text,
    write_regions,
)
from tests.footage.test_region import COT, FACE, LAMP


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


def test_what_is_called_by_a_use_is_used_so() -> None:
    found = [parse_region(f"{name}=1,1 20,1 20,20").use for name in ("only", "ignore", "Face", "mouth", "infant")]
    assert found == ["only", "ignore", "face", "face", "site"]


def test_callers_give_regions_in_many_ways() -> None:
    square = [(0, 0), (50, 0), (50, 50)]
    expected = RegionSet((Region("cot", ((0.0, 0.0), (50.0, 0.0), (50.0, 50.0)), "only"),))
    for given in (
        {"cot:only": square}, {"cot:only": "0,0 50,0 50,50"}, ["cot:only=0,0 50,0 50,50"], "cot:only=0,0 50,0 50,50",
        expected, expected.regions, expected.regions[0],
    ):  # fmt: skip
        assert as_regions(given) == expected
    assert as_regions(None) == RegionSet()
    with pytest.raises(ParameterError, match="'cot': this name is there twice"):
        as_regions(["cot=0,0 50,0 50,50", "cot=0,0 50,0 50,50"])


def test_a_cell_of_a_table_holds_several_or_a_file(tmp_path: Path) -> None:
    assert read_text(" ") == RegionSet()
    several = read_text("cot:only=0,0 50,0 50,50 | tv:ignore=60,0 90,0 90,20")
    assert [(region.name, region.use) for region in several.regions] == [("cot", "only"), ("tv", "ignore")]
    write_regions(tmp_path, several)
    assert read_text(str(tmp_path / REGIONS_FILE)) == several
    with pytest.raises(ParameterError, match=r"gone\.toml: cannot read these regions .No such file"):
        read_text(str(tmp_path / "gone.toml"))


@pytest.mark.parametrize("name", ["motion", "Reviews", "clips", "con", "a."])
def test_an_infant_is_called_as_a_folder_can_be(name: str) -> None:
    with pytest.raises(ParameterError, match=f"Region '{name}': the night of an infant stands in a folder of its name"):
        as_regions([f"{name}:infant=0,0 50,0 50,50"])


def test_given_regions_join_those_of_the_folder_but_change_none_unasked(tmp_path: Path) -> None:
    write_regions(tmp_path, RegionSet((COT, LAMP)))
    assert gathered(tmp_path / "new", RegionSet((FACE,))).regions == (FACE,)
    assert gathered(tmp_path, RegionSet((COT, FACE))).regions == (LAMP, COT, FACE)
    other = RegionSet((Region("cot", FACE.polygon_px, "only"),))
    with pytest.raises(ParameterError, match=r"regions\.toml: it holds another region 'cot' than --region gives"):
        gathered(tmp_path, other)
    assert gathered(tmp_path, other, is_new=True).regions == (LAMP, *other.regions)
