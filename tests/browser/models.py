"""Small models whose pictures differ clearly from z to z, and the pictures that Python makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from dcgan.config import Prior
from dcgan.models import Model, ModelConfig, Synthesizer, read_model, write_model
from dcgan.models.library import describe
from dcgan.networks import discriminator, generator
from dcgan.networks.builder import build
from dcgan.networks.init import initialise

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Small:
    image_size: int
    channels: int
    z_dim: int
    prior: Prior
    labels: tuple[str, ...] = ()


MODELS = {
    "labelled": Small(16, 1, 8, "normal", ("ankle boot", "T-shirt/top", "3")),  # the name 3 is class 2
    "large": Small(32, 1, 100, "normal"),
    "tiny": Small(16, 1, 8, "normal"),
    "uniform": Small(16, 3, 9, "uniform"),  # an odd number of dimensions
}


def write_models(folder: Path) -> None:
    for name, kind in MODELS.items():
        write_model(folder / name, _model(kind), f"# {name}")


def _model(kind: Small) -> Model:
    random = torch.Generator().manual_seed(kind.z_dim)
    network = initialise(build(generator("dcgan", kind.image_size, kind.channels, 4, kind.z_dim, len(kind.labels))), random)
    for _ in range(60):  # batch norm statistics that fit
        z = torch.randn(16, kind.z_dim, generator=random)
        network(z, torch.randint(len(kind.labels), (16,), generator=random) if kind.labels else None)
    tensors = {key: tensor.detach().clone() for key, tensor in network.state_dict().items()}
    last = [key for key in tensors if key.endswith(".weight") and tensors[key].dim() == 4][-1]
    tensors[last] *= 10  # contrast
    if not kind.labels:
        return Model(ModelConfig(network.spec, prior=kind.prior), tensors)
    judge = initialise(build(discriminator("dcgan", kind.image_size, kind.channels, 4, len(kind.labels))), random)
    return Model(ModelConfig(network.spec, judge.spec, kind.prior, labels=kind.labels), tensors, judge.state_dict())


@lru_cache
def synthesizer(folder: Path) -> Synthesizer:
    """Return the Synthesizer of a model folder."""
    model = read_model(folder)
    return Synthesizer(model, describe(folder.name, model.config, folder, "own", model.sha256))


def assert_same(found: Pixels, expected: Pixels) -> None:
    """The same pixels are within 1 of 255."""
    assert found.shape == expected.shape, (found.shape, expected.shape)
    assert int(np.abs(found.astype(int) - expected.astype(int)).max()) <= 1


def tutorial_generator() -> nn.Sequential:
    """Return a small generator of the PyTorch tutorial's family: 32 px, RGB, z of 20."""
    torch.manual_seed(7)
    layers: list[nn.Module] = []
    for before, after, kernel, stride, padding in ((20, 16, 4, 1, 0), (16, 8, 4, 2, 1), (8, 4, 4, 2, 1)):
        layers += [nn.ConvTranspose2d(before, after, kernel, stride, padding, bias=False), nn.BatchNorm2d(after), nn.ReLU(True)]
    main = nn.Sequential(*layers, nn.ConvTranspose2d(4, 3, 4, 2, 1, bias=False), nn.Tanh())
    for _ in range(20):
        main(torch.randn(16, 20, 1, 1))
    return main.eval()


def tutorial_picture(main: nn.Module, z: npt.NDArray[np.float32]) -> Pixels:
    """Return what the author's own code shows for one z: (h, w, 3)."""
    with torch.no_grad():
        x = main(torch.from_numpy(z.copy())[None, :, None, None])[0]  # (3, h, w)
    return ((x + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()
