"""What a run takes over from the model that it starts from."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tiny import RECIPE

from dcgan.config import Preset, Recipe
from dcgan.data import Dataset
from dcgan.errors import ConfigError
from dcgan.models import Library, Model, ModelConfig
from dcgan.training.design import design, networks_for, shaped_like, width_of
from dcgan.training.trainer import Trainer


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
    assert shaped_like(recipe, trained, "ill@0", []) == replace(recipe, image_size=16, image_channels=3, z_dim=trained.config.z_dim)
    with pytest.raises(ConfigError, match="base_channels 8"):
        shaped_like(recipe, trained, "ill@0", ["base_channels=16"])


def test_a_d_without_a_bias_gets_one_at_its_input_and_stays_the_same_d(data: Dataset) -> None:
    recipe = RECIPE
    plain = design(recipe, 0)
    before = Trainer(recipe, plain, data, "cpu")
    config = ModelConfig(generator=plain.generator, discriminator=plain.discriminator, training={"recipe": recipe.to_json()})
    model = Model(config, before.g.state_dict(), before.d.state_dict())
    wanted = shaped_like(replace(recipe, input_bias_d=True), model, "old", [])
    after = Trainer(wanted, networks_for(wanted, model, ()), data, "cpu")
    after.load_weights(model.generator, model.discriminator or {})
    first = after.d.state_dict().keys() - before.d.state_dict().keys()
    assert first == {"0.bias"} and not after.d.state_dict()["0.bias"].any()
    x = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(after.d(x), before.d(x))
    record = {"recipe": wanted.to_json()}
    grown = replace(model, config=replace(config, discriminator=after.d.spec, training=record), discriminator=after.d.state_dict())
    assert shaped_like(recipe, grown, "new", []).input_bias_d  # and is not taken away again
