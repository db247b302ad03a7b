"""Footage flows left to right: a room imports only from rooms to its left, from params and from errors."""

import ast
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import detector
from detector.night.doors import Door
from detector.night.night import Night

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
    "boxes",
    "connect",
    "groups",
    "burst",
    "focus",
    "bursts",
    "faint",
    "settling",
    "doubts",
    "paths",
    "insects",
    "marks",
    "drawn",
    "movers",
    "rhythm",
    "trains",
    "event",
    "stillness",
    "sway",
    "attention",
    "restless",
    "classify",
    "all_along",
    "wholes",
    "strokes",
    "slow",
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


def module_name(source: Path) -> str:
    """Dotted name of a file of the package; a package is named by its folder."""
    parts = source.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(source: Path, modules: set[str]) -> set[str]:
    """Files of the package that a file imports anywhere in it, also inside functions and only for types."""
    names = imported_names(source)
    longest = {name if name in modules else name.rpartition(".")[0] for name in names}
    return (longest & modules) - {module_name(source)}


def circle(arrows: Mapping[str, set[str]]) -> list[str]:
    """Files that import each other in a circle, the first again at the end; empty where there is none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_files_import_each_other_in_a_circle() -> None:
    sources = {module_name(source): source for source in PACKAGE.rglob("*.py")}
    assert circle({name: imported_modules(source, set(sources)) for name, source in sources.items()}) == []


def test_a_circle_is_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    night = PACKAGE / "night" / "night.py"
    known = {module_name(source) for source in PACKAGE.rglob("*.py")}
    seen = imported_modules(night, known)
    assert {"detector.night.files.store", "detector.night.people.corrections", "detector.night.movie"} <= seen, (
        "inside functions too"
    )


BY_NAME = {"import_module", "__import__", "exec", "eval", "run_module", "run_path"}
"""Ways to import that the other tests do not see."""


def named_imports(source: Path) -> list[str]:
    """Where a file imports by a name that is a string."""
    nodes = ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    words = (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in nodes)
    return [f"{source.relative_to(PACKAGE)}: {word}" for word in words if word in BY_NAME]


def test_only_the_package_itself_imports_by_name() -> None:
    found = [place for source in sorted(PACKAGE.rglob("*.py")) for place in named_imports(source)]
    assert found == ["__init__.py: import_module"]


@pytest.mark.parametrize(("name", "home"), [*detector._HOMES.items(), *detector._METHODS.items()])
def test_what_is_imported_by_name_is_there(name: str, home: str) -> None:
    source = PACKAGE.joinpath(*home.split(".")[1:])
    assert source.with_suffix(".py").is_file() or (source / "__init__.py").is_file(), home
    assert callable(detector._fetch(home, name))


def test_every_door_of_a_night_leads_somewhere() -> None:
    doors = {name for name, value in vars(Night).items() if isinstance(value, Door)}
    assert doors == set(detector._METHODS)
    assert all(getattr(Night, name).__name__ == name for name in doors)


def test_params_and_errors_know_nobody() -> None:
    assert imported_parts(PACKAGE / "errors.py") == set()
    assert imported_parts(PACKAGE / "_version.py") == set()
    assert imported_parts(PACKAGE / "_rules.py") == set()
    assert imported_parts(PACKAGE / "_tunable.py") <= {"errors"}
    assert wrong_arrows("params", {"params", "errors", "_rules", "_tunable"}) == []


def test_the_hallway_holds_only_what_all_know() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == TOP - {"params"} | {"__init__", "__main__"}


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
