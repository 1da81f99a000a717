"""`bench sheets`: what several trainings came to, a sheet of each under its recipe and its step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dcgan.images import captioned, grid
from dcgan.training.recipes import RECIPES

if TYPE_CHECKING:
    from dcgan.models import Synthesizer


def sheets(models: Sequence[Synthesizer], count: int, columns: int, across: int) -> npt.NDArray[np.uint8]:
    """Return seeds 0 to `count` - 1 of each model in `columns`, `across` sheets a row, as (h, w, 3)."""
    pictures = [grid(model.generate(range(count)), columns) for model in models]
    return captioned(pictures, [caption(model.info.name, model.model.config.training or {}) for model in models], across)


def caption(name: str, training: Mapping[str, Any]) -> str:
    """Return what stands above a sheet: recipe and step, the width where it is not the recipe's own; of a model from elsewhere its name."""
    recipe = training.get("recipe") or {}
    plain, width = RECIPES.get(recipe.get("name", "")), recipe.get("base_channels")
    if plain is None:
        return name
    changed = f", width {width}" if plain.base_channels not in (None, width) else ""
    return f"{plain.name}{changed}, step {training['steps']:,}"
