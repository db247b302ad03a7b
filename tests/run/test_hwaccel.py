"""A night decoded by hardware, where there is any, and by software in its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import ParameterError
from detector.footage.device import CHOICES, Decoding, on_device
from detector.footage.recording import read_recording
from detector.footage.spans import cut_spans
from detector.night.night import Night
from detector.params import Params
from detector.run import analyze as pipeline
from detector.run.analyze import analyze
from detector.run.parts import hash_file, plan_jobs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 s with a jerk at 5 s."""
    return write_cot(tmp_path_factory.mktemp("footage") / "cot.mp4", 12.0, (5.0,))


@pytest.fixture(scope="module")
def software(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The night as software decodes it."""
    folder = tmp_path_factory.mktemp("nights") / "software"
    assert analyze(footage, out=folder, workers=1).provenance.decoding == "software"
    return folder


def results(folder: Path) -> dict[str, bytes]:
    """Tables and motion parts."""
    files = [*folder.glob("*.csv"), *folder.glob("motion/span-*.npz")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("asked", [choice for choice in CHOICES if choice != "off"])
def test_hardware_that_is_not_there_gives_the_bytes_of_software_and_says_why(
    asked: str, footage: Path, software: Path, tmp_path: Path
) -> None:
    night = analyze(footage, out=tmp_path / "night", workers=1, hwaccel=asked)
    if not night.provenance.decoding.startswith("software"):
        pytest.skip(f"{night.provenance.decoding} works here")
    assert night.provenance.decoding.startswith(f"software ({asked} was asked for, but ")
    assert Night.load(tmp_path / "night").provenance == night.provenance
    assert night.provenance.decoding.split(" (")[1][:20] in (tmp_path / "night" / "report.html").read_text()
    assert not night.is_partial
    assert results(tmp_path / "night") == results(software)


def test_hardware_that_fails_in_the_middle_is_replaced_for_the_whole_night(
    footage: Path, software: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The trial said that it works; in the workers it does not.
    monkeypatch.setattr(pipeline, "choose_decoding", lambda *_: Decoding("videotoolbox"))
    night = analyze(footage, out=tmp_path / "night", workers=1, hwaccel="videotoolbox")
    if night.provenance.decoding == "videotoolbox":
        pytest.skip("videotoolbox works here")
    assert night.provenance.decoding.startswith("software (videotoolbox was used until ")
    assert "cannot decode" in night.provenance.decoding
    assert not night.is_partial
    assert results(tmp_path / "night") == results(software)


def test_parts_of_another_decoder_are_never_taken_for_ours(footage: Path, tmp_path: Path) -> None:
    recording = read_recording([footage])
    hashes = [hash_file(footage)]
    names = [
        {job.path.name for job in plan_jobs(given, cut_spans(given), hashes, Params(), tmp_path)}
        for given in (recording, on_device(recording, Decoding("cuda")), on_device(recording, Decoding("vaapi")))
    ]
    assert names[0].isdisjoint(names[1])
    assert names[1].isdisjoint(names[2])
    assert names[0].isdisjoint(names[2])


def test_hardware_nobody_knows_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="hwaccel: expected one of off, auto, cuda"):
        analyze(tmp_path / "absent.mp4", hwaccel="gpu")
