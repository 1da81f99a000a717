"""What goes into an update: real pictures, latents and labels, drawn on the CPU and sent to the device."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dcgan.config import Recipe
from dcgan.data import Dataset
from dcgan.errors import ConfigError
from dcgan.images import to_x
from dcgan.training.draws import BatchOrder, draw_flips, draw_labels, draw_z

PINNING = ("cuda", "xpu")  # devices to which page-locked memory is copied while the CPU goes on


class Batch(NamedTuple):
    """Pictures x (n, c, h, w) in [-1, 1], or latents z (n, z_dim); and where the networks are conditional their labels int64 (n,)."""

    x: Tensor
    labels: Tensor | None


class Batches:
    """The batches of a training, as functions of the recipe's seed and the number of D's update.

    Raises
    ------
    ConfigError
        A conditional recipe and data without labels.
    """

    def __init__(self, recipe: Recipe, data: Dataset, device: str) -> None:
        assert recipe.batch_size is not None
        self.recipe, self.device, self.size = recipe, device, recipe.batch_size
        self.layout = torch.contiguous_format if recipe.layout == "contiguous" else torch.channels_last
        self.pictures = torch.from_numpy(np.asarray(data.images))  # uint8 (n, h, w, c)
        self.labels, self.classes = _labels(data) if recipe.conditional else None, len(data.label_names)
        self.order = BatchOrder(recipe.seed, len(self.pictures), self.size)

    def real(self, update: int) -> Batch:
        """Return the real pictures of an update, mirrored at random where the recipe says so."""
        indices = self.order.indices(update)
        x = to_x(self._sent(self.pictures[indices]))
        if self.recipe.flip:
            mirrored = self._sent(draw_flips(self.recipe.seed, update, len(x)))
            x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
        return Batch(x.contiguous(memory_format=self.layout), None if self.labels is None else self._sent(self.labels[indices]))

    def latents(self, update: int) -> Batch:
        """Return the z of an update's fakes."""
        recipe = self.recipe
        z = draw_z(recipe.seed, update, self.size, recipe.z_dim, recipe.prior)
        labels = self._sent(draw_labels(recipe.seed, update, self.size, self.classes)) if recipe.conditional else None
        return Batch(self._sent(z), labels)

    def _sent(self, tensor: Tensor) -> Tensor:
        """Return a tensor of the CPU on the device, without waiting for the copy where that can be."""
        return (tensor.pin_memory() if self.device in PINNING else tensor).to(self.device, non_blocking=True)


def _labels(data: Dataset) -> Tensor:
    if data.labels is None:
        raise ConfigError(f"a conditional training needs labels, and {data.name} has none; set conditional=off, or add a labels.csv")
    return torch.from_numpy(np.asarray(data.labels))  # int64 (n,)
