"""How fast would it go? A few real steps on noise: `python -m dcgan.training.trial RECIPE_JSON` prints one JSON object.

In a process of its own, because it wants the run's thread count while the server serves with one.
"""

from __future__ import annotations

import json
import statistics
import sys

import numpy as np
import torch

from dcgan.config import Recipe
from dcgan.data import Dataset
from dcgan.system import lower_priority
from dcgan.training.design import design
from dcgan.training.recipes import best_device
from dcgan.training.trainer import Trainer
from dcgan.training.tuning import resolve

WARM_UP = 2
LEAST, MOST = 3, 24  # steps that are timed: as many as go into PATIENCE seconds
PATIENCE = 4.0
CLASSES = tuple("0123456789")  # of the noise; a step's time hardly depends on their number


def main(argv: list[str]) -> int:
    lower_priority()  # as a training that the app starts has it
    recipe = Recipe.from_json(json.loads(argv[0]))
    print(json.dumps({"seconds_per_step": _seconds(recipe)}))
    return 0


def _seconds(recipe: Recipe) -> float:
    """Return the median of a few steps: what the machine does beside all else that it does now."""
    size, channels, batch = recipe.image_size, recipe.image_channels, recipe.batch_size
    assert size and channels and batch and recipe.threads
    torch.set_num_threads(recipe.threads)
    networks = design(recipe, len(CLASSES) if recipe.conditional else 0)
    noise = np.random.default_rng(0).integers(0, 256, (batch, size, size, channels), np.uint8)
    data = Dataset("noise", noise, np.arange(batch) % len(CLASSES), CLASSES, "", (), (), "")
    device = best_device()
    trainer = Trainer(resolve(recipe, networks, data, device), networks, data, device)
    trainer.seconds_per_step(WARM_UP)
    times: list[float] = []
    while len(times) < LEAST or (len(times) < MOST and sum(times) < PATIENCE):
        times.append(trainer.seconds_per_step(1, first=WARM_UP + len(times)))
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
