"""The three tiers of tests: what the README, the workflows and `.ci/run` call is what there is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "tests/README.md", ".github/CONTRIBUTING.md", ".ci/run")
}
TEXTS |= {path.name: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.y*ml")}
QUICK, SLOW, LONG = "not slow", "slow and not long", "long"


def tiers(text: str) -> set[str]:
    """What `pytest -m` is asked for in a text."""
    found = re.findall(r"""pytest\b[^\n`]*? -m (?:"([^"]+)"|'([^']+)'|(\w+))""", text)
    return {next(filter(None, each)) for each in found}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("README.md", {QUICK}),
        ("tests/README.md", {QUICK, SLOW, LONG}),
        (".github/CONTRIBUTING.md", {QUICK, SLOW, LONG}),
        (".ci/run", {SLOW}),
    ],
)
def test_each_tier_is_called_where_it_is_told(name: str, called: set[str]) -> None:
    assert tiers(TEXTS[name]) == called


def test_workflows_call_the_quick_tests_and_all_of_the_rest_by_its_one_command() -> None:
    workflows = [text for name, text in TEXTS.items() if name.endswith(("yml", "yaml"))]
    assert {QUICK} == set.union(*map(tiers, workflows))
    assert any(".ci/run" in text for text in workflows)


def test_what_is_long_is_slow(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> None:
    words = "\n".join(pytestconfig.getini("markers"))
    assert re.search(r"^slow: ", words, re.MULTILINE)
    assert re.search(r"^long: ", words, re.MULTILINE)
    items = request.session.items
    assert all(item.get_closest_marker("slow") for item in items if item.get_closest_marker("long"))
