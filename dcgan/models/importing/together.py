"""Files that came together: which of them is the generator, which its discriminator, which the z of a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcgan.errors import CheckpointError
from dcgan.models.importing.beside import says_discriminator, with_discriminator
from dcgan.models.importing.contents import Contents
from dcgan.models.importing.noise import noise_of
from dcgan.models.importing.options import Options
from dcgan.models.importing.reader import inspect_contents
from dcgan.models.importing.report import Inspection

Noise = npt.NDArray[np.float32]
FAR = 16.0  # numbers that no z has


@dataclass(frozen=True)
class Together:
    """What files brought: a generator's report, or z (n, z_dim) that a notebook kept and the file that they were in, or both."""

    found: Inspection | None = None
    noise: Noise | None = None
    noise_file: str = ""


def inspect_together(files: Sequence[Contents], options: Options) -> Together:
    """Return the one generator among `files`, with the discriminator and the z that came with it.

    Raises
    ------
    CheckpointError
        None of them is a generator or z, or several are generators or its discriminators; the message says which.
    """
    found: dict[str, Inspection] = {}
    refused: dict[str, CheckpointError] = {}
    noises = {file.name: noise for file in files if (noise := _noise(file)) is not None}
    for file in sorted(files, key=lambda file: says_discriminator(file.name)):
        if found and says_discriminator(file.name):
            continue
        try:
            found[file.name] = inspect_contents(file, options)
        except CheckpointError as error:
            refused[file.name] = error
    if len(found) > 1:
        raise CheckpointError(f"{' and '.join(found)} are {len(found)} generators: drop one of them, with what belongs to it")
    others = [file for file in files if file.name not in found and file.name not in noises]
    if found:
        (name, best), *_ = found.items()
        judges: list[str] = []
        for file in others:
            before, best = best, with_discriminator(best, file)
            judges += [file.name] if best.best is not before.best else []
        if len(judges) > 1:
            raise CheckpointError(f"{' and '.join(judges)} are {len(judges)} discriminators: drop only the one of this generator")
        owner = next((owner for owner in sorted(noises, key=lambda owner: owner == name)), "")  # a file of its own before the generator's
        return Together(best, noises.get(owner), owner)
    if others:
        reason = refused[others[0].name]
        raise reason if len(others) == 1 else CheckpointError(f"no generator is among {', '.join(file.name for file in others)}: {reason}")
    owner, noise = next(iter(noises.items()))
    return Together(None, noise, owner)


def _noise(file: Contents) -> Noise | None:
    """Return the z of a file; none where no prior drew its numbers."""
    noise = noise_of(file)
    return noise if noise is not None and (np.abs(noise) <= FAR).all() else None
