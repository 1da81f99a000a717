"""Synthesizer: z in, pictures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from dcgan.config import Prior
from dcgan.errors import ConfigError
from dcgan.images import Images, to_images, to_rgb
from dcgan.latent import sample_z
from dcgan.models.fold import fold_batch_norm
from dcgan.models.folder import Model
from dcgan.networks.builder import build

Source = Literal["shipped", "own", "run", "untrained", "file"]
Floats = npt.NDArray[np.float32]
BATCH = 64  # bounds memory; larger batches are no faster on a CPU


@dataclass(frozen=True)
class ModelInfo:
    """What a list of models says of one."""

    name: str
    path: str
    source: Source
    height: int
    width: int
    channels: int
    z_dim: int
    prior: Prior
    parameters: int
    data: str | None
    steps: int | None
    seconds: float | None
    sha256: str | None
    labels: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Synthesizer:
    """A generator ready to be asked for pictures, from any number of threads.

    Each picture depends on its own z alone: the generator runs in eval mode with stored batch norm statistics, and nothing that is asked
    of it changes a weight or a statistic.
    """

    def __init__(self, model: Model, info: ModelInfo) -> None:
        self.model, self.info = model, info
        spec, tensors = fold_batch_norm(model.config.generator, model.generator)
        self._network = build(spec)
        self._network.load(tensors)
        self._network.eval().requires_grad_(False)

    def z(self, seeds: Sequence[int] | npt.NDArray[np.int64]) -> Floats:
        """Return the latents (n, z_dim) of `seeds`, from the model's own prior."""
        return sample_z(seeds, self.info.z_dim, self.info.prior)

    @torch.inference_mode()
    def raw(self, z: npt.ArrayLike) -> Floats:
        """Return the generator's own output (n, c, h, w) for z (n, z_dim), in the model's range.

        Raises
        ------
        ConfigError
            z has another shape or holds numbers that are not finite.
        """
        checked = torch.from_numpy(self._checked(z))
        parts = [self._network(checked[start : start + BATCH]).numpy() for start in range(0, len(checked), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, *self.model.config.generator.output_shape), np.float32)

    def x(self, z: npt.ArrayLike) -> Floats:
        """Return pictures (n, c, h, w) in [-1, 1]."""
        low, high = self.model.config.image_range
        return (self.raw(z) - low) * (2.0 / (high - low)) - 1.0

    def images(self, z: npt.ArrayLike) -> Images:
        """Return pictures as uint8 (n, h, w, c)."""
        return to_images(self.x(z))

    def rgb(self, z: npt.ArrayLike) -> Images:
        """Return pictures as uint8 (n, h, w, 3)."""
        return to_rgb(self.images(z))

    def generate(self, seeds: Sequence[int] | None = None, *, z: npt.ArrayLike | None = None) -> Images:
        """Return the pictures of `seeds`, or of the latents `z` (n, z_dim), as uint8 (n, h, w, c)."""
        if (seeds is None) == (z is None):
            raise ConfigError("give either seeds or z")
        return self.images(self.z(seeds) if seeds is not None else z)  # type: ignore[arg-type]

    def _checked(self, z: npt.ArrayLike) -> Floats:
        try:
            array = np.ascontiguousarray(z, np.float32)
        except (TypeError, ValueError):
            raise ConfigError("z holds something else than numbers") from None
        if array.ndim != 2 or array.shape[1] != self.info.z_dim:
            raise ConfigError(f"z has the shape (n, {self.info.z_dim}), found {array.shape}")
        if not np.isfinite(array).all():
            raise ConfigError("z holds numbers that are not finite")
        return array
