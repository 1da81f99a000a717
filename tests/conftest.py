from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest
import torch

os.environ["HF_HUB_OFFLINE"] = "1"
hypothesis.settings.register_profile("patient", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("patient")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test its own $DCGAN_HOME."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DCGAN_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
