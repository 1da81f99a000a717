"""Named recipes, and how the gaps of one are filled from data and machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from dcgan.config import Recipe
from dcgan.errors import ConfigError
from dcgan.system import cores

CHOSEN: dict[str, Any] = {"learning_rate_d": 4e-4, "learning_rate_g": 4e-4, "augment": "color,translation"}  # docs/recipes.md

RECIPES: dict[str, Recipe] = {
    # Our default: the tutorial's network, width and batch by machine, the rest by experiment.
    "dcgan": Recipe(**CHOSEN),
    # For a demonstration of minutes at 28 to 32 px: smaller steps in width and batch, four times the learning rate. With 10,000
    # pictures of clothes on two cores they are clear after 45 s of training (n = 64 seeds looked at), and better after 180 s.
    "quick": Recipe(name="quick", base_channels=32, batch_size=32, learning_rate_d=8e-4, learning_rate_g=8e-4),
    # Radford et al. 2015: figure 1 and section 4. Like the tutorials it knows no average of weights.
    "paper": Recipe(name="paper", preset="paper", prior="uniform", base_channels=128, batch_size=128, ema_decay=0.0),
    # The PyTorch DCGAN tutorial's sizes.
    "pytorch-tutorial": Recipe(name="pytorch-tutorial", base_channels=64, batch_size=128, ema_decay=0.0),
    # The TensorFlow DCGAN tutorial: its network, its optimisers (Keras's beta1) and batch.
    "tensorflow-tutorial": Recipe(
        name="tensorflow-tutorial",
        preset="tensorflow-tutorial",
        image_size=28,
        base_channels=64,
        batch_size=256,
        learning_rate_d=1e-4,
        learning_rate_g=1e-4,
        beta1=0.9,
        ema_decay=0.0,
    ),
    # Mirza and Osindero 2014: the label joined to z and to the picture, in the networks of the default.
    "conditional": Recipe(name="conditional", conditional=True, **CHOSEN),
}


def named_recipe(name: str) -> Recipe:
    """Return the recipe called `name`, or raise a ConfigError that lists the names."""
    if name not in RECIPES:
        raise ConfigError(f"no recipe is called {name!r}; there are {', '.join(RECIPES)}")
    return RECIPES[name]


def best_device() -> str:
    """Return the accelerator's type where there is one, else "cpu"."""
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return accelerator.type if accelerator is not None else "cpu"


def fill(recipe: Recipe, image_size: int, image_channels: int, device: str) -> Recipe:
    """Return `recipe` with every gap filled, but for what is measured: precision, layout and compile.

    On a CPU width 32 and batch 64: with them clothing is clear after two minutes on two cores at 32 px. On an accelerator the tutorial's
    64 and 128.
    """
    on_cpu = device == "cpu"
    return replace(
        recipe,
        image_size=image_size,
        image_channels=image_channels,
        base_channels=recipe.base_channels or (32 if on_cpu else 64),
        batch_size=recipe.batch_size or (64 if on_cpu else 128),
        threads=recipe.threads or cores(),
        log_every=recipe.log_every or (1 if on_cpu else 10),
    )
