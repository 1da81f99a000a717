"""The time machine: pictures of any z at every stage that is kept of a training."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from dcgan.errors import RunError
from dcgan.images import enlarge, grid, png_bytes
from dcgan.models.folder import read_model
from dcgan.models.library import describe
from dcgan.models.synthesizer import Floats, Synthesizer

FRAME_MS, LAST_FRAME_MS = 350, 2_000
SMALLEST_SIDE = 256  # pixels of a GIF's frame, about


def frames(stages: Mapping[int, Path], seed: int, count: int = 1, z: Floats | None = None) -> list[npt.NDArray[np.uint8]]:
    """Return a sheet (h, w, 3) a stage: the pictures of seeds `seed` to `seed + count - 1`, or of the latents `z` (n, z_dim)."""
    if not stages:
        raise RunError("no stage of this training is kept, so there is nothing to look back at")
    sheets = []
    for path in stages.values():
        model = read_model(path)
        synthesizer = Synthesizer(model, describe(path.name, model.config, path, "run", None))
        sheets.append(grid(synthesizer.rgb(synthesizer.z(range(seed, seed + count)) if z is None else z), padding=0 if count == 1 else 1))
    return sheets


def strip_png(sheets: list[npt.NDArray[np.uint8]]) -> bytes:
    """Return the frames side by side as one PNG."""
    return png_bytes(np.concatenate(sheets, axis=1))


def film_gif(sheets: list[npt.NDArray[np.uint8]]) -> bytes:
    """Return the frames as a GIF that plays for ever and rests at its end."""
    factor = max(1, round(SMALLEST_SIDE / sheets[0].shape[0]))
    pictures = [Image.fromarray(enlarge(sheet, factor)) for sheet in sheets]
    buffer = io.BytesIO()
    durations = [FRAME_MS] * (len(pictures) - 1) + [LAST_FRAME_MS]
    pictures[0].save(buffer, "GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0)
    return buffer.getvalue()
