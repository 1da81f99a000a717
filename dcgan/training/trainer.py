"""Trainer: two networks, their optimisers, the averaged generator, and one step."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.optim import Adam

from dcgan.config import Recipe
from dcgan.data import Dataset
from dcgan.errors import CheckpointError, ConfigError
from dcgan.images import Images, to_images, to_x
from dcgan.latent import sample_z
from dcgan.networks.builder import Network, build
from dcgan.networks.init import initialise
from dcgan.networks.spec import NetworkSpec
from dcgan.training.draws import BatchOrder, draw_flips, draw_z, generator_for
from dcgan.training.objectives import discriminator_loss, generator_loss

SHEET = 64  # pictures of the fixed-z sheet: seeds 0 to 63
Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Networks:
    """The two networks of a run, as data."""

    generator: NetworkSpec
    discriminator: NetworkSpec


@dataclass(frozen=True)
class Measures:
    """What one step says of itself; see `events.StepDone`."""

    loss_d: float
    loss_g: float
    d_real: float
    d_fake: float
    d_fake_after: float
    grad_norm_d: float
    grad_norm_g: float
    diversity: float


class Trainer:
    """All that changes during a training. Everything it draws is a function of the recipe's seed and the step.

    Parameters
    ----------
    recipe
        Without gaps, but for `precision`, which `auto` leaves at fp32 here; the caller resolves it.
    """

    def __init__(self, recipe: Recipe, networks: Networks, data: Dataset, device: str) -> None:
        assert recipe.batch_size is not None
        self.recipe, self.device, self.batch_size = recipe, device, recipe.batch_size
        self.pictures = torch.from_numpy(np.asarray(data.images))  # uint8 (n, h, w, c)
        self.order = BatchOrder(recipe.seed, len(self.pictures), self.batch_size)
        self.g = self._network(networks.generator, generator_for(recipe.seed, "weights_g"))
        self.d = self._network(networks.discriminator, generator_for(recipe.seed, "weights_d"))
        self.ema = self._network(networks.generator, None).eval().requires_grad_(False)
        self.ema.load(self.g.state_dict())
        self.adam_g = self._adam(self.g, recipe.learning_rate_g)
        self.adam_d = self._adam(self.d, recipe.learning_rate_d)
        self.fixed_z = torch.from_numpy(sample_z(range(SHEET), recipe.z_dim, recipe.prior)).to(device)
        self._dropout = torch.Generator(device)
        self.g.use_generator(self._dropout)
        self.d.use_generator(self._dropout)

    def _network(self, spec: NetworkSpec, generator: torch.Generator | None) -> Network:
        network = build(spec)
        if generator is not None:
            initialise(network, generator)
        return network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    def _adam(self, network: Network, learning_rate: float) -> Adam:
        return Adam(network.parameters(), lr=learning_rate, betas=(self.recipe.beta1, self.recipe.beta2), fused=True)

    def set_learning_rates(self, values: Mapping[str, float]) -> None:
        """Change `learning_rate_d` and `learning_rate_g` from the next step on."""
        for key, adam in (("learning_rate_d", self.adam_d), ("learning_rate_g", self.adam_g)):
            if key in values:
                adam.param_groups[0]["lr"] = values[key]

    def step(self, step: int) -> Measures:
        """Make step number `step`, counted from 0: D once on a real and on a fake batch, then G through the new D."""
        x = self._real(step)
        z = draw_z(self.recipe.seed, step, self.batch_size, self.recipe.z_dim, self.recipe.prior).to(self.device)
        self._dropout.manual_seed(generator_for(self.recipe.seed, "dropout", step).initial_seed())
        with self._autocast():
            fakes = self.g(z)
            real, fake = self.d(x).float(), self.d(fakes.detach()).float()
            loss_d = discriminator_loss(real, fake)
        norm_d = _update(self.adam_d, loss_d)
        self.d.requires_grad_(False)  # G's step needs no gradients for D's weights
        with self._autocast():
            after = self.d(fakes).float()
            loss_g = generator_loss(after)
        norm_g = _update(self.adam_g, loss_g)
        self.d.requires_grad_(True)
        self._average(step)
        scores = [logits.detach().sigmoid().mean() for logits in (real, fake, after)]
        numbers = torch.stack([loss_d.detach(), loss_g.detach(), *scores, norm_d, norm_g, diversity(fakes.detach())])
        return Measures(*numbers.tolist())

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.recipe.precision == "bf16")

    def _real(self, step: int) -> Tensor:
        x = to_x(self.pictures[self.order.indices(step)].to(self.device, non_blocking=True))
        if self.recipe.flip:
            mirrored = draw_flips(self.recipe.seed, step, len(x)).to(self.device)
            x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
        return x.contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def _average(self, step: int) -> None:
        """Move the averaged generator: decay min(d, (1 + t) / (10 + t)), statistics of batch norm likewise."""
        decay = min(self.recipe.ema_decay, (1 + step) / (10 + step))
        own, averaged = self.g.state_dict(), self.ema.state_dict()
        torch._foreach_lerp_([averaged[name] for name in own], list(own.values()), 1 - decay)

    @torch.inference_mode()
    def samples(self) -> Images:
        """Return the fixed-z pictures of the averaged generator, uint8 (64, h, w, c)."""
        return to_images(self.ema(self.fixed_z).float().cpu().numpy())

    def seconds_per_step(self, steps: int, first: int = 0) -> float:
        """Return the fastest of `steps` steps in seconds; the trainer is used up."""
        times = []
        for step in range(first, first + steps):
            start = time.perf_counter()
            self.step(step)
            times.append(time.perf_counter() - start)
        return min(times)

    def tensors(self) -> dict[str, Tensor]:
        """Return all that an exact resume needs, by reference."""
        found = {f"{part}.{name}": tensor for part, network in self._networks().items() for name, tensor in network.state_dict().items()}
        for part, adam in self._optimisers().items():
            found[f"{part}.learning_rate"] = torch.tensor(adam.param_groups[0]["lr"], dtype=torch.float64)
            for index, parameter in enumerate(adam.param_groups[0]["params"]):
                found |= {f"{part}.{index}.{name}": value for name, value in adam.state[parameter].items()}
        return found

    def load(self, tensors: Tensors) -> None:
        """Take over what `tensors()` returned, in whatever strides it comes; else a CheckpointError."""
        for part, network in self._networks().items():
            try:
                network.load(_below(tensors, part))
            except ConfigError as error:
                raise CheckpointError(f"state of {part}: {error}") from None
        for part, adam in self._optimisers().items():
            adam.param_groups[0]["lr"] = float(tensors[f"{part}.learning_rate"])
            for index, parameter in enumerate(adam.param_groups[0]["params"]):
                adam.state[parameter] = _moments(_below(tensors, f"{part}.{index}"), parameter)

    def load_weights(self, generator: Tensors, discriminator: Tensors) -> None:
        """Start from the networks of another model, with fresh optimisers."""
        self.g.load(generator)
        self.ema.load(generator)
        self.d.load(discriminator)

    def _networks(self) -> dict[str, Network]:
        return {"g": self.g, "d": self.d, "ema": self.ema}

    def _optimisers(self) -> dict[str, Adam]:
        return {"adam_g": self.adam_g, "adam_d": self.adam_d}


def _update(adam: Adam, loss: Tensor) -> Tensor:
    """Make one optimiser step on `loss`; return the norm of all gradients."""
    adam.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = [parameter.grad for parameter in adam.param_groups[0]["params"] if parameter.grad is not None]
    norm: Tensor = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    adam.step()
    return norm


def _below(tensors: Tensors, prefix: str) -> dict[str, Tensor]:
    return {name[len(prefix) + 1 :]: tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}.")}


def _moments(saved: Tensors, parameter: Tensor) -> dict[str, Tensor]:
    """Return Adam's state of a parameter: moments in the parameter's own strides, which the fused step silently relies on."""
    return {name: tensor.clone() if tensor.dim() == 0 else torch.empty_like(parameter).copy_(tensor) for name, tensor in saved.items()}


def diversity(x: Tensor) -> Tensor:
    """Return the root mean square distance of neighbouring pictures of a batch x (n, c, h, w): near 0 when all are alike."""
    x = x.float()
    return (x - x.roll(1, dims=0)).square().mean().sqrt()
