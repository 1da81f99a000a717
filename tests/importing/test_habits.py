"""Habits of authors met in public repositories, rebuilt from scratch: each once led the importer astray."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from authors import Author, labelled, plain, tutorial, up
from safetensors.torch import save_file
from test_gallery import assert_same_pictures
from torch import Tensor, nn
from torch.nn import functional as F

from dcgan.errors import CheckpointError
from dcgan.models.importing import inspect_file


class Straight(nn.Module):
    """Linear, reshaped, with neither norm nor activation before the first transposed convolution."""

    def __init__(self, w: int = 24, last: nn.Module | None = None) -> None:
        super().__init__()
        self.fc = nn.Linear(60, w * 49)
        self.deconv1, self.bn1 = nn.ConvTranspose2d(w, w // 2, 4, 2, 1), nn.BatchNorm2d(w // 2)
        self.deconv2 = nn.ConvTranspose2d(w // 2, 1, 4, 2, 1)
        self.w, self.last = w, last or nn.Tanh()

    def before(self, z: Tensor) -> Tensor:
        return self.deconv2(F.relu(self.bn1(self.deconv1(self.fc(z).view(len(z), self.w, 7, 7)))))

    def forward(self, z: Tensor) -> Tensor:
        return self.last(self.before(z))


class Strokes(Author):
    """Dark pictures with bright strokes: a ninth of the numbers before the output lies above 0, with a median of 0.36 `reach`."""

    reach = 10.0

    def trained(self, passes: int = 30, seed: int = 0) -> nn.Module:
        network = super().trained(passes, seed)
        with torch.no_grad():
            x = network.before(self.latents(64)[0])
            network.deconv2.weight.mul_(self.reach / x.std())
            network.deconv2.bias.sub_(x.mean()).mul_(self.reach / x.std()).sub_(1.2 * self.reach)
        return network


class Faint(Strokes):
    reach = 4.0


class Cut(nn.Module):
    """Kernels of 3 without output padding: 29 pixels, resized to 28, which drops the last row and column."""

    def __init__(self, w: int = 24) -> None:
        super().__init__()
        first = [nn.Linear(60, w * 16), nn.LeakyReLU(0.2), nn.Unflatten(1, (w, 4, 4))]
        kernels = [(w, 16, 3, 2, 1), (16, 12, 3, 2, 1), (12, 8, 3, 1, 0)]
        blocks = [layer for kernel in kernels for layer in up(*kernel, act=nn.LeakyReLU(0.2), bias=True)]
        self.net = nn.Sequential(*first, *blocks, nn.ConvTranspose2d(8, 1, 3, 2, 1), nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        return F.interpolate(self.net(z), (28, 28))


class OneHotLinear(nn.Module):
    """One-hot labels through a linear layer without bias, which looks up its columns."""

    def __init__(self, z: int = 40, w: int = 16, classes: int = 10) -> None:
        super().__init__()
        self.classes, self.w = classes, w
        self.fc1 = nn.Linear(classes, 20, bias=False)
        self.fc2 = nn.Sequential(nn.Linear(z + 20, w * 9), nn.BatchNorm1d(w * 9), nn.ReLU())
        last = nn.ConvTranspose2d(w // 2, 1, 4, 2, 1, bias=False)
        self.net = nn.Sequential(*up(w, w, 3, 2, 0), *up(w, w // 2, 4, 2, 1), last, nn.Tanh())

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        told = self.fc1(F.one_hot(labels, self.classes).float())
        return self.net(self.fc2(torch.cat([z, told], 1)).view(len(z), self.w, 3, 3))


class Renewed(Author):
    """A first norm whose statistics are of other weights, as after a restart; those behind it are true."""

    def trained(self, passes: int = 30, seed: int = 0) -> nn.Module:
        network = super().trained(passes, seed)
        first = next(module for module in network.modules() if isinstance(module, nn.BatchNorm2d))
        first.running_mean.add_(first.running_var.sqrt() * 2)
        first.running_var.mul_(9)
        return network


class Growing(Author):
    """Weights behind the first kernel grow by 0.7 % a batch: the variances of the file, averages over the last ten, lie below theirs."""

    def trained(self, passes: int = 90, seed: int = 0) -> nn.Module:
        network = super().trained(passes=0, seed=seed).train()
        kernels = [module.weight for module in network.modules() if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)]
        with torch.no_grad():
            for _ in range(passes):
                self.call(network, *self.latents(32))
                for weight in kernels[1:]:
                    weight.mul_(1.007)
        return network.eval()


class TwoParts(nn.Module):
    """Both parts of the generator are called a generator."""

    def __init__(self, w: int = 16) -> None:
        super().__init__()
        self.w = w
        self.generator_head = nn.Sequential(nn.Linear(60, w * 25), nn.ReLU())
        kernels = [*up(w, w, 4, 2, 1), *up(w, w // 2, 4, 2, 1), *up(w // 2, 8, 4, 2, 1), nn.ConvTranspose2d(8, 3, 4, 2, 1)]
        self.generator_body = nn.Sequential(*kernels, nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        return self.generator_body(self.generator_head(z).view(-1, self.w, 5, 5))


class Pairs(nn.Module):
    """Pairs of kernels that keep size and channels, one behind the other; or blocks that add what comes in, norms behind or before."""

    def __init__(self, how: str = "chain", w: int = 16) -> None:
        super().__init__()
        self.how, self.w = how, w
        self.fc, self.last = nn.Linear(60, w * 16), nn.Conv2d(w, 3, 3, 1, 1)
        for k in range(3):
            layers = [nn.Conv2d(w, w, 3, 1, 1), nn.BatchNorm2d(w), nn.ReLU(), nn.Conv2d(w, w, 3, 1, 1), nn.BatchNorm2d(w)]
            before = [nn.BatchNorm2d(w), nn.ReLU(), nn.Upsample(scale_factor=2), *layers[:4]]
            self.add_module(f"block{k}", nn.Sequential(*(before if how == "norms first" else layers)))
        self.bn = nn.BatchNorm2d(w) if how == "norms first" else nn.Identity()

    def forward(self, z: Tensor) -> Tensor:
        x = self.fc(z).view(-1, self.w, 4, 4)
        for block in (self.block0, self.block1, self.block2):
            wide = F.interpolate(x, scale_factor=2)
            if self.how == "norms first":
                x = wide + block(x)
            else:
                x = block(wide) + (wide if self.how != "chain" else 0)
                x = x if self.how == "sum alone" else F.relu(x)
        return torch.tanh(self.last(F.relu(self.bn(x)) if self.how == "norms first" else x))


class Hasty(Author):
    """Five batches: much of the 0 and 1 that norms start with is left in statistics of torch's own momentum."""

    def trained(self, passes: int = 5, seed: int = 0) -> nn.Module:
        return super().trained(passes, seed)


def remembering(first: float | None, rest: float | None) -> nn.Module:
    """Norms of these momenta behind kernels whose outputs vary by more than 1."""
    layers = [*up(64, 48, 4, 1, 0), *up(48, 24, 4, 2, 1), *up(24, 12, 4, 2, 1), nn.ConvTranspose2d(12, 3, 4, 2, 1), nn.Tanh()]
    norms = [layer for layer in layers if isinstance(layer, nn.BatchNorm2d)]
    for norm, momentum in zip(norms, (first, rest, rest), strict=True):
        norm.momentum = momentum
    with torch.no_grad():
        for layer in layers[:-2]:
            if isinstance(layer, nn.ConvTranspose2d):
                layer.weight.mul_(5)
    return nn.Sequential(*layers)


HABITS: dict[str, Author] = {
    "straight": Author(Straight, 60, (28, 28), call=plain),
    "strokes, sigmoid": Strokes(lambda: Straight(last=nn.Sigmoid()), 60, (28, 28), call=plain),
    "strokes, tanh": Faint(Straight, 60, (28, 28), call=plain),
    "cut": Author(Cut, 60, (28, 28), call=plain),
    "one-hot, linear": Author(OneHotLinear, 40, (28, 28), classes=10, call=labelled),
    "momentum None, few batches": Hasty(lambda: remembering(None, None), 64, (32, 32)),
    "momentum 0.01, few batches": Hasty(lambda: remembering(0.01, 0.01), 64, (32, 32)),
    "momentum 0.8 but for the first, few batches": Hasty(lambda: remembering(0.1, 0.8), 64, (32, 32)),
    "growing": Growing(lambda: tutorial(doublings=3, w=16), 100, (32, 32)),
    "two parts": Author(TwoParts, 60, (80, 80), call=plain),
    "pairs of kernels": Author(Pairs, 60, (32, 32), call=plain),
    "pairs, sum alone": Author(lambda: Pairs("sum alone"), 60, (32, 32), call=plain),
    "pairs, sum then relu": Author(lambda: Pairs("sum, then relu"), 60, (32, 32), call=plain),
    "pairs, norms first": Author(lambda: Pairs("norms first"), 60, (32, 32), call=plain),
    "renewed": Renewed(lambda: tutorial(doublings=3, w=16), 100, (32, 32)),
}


SLOW = {"two parts", "momentum None, few batches", "momentum 0.01, few batches", *(name for name in HABITS if "pairs" in name)}


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in HABITS])
def test_without_a_hint(tmp_path: Path, name: str) -> None:
    assert_same_pictures(HABITS[name], tmp_path / "it.safetensors")


def cells() -> nn.Module:
    return nn.ModuleDict({"w1": nn.Conv2d(14, 32, 1), "w2": nn.Conv2d(32, 3, 1)})


def denoiser() -> nn.Module:
    """A label becomes a plane beside a noisy picture of 28 px: read as a generator, it would begin with two planes of 14x28."""
    kernels = nn.Sequential(nn.Conv2d(2, 16, 3, 1, 1), nn.ReLU(), nn.Conv2d(16, 16, 3, 1, 1), nn.ReLU(), nn.Conv2d(16, 1, 3, 1, 1))
    return nn.ModuleDict({"fc_label": nn.Linear(10, 784), "model": kernels})


@pytest.mark.parametrize("make", [cells, denoiser])
def test_what_draws_no_picture_is_refused(tmp_path: Path, make: Callable[[], nn.Module]) -> None:
    save_file(make().state_dict(), tmp_path / "it.safetensors")
    with pytest.raises(CheckpointError, match="no strides and paddings"):
        inspect_file(tmp_path / "it.safetensors")
