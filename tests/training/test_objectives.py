"""Objectives, against torch's own losses and the values where D can only guess."""

from __future__ import annotations

from math import log
from typing import get_args

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.config import Objective
from dcgan.training.objectives import generator_loss, loss_on_fakes, loss_on_real, probability

OBJECTIVES: tuple[Objective, ...] = get_args(Objective)


def outputs(seed: int) -> Tensor:
    return 3 * torch.randn(50, 1, generator=torch.Generator().manual_seed(seed))


def toward(output: Tensor, target: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(output, torch.full_like(output, target))


def squared(output: Tensor, target: float) -> Tensor:
    return F.mse_loss(output, torch.full_like(output, target)) / 2


def hinge(output: Tensor) -> Tensor:
    return F.hinge_embedding_loss(output, -torch.ones_like(output))  # the mean of max(0, 1 - output)


def expected(objective: Objective, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """D's and G's loss by torch's functions."""
    if objective == "least-squares":
        return squared(real, 1) + squared(fake, 0), squared(fake, 1)
    if objective == "hinge":
        return hinge(real) + hinge(-fake), -fake.mean()
    if objective == "wasserstein":
        return fake.mean() - real.mean(), -fake.mean()
    return toward(real, 1) + toward(fake, 0), toward(fake, 1) if objective == "non-saturating" else -toward(fake, 0)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_losses_are_torchs(objective: Objective) -> None:
    real, fake = outputs(0), outputs(1)
    loss_d, loss_g = expected(objective, real, fake)
    torch.testing.assert_close(loss_on_real(objective, real) + loss_on_fakes(objective, fake), loss_d)
    torch.testing.assert_close(generator_loss(objective, fake), loss_g)


@pytest.mark.parametrize(
    ("objective", "guess", "loss_d", "loss_g"),
    [
        ("non-saturating", 0.0, log(4), log(2)),
        ("minimax", 0.0, log(4), -log(2)),
        ("least-squares", 0.5, 1 / 4, 1 / 8),
        ("hinge", 0.0, 2.0, 0.0),
        ("wasserstein", 0.0, 0.0, 0.0),
    ],
)
def test_values_where_d_can_only_guess(objective: Objective, guess: float, loss_d: float, loss_g: float) -> None:
    output = torch.full((7, 1), guess)
    assert float(loss_on_real(objective, output) + loss_on_fakes(objective, output)) == pytest.approx(loss_d)
    assert float(generator_loss(objective, output)) == pytest.approx(loss_g)
    assert float(probability(objective, output).mean()) == 0.5


@pytest.mark.parametrize("smoothing", [0.1, 0.3])
def test_smoothing_moves_the_real_target_alone(smoothing: float) -> None:
    real, fake = outputs(2), outputs(3)
    wanted = toward(real, 1 - smoothing) + toward(fake, 0)
    torch.testing.assert_close(loss_on_real("non-saturating", real, smoothing) + loss_on_fakes("non-saturating", fake), wanted)


def test_only_minimax_leaves_g_without_a_gradient_where_d_is_sure() -> None:
    for objective in OBJECTIVES:
        fake = torch.full((4, 1), -20.0, requires_grad=True)
        (gradient,) = torch.autograd.grad(generator_loss(objective, fake), fake)
        assert bool((gradient < 0).all())  # all say: larger
        assert (float(gradient.abs().sum()) < 1e-6) == (objective == "minimax")


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_beliefs_are_shares_that_grow_with_the_output(objective: Objective) -> None:
    beliefs = probability(objective, torch.linspace(-30, 30, 61))
    assert float(beliefs.min()) >= 0 and float(beliefs.max()) <= 1
    assert bool((beliefs.diff() >= 0).all()) and float(beliefs[-1] - beliefs[0]) > 0.99
