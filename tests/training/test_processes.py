"""Real processes: killed at any moment, stopped by a signal, continued by the same command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_app import TUNED

from dcgan.training.control import send_order

ROOT = Path(__file__).parents[2]
STEPS = 240


def command(run: Path, pictures: Path) -> list[str]:
    settings = ("base_channels=4", "batch_size=8", "threads=1", "z_dim=8", *TUNED)
    options = [part for setting in settings for part in ("--set", setting)]
    length = ["--steps", str(STEPS), "--save-every", "7"]
    return [sys.executable, "-m", "dcgan", "train", "--data", str(pictures), "--run", str(run), *length, *options, "--json"]


def started(run: Path, pictures: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(command(run, pictures), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_step(run: Path, step: int, process: subprocess.Popen[str]) -> None:
    events = run / "events.jsonl"
    while not events.exists() or f'{{"step":{step},' not in events.read_text():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def wait_for_sight(run: Path, process: subprocess.Popen[str]) -> None:
    """Wait until an ordered step has been made and shown."""
    while not (run / "seen.json").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


@pytest.mark.slow
@pytest.mark.parametrize("kills", [(100,), (3, 30, 140, 141)])
def test_stepped_and_killed_is_neither(tmp_path: Path, pictures: Path, kills: tuple[int, ...]) -> None:
    whole = started(tmp_path / "whole", pictures)
    for step in kills:
        process = started(tmp_path / "r", pictures)
        wait_for_step(tmp_path / "r", step, process)
        send_order(tmp_path / "r", "step")
        wait_for_sight(tmp_path / "r", process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    last = started(tmp_path / "r", pictures)
    said = json.loads(last.communicate()[0])
    assert last.returncode == 0 and said["step"] == STEPS and said["finished"] is True
    whole.communicate()
    first, second = (load_file(tmp_path / name / "state.safetensors") for name in ("whole", "r"))
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_signal_saves_and_says_how_to_go_on(tmp_path: Path, pictures: Path, number: signal.Signals) -> None:
    process = started(tmp_path / "r", pictures)
    wait_for_step(tmp_path / "r", 20, process)
    process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == 130
    said = json.loads(out)
    assert said["finished"] is False and 20 <= said["step"] < STEPS
    assert f"continue with: python -m dcgan train --run {tmp_path / 'r'}" in err and "Traceback" not in err
    assert (tmp_path / f"r/snapshots/{said['step']:06d}/config.json").exists()
