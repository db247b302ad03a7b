"""The reference is rendered without a warning and has every public name."""

import sys
from pathlib import Path

import pytest

import detector
from tests.reference import TYPES, render


@pytest.mark.slow
def test_every_public_name_is_in_the_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pdoc")
    for name in detector.__all__:
        monkeypatch.setitem(vars(detector), name, getattr(detector, name))  # taken away again
    night = sys.modules[detector.Night.__module__]
    for name in list(vars(night)):
        monkeypatch.setitem(vars(night), name, vars(night)[name])
    page = render(tmp_path).read_text(encoding="utf-8")
    assert [name for name in detector.__all__ if f'id="{name}"' not in page] == []
    assert all(f'id="Night.{name}"' in page for name in ("load", "decide", "to_boris"))
    assert all((tmp_path / f"{module.replace('.', '/')}.html").exists() for module in TYPES)
    assert 'id="Answers.events"' in (tmp_path / "detector" / "night" / "numbers" / "answers.html").read_text(
        encoding="utf-8"
    )
