"""The terminal's view of recipes: what there is, and the two networks that one comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dcgan.cli.printing import AsJson, DataDir, new_table, print_json, show

if TYPE_CHECKING:
    from dcgan.networks import NetworkSpec


def recipes(as_json: AsJson = False) -> None:
    """List the named recipes, and where each comes from."""
    from dcgan.training.recipes import ABOUT, RECIPES

    if as_json:
        return print_json([{**recipe.to_json(), "about": ABOUT[name]} for name, recipe in RECIPES.items()])
    for name in RECIPES:
        print(f"{name}: {ABOUT[name]}\n")
    return None


def networks(
    recipe: Annotated[str, typer.Option(help="A recipe's name; see `recipes`.")] = "dcgan",
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value of the recipe, such as activation_g=elu.")] = None,
    data: Annotated[str | None, typer.Option(help="The data that decide sizes and labels; without, 64x64 in colour and 10 labels.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the two networks of a recipe, layer by layer.

    And what speaks against its settings; nothing starts.
    """
    from dcgan.config import apply_settings
    from dcgan.data import survey
    from dcgan.networks.tables import layers_of
    from dcgan.training.advice import ADVICE, advice
    from dcgan.training.design import class_names, design
    from dcgan.training.recipes import best_device, fill, named_recipe

    wanted = apply_settings(named_recipe(recipe), settings or ())
    size, channels, classes = 64, 3, 10 if wanted.conditional else 0
    if data is not None:
        found = survey(data, data_dir=data_dir, label_column=wanted.label_column)
        size, channels, classes = found.image_size, found.image_channels, len(class_names(wanted, found))
    filled = fill(wanted, wanted.image_size or size, wanted.image_channels or channels, best_device())
    designed = design(filled, classes)
    reasons = [ADVICE[key] for key in advice(filled, designed.generator, designed.discriminator)]
    if as_json:
        tables = {"generator": layers_of(designed.generator), "discriminator": layers_of(designed.discriminator)}
        return print_json({"recipe": filled.to_json(), **tables, "advice": reasons})
    for title, network in (("generator", designed.generator), ("discriminator", designed.discriminator)):
        _show_network(title, network)
    for reason in reasons:
        print(f"unwise: {reason}")
    return None


def _show_network(title: str, network: NetworkSpec) -> None:
    from dcgan.networks.tables import layers_of

    found = layers_of(network)
    table = new_table(title, "output", "parameters", "multiply-adds")
    table.add_row("input", _shape(found["input"]), "", "")
    for layer in found["layers"]:
        numbers = (f"{layer[key]:,}" if layer[key] else "" for key in ("parameters", "multiply_adds"))
        table.add_row(_name(layer), _shape(layer["shape"]), *numbers)
    table.add_row("in all", "", f"{found['parameters']:,}", f"{found['multiply_adds']:,}")
    show(table)


def _name(layer: dict[str, Any]) -> str:
    """Write a layer as the field writes it, such as `conv 4x4 /2`."""
    parts = [layer["kind"] if layer["type"] == "activation" else layer["type"]]
    if "kernel" in layer:
        parts.append("x".join(map(str, layer["kernel"])))
    if layer.get("stride", [1, 1]) != [1, 1]:
        parts.append(f"/{layer['stride'][0]}")
    parts += [f"{layer[key]:g}" for key in ("slope", "probability") if layer.get(key)]
    return " ".join(parts)


def _shape(shape: list[int]) -> str:
    return " x ".join(map(str, shape))
