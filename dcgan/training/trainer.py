"""Trainer: two networks, their optimisers, the averaged generator, and one step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from dcgan.config import Recipe
from dcgan.data import Dataset
from dcgan.errors import CheckpointError, ConfigError
from dcgan.events import Moves
from dcgan.images import Images, to_images, to_signed
from dcgan.latent import sample_z
from dcgan.networks.builder import Network, build
from dcgan.networks.init import initialise
from dcgan.networks.spec import NetworkSpec
from dcgan.training.augment import augment
from dcgan.training.batches import Batch, Batches
from dcgan.training.changes import changed, from_state, to_state
from dcgan.training.draws import Streams, drawn_on_device, generator_for
from dcgan.training.judging import Judge, judge_together
from dcgan.training.measuring import diversity
from dcgan.training.objectives import generator_loss, loss_on_fakes, loss_on_real, probability
from dcgan.training.optimizers import Tensors, Updater, below
from dcgan.training.penalties import clip_weights, gradient_penalty, r1
from dcgan.training.unrolling import look_ahead
from dcgan.training.witness import Witness

SHEET = 64  # pictures of the fixed-z sheet: seeds 0 to 63
SHORT_TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Networks:
    """The two networks of a run, as data."""

    generator: NetworkSpec
    discriminator: NetworkSpec


class Trainer:
    """All that changes during a training. Everything it draws is a function of the recipe's seed and the step.

    Parameters
    ----------
    recipe
        Without gaps, but for what `tuning.resolve` resolves; "auto" is fp32, channels_last, torch's own kernels and no compiling here.

    Raises
    ------
    ConfigError
        A conditional recipe and data without labels.
    """

    def __init__(self, recipe: Recipe, networks: Networks, data: Dataset, device: str) -> None:
        self.recipe, self.device = recipe, device
        self.updates_before = 0  # what step * d_steps leaves out, after d_steps was changed
        self.batches = Batches(recipe, data, device)
        self.g = self._network(networks.generator, generator_for(recipe.seed, "weights_g"))
        self.d = self._network(networks.discriminator, generator_for(recipe.seed, "weights_d"))
        self.ema = self._network(networks.generator, None).eval().requires_grad_(False)
        self.ema.load(self.g.state_dict())
        self._averaged = list(self.ema.state_dict().values()), list(self.g.state_dict().values())
        self.updater_g = Updater(self.g, recipe, recipe.learning_rate_g, device)
        self.updater_d = Updater(self.d, recipe, recipe.learning_rate_d, device)
        self.fixed_z = torch.from_numpy(sample_z(range(SHEET), recipe.z_dim, recipe.prior)).to(device)
        self.fixed_labels = (torch.arange(SHEET) % self.batches.classes).to(device) if recipe.conditional else None
        self.streams = Streams(recipe.seed, drawn_on_device(recipe), device)
        self.g.use_methods(recipe.kernels_of("g"))
        self.d.use_methods(recipe.kernels_of("d"))
        for network in (self.g, self.d):
            network.use_generator(self.streams["dropout"])
            if recipe.compile == "on":
                network.compile(dynamic=False)

    def _network(self, spec: NetworkSpec, generator: torch.Generator | None) -> Network:
        network = build(spec)
        if generator is not None:
            initialise(network, generator, self.recipe.init, self.recipe.init_std)
        return network.to(self.device, memory_format=self.batches.layout)  # type: ignore[call-overload,no-any-return]

    def change(self, step: int, order: str, values: Mapping[str, float]) -> None:
        """Carry out an order of `CHANGES` from step number `step` on; a schedule goes on and multiplies the new learning rates."""
        before, self.recipe = self.recipe, changed(self.recipe, order, values)
        self.updates_before += step * (before.d_steps - self.recipe.d_steps)
        self.updater_d.learning_rate, self.updater_g.learning_rate = self.recipe.learning_rate_d, self.recipe.learning_rate_g

    def updates(self, step: int) -> int:
        """Return how many updates of D come before step number `step`."""
        return step * self.recipe.d_steps + self.updates_before

    def step(self, step: int, moves: Moves = "dg", witness: Witness | None = None) -> Tensor:
        """Make step number `step`, counted from 0: D `d_steps` times on a real and a fake batch, then G through the new D.

        Everything is computed whoever `moves`; the other's weights stay. A `witness` notes what the step sees, and changes nothing.

        Returns
        -------
        Tensor
            The numbers of `Measures` (8,), on the device, which may still be at work: reading them is what waits.
        """
        self.streams.begin(step)
        last = self.updates(step + 1) - 1
        for update in range(self.updates(step), last):
            with torch.no_grad():
                fakes = self._fakes(update)
            self._train_d(self.batches.real(update), fakes, step, moves)
        fakes = self._fakes(last)
        real = self.batches.real(last)
        numbers_d = self._train_d(real, fakes, step, moves, witness)
        numbers_g = self._train_g(real, fakes, step, moves, witness)
        if "g" in moves:
            self._average(step)
        return torch.cat([numbers_d, numbers_g, diversity(fakes.x.detach())[None]])

    def _train_d(self, real: Batch, fakes: Batch, step: int, moves: Moves, witness: Witness | None = None) -> Tensor:
        """Update D; return the first four `Measures`.

        Each summand of the loss is derived before the next is computed, so that only one batch's activations are held at a time.
        """
        recipe, updater = self.recipe, self.updater_d
        x = self.view(real.x, step).requires_grad_(recipe.r1 > 0)
        x_fake = self.view(fakes.x.detach(), step)
        exact = recipe.precision == "fp16" and recipe.needs_second_derivatives
        if exact:  # second derivatives of batch norm are beyond the range of fp16
            x_fake = x_fake.float()
        updater.begin(step)
        if recipe.joint_batch:
            judge = partial(self._judge, exact=exact)
            out_real, out_fake = judge_together(judge, Batch(x, real.labels), Batch(x_fake, fakes.labels))
            on_real = loss_on_real(recipe.objective, out_real, recipe.label_smoothing)
            on_fakes = loss_on_fakes(recipe.objective, out_fake)
            updater.add(on_real + on_fakes + self._r1(out_real, x))
        else:
            out_real = self._judge(x, real.labels, exact)
            on_real = loss_on_real(recipe.objective, out_real, recipe.label_smoothing)
            updater.add(on_real + self._r1(out_real, x))
            out_fake = self._judge(x_fake, fakes.labels, exact)
            on_fakes = loss_on_fakes(recipe.objective, out_fake)
            updater.add(on_fakes)
        if recipe.gradient_penalty:
            penalty = gradient_penalty(lambda between: self._judge(between, real.labels, exact), x, x_fake, self.streams["penalty"])
            updater.add(recipe.gradient_penalty * penalty)
        norm = updater.finish("d" in moves)
        if witness:
            witness.note_d(self.d, (x, out_real, on_real), (x_fake, out_fake, on_fakes))
        if recipe.weight_clip is not None and "d" in moves:
            clip_weights(self.d.parameters(), recipe.weight_clip)
        beliefs = [probability(recipe.objective, output.detach()).mean() for output in (out_real, out_fake)]
        return torch.stack([(on_real + on_fakes).detach(), *beliefs, norm])

    def _judge(self, x: Tensor, labels: Tensor | None, exact: bool = False) -> Tensor:
        """Return D's outputs (n, 1) for x."""
        with self._autocast(exact):
            output: Tensor = self.d(x, labels)
        return output.float()

    def _r1(self, outputs: Tensor, x: Tensor) -> Tensor | float:
        return self.recipe.r1 * r1(outputs, x) if self.recipe.r1 else 0.0

    def _train_g(self, real: Batch, fakes: Batch, step: int, moves: Moves, witness: Witness | None) -> Tensor:
        """Update G; return the next three `Measures`. `real` is what D looks at beside fakes, in a joint batch or looking ahead."""
        self.d.requires_grad_(False)  # no gradients for D's weights
        judge: Judge = self._judge
        if self.recipe.unroll_steps:
            seen = Batch(self.view(real.x, step), real.labels), Batch(self.view(fakes.x, step), fakes.labels)
            judge = look_ahead(self.d, self.updater_d, *seen, lambda: self._autocast(exact=self.recipe.precision == "fp16"))
        x = self.view(fakes.x, step)
        if witness:
            fakes.x.retain_grad()
        shown = Batch(x, fakes.labels)
        output = judge_together(judge, Batch(self.view(real.x, step), real.labels), shown)[1] if self.recipe.joint_batch else judge(*shown)
        loss = generator_loss(self.recipe.objective, output)
        self.updater_g.begin(step)
        self.updater_g.add(loss)
        norm = self.updater_g.finish("g" in moves)
        self.d.requires_grad_(True)
        if witness:
            witness.note_g(self.g, (x, output, loss), fakes.x.grad)
        return torch.stack([loss.detach(), probability(self.recipe.objective, output.detach()).mean(), norm])

    def _autocast(self, exact: bool = False) -> torch.autocast:
        short = None if exact else SHORT_TYPES.get(self.recipe.precision)
        return torch.autocast(self.device, dtype=short or torch.bfloat16, enabled=short is not None)

    def _fakes(self, update: int) -> Batch:
        z, labels = self.batches.latents(update)
        with self._autocast():
            return Batch(to_signed(self.g(z, labels), self.g.spec.output_range), labels)

    def view(self, x: Tensor, step: int) -> Tensor:
        """Return what D sees of x: changed at random, then under noise, as the recipe says."""
        recipe = self.recipe
        if recipe.policies:
            x = augment(x.float(), recipe.policies, self.streams["augment"], recipe.augment_probability).contiguous(
                memory_format=self.batches.layout
            )
        noise = recipe.instance_noise
        if recipe.instance_noise_steps is not None:
            noise *= max(0.0, 1 - step / recipe.instance_noise_steps)
        return x.float() + noise * torch.empty_like(x).normal_(generator=self.streams["noise"]) if noise else x

    @torch.no_grad()
    def _average(self, step: int) -> None:
        """Move the averaged generator: decay min(d, (1 + t) / (10 + t)), statistics of batch norm likewise."""
        averaged, own = self._averaged
        torch._foreach_lerp_(averaged, own, 1 - min(self.recipe.ema_decay, (1 + step) / (10 + step)))

    @torch.inference_mode()
    def samples(self) -> Images:
        """Return the fixed-z pictures of the averaged generator, uint8 (64, h, w, c)."""
        x = self.ema(self.fixed_z, self.fixed_labels).float()
        return to_images(to_signed(x, self.ema.spec.output_range).cpu().numpy())

    def seconds_of(self, step: int, clock: Callable[[], float] = time.perf_counter) -> float:
        """Make step number `step`; return its seconds by `clock`, with an accelerator's work waited for."""
        start = clock()
        self.step(step)
        if self.device != "cpu":
            torch.accelerator.synchronize()
        return clock() - start

    def tensors(self) -> dict[str, Tensor]:
        """Return all that an exact resume needs, by reference."""
        found = {f"{part}.{name}": tensor for part, network in self._networks().items() for name, tensor in network.state_dict().items()}
        for part, updater in self._updaters().items():
            found |= {f"{part}.{name}": tensor for name, tensor in updater.tensors().items()}
        return found | to_state(self.recipe, self.updates_before)

    def load(self, tensors: Tensors) -> None:
        """Take over what `tensors()` returned, in whatever strides it comes; else a CheckpointError."""
        for part, network in self._networks().items():
            try:
                network.load(below(tensors, part))
            except ConfigError as error:
                raise CheckpointError(f"state of {part}: {error}") from None
        for part, updater in self._updaters().items():
            updater.load(below(tensors, part))
        self.recipe, self.updates_before = from_state(self.recipe, tensors)

    def load_weights(self, generator: Tensors, discriminator: Tensors) -> None:
        """Start from the networks of another model, with fresh optimisers; a bias that its D lacks starts at 0, the same D."""
        self.g.load(generator)
        self.ema.load(generator)
        added = {name: torch.zeros_like(value) for name, value in self.d.state_dict().items() if name.endswith("bias")}
        self.d.load({**added, **discriminator})

    def _networks(self) -> dict[str, Network]:
        return {"g": self.g, "d": self.d, "ema": self.ema}

    def _updaters(self) -> dict[str, Updater]:
        return {f"{self.recipe.optimizer}_g": self.updater_g, f"{self.recipe.optimizer}_d": self.updater_d}
