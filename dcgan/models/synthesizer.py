"""Synthesizer: z in, pictures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from dcgan.config import Prior
from dcgan.errors import CheckpointError, ConfigError
from dcgan.images import Images, to_images, to_rgb
from dcgan.latent import repeat_labels, sample_z
from dcgan.models.fold import fold_batch_norm
from dcgan.models.folder import Model
from dcgan.networks.builder import Network, build
from dcgan.networks.layers import Activation

Source = Literal["shipped", "own", "run", "untrained", "file"]
Floats = npt.NDArray[np.float32]
Classes = npt.NDArray[np.int64]
Wanted = str | int | Sequence[str | int] | Classes | Floats | None  # labels as asked for
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
    scores: bool = False  # there is a discriminator that can judge pictures

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Synthesizer:
    """A generator ready to be asked for pictures, from any number of threads.

    Each picture depends on its own z and label alone: the generator runs in eval mode with stored batch norm statistics, and nothing that
    is asked of it changes a weight or a statistic.

    `labels` are names or numbers of classes, for conditional models only. They are repeated: picture k has label k mod n of those given,
    and of all classes where none are given. What lies between labels is an array of floats (n, classes): the weight of each class.

    `device` is where the generator runs; from the first time that it cannot there, for want of memory or of an operation, it is the CPU.
    """

    def __init__(self, model: Model, info: ModelInfo, device: str = "cpu") -> None:
        self.model, self.info = model, info
        self._place(device)

    def _place(self, device: str) -> None:
        spec, tensors = fold_batch_norm(self.model.config.generator, self.model.generator)
        network = build(spec)
        network.load(tensors)
        self._placed = network.eval().requires_grad_(False).to(device), device

    def z(self, seeds: Sequence[int] | npt.NDArray[np.int64]) -> Floats:
        """Return the latents (n, z_dim) of `seeds`, from the model's own prior."""
        return sample_z(seeds, self.info.z_dim, self.info.prior)

    def labels(self, count: int, labels: Wanted = None) -> Classes | None:
        """Return the classes of `count` pictures as int64 (count,), or None where the model is not conditional.

        Raises
        ------
        ConfigError
            A label that the model does not have; the message lists those it has.
        """
        names = self.info.labels
        if not names:
            if labels is not None:
                raise ConfigError(f"{self.info.name} has no labels: it makes pictures of one kind; leave the label away")
            return None
        if isinstance(labels, str | int):
            labels = [labels]
        classes = range(len(names)) if labels is None else [_class_of(label, names, self.info.name) for label in labels]
        if not classes:
            raise ConfigError(f"give at least one label; {self.info.name} has {', '.join(names)}")
        return repeat_labels(count, classes)

    @torch.inference_mode()
    def raw(self, z: npt.ArrayLike, labels: Wanted = None) -> Floats:
        """Return the generator's own output (n, c, h, w) for z (n, z_dim), in the model's range.

        Raises
        ------
        ConfigError
            z has another shape or holds numbers that are not finite, or a label is not the model's.
        """
        checked = torch.from_numpy(self.checked(z))
        classes = self._conditions(len(checked), labels)
        parts = []
        for start in range(0, len(checked), BATCH):
            part = slice(start, start + BATCH)
            parts.append(self._run(checked[part], None if classes is None else classes[part]).numpy())
        return np.concatenate(parts) if parts else np.zeros((0, *self.model.config.generator.output_shape), np.float32)

    def _run(self, z: torch.Tensor, classes: torch.Tensor | None) -> torch.Tensor:
        network, device = self._placed
        try:
            made: torch.Tensor = network(z.to(device), None if classes is None else classes.to(device)).cpu()
        except RuntimeError:
            if device == "cpu":
                raise
            self._place("cpu")
            return self._run(z, classes)
        return made

    @torch.inference_mode()
    def scores(self, z: npt.ArrayLike, labels: Wanted = None) -> Floats:
        """Return what the discriminator says of the pictures of z (n, z_dim), as float32 (n,): log-odds, larger for more real.

        Only pictures of one model can be compared; those of a Wasserstein, hinge or least-squares training are no log-odds.

        Raises
        ------
        CheckpointError
            The model has no discriminator.
        """
        if not self.info.scores:
            raise CheckpointError(f"{self.info.name} has no discriminator to judge its pictures")
        made = torch.from_numpy(self.raw(z, labels))
        classes = self.labels(len(made), labels) if self._discriminator.spec.classes else None
        parts = []
        for start in range(0, len(made), BATCH):
            part = slice(start, start + BATCH)
            parts.append(self._discriminator(made[part], None if classes is None else torch.from_numpy(classes[part])))
        output = torch.cat(parts).flatten()
        last = self._discriminator.spec.layers[-1]
        if isinstance(last, Activation) and last.kind == "sigmoid":  # a foreign one that answers with probabilities
            output = output.logit(eps=1e-7)
        return np.asarray(output.numpy(), np.float32)

    @cached_property
    def _discriminator(self) -> Network:
        return self.model.build_discriminator().requires_grad_(False)

    def x(self, z: npt.ArrayLike, labels: Wanted = None) -> Floats:
        """Return pictures (n, c, h, w) in [-1, 1]."""
        low, high = self.model.config.image_range
        return (self.raw(z, labels) - low) * (2.0 / (high - low)) - 1.0

    def images(self, z: npt.ArrayLike, labels: Wanted = None) -> Images:
        """Return pictures as uint8 (n, h, w, c)."""
        return to_images(self.x(z, labels))

    def rgb(self, z: npt.ArrayLike, labels: Wanted = None) -> Images:
        """Return pictures as uint8 (n, h, w, 3)."""
        return to_rgb(self.images(z, labels))

    def generate(self, seeds: Sequence[int] | None = None, *, z: npt.ArrayLike | None = None, labels: Wanted = None) -> Images:
        """Return the pictures of `seeds`, or of the latents `z` (n, z_dim), as uint8 (n, h, w, c)."""
        if (seeds is None) == (z is None):
            raise ConfigError("give either seeds or z")
        return self.images(self.z(seeds) if seeds is not None else z, labels)  # type: ignore[arg-type]

    def _conditions(self, count: int, labels: Wanted) -> torch.Tensor | None:
        """Return labels as the network takes them."""
        if isinstance(labels, np.ndarray) and labels.ndim == 2:
            if labels.shape != (count, len(self.info.labels)) or not np.isfinite(labels).all():
                wanted = (count, len(self.info.labels))
                raise ConfigError(f"weights of {self.info.name}'s classes are numbers of the shape {wanted}, found {labels.shape}")
            return torch.from_numpy(np.asarray(labels, np.float32))
        classes = self.labels(count, labels)
        return None if classes is None else torch.from_numpy(classes)

    def checked(self, z: npt.ArrayLike) -> Floats:
        """Return z as float32 (n, z_dim); (n, z_dim, 1, 1), a tutorial's shape, is z as well, all else a ConfigError."""
        try:
            array = np.ascontiguousarray(z, np.float32)
        except (TypeError, ValueError):
            raise ConfigError("z holds something else than numbers") from None
        if array.ndim == 4 and array.shape[2:] == (1, 1):
            array = array[:, :, 0, 0]
        if array.ndim != 2 or array.shape[1] != self.info.z_dim:
            raise ConfigError(f"z has the shape (n, {self.info.z_dim}), found {array.shape}")
        if not np.isfinite(array).all():
            raise ConfigError("z holds numbers that are not finite")
        return array


def _class_of(label: object, names: tuple[str, ...], model: str) -> int:
    """Return the number of a class that is given by its name, else by its number."""
    text = str(label)
    if isinstance(label, str) and label in names:
        return names.index(label)
    if text.isascii() and text.isdigit() and int(text) < len(names):
        return int(text)
    raise ConfigError(f"{model} has no label {text!r}; it has {', '.join(names)}, or the numbers 0 to {len(names) - 1}")
