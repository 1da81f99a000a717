from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_app import write_tiny

from dcgan.studio import Studio


@pytest.fixture(autouse=True)
def none_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.models.library.SHIPPED", tmp_path / "shipped")


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    """A studio whose processes end with the test."""
    write_tiny(home, "tiny")
    studio = Studio(model="tiny")
    yield studio
    for worker in studio._workers._workers.values():
        worker.process.kill()
