"""The terminal's view of making pictures: a sheet with its recipe, arrays, and the replay of a recipe."""

from __future__ import annotations

import io
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from dcgan.cli.printing import MODEL
from dcgan.errors import ConfigError

if TYPE_CHECKING:
    from dcgan.models import Synthesizer
    from dcgan.models.replay import PictureRecipe


def generate(
    model: Annotated[str | None, MODEL] = None,
    seed: Annotated[int, typer.Option(help="Seed of the first picture; picture k has seed + k.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many pictures.")] = 16,
    z: Annotated[
        Path | None, typer.Option("--z", help="Latents instead of seeds: a .npy or .pt file, (n, z_dim) or (n, z_dim, 1, 1).")
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="A[,B…]", help="Labels, by name or number, repeated over the pictures.")] = None,
    recipe: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Make the pictures of this PNG again.")] = None,
    out: Annotated[Path | None, typer.Option(help="The sheet, a .png file; it carries its recipe.")] = None,
    npz: Annotated[Path | None, typer.Option(help="z, x, images and labels as arrays.")] = None,
) -> None:
    """Make pictures of MODEL."""
    import torch

    from dcgan.files import write_bytes
    from dcgan.images import png_bytes, to_images
    from dcgan.models import Library
    from dcgan.models.replay import maker_of, read_recipe

    torch.set_num_threads(1)  # the same bytes on a machine with any number of cores
    wanted = read_recipe(recipe) if recipe is not None else None
    if wanted is not None:
        synthesizer = maker_of(wanted, model)
    elif model is not None:
        synthesizer = Library().synthesizer(model)
    else:
        raise ConfigError("say which MODEL, or give the PNG to make again with --recipe FILE.png")
    made = wanted or _recipe(synthesizer, seed, count, z, label)
    _tell_another(synthesizer, made)
    latents, low_high = made.latents(synthesizer), synthesizer.model.config.image_range
    labels = synthesizer.labels(len(latents), list(made.labels) or None)
    raw = synthesizer.raw(latents, labels)
    images = to_images((raw - low_high[0]) * (2.0 / (low_high[1] - low_high[0])) - 1.0)
    sheet = out or (Path("grid.png") if npz is None else None)
    if npz is not None:
        classes = {} if labels is None else {"labels": labels}
        _write_npz(npz, z=np.asarray(latents, np.float32), x=raw, images=images, **classes)
    if sheet is not None:
        writable(sheet)
        write_bytes(sheet, png_bytes(made.sheet(synthesizer, images), made.text()))
    print(f"{len(images)} pictures of {synthesizer.info.name}: {', '.join(str(path) for path in (sheet, npz) if path)}", file=sys.stderr)


def _recipe(synthesizer: Synthesizer, seed: int, count: int, z: Path | None, label: str | None) -> PictureRecipe:
    """Return the recipe of what the options ask for."""
    from dcgan.models.importing import read_noise
    from dcgan.models.replay import Layout, PictureRecipe

    latents = read_noise(z) if z is not None else None
    number = len(latents) if latents is not None else count
    asked = label.split(",") if label is not None else None
    classes = synthesizer.labels(len(asked) if asked else len(synthesizer.info.labels), asked)
    return PictureRecipe(
        model=synthesizer.info.name,
        sha256=synthesizer.info.sha256,
        count=number,
        layout=Layout(max(1, math.ceil(math.sqrt(number)))),
        seed=seed if latents is None else None,
        z=None if latents is None else synthesizer.checked(latents),
        labels=() if classes is None else tuple(int(each) for each in classes),
    )


def _tell_another(synthesizer: Synthesizer, recipe: PictureRecipe) -> None:
    """Say it when the recipe is of other weights than those at hand."""
    own, stated = synthesizer.info.sha256, recipe.sha256
    if stated and own and stated != own:
        said = f"made by {recipe.model} {stated[:12]}…, this is {synthesizer.info.name} {own[:12]}…"
        print(f"dcgan: the recipe's pictures were {said}: they will differ", file=sys.stderr)


def _write_npz(path: Path, **arrays: Any) -> None:
    from dcgan.files import write_bytes

    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    writable(path)
    write_bytes(path, buffer.getvalue())


def writable(path: Path) -> None:
    """Raise a ConfigError where there is no folder to write `path` into."""
    if not path.parent.is_dir():
        raise ConfigError(f"cannot write {path}: there is no folder {path.parent}")
