"""Updater: the optimisers' formulas, the schedule, and what is saved."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import Any

import pytest
import torch
from tiny import RECIPE
from torch import Tensor, nn

from dcgan.config import Recipe
from dcgan.training.optimizers import Updater, decay_factor

START = [0.5, -1.0, 2.0]


def updater(recipe: Recipe, learning_rate: float = 0.1) -> tuple[Updater, nn.Linear]:
    network = nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([START]))
    return Updater(network, recipe, learning_rate, "cpu"), network


def bowl(network: nn.Linear) -> Tensor:
    """A loss whose gradient is the weight."""
    return network.weight.square().sum() / 2


def update(tested: Updater, loss: Tensor, step: int) -> Tensor:
    tested.begin(step)
    tested.add(loss)
    return tested.finish()


def sgd(w: Tensor, steps: int) -> Tensor:
    velocity = torch.zeros(3)
    for _ in range(steps):
        velocity = 0.5 * velocity + w
        w = w - 0.1 * velocity
    return w


def rmsprop(w: Tensor, steps: int) -> Tensor:
    square = torch.zeros(3)
    for _ in range(steps):
        square = 0.9 * square + 0.1 * w * w
        w = w - 0.1 * w / (square.sqrt() + 1e-8)
    return w


def adam(w: Tensor, steps: int) -> Tensor:
    mean, square = torch.zeros(3), torch.zeros(3)
    for step in range(1, steps + 1):
        mean, square = 0.5 * mean + 0.5 * w, 0.9 * square + 0.1 * w * w
        w = w - 0.1 * (mean / (1 - 0.5**step)) / ((square / (1 - 0.9**step)).sqrt() + 1e-8)
    return w


@pytest.mark.parametrize("formula", [sgd, rmsprop, adam])
def test_updates_are_the_formulas(formula: Any) -> None:
    recipe = replace(RECIPE, optimizer=formula.__name__, beta1=0.5, beta2=0.9)
    tested, network = updater(recipe)
    for step in range(4):
        norm = update(tested, bowl(network), step)
        assert float(norm) == pytest.approx(float(formula(torch.tensor(START), step).norm()), rel=1e-5)
    torch.testing.assert_close(network.weight.detach()[0], formula(torch.tensor(START), 4), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
@pytest.mark.parametrize(
    ("recipe", "theirs"),
    [
        (replace(RECIPE, optimizer="sgd", beta1=0.0), lambda own: torch.optim.SGD(own, lr=0.1, fused=True)),
        (replace(RECIPE, optimizer="sgd", beta1=0.5), lambda own: torch.optim.SGD(own, lr=0.1, momentum=0.5, fused=True)),
        (replace(RECIPE, optimizer="rmsprop", beta2=0.9), lambda own: torch.optim.RMSprop(own, lr=0.1, alpha=0.9)),
        (replace(RECIPE, optimizer="adam", beta1=0.5, beta2=0.9), lambda own: torch.optim.Adam(own, lr=0.1, betas=(0.5, 0.9), fused=True)),
    ],
)
def test_updates_are_those_of_torchs_classes(recipe: Recipe, theirs: Any, precision: Any) -> None:
    tested, network = updater(replace(recipe, precision=precision))
    other = torch.nn.Parameter(torch.tensor([START]))
    optimizer = theirs([other])
    for step in range(4):
        update(tested, bowl(network), step)
        optimizer.zero_grad()
        (other.square().sum() / 2).backward()
        optimizer.step()
    assert torch.equal(network.weight, other)


@pytest.mark.parametrize(
    ("step", "factor"),
    [(0, 1.0), (10, 1.0), (11, 0.75), (12, 0.5), (13, 0.25), (14, 0.0), (900, 0.0)],
)
def test_the_schedule_is_a_line(step: int, factor: float) -> None:
    assert decay_factor(replace(RECIPE, decay_start=10, decay_steps=4), step) == factor
    assert decay_factor(RECIPE, step) == 1.0


def test_the_schedule_multiplies_what_was_ordered() -> None:
    tested, network = updater(replace(RECIPE, optimizer="sgd", beta1=0.0, decay_steps=4))
    wanted = torch.tensor(START)
    for step, (ordered, factor) in enumerate([(0.1, 1.0), (0.2, 0.75), (0.2, 0.5), (0.4, 0.25), (0.4, 0.0)]):
        tested.learning_rate = ordered
        update(tested, bowl(network), step)
        wanted = wanted - ordered * factor * wanted
        torch.testing.assert_close(network.weight.detach()[0], wanted)
        assert float(tested.tensors()["learning_rate"]) == ordered


@pytest.mark.parametrize(
    ("optimizer", "beta1", "names"),
    [
        ("adam", 0.5, {"step", "exp_avg", "exp_avg_sq"}),
        ("sgd", 0.5, {"momentum_buffer"}),
        ("sgd", 0.0, set()),
        ("rmsprop", 0.5, {"step", "square_avg"}),
    ],
)
@pytest.mark.parametrize("saved_at", [0, 2])
def test_what_was_saved_goes_on_the_same(optimizer: Any, beta1: float, names: set[str], saved_at: int) -> None:
    recipe = replace(RECIPE, optimizer=optimizer, beta1=beta1)
    whole, network = updater(recipe)
    for step in range(saved_at):
        update(whole, bowl(network), step)
    saved = {name: tensor.clone() for name, tensor in whole.tensors().items()}
    if saved_at:
        assert saved.keys() == {"learning_rate"} | {f"0.{name}" for name in names}
    later, copy = updater(recipe, learning_rate=9.0)
    copy.load_state_dict(network.state_dict())
    later.load(saved)
    for step in range(saved_at, 5):
        update(whole, bowl(network), step)
        update(later, bowl(copy), step)
    assert torch.equal(network.weight, copy.weight)


def test_an_overflow_in_fp16_is_left_out_and_halves_the_scale() -> None:
    tested, network = updater(replace(RECIPE, precision="fp16"))
    before, scale = network.weight.detach().clone(), float(tested.scaler.get_scale())
    assert float(update(tested, bowl(network) * 1e38, 0)) == 0
    assert torch.equal(network.weight, before) and float(tested.tensors()["scale"]) == scale / 2
    norm = update(tested, bowl(network), 1)
    assert float(norm) == pytest.approx(float(before.norm()), rel=1e-5) and not torch.equal(network.weight, before)


def test_a_loss_that_no_scale_helps_is_said() -> None:
    tested, network = updater(replace(RECIPE, precision="fp16"))
    norms = [float(update(tested, bowl(network) * float("inf"), step)) for step in range(30)]
    assert norms[0] == 0 and not any(isfinite(norm) for norm in norms[20:])


def test_summands_add_up() -> None:
    (whole, one), (parts, other) = updater(RECIPE), updater(RECIPE)
    update(whole, bowl(one) + one.weight.sum(), 0)
    parts.begin(0)
    parts.add(bowl(other))
    parts.add(other.weight.sum())
    norm = parts.finish()
    assert torch.equal(one.weight, other.weight) and float(norm) == pytest.approx(float((torch.tensor(START) + 1).norm()))
