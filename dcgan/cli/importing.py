"""The terminal's view of files from elsewhere: what they are, and how they become own models."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcgan.cli.printing import AsJson, print_json

if TYPE_CHECKING:
    from dcgan.models.importing import Inspection, Reading

File = Annotated[Path, typer.Argument(metavar="FILE", help="A checkpoint file: PyTorch, safetensors or Keras.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="key=value that the file does not say, such as output=sigmoid.")]


def inspect(file: File, settings: Settings = None, as_json: AsJson = False) -> None:
    """Say what FILE is: what it proves, and what is assumed."""
    found = _inspected(file, settings)
    if as_json:
        print_json(found.to_json())
    else:
        _show(found)


def import_(
    file: File,
    name: Annotated[str | None, typer.Option(help="The model's name; the file's where not given.")] = None,
    prior: Annotated[str | None, typer.Option(help="normal or uniform; the same as --set prior=.")] = None,
    image_size: Annotated[str | None, typer.Option(help="64, or width x height; the same as --set image_size=.")] = None,
    settings: Settings = None,
    force: Annotated[bool, typer.Option("--force", help="Move a model of that name aside.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make an own model of FILE, a checkpoint from elsewhere."""
    from dcgan.models import Library
    from dcgan.models.adoption import keep, model_name

    stated = [f"{key}={value}" for key, value in (("prior", prior), ("image_size", image_size)) if value is not None]
    found = _inspected(file, [*stated, *(settings or [])])
    chosen = name if name is not None else model_name(file.name)
    folder = Library().new_folder(chosen)
    keep(found.best.model, folder, force)
    if as_json:
        print_json({"name": chosen, "path": str(folder), **found.to_json()})
        return
    _show(found)
    print(f"kept as {chosen}: python -m dcgan generate {chosen}", file=sys.stderr)


def _inspected(file: Path, settings: list[str] | None) -> Inspection:
    import torch

    from dcgan.models import Library
    from dcgan.models.importing import Options, apply_options, inspect_file, own_model

    torch.set_num_threads(1)  # many small layers: more threads wait for each other, longest where cores are shared
    if file.is_dir():
        return own_model(file.name, Library().find(str(file))[0])
    return inspect_file(file, options=apply_options(Options(), settings or []))


def _show(found: Inspection) -> None:
    network = f", {found.network}" if found.network else ""
    print(f"{found.file} ({found.kind}{network}): {_what(found.best)}")
    print("The file proves:")
    for line in found.proved:
        print(f"  {line}")
    for line in found.best.supported:
        print(f"What speaks for it: {line}")
    if found.best.assumed:
        print("Assumed; --set says otherwise:")
    for item in found.best.assumed:
        others = f" (or {', '.join(item.others)})" if item.others else ""
        print(f"  {item.key}: {item.sentence}{others}")
    for note in found.notes:
        print(f"Note: {note}")
    if len(found.readings) > 1:
        print("Other readings, by how well they fit; --set reading=2 takes the second:")
    for number, reading in enumerate(found.readings[1:], 2):
        print(f"  {number}. {reading.title}")


def _what(reading: Reading) -> str:
    config = reading.model.config
    channels, height, width = config.generator.output_shape
    kind = {1: "grey", 3: "RGB", 4: "RGBA"}[channels]
    labels = f", {config.generator.classes} labels" if config.generator.classes else ""
    return f"{width}x{height} {kind} from z of {config.z_dim}, {config.prior}{labels}"
