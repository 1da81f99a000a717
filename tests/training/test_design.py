"""What a run takes over from the model that it starts from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcgan.config import Preset, Recipe
from dcgan.errors import ConfigError
from dcgan.models import Library
from dcgan.training.design import design, shaped_like, width_of


@pytest.mark.parametrize(("preset", "size"), [("dcgan", 16), ("dcgan", 64), ("paper", 32), ("tensorflow-tutorial", 28)])
@pytest.mark.parametrize("classes", [0, 3])
def test_the_width_is_read_from_the_network(preset: Preset, size: int, classes: int) -> None:
    recipe = Recipe(preset=preset, image_size=size, image_channels=3, base_channels=12, z_dim=5)
    assert width_of(design(recipe, classes).generator) == 12


def test_the_width_of_a_dense_model_is_what_its_recipe_said() -> None:
    model = Library().find("untrained-dense-16")[0]
    recipe = Recipe(preset="dense", base_channels=8)
    judge = design(replace(recipe, image_size=16, image_channels=3), 0).discriminator
    trained = replace(model, config=replace(model.config, discriminator=judge, training={"recipe": recipe.to_json()}))
    assert shaped_like(recipe, trained, "ill@0", ["base_channels=8"]).base_channels == 8  # as the remedy of a collapse says
    with pytest.raises(ConfigError, match="base_channels 8"):
        shaped_like(recipe, trained, "ill@0", ["base_channels=16"])
