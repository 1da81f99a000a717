"""Every random draw of a training, as a function of (seed, purpose, index).

Nothing is drawn from a running stream, so a resumed run draws what it would have drawn: there is no generator state to save.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor

from dcgan.config import Prior
from dcgan.latent.sampling import GOLDEN, mix

Purpose = Literal["weights_g", "weights_d", "order", "z", "flip", "dropout"]
PURPOSES: tuple[Purpose, ...] = ("weights_g", "weights_d", "order", "z", "flip", "dropout")


def generator_for(seed: int, purpose: Purpose, index: int = 0, device: str = "cpu") -> torch.Generator:
    """Return a fresh generator. The seed has 32 bits, because torch's CPU generator uses no more."""
    with np.errstate(over="ignore"):
        key = mix(np.array([seed], np.uint64) + np.uint64(PURPOSES.index(purpose) + 1) * GOLDEN)
        bits = mix(key + np.uint64(index + 1) * GOLDEN)
    return torch.Generator(device).manual_seed(int(bits[0] >> np.uint64(32)))


def draw_z(seed: int, step: int, count: int, z_dim: int, prior: Prior) -> Tensor:
    """Return the latents (count, z_dim) of a training step, drawn on the CPU."""
    generator = generator_for(seed, "z", step)
    if prior == "uniform":
        return torch.rand(count, z_dim, generator=generator) * 2 - 1
    return torch.randn(count, z_dim, generator=generator)


def draw_flips(seed: int, step: int, count: int) -> Tensor:
    """Return which pictures of a batch are mirrored, bool (count,)."""
    return torch.rand(count, generator=generator_for(seed, "flip", step)) < 0.5


class BatchOrder:
    """Which pictures a step sees: shuffled epochs end to end, cut into batches; a short last batch takes from the next epoch."""

    def __init__(self, seed: int, images: int, batch_size: int) -> None:
        self.seed, self.images, self.batch_size = seed, images, batch_size
        self._epochs: dict[int, Tensor] = {}

    def indices(self, step: int) -> Tensor:
        """Return the picture numbers (batch_size,) of `step`, counted from 0."""
        start = step * self.batch_size
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
