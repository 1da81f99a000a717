"""The terminal's view of directions: find and list them, train the classifiers of attributes, check what directions do."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcgan.cli.printing import AsJson, DataDir, ModelName, new_table, print_json, show
from dcgan.errors import ConfigError

if TYPE_CHECKING:
    from dcgan.directions import Found
    from dcgan.directions.attributes import Attributes
    from dcgan.models import Synthesizer

Count = Annotated[int | None, typer.Option(min=1, max=128, help="Directions at most, those with the largest effect.")]
Group = Annotated[
    str | None,
    typer.Option("--group", "--data", metavar="NAME", help="Whose attributes: faces, clothes, digits, shapes, or a trained .safetensors."),
]

attributes_app = typer.Typer(rich_markup_mode=None, help="The classifiers that say what a picture shows.")

SHOWN = 8  # directions on a sheet
FRAMES = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)


def directions(
    model: ModelName,
    method: Annotated[str, typer.Option(help="sefa, pca, attribute, raw or saved.")] = "sefa",
    group: Group = None,
    count: Count = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Write the directions with their vectors.")] = None,
    sheet: Annotated[Path | None, typer.Option(metavar="FILE.png", help=f"Show the first {SHOWN} as strips from -3 to 3.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the strips' middle picture.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Find what in z changes MODEL's pictures, the strongest first."""
    from dcgan.cli.train import reporting
    from dcgan.directions import find_directions
    from dcgan.files import write_bytes, write_json
    from dcgan.models import Library

    for option, file, suffix in (("--out", out, ".json"), ("--sheet", sheet, ".png")):
        if file is not None and (file.suffix.lower() != suffix or not file.parent.is_dir()):
            raise ConfigError(f"{option} is a {suffix} file in a folder that is there, found {file}")
    maker = Library().synthesizer(model)
    with reporting() as report:
        found = find_directions(maker, method, _group(group), report)
    found = found.first(count) if count else found
    record = {"model": maker.info.name, "sha256": maker.info.sha256, **found.to_json()}
    if out is not None:
        write_json(out, record)
    if sheet is not None:
        write_bytes(sheet, _strips(maker, found, seed))
    if as_json:
        print_json(record)
    else:
        _show(maker, found)


def _group(name: str | None) -> str | None:
    """Return the group that `name` means: itself, or the one that suits a data set's name."""
    from dcgan.directions.attributes import GROUPS, KEYWORDS

    if name is None or name in GROUPS or name.endswith(".safetensors"):
        return name
    meant = (group for group in GROUPS if any(word in Path(name).name.lower() for word in KEYWORDS[group]))
    return next(meant, name)


def _show(maker: Synthesizer, found: Found) -> None:
    of = f" of {found.group}" if found.group else ""
    print(f"{maker.info.name}: {found.method}{of}; effect: mean change of a pixel, 0 to 1, for a step of {found.step:g}; n {found.n}")
    table = new_table("name", "id", "effect", "share", "note")
    for direction in found.directions:
        share = "-" if direction.share is None else f"{direction.share:.1%}"
        table.add_row(direction.name, direction.id, f"{direction.effect or 0.0:.4f}", share, direction.grounds)
    show(table)


def _strips(maker: Synthesizer, found: Found, seed: int) -> bytes:
    """Return a PNG with a row for each direction, its middle picture the seed's, and the recipe."""
    import numpy as np

    from dcgan.images import png_bytes
    from dcgan.latent import step
    from dcgan.models.replay import Layout, PictureRecipe

    if not found.directions:
        raise ConfigError(f"{maker.info.name} has no {found.method} directions to show")
    z = maker.z([seed])
    rows = [step(z, direction.vector, np.asarray(FRAMES), maker.info.prior) for direction in found.directions[:SHOWN]]
    moved, labels = np.concatenate(rows), maker.labels(1)
    classes = () if labels is None else tuple(map(int, labels))
    recipe = PictureRecipe(maker.info.name, maker.info.sha256, len(moved), Layout(len(FRAMES)), z=moved, labels=classes)
    return png_bytes(recipe.lay_out(maker.images(moved, labels)), recipe.text())


@attributes_app.callback(invoke_without_command=True)
def attributes(context: typer.Context, as_json: AsJson = False) -> None:
    """List the classifiers that come with the program."""
    from dcgan.directions.attributes import SHIPPED
    from dcgan.files import read_json

    if context.invoked_subcommand:
        return None
    cards = [read_json(path) for path in sorted(SHIPPED.glob("*.json"))]
    if as_json:
        return print_json(cards)
    table = new_table("name", "answers", "accuracy", "n", "data", "terms")
    for card in cards:
        for answer, accuracy in card["test"]["accuracy"].items():
            table.add_row(card["group"], answer, f"{accuracy:.1%}", f"{card['test']['n']:,}", card["data"], card["terms"])
    show(table)
    return None


@attributes_app.command()
def train(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="faces, clothes, digits or shapes.")],
    data: Annotated[str, typer.Option(help="The labelled pictures: a data set's name, a folder or a zip.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where GROUP.safetensors and its card GROUP.json are written.")],
    data_dir: DataDir = None,
    half: Annotated[str, typer.Option(help="all, first or second: the other half can train an independent judge.")] = "all",
    epochs: Annotated[int, typer.Option(min=1, max=1000, help="Passes over the pictures.")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first weights and of every random choice.")] = 0,
    terms: Annotated[str | None, typer.Option(metavar="TEXT", help="The terms of the pictures, for the card.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train the classifier of GROUP and test it on held-out pictures."""
    import torch

    from dcgan.cli.train import reporting
    from dcgan.directions.learning import Lesson, learn

    if half not in ("all", "first", "second"):
        raise ConfigError(f"--half is all, first or second, found {half!r}")
    torch.set_num_threads(1)  # the same weights on a machine with any number of cores
    said = ["--data", Path(data).name, "--half", half, "--epochs", str(epochs), "--seed", str(seed)]
    command = f"python -m dcgan attributes train {group} {shlex.join(said)} --out FOLDER"
    lesson = Lesson(group, data, data_dir, half, epochs, seed, terms, command)  # type: ignore[arg-type]
    with reporting() as report:
        card = learn(lesson, out, report)
    if as_json:
        print_json(card)
        return
    held_out = f"{card['test']['n']:,} held-out pictures"
    for answer, accuracy in card["test"]["accuracy"].items():
        usual = card["test"]["most_frequent"][answer]
        print(f"{answer}: right for {accuracy:.1%} of {held_out}; the most frequent answer would be for {usual:.1%}")


@attributes_app.command()
def check(
    model: ModelName,
    group: Group = None,
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Who judges: a classifier's .safetensors; else an independent one that is shipped, or the group's own."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that each attribute's direction changes it.

    On seeds 0 to 499: it, and the others rarely.
    """
    from dcgan.cli.train import reporting
    from dcgan.directions import find_directions
    from dcgan.directions.attributes import load_attributes, load_judge, suiting
    from dcgan.directions.checking import SEEDS
    from dcgan.directions.checking import check as examine
    from dcgan.models import Library

    maker = Library().synthesizer(model)
    chosen = _group(group) or suiting(maker.info)[0]
    with reporting() as report:
        found = find_directions(maker, "attribute", chosen, report)
        judged_by = load_attributes(judge) if judge else load_judge(chosen)
        verdicts = examine(maker, found, judged_by, report)
    if as_json:
        return print_json([verdict.to_json() for verdict in verdicts])
    table = new_table("name", "alpha", "rises for", "mean rise", "others flip", "shifts most", "holds")
    for verdict in verdicts:
        flips = ", ".join(f"{name} {share:.0%}" for name, share in verdict.flips.items())
        holds = "yes" if verdict.holds else "no"
        table.add_row(
            verdict.name, f"{verdict.alpha:g}", f"{verdict.rising:.1%}", f"{verdict.rise:.3f}", flips or "-", verdict.shifts_most, holds
        )
    print(f"{maker.info.name}: directions of {chosen}, judged by a classifier of {_training(judged_by)}; n {SEEDS} seeds from 0")
    show(table)
    return None


def _training(judge: Attributes) -> str:
    """Say what a classifier was trained on."""
    card = judge.card
    return f"{card['pictures']:,} pictures of {card['data']} ({card['half']})" if card else "unknown pictures"
