"""The smallest training there is."""

from __future__ import annotations

from tiny_app import TUNED

from dcgan.config import Budget, Recipe, TrainingConfig

RECIPE = Recipe(image_size=16, image_channels=3, z_dim=8, base_channels=4, batch_size=6, precision="fp32", threads=1, seed=7)
SETTINGS = (*(f"{key}={getattr(RECIPE, key)}" for key in ("z_dim", "base_channels", "batch_size", "threads", "seed")), *TUNED)


def config(steps: int = 6, save_every: int | None = 2, recipe: Recipe = RECIPE) -> TrainingConfig:
    return TrainingConfig(recipe, Budget(steps=steps), save_every)
