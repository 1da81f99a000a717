"""A disk that fills up while a run is written: one sentence, whole files, and the same bits once there is room again."""

from __future__ import annotations

import errno
import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tiny_app import TUNED

from dcgan.events import StepDone
from dcgan.training.runs.writer import RunWriter

ROOT = Path(__file__).parents[2]
SMALL = 3  # MB
STEPS = 240


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of SMALL MB; skips where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}m", "tmpfs", str(folder)], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if done.returncode:
        pytest.skip("a disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def started(run: Path, pictures: Path) -> subprocess.Popen[str]:
    settings = ("base_channels=4", "batch_size=8", "threads=1", "z_dim=8", *TUNED)
    options = [part for setting in settings for part in ("--set", setting)]
    command = [
        sys.executable,
        "-m",
        "dcgan",
        "train",
        "--data",
        str(pictures),
        "--run",
        str(run),
        "--steps",
        str(STEPS),
        "--save-every",
        "7",
    ]
    return subprocess.Popen([*command, *options, "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def fill(disk: Path, left: int) -> None:
    """Leave this many bytes, in whole pages."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while ballast.write(bytes(4096)):
                pass
        except OSError:
            ballast.truncate(max(0, ballast.tell() - left))


def wait_for_step(run: Path, step: int, process: subprocess.Popen[str]) -> None:
    events = run / "events.jsonl"
    while not events.exists() or f'{{"step":{step},' not in events.read_text():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


class FullDisk(io.FileIO):
    """A file on a disk that has room for all but the last five bytes of a line."""

    def write(self, content: Any) -> int:
        if len(content) <= 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(content[: len(content) - 5])


def test_of_a_line_that_does_not_fit_nothing_stays(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text('{"step":1}\n')
    writer = RunWriter(tmp_path / "r")
    writer._events = FullDisk(events, "a")
    with pytest.raises(OSError, match="No space left"):
        writer.write(StepDone(2, 0.0, 0.0, *[0.5] * 8, 1.0))
    writer.write_failure(2, "the disk is full")
    assert events.read_text() == '{"step":1}\n'


@pytest.mark.slow
@pytest.mark.parametrize("left", [0, 4096, 40_960, 81_920])  # in the middle of a line, of a snapshot, of a state
def test_a_full_disk_costs_nothing_but_the_time(tmp_path: Path, disk: Path, pictures: Path, left: int) -> None:
    run = disk / "r"
    process = started(run, pictures)
    wait_for_step(run, 100, process)
    fill(disk, left)
    out, err = process.communicate()
    assert process.returncode == 2 and out == ""
    complaint = [line for line in err.splitlines() if line.startswith("dcgan: ")]
    assert len(complaint) == 1 and "No space left on device" in complaint[0] and "Traceback" not in err
    (disk / "ballast").unlink()
    again = started(run, pictures)
    said = json.loads(again.communicate()[0])
    assert again.returncode == 0 and said["step"] == STEPS and said["finished"] is True
    started(tmp_path / "whole", pictures).communicate()
    first, second = (load_file(folder / "state.safetensors") for folder in (tmp_path / "whole", run))
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
    assert not [path for path in run.rglob(".*") if path.name.startswith((".state", ".0"))]  # half-written files
