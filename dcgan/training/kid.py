"""KID of a growing generator, where somebody asked for it: the measure of `evaluate` with fewer pictures."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dcgan.config import Recipe
from dcgan.latent import sample_z
from dcgan.metrics.extractors import extractor
from dcgan.metrics.kernel import Estimate, kid
from dcgan.networks.builder import Network
from dcgan.training.scoring import pictures_of

PICTURES = 1000  # a side, where the data have as many: two blocks, so that there is an error


class KidMeter:
    """Measures a generator in eval mode, always the same seeds against the same pictures, with the features of `extractor("auto")`.

    Parameters
    ----------
    pictures
        The training set, uint8 (n, h, w, c): at most 1,000 of them are chosen by the recipe's seed.
    classes
        Of a conditional generator, where picture k has label k mod `classes`; else 0.
    """

    def __init__(self, recipe: Recipe, pictures: Tensor, classes: int, device: str) -> None:
        self.network = extractor()
        chosen = np.random.default_rng(recipe.seed).permutation(len(pictures))[:PICTURES]
        self._real = self.network.features(pictures[torch.from_numpy(chosen)].numpy())
        self._z = torch.from_numpy(sample_z(range(len(chosen)), recipe.z_dim, recipe.prior)).to(device)
        self._labels = (torch.arange(len(chosen)) % classes).to(device) if classes else None

    def measure(self, generator: Network) -> Estimate:
        """Return KID between the pictures of seeds 0 to n - 1 and the real ones."""
        return kid(self._real, self.network.features(pictures_of(generator, self._z, self._labels)))
