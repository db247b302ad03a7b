"""Footage flows left to right: a room imports only from rooms to its left, from params and from errors."""

import ast
from pathlib import Path

import detector

ROOMS = ["footage", "motion", "events", "night", "views"]
TOP = {"params", "tunables", "errors"}
PACKAGE = Path(detector.__file__).parent


def imported_parts(source: Path) -> set[str]:
    """Names directly below `detector` that a file imports."""
    parts = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source} uses a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        parts |= {name.split(".")[1] for name in names if name.startswith("detector.")}
    return parts


def allowed(room: str) -> set[str]:
    left = ROOMS[: ROOMS.index(room) + 1] if room in ROOMS else []
    return TOP | set(left)


def test_no_arrow_points_back() -> None:
    wrong = [
        f"{source.relative_to(PACKAGE)} imports {part}"
        for room in ROOMS
        for source in (PACKAGE / room).rglob("*.py")
        for part in imported_parts(source) - allowed(room)
    ]
    assert wrong == []


def test_truth_is_used_by_no_room() -> None:
    assert [str(s) for room in ROOMS for s in (PACKAGE / room).rglob("*.py") if "truth" in imported_parts(s)] == []


def test_params_and_errors_know_nobody() -> None:
    assert imported_parts(PACKAGE / "errors.py") == set()
    assert imported_parts(PACKAGE / "tunables.py") <= {"errors"}
    assert imported_parts(PACKAGE / "params.py") <= {"errors", "tunables"}


def test_every_room_has_modules() -> None:
    assert all(len(list((PACKAGE / room).rglob("*.py"))) > 1 for room in [*ROOMS, "truth"])


def test_test_folders_mirror_the_rooms() -> None:
    tests = Path(__file__).parent
    assert all((tests / room).is_dir() for room in [*ROOMS, "truth"])
