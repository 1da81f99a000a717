"""Runs of the smallest training, trained in this process, and what they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tiny import SETTINGS

from dcgan.config import Budget
from dcgan.events import StepDone
from dcgan.training.runs.folder import RunReader
from dcgan.training.worker import RunTraining, TrainRequest


def request(run: Path, pictures: Path | None, steps: int | None = 6, **changes: Any) -> TrainRequest:
    budget = Budget(steps=steps) if steps else None
    whole = TrainRequest(run, str(pictures) if pictures else None, settings=SETTINGS, budget=budget, save_every=2)
    return replace(whole, **changes)


def run_to_the_end(wanted: TrainRequest, stop_at: int | None = None) -> RunReader:
    """Train as the command line does; stop as a signal does."""
    with RunTraining(wanted) as training:
        training.prepare()
        for event in training.events():
            if isinstance(event, StepDone) and event.step == stop_at:
                training.control.stop()
    return RunReader(wanted.run)


def steps_of(reader: RunReader) -> list[int]:
    return [line["step"] for line in reader.since(0).lines if "event" not in line]


def names_of(reader: RunReader) -> list[str]:
    return [line["event"] for line in reader.since(0).lines if "event" in line]


def interrupted(run: Path, pictures: Path, after: int, **changes: Any) -> None:
    """Leave a run as a process does that vanished after some steps: no state of the last ones, half a line."""
    with RunTraining(request(run, pictures, **changes)) as training:
        training.prepare()
        for event in training.events():
            if isinstance(event, StepDone) and event.step == after:
                break
    with (run / "events.jsonl").open("a") as file:
        file.write('{"step":99,"los')


def same_state(one: Path, other: Path) -> None:
    first, second = (load_file(run / "state.safetensors") for run in (one, other))
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name
