"""What the README tells people to type is right."""

import re
from pathlib import Path

import pytest

from detector.params import iter_parameters

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)


def test_there_are_two_lines_to_paste() -> None:
    assert len(COMMANDS) == 2
    assert "analyze sample_videos/" in COMMANDS[0]
    assert COMMANDS[1].endswith("pytest")


def test_files_it_names_are_there() -> None:
    named = re.findall(r"\]\(([\w./]+)\)", README) + re.findall(r"sample_videos/\w+\.\w+", README)
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("file", ["README.md", "detector/cli/app.py"])
def test_parameters_it_sets_exist(file: str) -> None:
    known = {name for name, _ in iter_parameters()}
    used = re.findall(r"--set ([\w.]+)=", (ROOT / file).read_text(encoding="utf-8"))
    assert used
    assert set(used) <= known


def test_a_folder_that_it_writes_is_not_committed() -> None:
    (folder,) = re.findall(r"--out (\w+)$", COMMANDS[0])
    assert f"/{folder}/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
