"""Every named recipe trains, on the smallest data there are; and what the literature says against some settings."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import dcgan
from dcgan.config import Recipe, apply_settings
from dcgan.data import Dataset, load
from dcgan.errors import ConfigError
from dcgan.images import to_x
from dcgan.training.advice import ADVICE, advice
from dcgan.training.design import design
from dcgan.training.measuring import diversity, measures
from dcgan.training.recipes import ABOUT, RECIPES, fill, named_recipe
from dcgan.training.trainer import Trainer

TINY: dict[str, Any] = {"base_channels": 4, "batch_size": 6, "z_dim": 8, "precision": "fp32", "threads": 1}


UNWISE = {"tensorflow-tutorial", "minimax", "collapse", "d-too-strong", "g-too-strong"}  # beta1, the loss, and what is to fail


def small(recipe: Recipe) -> tuple[Recipe, Dataset]:
    """The recipe with tiny networks, and labelled noise of its size."""
    side = recipe.image_size or 16
    images = np.random.default_rng(0).integers(0, 256, (20, side, side, 1), np.uint8)
    data = Dataset("noise", images, np.arange(20) % 3, ("a", "b", "c"), "", (), (), "")
    return fill(replace(recipe, **TINY), side, 1, "cpu"), data


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_trains_and_resumes_exactly(name: str) -> None:
    recipe, data = small(named_recipe(name))
    networks = design(recipe, 3 if recipe.conditional else 0)
    trainer = Trainer(recipe, networks, data, "cpu")
    before = {part: [p.clone() for p in getattr(trainer, part).parameters()] for part in ("g", "d")}
    numbers = measures([trainer.step(step) for step in range(2)])
    assert all(np.isfinite(value) for value in vars(numbers).values())
    for part, old in before.items():
        assert not all(torch.equal(*pair) for pair in zip(old, getattr(trainer, part).parameters(), strict=True)), part
    assert trainer.samples().shape == (64, *data.images.shape[1:])
    resumed = Trainer(recipe, networks, data, "cpu")
    resumed.load({key: tensor.clone() for key, tensor in trainer.tensors().items()})
    assert torch.equal(trainer.step(2), resumed.step(2))
    assert all(torch.equal(tensor, resumed.tensors()[key]) for key, tensor in trainer.tensors().items())


def test_names_and_paragraphs_belong_together() -> None:
    assert list(RECIPES) == list(ABOUT) and all(recipe.name == name for name, recipe in RECIPES.items())


def test_the_recipes_of_before_are_what_they_were() -> None:
    changed = {"learning_rate_d": 4e-4, "learning_rate_g": 4e-4, "augment": "color,translation", "input_bias_d": True}
    assert RECIPES["dcgan"] == Recipe(**changed) and RECIPES["conditional"] == Recipe(name="conditional", conditional=True, **changed)
    assert RECIPES["quick"] == Recipe(name="quick", base_channels=32, batch_size=32, learning_rate_d=8e-4, learning_rate_g=8e-4)
    assert RECIPES["pytorch-tutorial"] == Recipe(name="pytorch-tutorial", base_channels=64, batch_size=128, ema_decay=0.0)


def test_dense_layers_are_what_convolutions_save() -> None:
    dense, convolutional = (design(replace(fill(RECIPES[name], 64, 3, "cpu"), base_channels=32), 0) for name in ("dense", "dcgan"))
    assert dense.generator.parameters > 10 * convolutional.generator.parameters
    assert dense.generator.multiply_adds < convolutional.generator.multiply_adds


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ([], []),
        (["downsampling=pool"], ["pool"]),
        (["batch_norm_g=none"], ["no_norm"]),
        (["batch_norm_d=everywhere"], ["norm_everywhere"]),
        (["hidden_dense=1"], ["hidden_dense"]),
        (["activation_d=relu"], ["relu_in_d"]),
        (["activation_g=selu"], ["selu"]),
        (["output=sigmoid"], ["sigmoid"]),
        (["beta1=0.9", "learning_rate_g=0.001"], ["beta1", "learning_rate"]),
        (["objective=minimax"], ["minimax"]),
        (["objective=wasserstein"], ["lipschitz"]),
        (["objective=wasserstein", "weight_clip=0.01"], ["wasserstein_momentum"]),
        (["objective=wasserstein", "gradient_penalty=10"], ["penalty_norm"]),
        (["gradient_penalty=10", "weight_clip=0.1", "batch_norm_d=none", "objective=hinge"], ["both_regularise"]),
    ],
)
def test_what_speaks_against_a_setting(settings: list[str], said: list[str]) -> None:
    recipe = replace(apply_settings(Recipe(), settings), image_size=16, image_channels=1, base_channels=4)
    networks = design(recipe, 0)
    found = advice(recipe, networks.generator, networks.discriminator)
    assert found == said and set(found) <= set(ADVICE)


@pytest.mark.parametrize("name", [name for name in RECIPES if name not in UNWISE])
def test_nothing_speaks_against_what_is_for_use(name: str) -> None:
    recipe, _ = small(named_recipe(name))
    networks = design(recipe, 3 if recipe.conditional else 0)
    assert advice(recipe, networks.generator, networks.discriminator) == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["unroll_steps=2", "r1=1"], "leave r1"),
        (["unroll_steps=2", "optimizer=sgd"], "optimizer=adam"),
        (["unroll_steps=2", "compile=on"], "compile=off"),
        (["init=he", "init_std=0.1"], "leave one of them away"),
        (["batch_norm_g=sometimes"], "batch_norm_g is one of none, paper, everywhere"),
        (["activation_g=tanh"], "activation_g is one of relu"),
        (["biases=perhaps"], "on or off"),
        (["hidden_dense=9"], "from 0 to 4"),
    ],
)
def test_what_contradicts_itself_is_refused(settings: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        apply_settings(Recipe(), settings)


def test_none_is_a_choice_of_batch_norm_and_elsewhere_the_recipes_own() -> None:
    recipe = apply_settings(
        Recipe(batch_norm_d="paper", activation_g="elu"), ["batch_norm_g=none", "batch_norm_d=auto", "activation_g=none"]
    )
    assert (recipe.batch_norm_g, recipe.batch_norm_d, recipe.activation_g) == ("none", None, None)


def test_the_page_says_what_the_command_line_says() -> None:
    page = json.loads((Path(dcgan.__file__).parent / "ui/texts/en.json").read_text("utf-8"))
    prefixes = ("train.form.about_", "train.form.advice_")
    said = {prefixes[0] + name.replace("-", "_"): text for name, text in ABOUT.items()}
    said |= {prefixes[1] + key: text for key, text in ADVICE.items()}
    assert {key: text for key, text in page.items() if key.startswith(prefixes)} == said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "steps", "variety", "d_real", "d_fake"),
    [
        ("collapse", 1200, (0.0, 0.25), (0.5, 1.0), (0.0, 0.5)),
        ("d-too-strong", 300, (0.0, 0.25), (0.95, 1.0), (0.0, 0.05)),
        ("g-too-strong", 300, (0.0, 0.25), (0.5, 0.75), (0.9, 1.0)),
    ],
)
def test_what_is_made_to_fail_fails_on_clothes(
    name: str, steps: int, variety: tuple[float, float], d_real: tuple[float, float], d_fake: tuple[float, float]
) -> None:
    data = load("fashion-mnist-10k", image_size=32)
    recipe = replace(fill(named_recipe(name), 32, 1, "cpu"), precision="fp32", threads=1)
    trainer = Trainer(recipe, design(recipe, 0), data, "cpu")
    found = measures([trainer.step(step) for step in range(steps)][-100:])
    real = diversity(to_x(torch.from_numpy(data.images[:512])))
    for value, (low, high) in ((found.diversity / real.item(), variety), (found.d_real, d_real), (found.d_fake, d_fake)):
        assert low <= value <= high
