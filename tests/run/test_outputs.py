from pathlib import Path

import pytest

from detector.params import Params
from detector.run.outputs import free_folder, stem_of


@pytest.mark.parametrize(
    ("given", "stem"),
    [
        ("/recordings/cot.mp4", "cot"),
        ("/recordings/2026.03.14.mkv", "2026.03.14"),
        ("@lists/night.txt", "night"),
        ("cam/*.mp4", "cam"),
        ("/recordings/2026-03-1?/*.mp4", "recordings"),
    ],
)
def test_a_stem_is_a_plain_name(given: str, stem: str) -> None:
    assert stem_of(Path(given)) == stem


def test_a_folder_keeps_its_whole_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "2026.03.14").mkdir()
    assert stem_of(tmp_path / "2026.03.14") == "2026.03.14"
    monkeypatch.chdir(tmp_path / "2026.03.14")
    assert stem_of(Path()) == stem_of(Path("*.mp4")) == "2026.03.14"


def test_a_folder_of_other_files_is_left_alone_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cot_night").mkdir()
    (tmp_path / "cot_night" / "diary.txt").touch()
    told: list[str] = []
    assert free_folder(Path("cot.mp4"), Params(), told.append)(["abc"]) == Path("cot_night_2")
    assert told == ["cot_night is of another night or holds other files, so this one goes to cot_night_2."]
    assert free_folder(Path("cot.mp4"), Params(), told.append, overwrite=True)(["abc"]) == Path("cot_night")
