from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has an empty $DCGAN_HOME, and no data set of the machine's."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DCGAN_HOME", str(folder))
    monkeypatch.setattr("dcgan.data.entries.DEBIAN", tmp_path / "debian")
    return folder
