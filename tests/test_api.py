"""The outside of the package: every command is a function, every public name can be had, and says what it takes."""

import dataclasses
from pathlib import Path

import pytest

import detector
from detector.cli.app import app
from detector.errors import NightFolderError
from detector.run.progress import Progress


def commands() -> list[str]:
    return [str(command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands]


def test_every_command_is_a_function() -> None:
    assert len(commands()) > 8
    for name in commands():
        public = detector.COMMANDS.get(name, name.replace("-", "_"))
        assert public in detector.__all__, f"{name}: give it a function in detector/__init__.py"


@pytest.mark.parametrize("name", detector.__all__)
def test_public_name_can_be_had_and_is_documented(name: str) -> None:
    value = getattr(detector, name)
    assert value.__doc__
    assert name in dir(detector)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'anlyze'"):
        _ = detector.anlyze


@pytest.fixture(scope="module")
def night(write_cot: object, stages: list[Progress], tmp_path_factory: pytest.TempPathFactory) -> detector.Night:
    """Half a minute with three jerks, analyzed into a folder."""
    folder = tmp_path_factory.mktemp("api")
    video = write_cot(folder / "cot.mp4", 30.0, (7.0, 14.0, 21.0))  # type: ignore[operator]
    return detector.analyze(
        video, out=folder / "night", params={"burst.threshold": 5}, workers=1, progress=stages.append
    )


@pytest.fixture(scope="module")
def stages() -> list[Progress]:
    """How far that analysis was, step by step."""
    return []


def test_values_are_parameters_enough_for_an_analysis(night: detector.Night) -> None:
    assert night.params.burst.threshold == 5.0
    assert len(night.events) >= 3


def test_night_of_a_folder_is_drawn_decided_scored_and_reported(night: detector.Night, tmp_path: Path) -> None:
    import matplotlib.pyplot as plt

    assert night.folder is not None
    for draw in (detector.plot_timeline, detector.plot_motion, detector.plot_heatmap, detector.plot_intervals):
        assert draw(night.folder).get_figure() is not None
    plt.close("all")
    stricter = detector.decide(night.folder, {"burst.threshold": 1e4}, out=tmp_path / "stricter")
    assert len(stricter.events) == 0
    assert detector.evaluate(str(stricter.folder), []).n_false == 0
    assert detector.report(night.folder, with_pictures=False) == night.folder
    with pytest.raises(NightFolderError, match="stands in no folder"):
        detector.report(dataclasses.replace(night, folder=None))


def test_trend_of_folders(night: detector.Night) -> None:
    assert night.folder is not None
    trends = detector.trend([night.folder])
    assert trends.table.kind.tolist()[0] == "twitch"
    assert "<table" in trends._repr_html_()


def test_progress_is_told_to_whoever_listens(night: detector.Night, stages: list[Progress]) -> None:
    assert night.folder is not None
    assert stages[0].stage == "reading"
    assert "deciding" in {step.stage for step in stages}


@pytest.mark.slow
def test_progress_is_shown_where_asked_for(
    write_cot: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = write_cot(tmp_path / "cot.mp4", 6.0)  # type: ignore[operator]
    detector.analyze(video, workers=1, progress=True)
    shown = capsys.readouterr().err
    assert "deciding" in shown
    detector.analyze(video, workers=1)
    assert capsys.readouterr().err == ""
