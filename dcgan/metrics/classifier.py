"""A small classifier, trained on labelled pictures, that names pictures without labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch.nn import functional as F

from dcgan.data import Progress
from dcgan.errors import CheckpointError, ConfigError
from dcgan.files import write_bytes
from dcgan.images import Images, to_x
from dcgan.networks.builder import Network, build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Activation, BatchNorm, Conv, Flatten, Layer, Linear, MaxPool
from dcgan.networks.spec import NetworkSpec

Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float32]  # (n, classes), rows sum to 1
WIDTH = 32  # channels of the first convolution
BATCH = 100


@dataclass(frozen=True)
class ClassifierSettings:
    """What decides a training, but for the pictures."""

    epochs: int = 4
    fewest_steps: int = 200  # small sets are gone through more often
    batch: int = 100
    learning_rate: float = 3e-3  # at the height of one cycle (Smith and Topin 2018)
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network in eval mode with one output a class, and the classes' names."""

    network: Network
    names: tuple[str, ...]

    @torch.inference_mode()
    def predict(self, images: Images) -> Probabilities:
        """Return each class's probability (n, classes) for images (n, h, w, c) of the size and channels that it was trained on."""
        channels, height, width = self.network.spec.input_shape
        if images.shape[1:] != (height, width, channels):
            raise ConfigError(f"the classifier takes pictures ({height}, {width}, {channels}), found {images.shape[1:]}")
        parts = [self.network(_x(images[start : start + BATCH])).softmax(1).numpy() for start in range(0, len(images), BATCH)]
        return np.concatenate(parts)

    def accuracy(self, images: Images, labels: Labels) -> float:
        """Return the share of pictures whose most probable class is their label."""
        return float((self.predict(images).argmax(1) == labels).mean())

    def save(self, path: Path) -> None:
        """Write one .safetensors file: tensors, and in its metadata the network's description and the names."""
        metadata = {"network": json.dumps(self.network.spec.to_json()), "names": json.dumps(self.names)}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, save({name: tensor.contiguous() for name, tensor in self.network.state_dict().items()}, metadata))

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """Read what `save` wrote; anything else is a CheckpointError that names the file."""
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
                network = build(NetworkSpec.from_json(json.loads(metadata["network"])))
                network.load({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
                return cls(network.eval(), tuple(json.loads(metadata["names"])))
        except (OSError, SafetensorError, KeyError, ValueError, ConfigError) as error:
            raise CheckpointError(f"{path} is not a classifier of this program: {error}") from None


def train_classifier(
    images: Images,
    labels: Labels,
    names: Sequence[str],
    settings: ClassifierSettings = ClassifierSettings(),
    progress: Progress | None = None,
) -> Classifier:
    """Train on images (n, h, w, c) with labels (n,) that index `names`; the same result for the same seed and thread count."""
    _, height, width, channels = images.shape
    draw = torch.Generator().manual_seed(settings.seed)
    network = initialise(build(classifier_spec(channels, height, width, len(names))), draw).train()
    steps = max(settings.fewest_steps, len(images) // settings.batch * settings.epochs)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=steps + 1)
    order: list[int] = []
    for step in range(steps):
        if len(order) < min(settings.batch, len(images)):
            order = torch.randperm(len(images), generator=draw).tolist()
        rows, order = np.sort(order[: settings.batch]), order[settings.batch :]
        loss = F.cross_entropy(network(_x(images[rows])), torch.from_numpy(labels[rows]))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if progress:
            progress(step + 1, steps, "training the classifier")
    return Classifier(network.eval().requires_grad_(False), tuple(names))


def classifier_key(fingerprint: str, rows: Labels, settings: ClassifierSettings) -> str:
    """Return the name under which the classifier of these rows of a data set is cached."""
    parts = (fingerprint, hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest(), WIDTH, settings)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def classifier_spec(channels: int, height: int, width: int, classes: int) -> NetworkSpec:
    """Return three convolutions with batch norm, a fourth in front that halves pictures above 32 px, and a linear layer."""
    halved = max(height, width) > 32
    widths = [channels, *([WIDTH // 2] if halved else []), WIDTH, WIDTH * 2, WIDTH * 4]
    layers: list[Layer] = []
    for before, after in pairwise(widths):
        layers += [Conv(before, after, (3, 3), padding=(1, 1, 1, 1), bias=False), BatchNorm(after), Activation("relu"), MaxPool()]
    rows, columns = (side >> (len(widths) - 1) for side in (height, width))
    return NetworkSpec((channels, height, width), (*layers, Flatten(), Linear(widths[-1] * rows * columns, classes)))


def _x(images: Images) -> torch.Tensor:
    return to_x(torch.from_numpy(np.ascontiguousarray(images)))
