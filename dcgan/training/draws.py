"""Every random draw of a training, as a function of (seed, purpose, index).

Nothing is drawn from a running stream, so a resumed run draws what it would have drawn: there is no generator state to save.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from dcgan.config import Prior, Recipe
from dcgan.latent.sampling import GOLDEN, mix

Purpose = Literal["weights_g", "weights_d", "order", "z", "flip", "dropout", "labels", "augment", "noise", "penalty"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)  # their order decides the streams: a new one comes last


def stream_seed(seed: int, purpose: Purpose, index: int = 0) -> int:
    """Return the seed of a stream. It has 32 bits, because torch's CPU generator uses no more."""
    with np.errstate(over="ignore"):
        key = mix(np.array([seed], np.uint64) + np.uint64(PURPOSES.index(purpose) + 1) * GOLDEN)
        bits = mix(key + np.uint64(index + 1) * GOLDEN)
    return int(bits[0] >> np.uint64(32))


def generator_for(seed: int, purpose: Purpose, index: int = 0) -> torch.Generator:
    """Return a fresh generator on the CPU."""
    return torch.Generator().manual_seed(stream_seed(seed, purpose, index))


def drawn_on_device(recipe: Recipe) -> list[Purpose]:
    """Return what a training of `recipe` draws where the pictures are; `augment` may be ordered while it runs."""
    wanted: dict[Purpose, object] = {"dropout": True, "augment": True, "noise": recipe.instance_noise, "penalty": recipe.gradient_penalty}
    return [purpose for purpose, is_used in wanted.items() if is_used]


class Streams:
    """Generators on a device, each of which begins anew at every step: for what is drawn where the pictures are."""

    def __init__(self, seed: int, purposes: Iterable[Purpose], device: str) -> None:
        self.seed = seed
        self._generators = {purpose: torch.Generator(device) for purpose in purposes}

    def begin(self, step: int) -> None:
        """Set every generator to where step number `step` begins."""
        for purpose, generator in self._generators.items():
            generator.manual_seed(stream_seed(self.seed, purpose, step))

    def __getitem__(self, purpose: Purpose) -> torch.Generator:
        return self._generators[purpose]


def draw_z(seed: int, update: int, count: int, z_dim: int, prior: Prior) -> Tensor:
    """Return the latents (count, z_dim) of update number `update` of D, drawn on the CPU."""
    generator = generator_for(seed, "z", update)
    if prior == "uniform":
        return torch.rand(count, z_dim, generator=generator) * 2 - 1
    return torch.randn(count, z_dim, generator=generator)


def draw_labels(seed: int, update: int, count: int, classes: int) -> Tensor:
    """Return the labels of a batch of fakes, int64 (count,) from 0 to below `classes`, all equally likely."""
    return torch.randint(classes, (count,), generator=generator_for(seed, "labels", update))


def draw_flips(seed: int, update: int, count: int) -> Tensor:
    """Return which pictures of a batch are mirrored, bool (count,)."""
    return torch.rand(count, generator=generator_for(seed, "flip", update)) < 0.5


class BatchOrder:
    """Which pictures an update of D sees: shuffled epochs end to end, cut into batches; a short last batch takes from the next epoch."""

    def __init__(self, seed: int, images: int, batch_size: int) -> None:
        self.seed, self.images, self.batch_size = seed, images, batch_size
        self._epochs: dict[int, Tensor] = {}

    def indices(self, update: int) -> Tensor:
        """Return the picture numbers (batch_size,) of update number `update`, counted from 0."""
        start = update * self.batch_size
        parts, wanted = [], self.batch_size
        while wanted:
            epoch, offset = divmod(start, self.images)
            part = self._permutation(epoch)[offset : offset + wanted]
            parts.append(part)
            start, wanted = start + len(part), wanted - len(part)
        return torch.cat(parts)

    def _permutation(self, epoch: int) -> Tensor:
        if epoch not in self._epochs:
            self._epochs = {key: value for key, value in self._epochs.items() if key == epoch - 1}
            self._epochs[epoch] = torch.randperm(self.images, generator=generator_for(self.seed, "order", epoch))
        return self._epochs[epoch]
