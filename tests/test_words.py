"""The software describes movement: nothing that it says names a disorder, and nothing reassures."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import detector

PACKAGE = Path(detector.__file__).parent

DISORDERS = (
    r"seizures?", r"epilep\w*", r"spasms?", r"convuls\w*", r"\w*clonic", r"\w*clonus", r"myoclon\w*", r"apno?ea\w*",
    r"SIDS",
    r"sudden (infant )?death", r"West syndrome", r"restless legs?", r"RLS", r"PLMD", r"PLMS", r"tics?", r"dystoni\w*",
    r"chorea\w*", r"palsy", r"encephalo\w*", r"parasomni\w*", r"autis\w*", r"syndrome\w*", r"diseases?", r"disorders?",
    r"patholog\w*", r"diagnosed", r"abnormal\w*", r"symptoms?", r"hypoxi\w*", r"reflux",
)  # fmt: skip
REASSURANCE = (
    r"reassur\w*", r"harmless", r"benign", r"healthy", r"no (cause|reason|need) (for|to) (concern|worry|be)\w*",
    r"(do not|don't|nothing to) worry", r"not (dangerous|serious|a problem)", r"perfectly", r"safe sleep",
    r"all (is )?(well|fine|good)", r"(looks?|is|are|sleeps?) (fine|normal|normally|well|okay)",
    r"as (it|they) should", r"nothing (is )?wrong", r"worth showing",
)  # fmt: skip
FORBIDDEN = re.compile(rf"\b(?:{'|'.join((*DISORDERS, *REASSURANCE))})\b", re.IGNORECASE)
ALLOWED = {
    # The name of the band in its source, in the list of parameters only.
    ("events.py", "clonic band 0.2-5 Hz"),
}


def docstrings(tree: ast.AST) -> set[int]:
    """Lines' string nodes that are documentation and not said to anybody, by identity."""
    found = set()
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            for statement in getattr(node, field, []) or [] if isinstance(getattr(node, field, None), list) else []:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    found.add(id(statement.value))
    return found


def command_docstrings(tree: ast.AST) -> Iterator[str]:
    """Help texts: docstrings of the commands are printed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module):
            yield ast.get_docstring(node) or ""


def said_in(path: Path) -> Iterator[str]:
    """All that a file may say: its string literals, and for commands their help."""
    if path.suffix != ".py":
        yield from path.read_text(encoding="utf-8").splitlines()
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value
    if path.parent.name == "cli":
        yield from command_docstrings(tree)


def files() -> list[Path]:
    kinds = {".py", ".j2", ".html", ".js", ".css", ".toml", ".txt", ".md"}
    return sorted(path for path in PACKAGE.rglob("*") if path.suffix in kinds and "__pycache__" not in path.parts)


def test_there_is_something_to_read() -> None:
    assert len(files()) > 100
    assert sum(1 for path in files() for _ in said_in(path)) > 3000


def test_nothing_said_names_a_disorder_or_reassures() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}: {found.group()!r} in {text.strip()[:80]!r}"
        for path in files()
        for text in said_in(path)
        for found in FORBIDDEN.finditer(text)
        if (path.name, text) not in ALLOWED
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "looks like a seizure", "infantile spasms", "Your baby is fine", "nothing to worry about",
        "no cause for concern",
        "breathing pause (apnea)", "myoclonus", "A pattern worth showing to a clinician", "sleeps normally",
        "periodic limb movement disorder",
    ],
)  # fmt: skip
def test_what_must_not_be_said_is_noticed(text: str) -> None:
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Rhythmic movement of 10 s or longer (3)", "not seen in the observed time", "statistics", "random.normal",
        "If you show it to someone, show the footage.", "font-weight: normal", "static/timeline.js",
    ],
)  # fmt: skip
def test_what_may_be_said_passes(text: str) -> None:
    assert not FORBIDDEN.search(text)
