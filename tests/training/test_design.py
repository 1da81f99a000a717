"""What a run takes over from the model that it starts from."""

from __future__ import annotations

import pytest

from dcgan.config import Preset, Recipe
from dcgan.training.design import design, width_of


@pytest.mark.parametrize(("preset", "size"), [("dcgan", 16), ("dcgan", 64), ("paper", 32), ("tensorflow-tutorial", 28)])
@pytest.mark.parametrize("classes", [0, 3])
def test_the_width_is_read_from_the_network(preset: Preset, size: int, classes: int) -> None:
    recipe = Recipe(preset=preset, image_size=size, image_channels=3, base_channels=12, z_dim=5)
    assert width_of(design(recipe, classes).generator) == 12
