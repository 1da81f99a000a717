"""What the tests of the studio share: waiting, pictures, and processes that do something else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcgan.studio import Studio
from dcgan.training import processes
from dcgan.training.runs.folder import RunStatus

PATIENCE = 120  # seconds; a busy machine is no failure


def until(ready: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.05)


def wait_for(studio: Studio, run: str, *states: str) -> RunStatus:
    until(lambda: studio.status(run).state in states, f"{run} is {states}")
    return studio.status(run)


def write_pictures(folder: Path, count: int = 12) -> Path:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for index in range(count):
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(folder / f"{index}.png")
    return folder


def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let `script` stand where the Python of new workers would."""
    path = tmp_path / "python-stub"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(processes.sys, "executable", str(path))
