"""Regions from a command to a night folder: what they leave out, two infants in one picture, people's own drawings."""

from pathlib import Path

import pytest

from detector.errors import NightFolderError, NoticeWarning, ParameterError, UsageError
from detector.footage.region import RegionSet
from detector.night.night import Night
from detector.night.regions import as_regions, read_regions, write_regions
from detector.run.again import decide
from detector.run.analyze import analyze
from detector.run.batch import batch
from detector.run.drawing import DrawingError
from detector.run.publish import publish, save_night
from tests.conftest import Command
from tests.drawing import Film, Shift, write_film

LEFT, RIGHT = "0,0 160,0 160,180 0,180", "160,0 320,0 320,180 160,180"
TWINS = (f"left:infant={LEFT}", f"right:infant={RIGHT}")


def starts(night: Night) -> list[int]:
    return [round(event.start_s) for event in night.decision.events]


@pytest.fixture(scope="module")
def twins(film: Film, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """16 s at 10 fps: a patch at (80, 90) px twitches at 4 and 10 s, one at (240, 90) at 7 and 12 s."""
    shifts = [Shift(4.0, 0.4, 80), Shift(10.0, 0.4, 80), Shift(7.0, 0.4, 240), Shift(12.0, 0.4, 240)]
    return write_film(tmp_path_factory.mktemp("twins") / "twins.mp4", film.frames(16.0, 10.0, shifts), 10)


@pytest.fixture(scope="module")
def night(twins: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night of them, without regions."""
    folder = tmp_path_factory.mktemp("night") / "night"
    analyze(twins, out=folder, workers=1)
    return folder


@pytest.mark.slow
def test_two_infants_of_one_measuring_have_a_night_each(twins: Path, tmp_path: Path) -> None:
    both = analyze(twins, out=tmp_path / "n", workers=1, regions=TWINS)
    left, right = (Night.load(tmp_path / "n" / name) for name in ("left", "right"))
    assert (starts(both), starts(left), starts(right)) == ([4, 7, 10, 12], [4, 10], [7, 12])
    assert [event.site for event in both.decision.events] == ["left", "right"] * 2
    assert (both.decision.epochs, both.series_found) == ((), ())
    assert (left.provenance.subject.code, right.provenance.subject.code) == ("left", "right")
    assert left.regions.infants == ()
    assert left.regions.frames[0].name == "left"
    # Each stands alone: it can be decided again, and so can all that was measured.
    assert starts(left.decide({"burst.threshold": 5.0})) == [4, 10]
    assert starts(Night.load(tmp_path / "n").of_infant("right")) == [7, 12]
    assert (tmp_path / "n" / "left" / "report.html").is_file()
    again = analyze(twins, out=tmp_path / "n", workers=1)  # the file in the folder counts
    assert again.regions.infants == ("left", "right")


def test_an_infant_in_memory_is_asked_for(twins: Path) -> None:
    night = analyze(twins, workers=1, regions=TWINS)
    assert starts(night.of_infant("left")) == [4, 10]
    with pytest.raises(ParameterError, match="expected the name of an infant"):
        night.of_infant("middle")


@pytest.mark.slow
def test_drawn_regions_count_when_the_night_is_decided_again(night: Path, tmp_path: Path) -> None:
    stored = Night.load(night)
    copy = save_night(stored, tmp_path / "n")
    assert starts(copy) == [4, 7, 10, 12]
    write_regions(tmp_path / "n", as_regions(f"cot:only={LEFT}"))
    assert starts(Night.load(tmp_path / "n")) == [4, 7, 10, 12]  # as it was decided
    decided = decide(tmp_path / "n", out=tmp_path / "n")
    assert starts(decided) == [4, 10]
    assert decided.regions == Night.load(tmp_path / "n").regions
    assert starts(decide(tmp_path / "n", regions=RegionSet())) == [4, 7, 10, 12]
    elsewhere = decide(tmp_path / "n", regions="hand=60,60 100,60 100,120 60,120", out=tmp_path / "other")
    assert [region.name for region in read_regions(tmp_path / "other").regions] == ["cot", "hand"]
    assert [event.site for event in elsewhere.decision.events] == ["hand", "hand"]
    write_regions(tmp_path / "n", RegionSet())
    assert starts(decide(tmp_path / "n")) == [4, 7, 10, 12]


@pytest.mark.slow
def test_what_a_person_wrote_about_regions_stays_as_it_was_written(night: Path, tmp_path: Path) -> None:
    save_night(Night.load(night), tmp_path / "n")
    text = f"# drawn with care\n[[region]]\nname = 'cot'\nuse = 'only'\npolygon_px = {[[0, 0], [160, 0], [160, 180]]}\n"
    (tmp_path / "n" / "regions.toml").write_text(text)
    decide(tmp_path / "n", out=tmp_path / "n")
    decide(tmp_path / "n", out=tmp_path / "copy")
    assert [(tmp_path / name / "regions.toml").read_text() for name in ("n", "copy")] == [text, text]


@pytest.mark.slow
def test_another_region_of_one_name_is_refused_and_nothing_changes(twins: Path, night: Path, tmp_path: Path) -> None:
    save_night(Night.load(night), tmp_path / "n")
    write_regions(tmp_path / "n", as_regions(f"cot:only={LEFT}"))
    with pytest.raises(ParameterError, match="it holds another region 'cot' than --region gives"):
        analyze(twins, out=tmp_path / "n", workers=1, regions=f"cot:only={RIGHT}")
    assert read_regions(tmp_path / "n") == as_regions(f"cot:only={LEFT}")


@pytest.mark.slow
def test_another_region_of_one_name_takes_its_place_when_asked(twins: Path, night: Path, tmp_path: Path) -> None:
    save_night(Night.load(night), tmp_path / "n")
    write_regions(tmp_path / "n", as_regions(f"cot:only={LEFT}"))
    with pytest.warns(NoticeWarning, match="is kept as regions.toml.edited-1"):
        replaced = analyze(twins, out=tmp_path / "n", workers=1, regions=f"cot:only={RIGHT}", overwrite=True)
    assert starts(replaced) == [7, 12]


def test_a_region_outside_the_picture_is_refused_before_the_long_work(twins: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="lies outside the picture of 320 x 180 px"):
        analyze(twins, out=tmp_path / "n", workers=1, regions="cot:only=0,0 900,0 900,90")
    assert not (tmp_path / "n").exists()


@pytest.mark.slow
def test_an_infant_takes_no_folder_of_somebody_else(twins: Path, tmp_path: Path) -> None:
    (tmp_path / "n" / "left").mkdir(parents=True)
    (tmp_path / "n" / "left" / "letters.txt").write_text("mine")
    analyze(twins, out=tmp_path / "n", workers=1, overwrite=True)
    with pytest.raises(UsageError, match="left: expected an empty folder or an unfinished night"):
        analyze(twins, out=tmp_path / "n", workers=1, regions=TWINS)
    assert (tmp_path / "n" / "left" / "letters.txt").read_text() == "mine"


@pytest.mark.slow
def test_a_batch_takes_regions_from_its_table_and_people_s_first(twins: Path, tmp_path: Path) -> None:
    table = tmp_path / "nights.csv"
    table.write_text(f'id,paths,region\na,{twins},"cot:only={LEFT}|tv:ignore=0,0 20,0 20,20"\n')
    batch(table, out=tmp_path / "many", workers=1, engine="crew")
    assert starts(Night.load(tmp_path / "many" / "a")) == [4, 10]
    write_regions(tmp_path / "many" / "a", as_regions(f"cot:only={RIGHT}"))
    batch(table, out=tmp_path / "many", workers=1, engine="crew")
    found = Night.load(tmp_path / "many" / "a")
    assert starts(found) == [7, 12]
    assert [region.name for region in found.regions.regions] == ["tv", "cot"]


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("cot=0,0 900,0 900,90", "Region 'cot': its corner 900,0 lies outside the picture of 320 x 180 px; move it in"),
        ("cot=0,0 90,90 90,0 0,90", "Region 'cot': its outline crosses itself; give the corners in order around"),
        ("cot=0,0 9,9 18,18", "Region 'cot': it is empty"),
        ("cot", '--region cot: expected NAME="x,y x,y x,y"'),
        ("motion:infant=0,0 90,0 90,90", "Region 'motion': the night of an infant stands in a folder of its name"),
    ],
)
def test_bad_regions_are_one_sentence_and_a_code(command: Command, night: Path, region: str, words: str) -> None:
    run = command("decide", night, "--region", region)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(words)
    assert run.stderr.count("\n") == 1


@pytest.mark.slow
def test_the_command_tells_where_each_infant_is(command: Command, night: Path, tmp_path: Path) -> None:
    words = [word for region in TWINS for word in ("--region", region)]
    run = command("decide", night, *words, "--out", tmp_path / "n")
    assert run.returncode == 0, run.stderr
    assert f"Left      {tmp_path / 'n' / 'left'}" in run.stdout
    assert starts(Night.load(tmp_path / "n" / "right")) == [7, 12]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*is kept as report.html:detector.errors.NoticeWarning")
def test_pictures_that_cannot_be_drawn_cost_no_infant_its_tables(twins: Path, tmp_path: Path) -> None:
    def stumble(night: Night, folder: Path) -> None:
        raise DrawingError(f"no room for {len(night.decision.events)} in {folder.name}")

    night = analyze(twins, out=tmp_path / "n", workers=1, regions=TWINS)
    folder = tmp_path / "n"
    for name in ("left", "right"):
        (folder / name / "events.csv").unlink()
    with pytest.raises(NightFolderError, match="timeline and report cannot be drawn"):
        publish(night, folder, stumble)
    assert starts(Night.load(folder / "left")) == [4, 10]
    assert starts(Night.load(folder / "right")) == [7, 12]
