"""The terminal's view of an export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dcgan.cli.printing import ModelName


def export(
    model: ModelName,
    to: Annotated[Path, typer.Option(metavar="FILE", help="A .pth or .onnx file, or a new folder without a suffix.")],
    form: Annotated[str, typer.Option(help="Of .pth: tutorial, plain, or auto: the PyTorch tutorial's state dict where it fits.")] = "auto",
    force: Annotated[bool, typer.Option("--force", help="Move what is there already aside.")] = False,
) -> None:
    """Write MODEL for others: PyTorch, ONNX, or a model folder."""
    from dcgan.models import Library
    from dcgan.models.exporting import export as write

    found, name, _ = Library().find(model)
    written = write(found, name, to, form, force)  # type: ignore[arg-type]
    for path in written.files:
        print(path)
    for note in written.notes:
        print(note, file=sys.stderr)
