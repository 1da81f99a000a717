"""Generators as other people write them, each from its description: the truth that an import is compared with.

Every class takes widths small enough for a test. `Author` pairs one with how its z is drawn and how its labels go in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Author:
    """A generator and its habits. `call` takes (network, z, labels); `size` is (width, height)."""

    make: Callable[[], nn.Module]
    z_dim: int
    size: tuple[int, int]
    prior: str = "normal"
    classes: int = 0
    call: Callable[[nn.Module, Tensor, Tensor | None], Tensor] = lambda network, z, labels: network(z[:, :, None, None])

    def trained(self, passes: int = 30, seed: int = 0) -> nn.Module:
        """Return the network after forward passes in training mode, its affine parameters not those that it was made with."""
        torch.manual_seed(seed)
        network = self.make()
        with torch.no_grad():
            for module in network.modules():
                if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and module.affine:
                    module.weight.normal_(1.0, 0.2)
                    module.bias.normal_(0.0, 0.2)
            for _ in range(passes):
                z, labels = self.latents(32)
                self.call(network, z, labels)
        return network.eval()

    def latents(self, count: int) -> tuple[Tensor, Tensor | None]:
        z = torch.randn(count, self.z_dim) if self.prior == "normal" else torch.rand(count, self.z_dim) * 2 - 1
        return z, torch.randint(self.classes, (count,)) if self.classes else None


def plain(network: nn.Module, z: Tensor, labels: Tensor | None) -> Tensor:
    return network(z)


def labelled(network: nn.Module, z: Tensor, labels: Tensor | None) -> Tensor:
    return network(z, labels)


class Wrapped(nn.Module):
    """One attribute that holds everything: `main`, `network`, `gen` and their like."""

    def __init__(self, name: str, *layers: nn.Module, shape: tuple[int, ...] | None = None) -> None:
        super().__init__()
        self.add_module(name, nn.Sequential(*layers))
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        x = next(self.children())(x)
        return x if self.shape is None else x.view(-1, *self.shape)


def up(
    a: int, b: int, k: int, s: int, p: int, op: int = 0, act: nn.Module | None = None, bias: bool = False, **norm: float
) -> list[nn.Module]:
    """A transposed convolution, its batch norm and its activation."""
    return [nn.ConvTranspose2d(a, b, k, s, p, op, bias=bias), nn.BatchNorm2d(b, **norm), act or nn.ReLU(True)]


def tutorial(
    z: int = 100,
    w: int = 12,
    channels: int = 3,
    doublings: int = 4,
    last: tuple[int, ...] = (4, 2, 1),
    name: str = "main",
    act: nn.Module | None = None,
) -> nn.Module:
    widths = [w * 2**k for k in range(doublings - 1, -1, -1)]
    layers = up(z, widths[0], 4, 1, 0, act=act)
    for a, b in pairwise(widths):
        layers += up(a, b, 4, 2, 1, act=act)
    return Wrapped(name, *layers, nn.ConvTranspose2d(w, channels, *last, bias=False), nn.Tanh())


class Linden(nn.Module):
    """Linear, two upsamplings with convolutions, batch norms given 0.8 as eps."""

    def __init__(self, z: int = 100, w: int = 32, channels: int = 1, size: int = 32) -> None:
        super().__init__()
        self.init_size = size // 4
        self.w = w
        self.l1 = nn.Sequential(nn.Linear(z, w * self.init_size**2))
        self.conv_blocks = nn.Sequential(
            nn.BatchNorm2d(w),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(w, w, 3, stride=1, padding=1),
            nn.BatchNorm2d(w, 0.8),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(w, w // 2, 3, stride=1, padding=1),
            nn.BatchNorm2d(w // 2, 0.8),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(w // 2, channels, 3, stride=1, padding=1),
            nn.Tanh(),
        )

    def forward(self, z: Tensor) -> Tensor:
        return self.conv_blocks(self.l1(z).view(len(z), self.w, self.init_size, self.init_size))


class Course(nn.Module):
    """Linear, then numbered transposed convolutions in Sequentials, relu by hand; z uniform."""

    def __init__(self, z: int = 100, w: int = 8) -> None:
        super().__init__()
        self.w = w
        self.fc = nn.Linear(z, w * 4 * 4 * 4)
        self.t_conv1 = nn.Sequential(nn.ConvTranspose2d(w * 4, w * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(w * 2))
        self.t_conv2 = nn.Sequential(nn.ConvTranspose2d(w * 2, w, 4, 2, 1, bias=False), nn.BatchNorm2d(w))
        self.t_conv3 = nn.Sequential(nn.ConvTranspose2d(w, 3, 4, 2, 1, bias=True))

    def forward(self, z: Tensor) -> Tensor:
        x = self.fc(z).view(-1, self.w * 4, 4, 4)
        return torch.tanh(self.t_conv3(F.relu(self.t_conv2(F.relu(self.t_conv1(x))))))


class Numbered(nn.Module):
    """deconv1, deconv1_bn and so on (norms declared behind each kernel, or all behind all kernels)."""

    def __init__(self, z: int = 100, w: int = 8, channels: int = 3, apart: bool = False) -> None:
        super().__init__()
        shapes = [(z, w * 8, 4, 1, 0), (w * 8, w * 4, 4, 2, 1), (w * 4, w * 2, 4, 2, 1), (w * 2, w, 4, 2, 1)]
        kernels = [(f"deconv{k}", nn.ConvTranspose2d(*shape)) for k, shape in enumerate(shapes, 1)]
        norms = [(f"bn{k}" if apart else f"deconv{k}_bn", nn.BatchNorm2d(shape[1])) for k, shape in enumerate(shapes, 1)]
        order = [*kernels, *norms] if apart else [pair for both in zip(kernels, norms, strict=True) for pair in both]
        for name, module in order:
            self.add_module(name, module)
        self.deconv5 = nn.ConvTranspose2d(w, channels, 4, 2, 1)
        self.norm = "bn{}" if apart else "deconv{}_bn"

    def forward(self, x: Tensor) -> Tensor:
        for k in range(1, 5):
            x = F.relu(getattr(self, self.norm.format(k))(getattr(self, f"deconv{k}")(x)))
        return torch.tanh(self.deconv5(x))


class Nested(nn.Module):
    """A Sequential of Sequentials, LeakyReLU between."""

    def __init__(self, z: int = 100, w: int = 8, channels: int = 3, slope: float = 0.2) -> None:
        super().__init__()
        act = nn.LeakyReLU(slope)
        blocks = [nn.Sequential(*up(z, w * 8, 4, 1, 0, act=act, bias=True))]
        for a, b in ((w * 8, w * 4), (w * 4, w * 2), (w * 2, w)):
            blocks.append(nn.Sequential(*up(a, b, 4, 2, 1, act=act, bias=True)))
        blocks.append(nn.Sequential(nn.ConvTranspose2d(w, channels, 4, 2, 1, bias=True), nn.Tanh()))
        self.model = nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class Blocks(nn.Module):
    """linear0, blocks of a deconvolution and a norm, a 3x3 convolution at the end."""

    def __init__(self, z: int = 100, w: int = 8) -> None:
        super().__init__()
        self.w = w
        self.linear0 = nn.Linear(z, w * 8 * 16)
        self.blocks = nn.ModuleList()
        for a, b in ((w * 8, w * 4), (w * 4, w * 2), (w * 2, w)):
            block = nn.Module()
            block.deconv0 = nn.ConvTranspose2d(a, b, 4, 2, 1)
            block.bn0 = nn.BatchNorm2d(b, eps=1e-4)
            self.blocks.append(nn.ModuleList([block]))
        self.conv4 = nn.Conv2d(w, 3, 3, 1, 1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.linear0(z).view(-1, self.w * 8, 4, 4)
        for (block,) in self.blocks:
            x = F.relu(block.bn0(block.deconv0(x)))
        return torch.tanh(self.conv4(x))


class LinearFirst(nn.Module):
    """Linear with its own norm, view, then transposed convolutions of any kernel; 28 px and others."""

    def __init__(
        self, kernels: list[tuple[int, ...]], start: int = 7, z: int = 100, w: int = 16, channels: int = 1, slope: float | None = None
    ) -> None:
        super().__init__()
        self.start, self.w, self.slope = start, w, slope
        self.fc = nn.Linear(z, w * start**2, bias=False)
        self.fc_bn = nn.BatchNorm1d(w * start**2)
        self.layers = nn.ModuleList()
        self.norms = nn.ModuleList()
        widths = [w, *[max(w // 2**k, 4) for k in range(1, len(kernels))], channels]
        for k, (a, b) in enumerate(pairwise(widths)):
            self.layers.append(nn.ConvTranspose2d(a, b, *kernels[k], bias=False))
            if k < len(kernels) - 1:
                self.norms.append(nn.BatchNorm2d(b))

    def forward(self, z: Tensor) -> Tensor:
        x = self.act(self.fc_bn(self.fc(z))).view(-1, self.w, self.start, self.start)
        for layer, norm in zip(self.layers, self.norms, strict=False):
            x = self.act(norm(layer(x)))
        return torch.tanh(self.layers[-1](x))

    def act(self, x: Tensor) -> Tensor:
        return F.relu(x) if self.slope is None else F.leaky_relu(x, self.slope)


class Coursera(nn.Module):
    """Kernels 3, 4, 3, 4 with strides 2, 1, 2, 2 and biases, no padding: 28 px."""

    def __init__(self, z: int = 64, w: int = 8, channels: int = 1) -> None:
        super().__init__()
        self.gen = nn.Sequential(
            self.block(z, w * 4, 3, 2),
            self.block(w * 4, w * 2, 4, 1),
            self.block(w * 2, w, 3, 2),
            nn.Sequential(nn.ConvTranspose2d(w, channels, 4, 2), nn.Tanh()),
        )

    def block(self, a: int, b: int, k: int, s: int) -> nn.Module:
        return nn.Sequential(nn.ConvTranspose2d(a, b, k, s), nn.BatchNorm2d(b), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        return self.gen(x)


class Conditional(nn.Module):
    """A label embedding joined behind z, or before it, or multiplied with it; or one-hot labels."""

    def __init__(self, how: str, z: int = 100, classes: int = 10, width: int = 10, w: int = 16) -> None:
        super().__init__()
        self.how, self.classes, self.w = how, classes, w
        if how != "one-hot":
            self.label_emb = nn.Embedding(classes, z if how == "multiplied" else width)
        inputs = z if how == "multiplied" else z + (classes if how == "one-hot" else width)
        self.l1 = nn.Sequential(nn.Linear(inputs, w * 49))
        self.conv_blocks = nn.Sequential(
            nn.BatchNorm2d(w),
            *up(w, w, 4, 2, 1),
            *up(w, w // 2, 4, 2, 1),
            nn.Conv2d(w // 2, 1, 3, 1, 1),
            nn.Tanh(),
        )

    def forward(self, z: Tensor, labels: Tensor) -> Tensor:
        told = F.one_hot(labels, self.classes).float() if self.how == "one-hot" else self.label_emb(labels)
        parts = [told, z] if self.how == "before" else [z, told]
        joined = z * told if self.how == "multiplied" else torch.cat(parts, 1)
        return self.conv_blocks(self.l1(joined).view(len(z), self.w, 7, 7))


class Critic(nn.Module):
    """A tutorial's discriminator, to stand beside its generator in a file."""

    def __init__(self, w: int = 8, channels: int = 3) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(channels, w, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
        for a, b in ((w, w * 2), (w * 2, w * 4), (w * 4, w * 8)):
            layers += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
        self.main = nn.Sequential(*layers, nn.Conv2d(w * 8, 1, 4, 1, 0, bias=False), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        return self.main(x).flatten()
