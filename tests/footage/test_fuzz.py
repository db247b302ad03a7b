"""Damage of every kind, thrown with a seed: no crash, no hang, and hardly anything is lost in silence.

`python -m tests.footage.mutations --number 3000` throws more.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def mutations() -> ModuleType:
    path = Path(__file__).with_name("mutations.py")
    spec = importlib.util.spec_from_file_location("footage_mutations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sources(mutations: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    found: list[Path] = mutations.write_sources(tmp_path_factory.mktemp("sources"))
    return found


def test_whole_files_are_read_whole(mutations: ModuleType, sources: list[Path]) -> None:
    assert len({source.suffix for source in sources}) >= 7
    for source in sources:
        whole = mutations.read_to_the_end(source)
        assert not whole.told, (source.name, whole)
        assert whole.lost < 0.02, (source.name, whole)


@pytest.mark.parametrize(
    "n_mutations", [36, pytest.param(108, marks=pytest.mark.slow), pytest.param(420, marks=pytest.mark.long)]
)
def test_broken_files_neither_crash_nor_hang_nor_lose_in_silence(
    mutations: ModuleType, sources: list[Path], tmp_path: Path, n_mutations: int
) -> None:
    outcomes = {}
    for number in range(0, 9 * n_mutations, 9):
        how, path = mutations.throw(number, tmp_path, sources)
        outcomes[f"{path.name} {how}"] = mutations.read_to_the_end(path)
        path.unlink()
    assert max(outcome.seconds for outcome in outcomes.values()) < mutations.MAX_SECONDS
    words = [outcome.word for outcome in outcomes.values()]
    assert min(words.count(word) for word in ("refused", "whole", "partly")) > n_mutations / 36
    assert [name for name, outcome in outcomes.items() if outcome.is_silent] == []
