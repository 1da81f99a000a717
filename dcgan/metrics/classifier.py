"""A small classifier, trained on labelled pictures, that names pictures without labels.

It answers one question or several: a question with several names asks which of them, one with a single name asks whether.
"""

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
from dcgan.metrics.disturbance import disturb
from dcgan.networks.builder import Network, build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Activation, Conv, Flatten, Layer, Linear, MaxPool
from dcgan.networks.norms import BatchNorm
from dcgan.networks.spec import NetworkSpec

Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]  # (n, names); those of a question with several names sum to 1
Questions = tuple[tuple[str, ...], ...]
WIDTH = 32  # channels of the first convolution
BATCH = 100
TEMPERATURES = tuple(1.1**power for power in range(-12, 25))  # 0.3 to 10
CALIBRATED = 10  # one picture in so many is kept from the training to set the temperature


@dataclass(frozen=True)
class ClassifierSettings:
    """What decides a training, but for the pictures."""

    epochs: int = 4
    fewest_steps: int = 200  # small sets are gone through more often
    batch: int = 100
    learning_rate: float = 3e-3  # at the height of one cycle (Smith and Topin 2018)
    seed: int = 0
    disturbances: tuple[str, ...] = ()  # of disturbance.KINDS: what must not change an answer


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network in eval mode with one output a name, and the questions that the names answer."""

    network: Network
    questions: Questions

    @property
    def names(self) -> tuple[str, ...]:
        """All answers' names, in the order of the network's outputs."""
        return tuple(name for question in self.questions for name in question)

    @torch.inference_mode()
    def predict(self, images: Images) -> Probabilities:
        """Return each name's probability (n, names) for images (n, h, w, c) of the size and channels that it was trained on."""
        channels, height, width = self.network.spec.input_shape
        if images.shape[1:] != (height, width, channels):
            raise ConfigError(f"the classifier takes pictures ({height}, {width}, {channels}), found {images.shape[1:]}")
        parts = [self._answers(self.network(_x(images[start : start + BATCH]))).numpy() for start in range(0, len(images), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.names)))

    def _answers(self, logits: torch.Tensor) -> torch.Tensor:
        parts = _by_question(logits.double(), self.questions)  # float32 would not tell 1 - 1e-8 from 1
        return torch.cat([part.sigmoid() if part.shape[1] == 1 else part.softmax(1) for part in parts], 1)

    def chosen(self, probabilities: Probabilities) -> Labels:
        """Return the answers (n, questions): the most probable name's number, for a question with one name 1 (yes) or 0."""
        ends = np.cumsum([len(question) for question in self.questions])[:-1]
        parts = np.split(probabilities, ends, axis=1)
        return np.stack([(part[:, 0] > 0.5).astype(np.int64) if part.shape[1] == 1 else part.argmax(1) for part in parts], 1)

    def accuracies(self, images: Images, labels: Labels) -> tuple[float, ...]:
        """Return for each question the share of pictures that are answered as `labels` (n, questions) say."""
        return tuple(float(share) for share in (self.chosen(self.predict(images)) == labels).mean(0))

    def accuracy(self, images: Images, labels: Labels) -> float:
        """Return the share of pictures whose answer to the first question is their label (n,)."""
        return float((self.chosen(self.predict(images))[:, 0] == labels).mean())

    def save(self, path: Path, half: bool = False) -> None:
        """Write one .safetensors file: tensors (`half`: matrices as fp16), and in its metadata the network and the questions."""
        metadata = {"network": json.dumps(self.network.spec.to_json()), "questions": json.dumps(self.questions)}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, save({name: _stored(tensor, half) for name, tensor in self.network.state_dict().items()}, metadata))

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """Read what `save` wrote; anything else is a CheckpointError that names the file."""
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
                network = build(NetworkSpec.from_json(json.loads(metadata["network"])))
                network.load({name: file.get_tensor(name).float() for name in file.keys()})  # noqa: SIM118
                questions = tuple(tuple(map(str, question)) for question in json.loads(metadata["questions"]))
                if network.spec.output_shape != (sum(map(len, questions)),):
                    raise ConfigError(f"its network gives {network.spec.output_shape} answers to {questions}")
                return cls(network.eval().requires_grad_(False), questions)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError, ConfigError) as error:
            raise CheckpointError(f"{path} is not a classifier of this program: {error}") from None


def train_classifier(
    images: Images,
    labels: Labels,
    questions: Sequence[str] | Questions,
    settings: ClassifierSettings = ClassifierSettings(),
    progress: Progress | None = None,
) -> Classifier:
    """Train on images (n, h, w, c); the same result for the same seed and thread count.

    `labels` (n, questions) are the numbers of each question's names, 1 or 0 for a question with one name. With names only, they are
    one question, and `labels` is (n,). With disturbances the probabilities are calibrated (Guo et al. 2017) on a tenth of the pictures.
    """
    asked: Questions = (tuple(map(str, questions)),) if all(isinstance(name, str) for name in questions) else tuple(map(tuple, questions))
    labels = labels.reshape(len(images), len(asked))
    draw = torch.Generator().manual_seed(settings.seed)
    _, height, width, channels = images.shape
    network = initialise(build(classifier_spec(channels, height, width, sum(map(len, asked)))), draw).train()
    order = torch.randperm(len(images), generator=draw).numpy()
    kept = order[: len(images) // CALIBRATED] if settings.disturbances else order[:0]
    _fit(network, (images, labels, np.setdiff1d(order, kept)), asked, settings, draw, progress)
    network.eval().requires_grad_(False)
    if len(kept):
        _calibrate(network, images[kept], labels[kept], asked)
    return Classifier(network, asked)


def _fit(
    network: Network,
    data: tuple[Images, Labels, Labels],
    asked: Questions,
    settings: ClassifierSettings,
    draw: torch.Generator,
    progress: Progress | None,
) -> None:
    images, labels, rows = data
    steps = max(settings.fewest_steps, len(rows) // settings.batch * settings.epochs)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=steps + 1)
    order: list[int] = []
    for step in range(steps):
        if len(order) < min(settings.batch, len(rows)):
            order = rows[torch.randperm(len(rows), generator=draw).numpy()].tolist()
        batch, order = np.sort(order[: settings.batch]), order[settings.batch :]
        x = disturb(_x(images[batch]), settings.disturbances, draw)
        loss = _loss(network(x), torch.from_numpy(labels[batch]), asked)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if progress:
            progress(step + 1, steps, "training the classifier")


def _loss(logits: torch.Tensor, labels: torch.Tensor, asked: Questions) -> torch.Tensor:
    """Return the sum of the questions' mean cross-entropies."""
    parts = zip(_by_question(logits, asked), labels.unbind(1), strict=True)
    return torch.stack([_question_loss(part, label) for part, label in parts]).sum()


def _by_question(logits: torch.Tensor, asked: Questions) -> tuple[torch.Tensor, ...]:
    return torch.split(logits, [len(question) for question in asked], 1)


def _question_loss(logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    if logits.shape[1] == 1:
        return F.binary_cross_entropy_with_logits(logits[:, 0], label.to(logits.dtype))
    return F.cross_entropy(logits, label)


@torch.no_grad()
def _calibrate(network: Network, images: Images, labels: Labels, asked: Questions) -> None:
    """Divide the last layer by the temperature of each question that makes the answers to these pictures most probable."""
    logits = torch.cat([network(_x(images[start : start + BATCH])) for start in range(0, len(images), BATCH)])
    tensors = network.state_dict()
    last = [tensors[name] for name in list(tensors)[-2:]]  # weight and bias, a row a name
    start = 0
    for question, label in zip(asked, torch.from_numpy(labels).unbind(1), strict=True):
        part = slice(start, start + len(question))
        best = min(TEMPERATURES, key=lambda t: float(_question_loss(logits[:, part] / t, label)))
        for tensor in last:
            tensor[part] /= best
        start = part.stop


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


def _stored(tensor: torch.Tensor, half: bool) -> torch.Tensor:
    return (tensor.half() if half and tensor.dim() >= 2 else tensor).contiguous()


def _x(images: Images) -> torch.Tensor:
    return to_x(torch.from_numpy(np.ascontiguousarray(images)))
