"""Looking ahead, against torch's own Adam and against differences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from tiny import RECIPE
from torch import Tensor
from torch.nn import functional as F

from dcgan.data import Dataset
from dcgan.networks.builder import Network, build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Activation, Conv, Flatten, Linear
from dcgan.networks.spec import NetworkSpec
from dcgan.training.batches import Batch
from dcgan.training.optimizers import Updater
from dcgan.training.trainer import Networks, Trainer
from dcgan.training.unrolling import look_ahead

SMALL = NetworkSpec((1, 4, 4), (Conv(1, 3, (3, 3)), Activation("tanh"), Flatten(), Linear(12, 1)))
AHEAD = replace(RECIPE, unroll_steps=3, learning_rate_d=0.01)


def pictures(seed: int) -> Tensor:
    return torch.randn(6, 1, 4, 4, generator=torch.Generator().manual_seed(seed))


def practised_updater() -> Updater:
    """A D with Adam's moments of two updates."""
    d = initialise(build(SMALL), torch.Generator().manual_seed(0), "he")
    updater = Updater(d, AHEAD, AHEAD.learning_rate_d, "cpu")
    for step in range(2):
        updater.begin(step)
        updater.add(F.softplus(-d(pictures(10))).mean() + F.softplus(d(pictures(11))).mean())
        updater.finish()
    return updater


def judged(updater: Updater, fakes: Tensor, seen: Tensor | None = None, steps: int = 3) -> Tensor:
    """G's loss on `fakes`, judged by the D that `steps` updates on `seen`, the same fakes, lead to."""
    d = copied(updater)
    ahead = Updater(d, replace(AHEAD, unroll_steps=steps), AHEAD.learning_rate_d, "cpu")
    ahead.load(updater.tensors())
    seen = fakes if seen is None else seen
    judge = look_ahead(d, ahead, Batch(pictures(20), None), Batch(seen, None), lambda: torch.autocast("cpu", enabled=False))
    return F.softplus(-judge(fakes, None)).mean()


def copied(updater: Updater) -> Network:
    d = build(SMALL)
    for own, taken in zip(d.parameters(), updater.parameters, strict=True):
        own.data.copy_(taken.data)
    return d


@pytest.mark.parametrize("steps", [1, 3])
def test_the_d_ahead_is_the_one_that_adam_would_make(steps: int) -> None:
    updater, fakes = practised_updater(), pictures(21)
    found = judged(updater, fakes, steps=steps)
    network = copied(updater)
    adam = torch.optim.Adam(network.parameters(), lr=0.01, betas=(0.5, 0.999))
    for index, own in enumerate(network.parameters()):
        adam.state[own] = {name: values[index].clone() for name, values in updater.optimizer.kept.items()}
    for _ in range(steps):
        adam.zero_grad()
        (F.softplus(-network(pictures(20))).mean() + F.softplus(network(fakes)).mean()).backward()
        adam.step()
    assert found.item() == pytest.approx(F.softplus(-network(fakes)).mean().item(), rel=1e-5)


def test_gradients_go_through_the_steps_of_d() -> None:
    updater, fakes = practised_updater(), pictures(21).requires_grad_()
    judged(updater, fakes).backward()
    direction = torch.randn(fakes.shape, generator=torch.Generator().manual_seed(3))
    ahead, behind = (judged(updater, fakes.detach() + sign * 0.01 * direction).item() for sign in (1, -1))
    assert fakes.grad is not None
    found = (fakes.grad * direction).sum().item()
    assert found == pytest.approx((ahead - behind) / 0.02, rel=0.005)
    (past,) = torch.autograd.grad(judged(updater, fakes, seen=fakes.detach()), fakes)
    assert abs((past * direction).sum().item() - found) > 0.02 * abs(found) > 0  # past the steps it is another one


@pytest.mark.parametrize("more", [{}, {"joint_batch": True}, {"spectral_norm": True}, {"d_steps": 2}, {"precision": "bf16"}], ids=str)
def test_d_is_left_as_it_was(networks: Networks, data: Dataset, more: dict[str, Any]) -> None:
    plain, ahead = (Trainer(replace(RECIPE, unroll_steps=steps, **more), networks, data, "cpu") for steps in (0, 2))
    numbers = [trainer.step(0) for trainer in (plain, ahead)]
    assert all(numbers[1].isfinite()) and not torch.equal(numbers[0][4:7], numbers[1][4:7])
    for name, tensor in plain.d.state_dict().items():
        if "running" not in name and not name.endswith(".u"):  # G's own look at D moves these in the plain step
            assert torch.equal(tensor, ahead.d.state_dict()[name]), name
    assert not all(torch.equal(*pair) for pair in zip(plain.g.parameters(), ahead.g.parameters(), strict=True))
