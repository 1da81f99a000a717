"""The score of a growing generator: sliced Wasserstein distance between its pictures and training pictures."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dcgan.config import Recipe
from dcgan.images import Images, to_images, to_signed
from dcgan.latent import sample_z
from dcgan.metrics.swd import COARSEST, sliced_wasserstein
from dcgan.networks.builder import Network

SCORED = 512  # pictures a side
CHUNK = 64  # generated at once


class Scorer:
    """Scores a generator in eval mode, always on the same latents against the same pictures; draws nothing from the training's streams.

    Parameters
    ----------
    pictures
        The training set, uint8 (n, h, w, c): 512 of them are chosen by the recipe's seed, repeated where there are fewer.
    classes
        Of a conditional generator, where picture k has label k mod `classes`; else 0.
    """

    def __init__(self, recipe: Recipe, pictures: Tensor, classes: int, device: str) -> None:
        chosen = np.resize(np.random.default_rng(recipe.seed).permutation(len(pictures)), SCORED)
        self.real = pictures[torch.from_numpy(chosen)].numpy()
        self.z = torch.from_numpy(sample_z(range(SCORED), recipe.z_dim, recipe.prior)).to(device)
        self.labels = (torch.arange(SCORED) % classes).to(device) if classes else None

    def score(self, generator: Network) -> float:
        """Return the distance of `metrics.swd` between 512 pictures of `generator`, seeds 0 to 511, and the real ones."""
        return sliced_wasserstein(pictures_of(generator, self.z, self.labels), self.real)


@torch.inference_mode()
def pictures_of(generator: Network, z: Tensor, labels: Tensor | None) -> Images:
    """Return the pictures of z (n, z_dim) and labels (n,), uint8 (n, h, w, c), CHUNK at once."""
    parts = [slice(first, first + CHUNK) for first in range(0, len(z), CHUNK)]
    x = (generator(z[part], None if labels is None else labels[part]).float().cpu() for part in parts)
    return np.concatenate([to_images(to_signed(each, generator.spec.output_range).numpy()) for each in x])


def can_score(pictures: Tensor) -> bool:
    """Say whether the pictures are large enough for the measure."""
    return pictures.shape[1] >= COARSEST
