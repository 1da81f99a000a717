"""Updater: one network's optimiser, its learning rate with the schedule, and the loss scale of fp16."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, Optimizer, RMSprop

from dcgan.config import Recipe

Tensors = Mapping[str, Tensor]


class Updater:
    """Updates the parameters of `network` by a recipe's optimiser. `learning_rate` is as ordered, before the schedule."""

    def __init__(self, network: nn.Module, recipe: Recipe, learning_rate: float, device: str) -> None:
        self.recipe, self.learning_rate = recipe, learning_rate
        self.parameters = list(network.parameters())
        self.optimizer = make_optimizer(recipe, self.parameters, learning_rate)
        self.scaler = torch.amp.GradScaler(device, enabled=recipe.precision == "fp16")

    @property
    def rate(self) -> float:
        """The learning rate of the present step, with the schedule."""
        return float(self.optimizer.param_groups[0]["lr"])

    def begin(self, step: int) -> None:
        """Forget the gradients of the last update, and set the learning rate of step number `step`."""
        self.optimizer.param_groups[0]["lr"] = self.learning_rate * decay_factor(self.recipe, step)
        self.optimizer.zero_grad(set_to_none=True)

    def add(self, loss: Tensor) -> None:
        """Add the gradients of one summand of the loss; what it was computed from may then be forgotten."""
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]

    def finish(self, moves: bool = True) -> Tensor:
        """Make the update, if the weights are to move; return the norm of all gradients.

        With fp16 an update whose gradients overflow is left out, the scale of the loss is halved, and the norm returned is 0; but for
        a loss that overflows even at a scale below 1, which no scale can help: there the norm is returned as it is, not finite.
        """
        self.scaler.unscale_(self.optimizer)
        gradients = [parameter.grad for parameter in self.parameters if parameter.grad is not None]
        norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        if moves:
            self.scaler.step(self.optimizer)
        self.scaler.update()
        if not self.scaler.is_enabled():
            return norm
        scale = self.scaler.scale(torch.ones_like(norm))  # read without waiting for the device
        return norm.where(norm.isfinite() | (scale < 1), 0.0)

    def tensors(self) -> dict[str, Tensor]:
        """Return all that an exact resume needs, moments by reference."""
        found = {"learning_rate": _number(self.learning_rate)}
        if self.scaler.is_enabled():
            state = self.scaler.state_dict()
            found |= {"scale": _number(state["scale"]), "growth_tracker": _number(state["_growth_tracker"])}
        for index, parameter in enumerate(self.parameters):
            state = self.optimizer.state[parameter]
            found |= {f"{index}.{name}": value for name, value in state.items() if isinstance(value, Tensor)}
        return found

    def load(self, tensors: Tensors) -> None:
        """Take over what `tensors()` returned, in whatever strides it comes."""
        self.learning_rate = float(tensors["learning_rate"])
        if self.scaler.is_enabled():
            scale = {"scale": float(tensors["scale"]), "_growth_tracker": int(tensors["growth_tracker"])}
            self.scaler.load_state_dict({**self.scaler.state_dict(), **scale})
        for index, parameter in enumerate(self.parameters):
            self.optimizer.state[parameter] = _moments(below(tensors, str(index)), parameter)


def make_optimizer(recipe: Recipe, parameters: list[nn.Parameter], learning_rate: float) -> Optimizer:
    """Return the optimiser that `recipe` names; what `beta1` and `beta2` mean to it stands there."""
    if recipe.optimizer == "sgd":
        return SGD(parameters, lr=learning_rate, momentum=recipe.beta1, fused=True)
    if recipe.optimizer == "rmsprop":
        return RMSprop(parameters, lr=learning_rate, alpha=recipe.beta2, foreach=True)
    return Adam(parameters, lr=learning_rate, betas=(recipe.beta1, recipe.beta2), fused=True)


def decay_factor(recipe: Recipe, step: int) -> float:
    """Return what the learning rates of step number `step`, from 0, are multiplied with: 1, then linearly down to 0."""
    if recipe.decay_steps is None:
        return 1.0
    return min(1.0, max(0.0, 1 - (step - recipe.decay_start) / recipe.decay_steps))


def below(tensors: Tensors, prefix: str) -> dict[str, Tensor]:
    """Return the tensors whose name begins with `prefix` and a dot, without them."""
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}.")}


def _number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def _moments(saved: Tensors, parameter: Tensor) -> dict[str, Tensor]:
    """Return the optimiser's state of a parameter: moments in the parameter's own strides, which fused steps silently rely on."""
    counts = {name: tensor.to(parameter.device, copy=True) for name, tensor in saved.items() if tensor.dim() == 0}
    return counts | {name: torch.empty_like(parameter).copy_(tensor) for name, tensor in saved.items() if tensor.dim()}
