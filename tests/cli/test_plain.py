"""Help and errors in plain words."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("analyze", "analyze [OPTIONS] PATHS..."),
        ("decide", "decide [OPTIONS] DIR"),
        ("plant", "plant [OPTIONS] FOOTAGE OUT"),
        ("batch", "batch [OPTIONS] SOURCE"),
    ],
)
def test_help_names_types_as_everybody_does(here: Command, name: str, usage: str) -> None:
    said = here(name, "--help").stdout
    assert said.startswith(f"Usage: twitch-detector {usage}\n")
    assert not re.search(r"<(int|float|str|path|list|int range)", said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("analyze", "x", "--workers", "many"), "--workers: expected a whole number, not 'many';"),
        (("analyze", "x", "--workers=many"), "--workers: expected a whole number, not 'many';"),
        (("synth", "x.mp4", "--noise", "loud"), "--noise: expected a number, not 'loud';"),
        (("batch", "x", "--out", "y", "--workers", "0"), "--workers: expected a number of at least 1, not '0';"),
        (("analyze", "x", "--set", "="), "--set =: expected NAME=VALUE"),
        (("analyze", "x", "--set", "burst.threshold=abc"), "expected a number from 1 to 10000, not 'abc'."),
        (("analyse", "x"), "Did you mean 'analyze'? `twitch-detector --help`"),
        (("analyze",), "Missing argument 'PATHS...'; `twitch-detector --help`"),
    ],
)
def test_wrong_usage_is_one_sentence_in_our_words(here: Command, words: tuple[str, ...], said: str) -> None:
    done = here(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_name_with_spaces_is_noticed(here: Command, tmp_path: Path) -> None:
    done = here("analyze", "my", "folder", "--out", "night", cwd=tmp_path)
    assert done.returncode == 4
    assert '(names with spaces need quotes: "my folder")' in done.stderr


def test_swapped_arguments_are_noticed(here: Command, tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("onset,duration,label\n1,0.3,twitch\n")
    done = here("evaluate", tmp_path / "truth.csv", tmp_path)
    assert done.returncode == 1
    assert "truth.csv: expected a night folder, but this is a file; give the folder" in done.stderr


def test_nothing_is_said_to_be_kept_before_anything_was_measured(here: Command, tmp_path: Path, cot: Path) -> None:
    (tmp_path / "file").write_text("")
    done = here("analyze", cot, "--out", tmp_path / "file" / "night")
    assert done.returncode == 1
    assert "nothing was measured yet" in done.stderr
