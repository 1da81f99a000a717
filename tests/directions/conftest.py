from __future__ import annotations

from pathlib import Path

import pytest
from tiny_app import write_tiny

from dcgan.models import Library, Synthesizer


@pytest.fixture
def maker(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Synthesizer:
    """A tiny own model, and none of the shipped ones."""
    monkeypatch.setattr("dcgan.models.library.SHIPPED", tmp_path / "shipped")
    write_tiny(home, "tiny", channels=3)
    return Library(home).synthesizer("tiny")
