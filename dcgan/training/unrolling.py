"""Unrolled GANs (Metz et al. 2016): G is judged by the D that would answer it, k updates ahead, and learns through those updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.func import functional_call

from dcgan.config import Recipe
from dcgan.networks.builder import Network
from dcgan.training.batches import Batch
from dcgan.training.judging import Judge, judge_together
from dcgan.training.objectives import loss_on_fakes, loss_on_real
from dcgan.training.optimizers import EPSILON, Updater


def look_ahead(d: Network, updater: Updater, real: Batch, fakes: Batch, autocast: Callable[[], torch.autocast]) -> Judge:
    """Return D as it would judge after `unroll_steps` updates on these pictures (Metz et al. 2016, equations 5 and 6).

    The updates are Adam's, from D's present moments, and differentiable: a loss through the judge has gradients with respect to what
    `fakes` was computed from, by way of the pictures judged and of the weights that saw them. D, its statistics and its optimiser stay.
    """
    recipe = updater.recipe
    weights = {name: parameter.detach().requires_grad_() for name, parameter in d.named_parameters()}
    moments = _moments(updater)
    for ahead in range(1, recipe.unroll_steps + 1):
        loss = _loss(recipe, _judge_with(d, weights, autocast), real, fakes)
        gradients = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
        stepped = {}
        for index, (name, gradient) in enumerate(zip(weights, gradients, strict=True)):
            stepped[name], moments[index] = _adam(recipe, updater.rate, weights[name], gradient, moments[index], ahead)
        weights = stepped
    return _judge_with(d, weights, autocast)


def _judge_with(d: Network, weights: Mapping[str, Tensor], autocast: Callable[[], torch.autocast]) -> Judge:
    def judge(x: Tensor, labels: Tensor | None) -> Tensor:
        statistics = {name: buffer.clone() for name, buffer in d.named_buffers()}  # what a forward pass moves is thrown away
        with autocast():
            output: Tensor = functional_call(d, {**weights, **statistics}, (x, labels))
        return output.float()

    return judge


def _loss(recipe: Recipe, judge: Judge, real: Batch, fakes: Batch) -> Tensor:
    if recipe.joint_batch:
        on_real, on_fakes = judge_together(judge, real, fakes)
    else:
        on_real, on_fakes = judge(real.x, real.labels), judge(fakes.x, fakes.labels)
    return loss_on_real(recipe.objective, on_real, recipe.label_smoothing) + loss_on_fakes(recipe.objective, on_fakes)


Moments = tuple[Tensor, Tensor, Tensor]  # of first and second order, and the updates that they saw


def _moments(updater: Updater) -> list[Moments]:
    """Return those of all parameters, as they are."""
    kept = updater.optimizer.kept
    return [
        (first.clone(), second.clone(), step.double())
        for first, second, step in zip(kept["exp_avg"], kept["exp_avg_sq"], kept["step"], strict=True)
    ]


def _adam(recipe: Recipe, rate: float, weight: Tensor, gradient: Tensor, moments: Moments, ahead: int) -> tuple[Tensor, Moments]:
    """Return a weight after one of Adam's updates (Kingma and Ba 2015, algorithm 1) as a function of its gradient."""
    first, second, seen = moments
    beta1, beta2 = recipe.beta1, recipe.beta2
    first = beta1 * first + (1 - beta1) * gradient
    second = beta2 * second + (1 - beta2) * gradient.square()
    count = seen + ahead
    mean, square = first / (1 - beta1**count), second / (1 - beta2**count)
    stepped = weight - rate * mean / ((square + EPSILON**2).sqrt() + EPSILON)  # the root has a derivative at 0 as well
    return stepped, (first, second, seen)
