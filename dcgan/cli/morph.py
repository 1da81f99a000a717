"""The terminal's view of walks between pictures, and of arithmetic on them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from dcgan.cli.generate import writable
from dcgan.cli.printing import ModelName
from dcgan.errors import ConfigError

Slot = Annotated[str, typer.Option(metavar="1,2,3", help="Seeds of the slot's samples.")]


def interpolate(
    model: ModelName,
    seeds: Annotated[str, typer.Option(metavar="1,2,3", help="The key points, in their order.")],
    out: Annotated[Path, typer.Option(metavar="FILE.(png|gif|mp4)", help="A film, or as .png all frames side by side.")],
    frames: Annotated[int, typer.Option(min=1, max=1000, help="Frames from one key point to the next.")] = 16,
    method: Annotated[
        Literal["slerp", "lerp"] | None, typer.Option(help="Great circle (default for normal z) or straight line (for uniform z).")
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Lead back to the first key point.")] = False,
    label: Annotated[str | None, typer.Option(metavar="A[,B…]", help="Labels of the key points, by name or number, repeated.")] = None,
    fps: Annotated[int, typer.Option(min=1, max=60, help="Frames a second.")] = 20,
) -> None:
    """Walk through the pictures of some seeds: a film or a strip."""
    import torch

    from dcgan.files import write_bytes
    from dcgan.models import Library
    from dcgan.models.morphing import format_of, make_walk

    torch.set_num_threads(1)
    kind = format_of(out.suffix)
    writable(out)
    synthesizer = Library().synthesizer(model)
    keys = synthesizer.z(_seeds("--seeds", seeds))
    walk = make_walk(synthesizer, keys, frames, method, loop, label.split(",") if label is not None else None)
    write_bytes(out, walk.encode(synthesizer.info, kind, fps))
    print(f"{len(walk.z)} frame{'s' if len(walk.z) > 1 else ''} of {synthesizer.info.name}: {out}", file=sys.stderr)


def arithmetic(
    model: ModelName,
    a: Slot,
    b: Slot,
    c: Slot,
    out: Annotated[Path, typer.Option(metavar="FILE.png", help="Slots, means, result with eight noisy neighbours, and pixels' result.")],
    label: Annotated[str | None, typer.Option(metavar="A", help="The label of every picture; by default the first.")] = None,
) -> None:
    """Compute a - b + c of the means of some seeds' z.

    Beside it stands the same arithmetic on pixels.
    """
    import torch

    from dcgan.files import write_bytes
    from dcgan.images import png_bytes
    from dcgan.models import Library
    from dcgan.models.arithmetic import make_arithmetic

    torch.set_num_threads(1)
    if out.suffix.lower() != ".png":
        raise ConfigError(f"--out is a .png file, found {out}")
    writable(out)
    synthesizer = Library().synthesizer(model)
    plus, minus, base = (synthesizer.z(_seeds(f"--{name}", seeds)) for name, seeds in (("a", a), ("b", b), ("c", c)))
    made = make_arithmetic(synthesizer, plus, minus, base, label)
    write_bytes(out, png_bytes(made.sheet(), made.recipe(synthesizer.info).text()))
    print(f"a - b + c by {synthesizer.info.name}: {out}", file=sys.stderr)


def _seeds(option: str, text: str) -> list[int]:
    """Return the whole numbers of a list with commas; their range is checked where z are made of them."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ConfigError(f"{option} is a list of seeds such as 1,2,3, found {text!r}")
    return [int(part) for part in parts]
