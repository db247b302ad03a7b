"""Footage flows left to right: a room imports only from rooms to its left, from params and from errors."""

import ast
from pathlib import Path

import detector

ROOMS = ["footage", "motion", "events", "night", "views"]
LAST = ["run", "cli"]
TOP = {"params", "_rules", "_tunable", "_version", "errors"}
EVENTS_ORDER = [
    "cycles",
    "breaths",
    "stretches",
    "camera",
    "artifacts",
    "excess",
    "connect",
    "burst",
    "doubts",
    "bursts",
    "paths",
    "insects",
    "drawn",
    "movers",
    "stillness",
    "rhythm",
    "trains",
    "event",
    "restless",
    "classify",
    "places",
    "presence",
    "extent",
    "state",
    "infant",
    "decide",
]
"""Modules inside `events/`: each imports only from those before it."""

PACKAGE = Path(detector.__file__).parent


def imported_names(source: Path) -> set[str]:
    """Dotted names that a file imports, `import detector` among them."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source} uses a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def imported_parts(source: Path) -> set[str]:
    """Names directly below `detector` that a file imports."""
    return {name.split(".")[1] for name in imported_names(source) if name.startswith("detector.")}


def allowed(room: str) -> set[str]:
    return TOP | set(ROOMS[: ROOMS.index(room) + 1])


def wrong_arrows(room: str, known: set[str]) -> list[str]:
    return [
        f"{source.relative_to(PACKAGE)} imports {part}"
        for source in (PACKAGE / room).rglob("*.py")
        for part in imported_parts(source) - known
    ]


def test_no_arrow_points_back() -> None:
    assert [arrow for room in ROOMS for arrow in wrong_arrows(room, allowed(room))] == []


def test_only_run_and_cli_know_all_rooms() -> None:
    every = TOP | set(ROOMS)
    assert wrong_arrows("run", every | {"run"}) == []
    assert wrong_arrows("truth", every | {"truth", "run"}) == []
    assert wrong_arrows("cli", every | {"run", "truth", "cli"}) == []


def test_nobody_inside_imports_the_package_itself() -> None:
    assert [str(s) for s in PACKAGE.rglob("*.py") if "detector" in imported_names(s)] == []


def test_params_and_errors_know_nobody() -> None:
    assert imported_parts(PACKAGE / "errors.py") == set()
    assert imported_parts(PACKAGE / "_version.py") == set()
    assert imported_parts(PACKAGE / "_rules.py") == set()
    assert imported_parts(PACKAGE / "_tunable.py") <= {"errors"}
    assert imported_parts(PACKAGE / "params.py") <= {"errors", "_rules", "_tunable"}


def test_the_hallway_holds_only_what_all_know() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == TOP | {"__init__", "__main__"}


def test_the_order_inside_events() -> None:
    events = PACKAGE / "events"
    assert {path.stem for path in events.glob("*.py")} == {*EVENTS_ORDER, "__init__"}
    wrong = [
        f"{module} imports {name}"
        for place, module in enumerate(EVENTS_ORDER)
        for name in imported_names(events / f"{module}.py")
        if name.startswith("detector.events.") and name.split(".")[2] not in EVENTS_ORDER[:place]
    ]
    assert wrong == []


def test_every_room_has_modules() -> None:
    assert all(len(list((PACKAGE / room).rglob("*.py"))) > 1 for room in [*ROOMS, *LAST, "truth"])


def test_test_folders_mirror_the_rooms() -> None:
    tests = Path(__file__).parent
    assert all((tests / room).is_dir() for room in [*ROOMS, *LAST, "truth"])
