"""Tiny models and runs for the tests of studio and routes."""

from __future__ import annotations

import itertools
from pathlib import Path

import torch
from torch import Tensor, nn

from dcgan.config import Budget
from dcgan.models import Model, ModelConfig, write_model
from dcgan.networks import discriminator, generator
from dcgan.networks.builder import build
from dcgan.networks.init import initialise
from dcgan.training.worker import RunTraining, TrainRequest

Z_DIM = 8
KEY = "k" * 32
TUNED = ("precision=fp32", "layout=channels_last", "kernels=native", "compile=off")  # so that nothing is measured before a run begins
SETTINGS = ("image_size=16", "base_channels=4", "batch_size=8", f"z_dim={Z_DIM}", "threads=1", *TUNED)


def write_tiny(home: Path, name: str, seed: int = 0, channels: int = 1) -> Path:
    """Write a 16 px model of random weights into the own models of `home`."""
    network = initialise(build(generator("dcgan", 16, channels, 4, Z_DIM)), torch.Generator().manual_seed(seed))
    folder = home / "models" / name
    write_model(folder, Model(ModelConfig(network.spec), network.state_dict()), "card")
    return folder


LABELS = ("ankle boot", "bag", "7")  # the name 7 is class 2


def conditional_model(labels: tuple[str, ...] = LABELS) -> Model:
    """A conditional 16 px model whose pictures differ from class to class."""
    random = torch.Generator().manual_seed(5)
    up = initialise(build(generator("dcgan", 16, 1, 4, Z_DIM, len(labels))), random)
    down = initialise(build(discriminator("dcgan", 16, 1, 4, len(labels))), random)
    for _ in range(60):  # batch norm statistics that fit
        classes = torch.randint(len(labels), (16,), generator=random)
        up(torch.randn(16, Z_DIM, generator=random), classes)
    tensors = {name: tensor.detach().clone() for name, tensor in up.state_dict().items()}
    tensors[list(tensors)[-1]] *= 10  # contrast
    return Model(ModelConfig(up.spec, down.spec, labels=labels), tensors, down.state_dict())


def train_run(folder: Path, steps: int, source: str = "shapes") -> Path:
    """Really train `steps` steps in this process, or continue to there."""
    with RunTraining(TrainRequest(folder, source, settings=SETTINGS, budget=Budget(steps=steps))) as training:
        training.prepare()
        for _ in training.events():
            pass
    return folder


def tutorial_state(z_dim: int = 10, width: int = 4, channels: int = 3, doublings: int = 4) -> dict[str, Tensor]:
    """Return what the PyTorch tutorial's notebook saves of its generator."""
    torch.manual_seed(0)
    widths = [width * 2**power for power in range(doublings - 1, -1, -1)]
    layers: list[nn.Module] = [nn.ConvTranspose2d(z_dim, widths[0], 4, 1, 0, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()]
    for before, after in itertools.pairwise(widths):
        layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
    layers += [nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False), nn.Tanh()]
    return {f"main.{name}": tensor for name, tensor in nn.Sequential(*layers).state_dict().items()}
