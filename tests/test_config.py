"""Recipes: settings, what is refused, and recipes of older runs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from dcgan.config import Recipe, apply_settings
from dcgan.errors import ConfigError

SETTINGS: dict[str, Any] = {
    "image_size": 28,
    "image_channels": 1,
    "z_dim": 64,
    "prior": "uniform",
    "base_channels": 8,
    "batch_size": 16,
    "learning_rate_d": 1e-3,
    "learning_rate_g": 5e-4,
    "optimizer": "rmsprop",
    "beta1": 0.0,
    "beta2": 0.9,
    "decay_start": 100,
    "decay_steps": 50,
    "objective": "hinge",
    "d_steps": 5,
    "joint_batch": True,
    "weight_clip": 0.01,
    "gradient_penalty": 10.0,
    "r1": 1.0,
    "instance_noise": 0.1,
    "instance_noise_steps": 1000,
    "spectral_norm": True,
    "augment": "color,cutout",
    "augment_probability": 0.8,
    "ema_decay": 0.99,
    "flip": True,
    "conditional": True,
    "activation_g": "silu",
    "activation_d": "elu",
    "output": "sigmoid",
    "upsampling": "resize",
    "downsampling": "pool",
    "batch_norm_g": "everywhere",
    "batch_norm_d": "none",
    "hidden_dense": 1,
    "biases": True,
    "input_bias_d": True,
    "init": "normal",
    "init_std": 0.05,
    "precision": "fp16",
    "layout": "contiguous",
    "kernels": "native",
    "compile": "off",
    "seed": 3,
    "threads": 2,
    "log_every": 10,
    "label_column": "Smiling",
    "pictures": 500,
    "crop": "top",
}


def test_everything_can_be_set_but_the_name_of_the_recipe_and_of_the_networks() -> None:
    assert {field.name for field in fields(Recipe)} - SETTINGS.keys() == {"name", "preset", "label_smoothing", "unroll_steps"}
    recipe = apply_settings(Recipe(), [f"{key}={value}" for key, value in SETTINGS.items()])
    assert {key: getattr(recipe, key) for key in SETTINGS} == SETTINGS
    assert apply_settings(Recipe(), ["label_smoothing=0.1"]).label_smoothing == 0.1
    assert apply_settings(Recipe(), ["unroll_steps=5"]).unroll_steps == 5
    assert apply_settings(recipe, ["weight_clip=none", "log_every=auto"]).weight_clip is None
    assert apply_settings(recipe, ["augment=none"]).policies == () != recipe.policies
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["objective=hinge", "label_smoothing=0.1"], "label_smoothing goes with non-saturating and minimax, found objective hinge"),
        (["instance_noise_steps=10"], "set instance_noise too"),
        (["augment_probability=1.5"], "augment_probability is from 0.0 to 1.0, found 1.5"),
        (["decay_start=10"], "set decay_steps too"),
        (["compile=on", "r1=1"], "set compile=off"),
        (["compile=on", "gradient_penalty=10"], "set compile=off"),
        (["kernels=d2=gemm", "r1=1"], "kernels=native"),
        (["kernels=fast"], "kernels is auto, native, or ways by network and layer, like g3=winograd,d2=gemm, found 'fast'"),
        (["augment=colour"], "augment is some of color,translation,cutout, each once, found 'colour'"),
        (["augment=color,color"], "each once"),
        (["augment=color, cutout"], "each once, found 'color, cutout'"),
        (["objective=wgan"], "objective is one of non-saturating, minimax, least-squares, hinge, wasserstein, found 'wgan'"),
        (["optimizer=adamw"], "optimizer is one of adam, sgd, rmsprop, found 'adamw'"),
        (["d_steps=0"], "d_steps is from 1 to 100, found 0"),
        (["weight_clip=0"], "weight_clip is from 1e-06 to 100.0, found 0.0"),
        (["label_smoothing=0.6"], "label_smoothing is from 0.0 to 0.5, found 0.6"),
        (["r1=-1"], "r1 is from 0.0 to 1000000.0, found -1.0"),
        (["r1=nan"], "r1 is from"),
        (["joint_batch=perhaps"], "joint_batch is on or off, found 'perhaps'"),
        (["d_steps=1.5"], "d_steps is a whole number, found '1.5'"),
    ],
)
def test_what_cannot_work_is_said(settings: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        apply_settings(Recipe(), settings)
    assert message in str(caught.value)


def test_switches_are_not_words() -> None:
    with pytest.raises(ConfigError, match="conditional is on or off, found 'yes'"):
        Recipe.from_json({"conditional": "yes"})


def test_recipes_of_older_runs_mean_what_they_meant() -> None:
    """The keys that 0.1.0 wrote; whatever came later stands at its default."""
    older = {
        "name": "dcgan",
        "preset": "dcgan",
        "image_size": 32,
        "image_channels": 1,
        "z_dim": 100,
        "prior": "normal",
        "base_channels": 32,
        "batch_size": 64,
        "learning_rate_d": 2e-4,
        "learning_rate_g": 2e-4,
        "beta1": 0.5,
        "beta2": 0.999,
        "ema_decay": 0.999,
        "flip": False,
        "precision": "bf16",
        "seed": 0,
        "threads": 2,
        "label_column": None,
    }
    recipe = Recipe.from_json(older)
    assert {key: recipe.to_json()[key] for key in older} == older
    assert (recipe.objective, recipe.optimizer, recipe.d_steps, recipe.policies) == ("non-saturating", "adam", 1, ())
    assert recipe.steps_per_epoch(10_000) == 156
