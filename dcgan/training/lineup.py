"""Real pictures that stand beside the fixed-z sheet, and what D says of both."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dcgan.images import Images, to_x
from dcgan.training.doctor.checkup import at_rest
from dcgan.training.trainer import SHEET, Trainer


class Lineup:
    """`images` are 64 real pictures, uint8 (64, h, w, c), chosen by the recipe's seed and repeated where there are fewer."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer, batches = trainer, trainer.batches
        chosen = np.resize(np.random.default_rng(trainer.recipe.seed).permutation(len(batches.pictures)), SHEET)
        self.images: Images = batches.pictures[torch.from_numpy(chosen)].numpy()
        self._labels = None if batches.labels is None else batches.labels[torch.from_numpy(chosen)].to(trainer.device)

    @torch.inference_mode()
    def judge(self, fakes: Images) -> tuple[list[float], list[float]]:
        """Return D's outputs for the real pictures and for `fakes`, those of the fixed z; D is in eval mode and stays as it is."""
        trainer = self._trainer
        with at_rest(trainer.d):
            return self._outputs(self.images, self._labels), self._outputs(fakes, trainer.fixed_labels)

    def _outputs(self, images: Images, labels: Tensor | None) -> list[float]:
        x = to_x(torch.from_numpy(images)).to(self._trainer.device)
        outputs: list[float] = self._trainer.d.forward(x, labels).float().flatten().tolist()
        return outputs
