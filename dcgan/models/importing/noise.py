"""The z that a notebook kept, to draw the same pictures after every epoch: a tensor of its own (.pt, .npy), or one beside a network."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor

from dcgan.errors import CheckpointError
from dcgan.models.importing.contents import Contents, read_contents

NAMES = re.compile(r"(^|[/._])((fixed|test|sample|static|constant|val\w*)_?)?(noise|z|latents?|latent_(vectors?|points))$")
ALONE = {"tensor"}  # what `contents` calls a tensor that is all of a file


def read_noise(path: Path) -> npt.NDArray[np.float32]:
    """Return the z of a file as float32 (n, z_dim); it may hold them as (z_dim,), (n, z_dim) or (n, z_dim, 1, 1).

    Raises
    ------
    CheckpointError
        The file holds something else, or nothing that is read here; the message says what.
    """
    contents = read_contents(path)
    found = noise_of(contents)
    if found is None:
        shapes = ", ".join(f"{name} {tuple(tensor.shape)}" for name, tensor in list(contents.tensors.items())[:3]) or "no tensors"
        raise CheckpointError(f"{path.name} holds no z, which are (n, z_dim) or (n, z_dim, 1, 1) and called fixed_noise or so: {shapes}")
    return found


def noise_of(contents: Contents) -> npt.NDArray[np.float32] | None:
    """Return the z that a file holds, as `read_noise` does, or None."""
    named = [tensor for name, tensor in contents.tensors.items() if NAMES.search(name.lower())]
    wanted = list(contents.tensors.values()) if contents.tensors.keys() == ALONE else named
    rows = next((rows for rows in map(_rows, wanted) if rows is not None), None)
    return None if rows is None else rows.float().numpy()


def _rows(tensor: Tensor) -> Tensor | None:
    """Return the numbers as (n, z_dim), or None where their shape is another or they are no fractions."""
    if not tensor.is_floating_point() or not tensor.dim() or prod(tensor.shape[2:]) != 1 or not tensor.numel():
        return None
    return tensor.reshape(-1, tensor.shape[min(1, tensor.dim() - 1)])
