"""How fast would it go? A few real steps on noise: `python -m dcgan.training.trial RECIPE_JSON` prints one JSON object.

In a process of its own, because it wants the run's thread count while the server serves with one.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np
import torch

from dcgan.config import Recipe
from dcgan.data import Dataset
from dcgan.networks import discriminator, generator
from dcgan.training.precision import CANDIDATES
from dcgan.training.recipes import best_device
from dcgan.training.trainer import Networks, Trainer

WARM_UP = 2
MEASURED = 4


def main(argv: list[str]) -> int:
    recipe = Recipe.from_json(json.loads(argv[0]))
    precisions = CANDIDATES if recipe.precision == "auto" else (recipe.precision,)
    print(json.dumps({"seconds_per_step": min(_seconds(replace(recipe, precision=precision)) for precision in precisions)}))
    return 0


def _seconds(recipe: Recipe) -> float:
    """Return the fastest of a few steps: what the machine does when nothing else disturbs it."""
    size, channels, width, batch = recipe.image_size, recipe.image_channels, recipe.base_channels, recipe.batch_size
    assert size and channels and width and batch and recipe.threads
    torch.set_num_threads(recipe.threads)
    networks = Networks(generator(recipe.preset, size, channels, width, recipe.z_dim), discriminator(recipe.preset, size, channels, width))
    noise = np.random.default_rng(0).integers(0, 256, (batch, size, size, channels), np.uint8)
    data = Dataset("noise", noise, None, (), "", (), (), "")
    trainer = Trainer(recipe, networks, data, best_device())
    trainer.seconds_per_step(WARM_UP)
    return trainer.seconds_per_step(MEASURED, first=WARM_UP)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
