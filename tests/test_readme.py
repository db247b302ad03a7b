"""What the README tells people to type is right."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from detector._version import __version__
from detector.cli.app import app
from detector.errors import ExitCode
from detector.events.artifacts import ARTIFACT_KINDS
from detector.events.event import EVENT_KINDS
from detector.night import layout
from detector.params import iter_parameters

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)


def test_there_are_two_lines_to_paste() -> None:
    assert len(COMMANDS) == 2
    assert "analyze sample_videos/" in COMMANDS[0]
    assert "pytest" in COMMANDS[1]


def test_files_it_names_are_there() -> None:
    named = re.findall(r"\]\(([\w./]+)\)", README) + re.findall(r"sample_videos/\w+\.\w+", README)
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("file", ["README.md", *(f"detector/cli/{name}.py" for name in ("app", "analyze", "again"))])
def test_parameters_it_sets_exist(file: str) -> None:
    known = {name for name, _ in iter_parameters()}
    used = re.findall(r"--set ([\w.]+)=", (ROOT / file).read_text(encoding="utf-8"))
    assert used
    assert set(used) <= known


def test_a_folder_that_it_writes_is_not_committed() -> None:
    (folder,) = re.findall(r"--out (\w+)$", COMMANDS[0])
    assert f"/{folder}/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_it_names_all_that_a_night_folder_holds() -> None:
    tables = (layout.EVENTS_FILE, layout.ARTIFACTS_FILE, layout.SERIES_FILE, layout.EPOCHS_FILE)
    folders = (f"{layout.MOTION_FOLDER}/", f"{layout.REVIEWS_FOLDER}/")
    for name in (*tables, layout.PARAMS_FILE, layout.NIGHT_FILE, *folders):
        assert f"`{name}`" in section("The report"), name


def test_the_extra_for_notebooks_brings_what_opens_them() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert "`pip install '.[notebook]'`, then `jupyter lab notebooks`" in README
    assert any(name.startswith("jupyterlab") for name in extras["notebook"])


def test_commands_and_options_it_names_exist() -> None:
    group = typer.main.get_command(app)
    commands = getattr(group, "commands")  # noqa: B009 - a group, which typer does not type as one
    lines = re.findall(r"^(?:\S*[/\\])?twitch-detector (\w+) ([^#\n]*)", README, re.MULTILINE)
    assert len(lines) > 10
    for name, rest in lines:
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, name


def test_it_says_early_that_nothing_is_validated() -> None:
    assert "not validated" in "\n".join(README.splitlines()[:12])


def test_exit_codes_are_all_told() -> None:
    told = re.findall(r"^\| ([\d, ]+) \|", section("Exit codes"), re.MULTILINE)
    assert sorted(int(code) for cell in told for code in cell.split(",")) == sorted(ExitCode)


def test_kinds_are_all_told() -> None:
    kinds = section("What the kinds mean")
    assert re.findall(r"^\| `(\w+)` \|", kinds, re.MULTILINE) == list(EVENT_KINDS)
    assert [kind for kind in ARTIFACT_KINDS if f"`{kind}`" not in kinds] == []


def test_the_version_to_cite_is_that_of_the_package() -> None:
    cited = re.findall(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited == [__version__]
