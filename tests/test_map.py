"""The map of the house names what is there, and all of it."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "detector"
MAP = (PACKAGE / "README.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:\.py|/))`", MAP)))
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())


def test_it_names_many_paths() -> None:
    assert len(PATHS) > 40


@pytest.mark.parametrize("path", PATHS)
def test_each_path_it_names_exists(path: str) -> None:
    assert (PACKAGE / path).exists() or (PACKAGE.parent / path).exists()


def test_each_room_is_in_the_picture() -> None:
    picture = MAP.split("```")[1]
    assert [room for room in ROOMS if f" {room}/" not in picture] == []


def test_the_walk_has_twelve_steps_and_the_questions_are_answered() -> None:
    assert re.findall(r"^(\d+)\. ", MAP, re.MULTILINE) == [str(step) for step in range(1, 13)]
    asked = re.findall(r"^\| [^|]+\? \| (.+) \|$", MAP, re.MULTILINE)
    assert len(asked) >= 20
    assert all(re.search(r"`[\w/]+(\.py|/)`", answer) for answer in asked)
