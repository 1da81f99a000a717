"""A finished run for the tests of run routes, and how they ask about it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tiny_app import KEY

RUNS = "/gradio_api/dcgan/runs"
STEPS = 5


def copy_of(trained: Path, home: Path) -> Path:
    """Put a finished run among those of `home`, controlled by the holder of KEY."""
    folder = home / "runs" / "r1"
    shutil.copytree(trained, folder)
    (folder / "owner.json").write_text(json.dumps({"key_sha256": hashlib.sha256(KEY.encode()).hexdigest()}))
    return folder


def since(client: TestClient, line: int, name: str = "r1", key: str = "") -> dict[str, Any]:
    answer = client.get(f"{RUNS}/{name}/since/{line}", headers={"X-DCGAN-Key": key})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    return json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def lines(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
