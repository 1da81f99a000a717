"""Updater: one network's optimiser, its learning rate with the schedule, and the loss scale of fp16.

The formulas are torch's own functions. Its classes would load all of torch.compile for them, whether a run compiles or not: 1.5 seconds
and 160 MiB of every training.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

from dcgan.config import Recipe

Tensors = Mapping[str, Tensor]
EPSILON = 1e-8  # of Adam and RMSProp


class Updater:
    """Updates the parameters of `network` by a recipe's optimiser. `learning_rate` is as ordered, before the schedule."""

    def __init__(self, network: nn.Module, recipe: Recipe, learning_rate: float, device: str) -> None:
        self.recipe, self.learning_rate = recipe, learning_rate
        self.parameters = list(network.parameters())
        self.optimizer = Optimizer(recipe, self.parameters, learning_rate)
        self.scaler = torch.amp.GradScaler(device, enabled=recipe.precision == "fp16")

    @property
    def rate(self) -> float:
        """The learning rate of the present step, with the schedule."""
        return self.optimizer.rate

    def begin(self, step: int) -> None:
        """Forget the gradients of the last update, and set the learning rate of step number `step`."""
        self.optimizer.rate = self.learning_rate * decay_factor(self.recipe, step)
        for parameter in self.parameters:
            parameter.grad = None

    def add(self, loss: Tensor) -> None:
        """Add the gradients of one summand of the loss; what it was computed from may then be forgotten."""
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]

    def finish(self, moves: bool = True) -> Tensor:
        """Make the update, if the weights are to move; return the norm of all gradients.

        With fp16 an update whose gradients overflow is left out, the scale of the loss is halved, and the norm returned is 0; but for
        a loss that overflows even at a scale below 1, which no scale can help: there the norm is returned as it is, not finite.
        """
        self.scaler.unscale_(self.optimizer)  # type: ignore[arg-type]
        norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(self.optimizer.gradients())))
        if moves:
            self.scaler.step(self.optimizer)  # type: ignore[arg-type]
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
        for name, tensors in self.optimizer.kept.items():
            found |= {f"{index}.{name}": tensor for index, tensor in enumerate(tensors)}
        return found

    def load(self, tensors: Tensors) -> None:
        """Take over what `tensors()` returned, in whatever strides it comes."""
        self.learning_rate = float(tensors["learning_rate"])
        if self.scaler.is_enabled():
            scale = {"scale": float(tensors["scale"]), "_growth_tracker": int(tensors["growth_tracker"])}
            self.scaler.load_state_dict({**self.scaler.state_dict(), **scale})
        for name, kept in self.optimizer.kept.items():
            for index, tensor in enumerate(kept):
                if (saved := tensors.get(f"{index}.{name}")) is not None:  # of no update, earlier versions saved nothing
                    tensor.copy_(saved)


KEPT = {"adam": ("step", "exp_avg", "exp_avg_sq"), "rmsprop": ("step", "square_avg"), "sgd": ("momentum_buffer",)}


class Optimizer:
    """The optimiser that a recipe names; what `beta1` and `beta2` mean to it stands there.

    `kept` are its tensors by name, one for each parameter, all 0 before the first update: moments in the parameter's own strides, which
    fused steps silently rely on, and the number of updates.
    """

    grad_scale: Tensor | None = None  # these two are GradScaler's, which knows optimisers by what stands here
    found_inf: Tensor | None = None

    def __init__(self, recipe: Recipe, parameters: list[nn.Parameter], learning_rate: float) -> None:
        self.recipe, self.parameters, self.rate = recipe, parameters, learning_rate
        self.param_groups = [{"params": parameters}]
        self._step_supports_amp_scaling = recipe.optimizer != "rmsprop"  # then nothing waits for the device
        names = KEPT[recipe.optimizer] if recipe.optimizer != "sgd" or recipe.beta1 else ()
        self.kept = {name: [self._zeros(name, parameter) for parameter in parameters] for name in names}

    @staticmethod
    def _zeros(name: str, parameter: nn.Parameter) -> Tensor:
        return torch.zeros((), device=parameter.device) if name == "step" else torch.zeros_like(parameter)

    def gradients(self) -> list[Tensor]:
        return [parameter.grad for parameter in self.parameters if parameter.grad is not None]

    @torch.no_grad()
    def step(self) -> None:
        """Move the parameters by their gradients."""
        recipe, kept = self.recipe, self.kept
        moved, gradients = list[Tensor](self.parameters), self.gradients()
        if recipe.optimizer == "adam":
            adam(
                moved,
                gradients,
                kept["exp_avg"],
                kept["exp_avg_sq"],
                [],
                kept["step"],
                fused=True,
                grad_scale=self.grad_scale,
                found_inf=self.found_inf,
                amsgrad=False,
                beta1=recipe.beta1,
                beta2=recipe.beta2,
                lr=self.rate,
                weight_decay=0.0,
                eps=EPSILON,
                maximize=False,
            )
        elif recipe.optimizer == "rmsprop":
            rmsprop(
                moved,
                gradients,
                kept["square_avg"],
                [],
                [],
                kept["step"],
                foreach=True,
                lr=self.rate,
                alpha=recipe.beta2,
                eps=EPSILON,
                weight_decay=0.0,
                momentum=0.0,
                centered=False,
            )
        else:
            sgd(
                moved,
                gradients,
                list[Tensor | None](kept.get("momentum_buffer", [None] * len(moved))),
                fused=True,
                grad_scale=self.grad_scale,
                found_inf=self.found_inf,
                weight_decay=0.0,
                momentum=recipe.beta1,
                lr=self.rate,
                dampening=0.0,
                nesterov=False,
                maximize=False,
            )


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
