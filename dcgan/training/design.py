"""The networks of a run: what a recipe means, or those of a model to start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

from dcgan.config import STRUCTURE, Output, Recipe, apply_settings
from dcgan.data import Dataset, Survey
from dcgan.errors import ConfigError
from dcgan.models import Library, Model
from dcgan.networks import NetworkSpec, discriminator, generator
from dcgan.networks.blocks import every
from dcgan.networks.layers import Activation, Conv, ConvTranspose
from dcgan.networks.variants import changed_discriminator, changed_generator, discriminator_variant, generator_variant, with_input_bias
from dcgan.training.trainer import Networks


def design(recipe: Recipe, classes: int) -> Networks:
    """Return the two networks of a recipe without gaps, for data of so many classes (0: not conditional), or raise a ConfigError."""
    size, channels, width = recipe.image_size, recipe.image_channels, recipe.base_channels
    assert size and channels and width
    return Networks(
        changed_generator(generator(recipe.preset, size, channels, width, recipe.z_dim, classes), generator_variant(recipe)),
        changed_discriminator(
            discriminator(recipe.preset, size, channels, width, classes, recipe.spectral_norm), discriminator_variant(recipe)
        ),
    )


def starting_model(model: str | None) -> Model | None:
    """Return the model to start from, which must have a discriminator."""
    if model is None:
        return None
    found = Library().find(model)[0]
    if found.discriminator is None:
        raise ConfigError(f"--from {model}: it has no discriminator, and without one no training can go on")
    return found


def shaped_like(recipe: Recipe, model: Model, name: str, settings: Sequence[str]) -> Recipe:
    """Return the recipe with what the model decides; a ConfigError where a setting says otherwise."""
    config = model.config
    assert config.discriminator is not None
    channels, height, _ = config.generator.output_shape
    decided = {
        "image_size": height,
        "image_channels": channels,
        "base_channels": width_of(config.generator) or _recorded(model).get("base_channels"),
        "z_dim": config.z_dim,
        "prior": config.prior,
        "conditional": bool(config.labels),
        "spectral_norm": any(getattr(layer, "spectral_norm", False) for layer in every(config.discriminator.layers)),
        **({"input_bias_d": True} if _has_input_bias(model) else {}),  # one more can be added
        **_structure(model, name),
    }
    shaped = replace(recipe, **decided)
    asked = apply_settings(shaped, settings)
    if otherwise := [f"{key} {value}" for key, value in decided.items() if getattr(asked, key) not in (None, value)]:
        raise ConfigError(f"--from {name} has {', '.join(otherwise)}; leave that setting away, or train without --from")
    return shaped


def _has_input_bias(model: Model) -> bool:
    """Say whether D has the bias that `input_bias_d` adds; one that its recipe has without that, as dense layers do, is none of it."""
    judge = model.config.discriminator
    return judge is not None and with_input_bias(judge) == judge and bool(_recorded(model).get("input_bias_d", True))


def _recorded(model: Model) -> dict[str, Any]:
    """Return the recipe that a model remembers, {} where it has none."""
    return (model.config.training or {}).get("recipe") or {}


def _structure(model: Model, name: str) -> dict[str, Any]:
    """Return what the model's own recipe says of its layers, and its output by what it is."""
    end, (low, high) = model.config.generator.layers[-1], model.config.image_range
    output = end.kind if isinstance(end, Activation) and end.kind in get_args(Output) else None
    if (output, low, high) not in (("tanh", -1.0, 1.0), ("sigmoid", 0.0, 1.0)):
        raise ConfigError(f"--from {name}: its pictures end in {low:g} to {high:g} without tanh or sigmoid; train without --from")
    recorded = _recorded(model)
    standard = Recipe().to_json()
    return {**{key: recorded.get(key, standard[key]) for key in STRUCTURE}, "output": output}


def width_of(generator: NetworkSpec) -> int | None:
    """Return the channels that the last convolution of a generator takes, which presets call base_channels; None without convolutions."""
    shapes = (generator.input_shape, *generator.shapes)
    taken = [shapes[index][0] for index, layer in enumerate(generator.layers) if isinstance(layer, Conv | ConvTranspose)]
    return taken[-1] if taken else None


def class_names(recipe: Recipe, data: Dataset | Survey) -> tuple[str, ...]:
    """Return the names of the classes that a training is conditional on, () where it is not."""
    if not recipe.conditional:
        return ()
    if not data.label_names:
        notes = "".join(f" {note}" for note in data.notes if "label_column" in note)
        raise ConfigError(
            f"a conditional training needs labels, and {data.name} has none; choose them with --set label_column=NAME, "
            f"add a labels.csv or one subfolder for each class, or leave conditional away.{notes}"
        )
    return data.label_names


def networks_for(recipe: Recipe, model: Model | None, labels: tuple[str, ...]) -> Networks:
    """Return the networks of the model to start from, its D with the bias that the recipe adds, else those that the recipe means."""
    if model is None:
        return design(recipe, len(labels))
    up, down = model.config.generator, model.config.discriminator
    assert down is not None
    if (up.classes, down.classes) != (len(labels), len(labels)):
        raise ConfigError(
            f"the data has {len(labels)} classes, the generator to start from {up.classes} and its discriminator "
            f"{down.classes}; choose data with as many classes, or train without --from"
        )
    return Networks(up, with_input_bias(down) if recipe.input_bias_d else down)
