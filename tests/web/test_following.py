"""Whoever watches a run sees it grow, and changes nothing."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from run_making import RUNS, STEPS, since
from safetensors.torch import load_file
from starlette.testclient import TestClient
from tiny_app import SETTINGS, Z_DIM, train_run

from dcgan.config import Budget
from dcgan.events import CheckpointReady
from dcgan.latent import sample_z
from dcgan.models import Library
from dcgan.training.worker import RunTraining, TrainRequest

ROUTES = "/gradio_api/dcgan"
Z = sample_z(range(3), Z_DIM)
FRAME = struct.pack("<II", 1, len(Z)) + Z.astype("<f4").tobytes()


def pictures(answer: bytes) -> np.ndarray:
    n, height, width = struct.unpack_from("<IHH", answer, 4)
    return np.frombuffer(answer, np.uint8, offset=12).reshape(n, height, width, 3)


def newest(client: TestClient, model: str) -> dict[str, Any]:
    return dict(client.get(f"{ROUTES}/models/newest", params={"model": model}).json())


def test_an_open_connection_follows_the_run(client: TestClient, run: Path) -> None:
    with client.websocket_connect(f"{ROUTES}/ws?model=r1") as socket:
        for steps in (STEPS, STEPS + 3):
            train_run(run, steps)
            assert newest(client, "r1")["steps"] == steps and newest(client, "r1")["is_growing"] is False
            socket.send_bytes(FRAME)
            made = Library().synthesizer(str(run / f"snapshots/{steps:06d}"))
            np.testing.assert_array_equal(pictures(socket.receive_bytes()), made.rgb(Z))
    assert newest(client, "tiny")["is_growing"] is False and "error" in newest(client, "nobody")


def test_strangers_see_no_path_of_the_newest_stage(public: TestClient, run: Path) -> None:
    assert "path" not in newest(public, "r1") and "sha256" in newest(public, "r1")


def watch(client: TestClient, run: str, looks: list[str], is_over: threading.Event) -> None:
    """Do what the pages do, as often as one can."""
    line = 0
    while not is_over.is_set():
        try:
            with client.websocket_connect(f"{ROUTES}/ws?model={run}") as socket:
                for _ in range(5):
                    socket.send_bytes(FRAME)
                    socket.receive_bytes()
                    found = newest(client, run)
                    looks.append(found.get("sha256", ""))
            line = since(client, line, run)["next"]
            client.get(f"{RUNS}/{run}/samples/0.jpg")
            client.post(f"{ROUTES}/score?model={run}", content=FRAME)
            torch.rand(1)  # a draw from what all threads share
        except Exception:
            time.sleep(0.01)  # it has not begun


def trained(folder: Path, after_each_state: Callable[[], None]) -> dict[str, torch.Tensor]:
    settings = (*SETTINGS, "augment=color")
    with RunTraining(TrainRequest(folder, "shapes", settings=settings, budget=Budget(steps=24), save_every=6)) as training:
        training.prepare()
        for event in training.events():
            if isinstance(event, CheckpointReady):
                after_each_state()
    return load_file(folder / "state.safetensors")


def test_a_watched_run_ends_as_an_unwatched_one(client: TestClient, home: Path) -> None:
    alone = trained(home / "runs/alone", lambda: None)
    looks: list[str] = []
    is_over = threading.Event()
    watchers = [threading.Thread(target=watch, args=(client, "watched", looks, is_over)) for _ in range(2)]

    def wait_for_a_look() -> None:
        wanted, deadline = len(looks) + 6, time.monotonic() + 60
        while len(looks) < wanted and time.monotonic() < deadline:
            time.sleep(0.005)

    for watcher in watchers:
        watcher.start()
    try:
        watched = trained(home / "runs/watched", wait_for_a_look)
    finally:
        is_over.set()
        for watcher in watchers:
            watcher.join()
    assert len(set(looks)) >= 4  # stages that were seen
    for name, tensor in alone.items():
        assert torch.equal(tensor, watched[name]), name
