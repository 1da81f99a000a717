"""The run folder: what is written, read back and refused."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image
from safetensors.torch import load_file
from small_runs import names_of, request, run_to_the_end, steps_of
from tiny import SETTINGS

from dcgan.config import OWN_CHOICES
from dcgan.errors import DCGANError, RunError, TrainingDiverged
from dcgan.events import CheckpointReady, StepDone
from dcgan.models import Library
from dcgan.training import worker
from dcgan.training.control import FileControl, read_orders, send_order
from dcgan.training.runs.folder import RunReader
from dcgan.training.worker import RunTraining


def test_what_a_run_leaves(tmp_path: Path, pictures: Path) -> None:
    reader = run_to_the_end(request(tmp_path / "r", pictures))
    assert reader.status().state == "completed" and reader.status().step == 6
    assert steps_of(reader) == [1, 2, 3, 4, 5, 6]
    assert names_of(reader)[:4] == ["started", "samples", "judged", "checkpoint"] and names_of(reader)[-1] == "finished"
    assert {0, 6} <= set(reader.sample_steps())  # and by the clock between them
    assert Image.open(reader.sample_path(6)).size[0] >= 8 * 16
    assert sorted(path.name for path in (tmp_path / "r/snapshots").iterdir()) == ["000000", "000002", "000004", "000006"]
    assert not list((tmp_path / "r").glob("worker.json"))
    config = reader.config
    assert config["data"]["images"] == 20 and config["recipe"]["image_size"] == 16
    kept_open = {
        "label_column",
        "weight_clip",
        "instance_noise_steps",
        "decay_steps",
        "pictures",
        *OWN_CHOICES,
        "biases",
    }  # None says something there
    assert {key for key, value in config["recipe"].items() if value is None} == kept_open


def test_a_snapshot_is_the_averaged_generator(tmp_path: Path, pictures: Path) -> None:
    reader = run_to_the_end(request(tmp_path / "r", pictures))
    state = load_file(tmp_path / "r/state.safetensors")
    snapshot = Library().find(str(tmp_path / "r"))[0]
    for name, tensor in snapshot.generator.items():
        torch.testing.assert_close(tensor.float(), state[f"ema.{name}"], atol=1e-3, rtol=1e-3)
    sheet = np.asarray(Image.open(reader.sample_path(6))).astype(float)
    first = Library().synthesizer(str(tmp_path / "r")).generate([0])[0]
    margins = [(sheet[y : y + 16, x : x + 16] - first) for y in range(4) for x in range(4)]
    assert min(float(np.abs(margin).mean()) for margin in margins) < 12  # JPEG of noise


def test_increments_are_only_what_is_new(tmp_path: Path, pictures: Path) -> None:
    with RunTraining(request(tmp_path / "r", pictures)) as training:
        training.prepare()
        reader, position, seen = RunReader(tmp_path / "r"), 0, []
        for _ in training.events():
            increment = reader.since(position)
            seen += increment.lines
            assert len(increment.lines) <= 1
            position = increment.next
            assert reader.status().state in ("starting", "running", "completed")
    written = (tmp_path / "r/events.jsonl").read_text().splitlines()
    assert seen == [json.loads(line) for line in written]


def test_a_file_that_was_replaced_is_read_anew_though_it_has_the_same_inode(tmp_path: Path, pictures: Path) -> None:
    reader = run_to_the_end(request(tmp_path / "r", pictures))
    events = tmp_path / "r" / "events.jsonl"
    before, inode = reader.since(0).next, events.stat().st_ino
    lines = [{"event": "started", "step": 0, "generation": 2}, *({"step": step, "seconds": step / 7} for step in range(1, 200))]
    events.write_text("".join(f"{json.dumps(line)}\n" for line in lines))  # longer than what was read
    assert events.stat().st_ino == inode and len(lines) > before
    assert reader.since(0).lines == lines and reader.since(0).generation == 2 and reader.status().step == 199


def test_one_writer_at_a_time(tmp_path: Path, pictures: Path) -> None:
    (tmp_path / "r").mkdir()
    with FileLock(tmp_path / "r/lock"), pytest.raises(RunError, match="another process"), RunTraining(request(tmp_path / "r", pictures)):
        pass


def test_a_folder_of_other_things_stays_as_it_is(tmp_path: Path, pictures: Path) -> None:
    with pytest.raises(RunError, match=r"not a run and not empty.*0\.png"):
        RunTraining(request(pictures, pictures))
    assert len(list(pictures.iterdir())) == 20
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="cannot be a run folder"):
        RunTraining(request(tmp_path / "file", pictures))


def test_a_named_set_is_meant_where_a_folder_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shapes").mkdir()
    monkeypatch.chdir(tmp_path)
    reader = run_to_the_end(replace(request(tmp_path / "r", None, steps=1), source="shapes", settings=(*SETTINGS, "image_size=16")))
    assert reader.config["data"]["source"] == "shapes" and reader.config["data"]["images"] == 10_000


def test_no_data_leaves_a_folder_that_can_be_used(tmp_path: Path, pictures: Path) -> None:
    with pytest.raises(DCGANError), RunTraining(request(tmp_path / "r", tmp_path / "nothing")) as training:
        training.prepare()
    assert run_to_the_end(request(tmp_path / "r", pictures)).status().state == "completed"


def test_what_is_not_a_number_is_written_as_null_and_named(tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = worker.train

    def spoilt(*args: Any) -> Any:
        for event in honest(*args):
            if isinstance(event, StepDone) and event.step == 3:
                yield replace(event, loss_d=float("nan"))
                raise TrainingDiverged(3, 2)
            yield event

    monkeypatch.setattr(worker, "train", spoilt)
    with pytest.raises(TrainingDiverged, match="step 3"):
        run_to_the_end(request(tmp_path / "r", pictures))
    reader = RunReader(tmp_path / "r")
    last = [line for line in reader.since(0).lines if "event" not in line][-1]
    assert last["loss_d"] is None and last["nonfinite"] == ["loss_d"]
    assert "NaN" not in (tmp_path / "r/events.jsonl").read_text()
    assert reader.status().state == "failed" and "step 3" in str(reader.status().message)


def test_starting_from_another_models_networks(tmp_path: Path, pictures: Path) -> None:
    run_to_the_end(request(tmp_path / "first", pictures))
    with RunTraining(request(tmp_path / "second", pictures, model=str(tmp_path / "first"))) as training:
        training.prepare()
        first = next(event for event in training.events() if isinstance(event, CheckpointReady))
    parent = Library().find(str(tmp_path / "first"))[0]
    assert first.step == 0
    for name, tensor in parent.generator.items():
        assert torch.equal(first.tensors[f"g.{name}"], tensor.float()), name


def test_a_run_that_goes_on_saves_when_there_is_something_to_save(tmp_path: Path, pictures: Path) -> None:
    for steps in (4, 8):  # some tenths of a second each: the first state would be due after five
        run_to_the_end(request(tmp_path / "r", pictures, steps, save_every=None))
    assert sorted(int(path.name) for path in (tmp_path / "r" / "snapshots").iterdir()) == [0, 4, 8]


def test_orders_reach_the_training_once(tmp_path: Path) -> None:
    send_order(tmp_path, "pause")
    control = FileControl(tmp_path)
    assert control.poll() == []  # from before the start
    time.sleep(0.01)
    sent = send_order(tmp_path, "learning_rates", {"learning_rate_d": 0.1})
    assert control.poll() == [sent] and control.poll() == []
    assert [order.name for order in read_orders(tmp_path / "control.json")] == ["pause", "learning_rates"]
    (tmp_path / "control.json").write_text("{broken")
    assert control.poll() == []


@pytest.mark.parametrize("values", [{"learning_rate_d": 11}, {"batch_size": 3}, {"learning_rate_g": float("nan")}])
def test_impossible_orders_are_refused(tmp_path: Path, values: dict[str, float]) -> None:
    with pytest.raises(DCGANError):
        send_order(tmp_path, "learning_rates", values)
    assert not (tmp_path / "control.json").exists()
