"""Steps by hand: watched they are the same steps, and what is shown of them is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_runs import request, run_to_the_end, same_state
from test_loop import Orders as OrdersAt
from test_loop import kept, states
from tiny import RECIPE, config
from torch import Tensor

from dcgan.data import Dataset
from dcgan.events import OrderDone, StepDone, StepSeen, TrainEvent
from dcgan.images import to_images
from dcgan.training.clock import Clock
from dcgan.training.control import STEPS, Control, Order, OrderName, Orders, send_order
from dcgan.training.loop import Start, train
from dcgan.training.measuring import measures
from dcgan.training.runs.folder import RunReader
from dcgan.training.trainer import Networks, Trainer
from dcgan.training.witness import Witness, sight
from dcgan.training.worker import RunTraining

RECIPES = {
    "plain": RECIPE,
    "bf16": replace(RECIPE, precision="bf16"),
    "drawn": replace(RECIPE, augment="color,cutout", instance_noise=0.1, label_smoothing=0.1, d_steps=2),
    "joint": replace(RECIPE, joint_batch=True, objective="hinge"),
    "penalty": replace(RECIPE, gradient_penalty=10.0, objective="wasserstein"),
    "clipped": replace(RECIPE, weight_clip=0.01, objective="wasserstein", optimizer="rmsprop"),
    "squares": replace(RECIPE, r1=1.0, objective="least-squares"),
    "minimax": replace(RECIPE, objective="minimax"),
    "unrolled": replace(RECIPE, unroll_steps=2),
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_witnessed_step_is_the_same_step(networks: Networks, data: Dataset, name: str) -> None:
    plain, watched = (Trainer(RECIPES[name], networks, data, "cpu") for _ in range(2))
    for step in range(3):
        witness = Witness()
        assert torch.equal(plain.step(step), watched.step(step, witness=witness))
        witness.seen(step, "dg", RECIPE, {})
    for tensor, other in zip(plain.tensors().values(), watched.tensors().values(), strict=True):
        assert torch.equal(tensor, other)


def logistic(output: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-output.astype(np.float64)))


# What the page writes under a picture's point, as the papers have it: of real pictures, of fakes, of G.
FORMULAS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "non-saturating": (lambda o: -np.log(logistic(o)), lambda o: -np.log(1 - logistic(o)), lambda o: -np.log(logistic(o))),
    "minimax": (lambda o: -np.log(logistic(o)), lambda o: -np.log(1 - logistic(o)), lambda o: np.log(1 - logistic(o))),
    "least-squares": (lambda o: (o - 1) ** 2 / 2, lambda o: o**2 / 2, lambda o: (o - 1) ** 2 / 2),
    "hinge": (lambda o: np.maximum(0, 1 - o), lambda o: np.maximum(0, 1 + o), lambda o: -o),
    "wasserstein": (lambda o: -o, lambda o: o, lambda o: -o),
}


@pytest.mark.parametrize("name", ["plain", "joint", "penalty", "squares", "minimax", "unrolled"])
def test_scores_losses_and_gradients_are_those_of_the_step(networks: Networks, data: Dataset, name: str) -> None:
    trainer, witness = Trainer(RECIPES[name], networks, data, "cpu"), Witness()
    said = measures([trainer.step(0, witness=witness)])
    seen = witness.seen(1, "dg", RECIPE, {})
    parts = (("real", "real"), ("fakes", "fakes"), ("judged", "generator"))
    for (part, loss), formula in zip(parts, FORMULAS[RECIPES[name].objective], strict=True):
        assert seen.outputs[part].shape == (6,)
        assert formula(seen.outputs[part]).mean() == pytest.approx(seen.losses[loss], abs=1e-5)
    assert seen.losses["real"] + seen.losses["fakes"] == pytest.approx(said.loss_d, abs=1e-5)
    assert seen.losses["generator"] == pytest.approx(said.loss_g, abs=1e-6)
    for part, norm in (("d", said.grad_norm_d), ("g", said.grad_norm_g)):
        assert np.sqrt(sum(value**2 for value in seen.gradients[part].values())) == pytest.approx(norm, rel=1e-4)
    assert set(seen.gradients["g"]) == {1, 2, 4, 5, 7} and set(seen.gradients["d"]) == {0, 2, 3, 5}


def test_the_pictures_are_those_that_d_was_shown(networks: Networks, data: Dataset) -> None:
    before, trainer, witness = Trainer(RECIPE, networks, data, "cpu"), Trainer(RECIPE, networks, data, "cpu"), Witness()
    fakes, real = before._fakes(0), before.batches.real(0)
    trainer.step(0, witness=witness)
    seen = witness.seen(1, "dg", RECIPE, {})
    for name, x in (("real", real.x), ("fakes", fakes.x), ("judged", fakes.x)):
        np.testing.assert_array_equal(seen.pictures[name], to_images(x.detach().numpy()))


def test_the_wanted_directions_lower_the_loss_of_g(networks: Networks, data: Dataset) -> None:
    trainer, witness = Trainer(RECIPE, networks, data, "cpu"), Witness()
    fakes = trainer._fakes(0).x.detach()
    trainer.step(0, witness=witness)
    wanted = witness.seen(1, "dg", RECIPE, {}).pictures["wanted"]
    assert wanted.min() == 0 or wanted.max() == 255  # scaled to its largest
    way = torch.from_numpy(wanted).permute(0, 3, 1, 2).float() / 127.5 - 1

    def loss(x: Tensor) -> float:
        return float(torch.nn.functional.softplus(-trainer.d(x).detach()).mean())

    assert loss(fakes + 0.02 * way) < loss(fakes) < loss(fakes - 0.02 * way)


@pytest.mark.parametrize(("moves", "stays"), [("d", ("g", "ema")), ("g", ("d",))])
@pytest.mark.parametrize("name", ["plain", "clipped", "unrolled"])
def test_one_network_moves_and_the_other_stays(networks: Networks, data: Dataset, name: str, moves: Any, stays: tuple[str, ...]) -> None:
    trainer = Trainer(RECIPES[name], networks, data, "cpu")
    before = weights(trainer)
    said = measures([trainer.step(0, moves)])
    after = weights(trainer)
    assert {part for part in before if not same(before[part], after[part])} == {"g", "d", "ema"} - set(stays)
    assert all(np.isfinite(value) for value in vars(said).values()) and said.grad_norm_d > 0 and said.grad_norm_g > 0


def weights(trainer: Trainer) -> dict[str, list[Tensor]]:
    parts = {"g": trainer.g, "d": trainer.d, "ema": trainer.ema}
    return {part: [parameter.clone() for parameter in network.parameters()] for part, network in parts.items()}


def same(one: list[Tensor], other: list[Tensor]) -> bool:
    return all(map(torch.equal, one, other))


def ordered(networks: Networks, data: Dataset, orders: Mapping[int, OrderName], start: Start | None = None) -> list[TrainEvent]:
    numbered = {look: Order(look, name) for look, name in orders.items()}
    return kept(train(config(steps=7, save_every=100), networks, data, control=OrdersAt(numbered), start=start))


def test_stepped_and_slowed_is_full_speed(networks: Networks, data: Dataset) -> None:
    events = ordered(networks, data, {2: "step", 4: "step", 7: "step", 12: "resume"})
    assert [event.step for event in events if isinstance(event, StepSeen)] == [2, 3, 4]
    assert [event.step for event in events if isinstance(event, StepDone)] == [1, 2, 3, 4, 5, 6, 7]
    for name, tensor in states(ordered(networks, data, {}))[7].items():
        assert torch.equal(states(events)[7][name], tensor), name


@pytest.mark.parametrize("name", ["step_d", "step_g"])
def test_a_step_of_one_network_is_made_again(networks: Networks, data: Dataset, name: OrderName) -> None:
    events = ordered(networks, data, {3: name, 5: name, 7: "resume"})
    done = [event for event in events if isinstance(event, OrderDone)]
    assert [(event.step, event.order) for event in done] == [(2, name), (3, name), (4, "resume")]
    assert [(event.step, event.moved) for event in events if isinstance(event, StepSeen)] == [(3, STEPS[name]), (4, STEPS[name])]
    whole = states(events)[7]
    again = ordered(networks, data, {}, start=Start(repeats=tuple(done[:2])))
    assert [event for event in again if isinstance(event, OrderDone)] == done[:2]
    assert all(torch.equal(states(again)[7][key], tensor) for key, tensor in whole.items())
    plain = states(ordered(networks, data, {}))[7]
    assert not all(torch.equal(plain[key], tensor) for key, tensor in whole.items())


def due(orders: Orders, step: int, clock: Clock) -> list[str]:
    return [order.order for order in orders.due(step, clock)]


def test_repeated_steps_wait_for_whoever_steps_now() -> None:
    repeats = (OrderDone(2, 1, "step_d", {}), OrderDone(3, 2, "step_g", {}))
    clock, control = Clock(0.0), Control()
    assert [due(Orders(control, repeats), step, clock) for step in (1, 2)] == [[], ["step_d"]]
    clock.pause()
    assert due(Orders(control, repeats), 2, clock) == []
    new = Orders(OneLook([Order(4, "step"), Order(5, "step"), Order(6, "resume")]), repeats)
    assert [due(new, step, clock) for step in (2, 3)] == [["step"], ["step"]]
    assert due(new, 4, clock) == ["resume"]
    ended = Orders(OneLook([Order(4, "step_d")]), repeats)
    assert due(ended, 2, clock) == ["step_d"]
    clock.resume()
    assert due(ended, 3, clock) == []


class OneLook(Control):
    """Orders that all come at once."""

    def __init__(self, orders: list[Order]) -> None:
        super().__init__()
        self._orders = orders

    def poll(self) -> list[Order]:
        found, self._orders = self._orders, []
        return found


def stepped(run: Path, pictures: Path, name: OrderName, is_killed: bool) -> RunReader:
    """Make a run whose third step is ordered by `name`; end it there as a process that is killed, or let it go on."""
    with RunTraining(request(run, pictures)) as training:
        training.prepare()
        for event in training.events():
            if isinstance(event, StepDone) and event.step == 2:
                send_order(run, name)
            if isinstance(event, StepSeen) and event.step == 3:
                if is_killed:
                    break
                send_order(run, "resume")
    return RunReader(run)


@pytest.mark.parametrize("name", ["step", "step_d"])
def test_what_a_run_folder_keeps_of_it(tmp_path: Path, pictures: Path, name: OrderName) -> None:
    whole = stepped(tmp_path / "whole", pictures, name, is_killed=False)
    if name == "step":
        run_to_the_end(request(tmp_path / "plain", pictures))
        same_state(tmp_path / "plain", tmp_path / "whole")
    reader = stepped(tmp_path / "r", pictures, name, is_killed=True)
    seen = reader.seen()
    assert seen["step"] == 3 and seen["moved"] == STEPS[name] and len(seen["outputs"]["fakes"]) == 6
    assert reader.seen(seen["version"]) == {"version": seen["version"]}
    assert seen["settings"] == {key: reader.config["recipe"][key] for key in ("d_steps", "augment")}
    assert seen["gradients"]["d"][0]["type"] == "conv" and seen["pictures"]["real"].startswith("data:image/jpeg;base64,")
    continued = run_to_the_end(request(tmp_path / "r", None, steps=None))
    same_state(tmp_path / "whole", tmp_path / "r")
    assert bool(continued.seen()) == (name == "step_d")  # what was cut away is not shown; what was made again is
    assert by_hand(whole) == by_hand(continued) == [(2, name)]


def by_hand(reader: RunReader) -> list[tuple[int, str]]:
    return [(line["step"], line["order"]) for line in reader.since(0).lines if line.get("event") == "order" and line["order"] in STEPS]


def test_a_number_that_is_none_is_null(networks: Networks, data: Dataset) -> None:
    witness = Witness()
    Trainer(RECIPE, networks, data, "cpu").step(0, witness=witness)
    spoilt = replace(witness.seen(1, "dg", RECIPE, {}), losses={"real": float("nan")}, outputs={"real": np.array([np.inf, 1], np.float32)})
    shown = sight(spoilt, {"generator": networks.generator.to_json(), "discriminator": networks.discriminator.to_json()})
    assert shown["losses"] == {"real": None} and shown["outputs"] == {"real": [None, 1.0]}
