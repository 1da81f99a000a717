from __future__ import annotations

from pathlib import Path

import pytest
from run_making import STEPS, copy_of
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tiny_app import train_run, write_tiny

from dcgan.studio import Studio
from dcgan.web import routes


@pytest.fixture(autouse=True)
def tiny(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tiny models, and none of the shipped ones."""
    monkeypatch.setattr("dcgan.models.library.SHIPPED", tmp_path / "shipped")
    write_tiny(home, "tiny")
    write_tiny(home, "other", seed=1, channels=3)
    return home / "models" / "tiny"


@pytest.fixture
def studio(tiny: Path) -> Studio:
    return Studio(model="tiny")


@pytest.fixture
def client(studio: Studio) -> TestClient:
    return TestClient(Starlette(routes=routes(studio)))


@pytest.fixture
def public(tiny: Path) -> TestClient:
    return TestClient(Starlette(routes=routes(Studio(model="tiny", public=True))))


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_run(tmp_path_factory.mktemp("trained") / "r1", STEPS)


@pytest.fixture
def run(trained: Path, home: Path) -> Path:
    """A finished run that the holder of KEY controls."""
    return copy_of(trained, home)
