"""Settings changed by order while it trains: what the state keeps, and that a killed run makes them again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tiny import RECIPE, SETTINGS, config

from dcgan.config import Budget, TrainingConfig
from dcgan.data import Dataset
from dcgan.errors import ConfigError
from dcgan.events import CheckpointReady, OrderDone, StepDone
from dcgan.models.card import model_card
from dcgan.models.folder import read_model
from dcgan.training.changes import changed, changed_by, to_repeat
from dcgan.training.control import Control, Order, send_order
from dcgan.training.loop import Start, train
from dcgan.training.runs.folder import RunReader
from dcgan.training.trainer import Networks
from dcgan.training.worker import RunTraining, TrainRequest

D_STEPS = Order(1, "d_steps", {"d_steps": 3})
AUGMENT = Order(2, "augment", {"translation": 1, "cutout": 1})
RATES = Order(3, "learning_rates", {"learning_rate_g": 0.01})
FEWER = Order(4, "d_steps", {"d_steps": 2})
ALL = {2: [D_STEPS, AUGMENT], 4: [RATES], 6: [FEWER]}  # step -> orders


class AtSteps(Control):
    """Orders given before chosen steps of a training that starts at `first`."""

    def __init__(self, orders: Mapping[int, Sequence[Order]], first: int = 0) -> None:
        super().__init__()
        self.orders, self.step = orders, first - 1

    def poll(self) -> list[Order]:
        self.step += 1
        return list(self.orders.get(self.step, ()))


def states(wanted: TrainingConfig, networks: Networks, data: Dataset, control: Control, start: Start | None = None) -> dict[int, Any]:
    events = train(wanted, networks, data, control=control, start=start)
    return {
        event.step: {name: tensor.clone().contiguous() for name, tensor in event.tensors.items()}
        for event in events
        if isinstance(event, CheckpointReady)
    }


def assert_same(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


@pytest.mark.parametrize("step", [3, 5, 7])
def test_a_state_keeps_what_was_changed(networks: Networks, data: Dataset, step: int) -> None:
    wanted = config(steps=8, save_every=1)
    whole = states(wanted, networks, data, AtSteps(ALL))
    later = {at: orders for at, orders in ALL.items() if at >= step}
    assert_same(states(wanted, networks, data, AtSteps(later, step), Start(whole[step], step, 1.0))[8], whole[8])
    with pytest.raises(AssertionError):
        assert_same(states(wanted, networks, data, Control())[8], whole[8])


def test_changes_do_what_a_recipe_with_them_does(networks: Networks, data: Dataset) -> None:
    recipe = replace(RECIPE, d_steps=3, augment="translation,cutout", learning_rate_g=0.01)
    plain = states(config(steps=3, save_every=1, recipe=recipe), networks, data, Control())
    ordered = states(config(steps=3, save_every=1), networks, data, AtSteps({0: [D_STEPS, AUGMENT, RATES]}))
    assert_same(ordered[3], plain[3])


def test_an_epoch_stays_an_epoch(networks: Networks, data: Dataset) -> None:
    events = list(train(TrainingConfig(RECIPE, Budget(epochs=10)), networks, data, control=AtSteps({6: [D_STEPS]})))
    done = [event for event in events if isinstance(event, StepDone)]
    assert done[5].epoch == pytest.approx(6 * 6 / 20) and done[6].epoch == pytest.approx(9 * 6 / 20)  # of 20 pictures, 6 an update
    assert done[-1].step == 6 + 24 / 3  # 30 updates in all


@pytest.mark.parametrize(
    ("order", "values"),
    [
        ("d_steps", {"d_steps": 0}),
        ("d_steps", {"d_steps": 1.5}),
        ("d_steps", {}),
        ("augment", {"color": 2}),
        ("augment", {"mirror": 1}),
        ("learning_rates", {"d_steps": 2}),
    ],
)
def test_values_that_a_setting_cannot_have(order: Any, values: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=order):
        changed(RECIPE, order, values)


def order_line(order: Order, step: int) -> dict[str, Any]:
    return {"event": "order", "step": step, "sequence": order.sequence, "order": order.name, "values": order.values}


def test_which_changes_are_made_again() -> None:
    lines = [order_line(D_STEPS, 5), order_line(AUGMENT, 9), order_line(RATES, 12)]
    assert [(done.step, done.order) for done in to_repeat(lines, 9)] == [(9, "augment"), (12, "learning_rates")]
    again = [*lines[:1], {"event": "repeats", "step": 9, "orders": [{**lines[1]}, {**lines[2]}]}]
    assert to_repeat(again, 9) == to_repeat(lines, 9)
    again.append(order_line(FEWER, 10))  # newer than what was to be repeated at 12
    assert [(done.step, done.order) for done in to_repeat(again, 9)] == [(9, "augment"), (10, "d_steps")]
    assert changed_by(RECIPE, lines, 12).d_steps == 3 and changed_by(RECIPE, lines, 12).learning_rate_g == RECIPE.learning_rate_g


def request(run: Path, pictures: Path, steps: int = 8, save_every: int = 100) -> TrainRequest:
    return TrainRequest(run, str(pictures), settings=SETTINGS, budget=Budget(steps=steps), save_every=save_every)


def trained(wanted: TrainRequest, orders: Mapping[int, Sequence[Order]], vanish_at: int | None = None) -> list[OrderDone]:
    """Train with orders before these steps, and be gone after step `vanish_at` without another word."""
    said = []
    with RunTraining(wanted) as training:
        training.prepare()
        training.control = AtSteps(orders, training.start.step)  # type: ignore[assignment]
        for event in training.events():
            said += [event] if isinstance(event, OrderDone) else []
            if isinstance(event, StepDone) and event.step == vanish_at:
                break
    return said


@pytest.mark.parametrize("save_every", [2, 3, 100])
def test_what_vanished_after_a_change_makes_it_again(tmp_path: Path, pictures: Path, save_every: int) -> None:
    trained(request(tmp_path / "whole", pictures), ALL)
    wanted = request(tmp_path / "r", pictures, save_every=save_every)
    trained(wanted, ALL, vanish_at=5)
    trained(wanted, {6: [FEWER]}, vanish_at=4)  # twice, before all was made again; from state 4 on it goes to its end
    trained(wanted, {6: [FEWER]})
    lines = [line for line in RunReader(wanted.run).since(0).lines if line.get("event") == "order"]
    assert [(line["step"], line["order"]) for line in lines] == [(step, order.name) for step, orders in ALL.items() for order in orders]
    assert_same(*(load_file(run / "state.safetensors") for run in (tmp_path / "whole", tmp_path / "r")))


def test_a_new_order_ends_the_repeating(tmp_path: Path, pictures: Path) -> None:
    wanted = request(tmp_path / "r", pictures)
    trained(wanted, ALL, vanish_at=5)
    said = trained(wanted, {3: [FEWER]})
    assert [(done.step, done.order) for done in said] == [(2, "d_steps"), (2, "augment"), (3, "d_steps")]


def test_the_card_says_what_was_changed(tmp_path: Path, pictures: Path) -> None:
    trained(request(tmp_path / "r", pictures), ALL)
    model = read_model(tmp_path / "r/snapshots/000008")
    assert model.config.training is not None
    assert model.config.training["changed"] == {"learning_rate_g": 0.01, "d_steps": 2, "augment": "translation,cutout"}
    assert model.config.training["images_seen"] == 6 * (2 * 1 + 4 * 3 + 2 * 2)
    assert "changed by orders while it trained: learning_rate_g 0.01, d_steps 2" in model_card("r", model.config)


def wait_for(process: subprocess.Popen[bytes], run: Path, text: str) -> None:
    events = run / "events.jsonl"
    while not events.exists() or text not in events.read_text():
        assert process.poll() is None
        time.sleep(0.005)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_changed_and_killed_is_changed_and_never_killed(tmp_path: Path, pictures: Path) -> None:
    run, steps = tmp_path / "r", 5_000
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    length = ["--steps", str(steps), "--save-every", str(steps)]
    command = [sys.executable, "-m", "dcgan", "train", "--data", str(pictures), "--run", str(run), *length, *settings]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        wait_for(process, run, '{"step":3,')
        send_order(run, "d_steps", {"d_steps": 2})
        wait_for(process, run, '"order":"d_steps"')
        send_order(run, "learning_rates", {"learning_rate_d": 0.001})
        wait_for(process, run, '"order":"learning_rates"')
        process.send_signal(signal.SIGKILL)
    lines = [json.loads(line) for line in (run / "events.jsonl").read_text().split("\n")[:-1]]
    orders = [line for line in lines if line.get("event") == "order"]
    last = orders[-1]["step"] + 5
    trained(request(run, pictures, last), {})
    given = {line["step"]: [Order(line["sequence"], line["order"], line["values"])] for line in orders}
    trained(request(tmp_path / "whole", pictures, last), given)
    assert_same(*(load_file(folder / "state.safetensors") for folder in (run, tmp_path / "whole")))
