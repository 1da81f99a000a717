"""The gallery of authors: name -> Author. `HINTED` need something said that no file tells."""

from __future__ import annotations

from collections.abc import Callable

import torch
from authors import (
    Author,
    Blocks,
    Conditional,
    Course,
    Coursera,
    Linden,
    LinearFirst,
    Nested,
    Numbered,
    Wrapped,
    labelled,
    plain,
    tutorial,
    up,
)
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm


def punks() -> nn.Module:
    return Wrapped(
        "network",
        *up(100, 32, 3, 1, 0),
        *up(32, 16, 3, 2, 1),
        *up(16, 12, 4, 2, 0),
        nn.ConvTranspose2d(12, 4, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


def anime96() -> nn.Module:
    return Wrapped(
        "main",
        *up(100, 48, 4, 1, 0),
        *up(48, 24, 4, 2, 1),
        *up(24, 16, 4, 2, 1),
        *up(16, 12, 4, 2, 1),
        nn.ConvTranspose2d(12, 3, 5, 3, 1, bias=False),
        nn.Tanh(),
    )


def without_norms(act: nn.Module, last: nn.Module) -> nn.Module:
    kernels = [nn.ConvTranspose2d(64, 32, 4, 1, 0), nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ConvTranspose2d(16, 8, 4, 2, 1)]
    return Wrapped("net", *[each for kernel in kernels for each in (kernel, act)], nn.ConvTranspose2d(8, 3, 4, 2, 1), last)


def sized(start: tuple[int, int], name: str = "decoder") -> nn.Module:
    return Wrapped(
        name,
        nn.Linear(64, 24 * start[0] * start[1]),
        nn.ReLU(),
        nn.Unflatten(1, (24, *start)),
        *up(24, 16, 4, 2, 1),
        *up(16, 12, 4, 2, 1),
        nn.ConvTranspose2d(12, 3, 4, 2, 1),
        nn.Tanh(),
    )


def small_kernels() -> nn.Module:
    return Wrapped(
        "layers", *up(100, 48, 4, 1, 0), *up(48, 24, 2, 2, 0), *up(24, 12, 2, 2, 0), nn.ConvTranspose2d(12, 3, 2, 2, 0), nn.Tanh()
    )


def smooth(act: nn.Module) -> nn.Module:
    return Wrapped(
        "main",
        *up(100, 48, 4, 1, 0, act=act),
        *up(48, 32, 4, 2, 1, act=act),
        *up(32, 16, 4, 2, 1, act=act),
        nn.ConvTranspose2d(16, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


def wide_kernels() -> nn.Module:
    return Wrapped("net", *up(100, 48, 4, 1, 0), *up(48, 24, 8, 4, 2), nn.ConvTranspose2d(24, 3, 8, 4, 2), nn.Tanh())


def activation_first() -> nn.Module:
    layers: list[nn.Module] = []
    for a, b, k, s, p in ((100, 48, 4, 1, 0), (48, 24, 4, 2, 1), (24, 12, 4, 2, 1)):
        layers += [nn.ConvTranspose2d(a, b, k, s, p), nn.LeakyReLU(0.2), nn.BatchNorm2d(b)]
    return Wrapped("gen", *layers, nn.ConvTranspose2d(12, 3, 4, 2, 1), nn.Tanh())


def upsampled(mode: str, k: int, act: nn.Module) -> nn.Module:
    layers: list[nn.Module] = [nn.Linear(100, 32 * 16), nn.Unflatten(1, (32, 4, 4)), nn.BatchNorm2d(32), act]
    for a, b in ((32, 24), (24, 16), (16, 12)):
        layers += [nn.Upsample(scale_factor=2, mode=mode), nn.Conv2d(a, b, k, 1, k // 2), nn.BatchNorm2d(b), act]
    return Wrapped("model", *layers, nn.Conv2d(12, 3, k, 1, k // 2), nn.Tanh())


def normed(norm: object) -> nn.Module:
    kernels = [nn.ConvTranspose2d(100, 48, 4, 1, 0), nn.ConvTranspose2d(48, 24, 4, 2, 1), nn.ConvTranspose2d(24, 12, 4, 2, 1)]
    layers: list[nn.Module] = []
    for kernel, width in zip(kernels, (48, 24, 12), strict=True):
        layers += [norm(kernel), nn.BatchNorm2d(width), nn.ReLU()]  # type: ignore[operator]
    return Wrapped("main", *layers, norm(nn.ConvTranspose2d(12, 3, 4, 2, 1)), nn.Tanh())  # type: ignore[operator]


def last_conv(channels: int = 3) -> nn.Module:
    return Wrapped(
        "model",
        *up(128, 48, 4, 1, 0),
        *up(48, 24, 4, 2, 1),
        *up(24, 16, 4, 2, 1),
        *up(16, 12, 4, 2, 1),
        nn.ConvTranspose2d(12, channels, 3, 1, 1),
        nn.Tanh(),
    )


def bordered(mode: str, normed: bool = True) -> nn.Module:
    """Upsampling, and convolutions behind a layer that pads by reflection or repetition."""
    pad = {"reflect": nn.ReflectionPad2d, "replicate": nn.ReplicationPad2d}[mode]
    layers: list[nn.Module] = [nn.Linear(100, 32 * 16), nn.Unflatten(1, (32, 4, 4)), *[nn.BatchNorm2d(32)] * normed, nn.ReLU()]
    for a, b in ((32, 24), (24, 16), (16, 12)):
        layers += [nn.Upsample(scale_factor=2), pad(1), nn.Conv2d(a, b, 3), *[nn.BatchNorm2d(b)] * normed, nn.ReLU()]
    return Wrapped("model", *layers, pad(1), nn.Conv2d(12, 3, 3), nn.Tanh())


def own_borders() -> nn.Module:
    """Convolutions that reflect by themselves, without norms."""
    layers: list[nn.Module] = [nn.Linear(100, 32 * 16), nn.Unflatten(1, (32, 4, 4)), nn.ReLU()]
    for a, b in ((32, 24), (24, 16)):
        layers += [nn.Upsample(scale_factor=2), nn.Conv2d(a, b, 3, 1, 1, padding_mode="reflect"), nn.ReLU()]
    return Wrapped("model", *layers, nn.Conv2d(16, 3, 3, 1, 1, padding_mode="reflect"), nn.Tanh())


class PixelNorm(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x / torch.sqrt((x**2).mean(dim=1, keepdim=True) + 1e-8)


def normed_alone(norm: Callable[[int], nn.Module], act: nn.Module, behind: bool = False) -> nn.Module:
    """A norm of every picture by itself behind each hidden convolution, or behind its activation."""
    layers: list[nn.Module] = []
    for a, b, k, s, p in ((64, 32, 4, 1, 0), (32, 16, 4, 2, 1), (16, 8, 4, 2, 1)):
        layers += [nn.ConvTranspose2d(a, b, k, s, p), *([act, norm(b)] if behind else [norm(b), act])]
    return Wrapped("main", *layers, nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Tanh())


def beside_batch_norms() -> nn.Module:
    """An instance norm with weights behind the last hidden convolution, a batch norm behind the others."""
    layers = [*up(64, 32, 4, 1, 0), *up(32, 16, 4, 2, 1), nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.InstanceNorm2d(8, affine=True), nn.ReLU()]
    return Wrapped("main", *layers, nn.ConvTranspose2d(8, 3, 4, 2, 1), nn.Tanh())


class GroupNormed(nn.Module):
    """Named so that the file tells what its norms are."""

    def __init__(self) -> None:
        super().__init__()
        self.up1, self.gn1 = nn.ConvTranspose2d(64, 32, 4, 1, 0), nn.GroupNorm(8, 32)
        self.up2, self.gn2 = nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.GroupNorm(8, 16)
        self.up3 = nn.ConvTranspose2d(16, 3, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.gn2(self.up2(torch.relu(self.gn1(self.up1(x))))))
        return torch.tanh(self.up3(x))


def without_biases() -> nn.Module:
    """No norms either, though where only the last convolution has a bias some are likely."""
    kernels = [nn.ConvTranspose2d(64, 32, 4, 1, 0, bias=False), nn.ConvTranspose2d(32, 16, 4, 2, 1, bias=False)]
    return Wrapped("net", *[each for kernel in kernels for each in (kernel, nn.ReLU())], nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh())


class Cut(nn.Module):
    """8x8 pixels cut to 7x7 between two layers, for 28 in the end; each kernel is (size, stride, padding)."""

    def __init__(self, *kernels: tuple[int, int, int]) -> None:
        super().__init__()
        self.block1 = nn.Sequential(*up(64, 32, 4, 1, 0))
        self.block2 = nn.Sequential(*up(32, 16, *kernels[0]))
        self.block3 = nn.Sequential(*up(16, 8, *kernels[1]))
        self.last = nn.ConvTranspose2d(8, 1, *kernels[2])

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.last(self.block3(self.block2(self.block1(x))[:, :, :7, :7])))


def normed_picture() -> nn.Module:
    """Data-free distillation's generator: a norm without weights behind the tanh."""
    layers: list[nn.Module] = [nn.Linear(100, 32 * 64), nn.Unflatten(1, (32, 8, 8)), nn.BatchNorm2d(32)]
    layers += [nn.Upsample(scale_factor=2), nn.Conv2d(32, 24, 3, 1, 1), nn.BatchNorm2d(24, 0.8), nn.LeakyReLU(0.2)]
    layers += [nn.Upsample(scale_factor=2), nn.Conv2d(24, 16, 3, 1, 1), nn.BatchNorm2d(16, 0.8), nn.LeakyReLU(0.2)]
    return Wrapped("model", *layers, nn.Conv2d(16, 3, 3, 1, 1), nn.Tanh(), nn.BatchNorm2d(3, affine=False))


GALLERY: dict[str, Author] = {
    "tutorial": Author(tutorial, 100, (64, 64)),
    "tutorial grey 28": Author(lambda: tutorial(channels=1, last=(1, 1, 2)), 100, (28, 28)),
    "tutorial colour 32": Author(lambda: tutorial(last=(1, 1, 0)), 100, (32, 32)),
    "tutorial 128": Author(lambda: tutorial(doublings=5, w=6), 100, (128, 128)),
    "tutorial 32, z 64": Author(lambda: tutorial(z=64, doublings=3, name="gen"), 64, (32, 32)),
    "tutorial RGBA": Author(lambda: tutorial(channels=4, name="layers"), 100, (64, 64)),
    "uniform": Author(tutorial, 100, (64, 64), "uniform"),
    "punks": Author(punks, 100, (24, 24)),
    "anime 96": Author(anime96, 100, (96, 96)),
    "linden 32": Author(Linden, 100, (32, 32), call=plain),
    "linden RGB 64": Author(lambda: Linden(channels=3, size=64, w=16), 100, (64, 64), call=plain),
    "course": Author(Course, 100, (32, 32), "uniform", call=plain),
    "numbered": Author(Numbered, 100, (64, 64)),
    "numbered apart": Author(lambda: Numbered(apart=True), 100, (64, 64)),
    "nested": Author(Nested, 100, (64, 64)),
    "blocks": Author(Blocks, 100, (32, 32), call=plain),
    "linear 28, k4": Author(lambda: LinearFirst([(4, 2, 1), (4, 2, 1)]), 100, (28, 28), call=plain),
    "linear 28, k5": Author(lambda: LinearFirst([(5, 1, 2), (5, 2, 2, 1), (5, 2, 2, 1)], slope=0.3), 100, (28, 28), call=plain),
    "linear 32, k3": Author(lambda: LinearFirst([(3, 2, 1, 1)] * 3, start=4, channels=3), 100, (32, 32), call=plain),
    "linear 48": Author(lambda: sized((6, 6)), 64, (48, 48), call=plain),
    "coursera": Author(Coursera, 64, (28, 28)),
    "no norms": Author(lambda: without_norms(nn.ReLU(), nn.Tanh()), 64, (32, 32)),
    "instance norm beside batch norms": Author(beside_batch_norms, 64, (32, 32)),
    "group norms by name": Author(GroupNormed, 64, (16, 16)),
    "small kernels": Author(small_kernels, 100, (32, 32)),
    "gelu": Author(lambda: smooth(nn.GELU()), 100, (32, 32)),
    "silu": Author(lambda: smooth(nn.SiLU()), 100, (32, 32)),
    "mish": Author(lambda: smooth(nn.Mish()), 100, (32, 32)),
    "k8, s4": Author(wide_kernels, 100, (64, 64)),
    "activation first": Author(activation_first, 100, (32, 32)),
    "nearest": Author(lambda: upsampled("nearest", 3, nn.ReLU()), 100, (32, 32), call=plain),
    "nearest, k5, leaky": Author(lambda: upsampled("nearest", 5, nn.LeakyReLU(0.2)), 100, (32, 32), call=plain),
    "bilinear": Author(lambda: upsampled("bilinear", 3, nn.ReLU()), 100, (32, 32), call=plain),
    "reflected": Author(lambda: bordered("reflect"), 100, (32, 32), call=plain),
    "normed picture": Author(normed_picture, 100, (32, 32), call=plain),
    "spectral norm": Author(lambda: normed(spectral_norm), 100, (32, 32)),
    "weight norm": Author(lambda: normed(weight_norm), 100, (32, 32)),
    "last 3x3": Author(last_conv, 128, (32, 32)),
    "embedding behind": Author(lambda: Conditional("behind"), 100, (28, 28), classes=10, call=labelled),
    "embedding before": Author(lambda: Conditional("before"), 100, (28, 28), classes=10, call=labelled),
    "embedding multiplied": Author(lambda: Conditional("multiplied"), 100, (28, 28), classes=10, call=labelled),
    "one-hot": Author(lambda: Conditional("one-hot"), 100, (28, 28), classes=10, call=labelled),
}

HINTED: dict[str, tuple[Author, tuple[str, ...]]] = {
    "sigmoid": (Author(lambda: without_norms(nn.ReLU(), nn.Sigmoid()), 64, (32, 32)), ("output=sigmoid",)),
    "no norms, leaky": (Author(lambda: without_norms(nn.LeakyReLU(0.2), nn.Tanh()), 64, (32, 32)), ("activations=leaky_relu:0.2",)),
    "reflected, no norms": (
        Author(lambda: bordered("reflect", normed=False), 100, (32, 32), call=plain),
        ("padding_mode=reflect",),
    ),
    "reflected by themselves": (Author(own_borders, 100, (16, 16), call=plain), ("padding_mode=reflect",)),
    "repeated, no norms": (
        Author(lambda: bordered("replicate", normed=False), 100, (32, 32), call=plain),
        ("padding_mode=replicate",),
    ),
    "instance norms": (Author(lambda: normed_alone(nn.InstanceNorm2d, nn.ReLU()), 64, (32, 32)), ("norm=instance",)),
    "instance norms with weights": (
        Author(lambda: normed_alone(lambda n: nn.InstanceNorm2d(n, affine=True), nn.ReLU()), 64, (32, 32)),
        ("norm=instance",),
    ),
    "group norms": (Author(lambda: normed_alone(lambda n: nn.GroupNorm(4, n), nn.ReLU()), 64, (32, 32)), ("norm=group:4",)),
    "pixel norms": (
        Author(lambda: normed_alone(lambda n: PixelNorm(), nn.LeakyReLU(0.2), behind=True), 64, (32, 32)),
        ("norm=pixel", "activations=leaky_relu:0.2"),
    ),
    "no norms, a bias at the end": (Author(without_biases, 64, (16, 16)), ("norms=none",)),
    "cut to 7": (Author(lambda: Cut(*[(4, 2, 1)] * 3), 64, (28, 28)), ("image_size=28",)),
    "cut to 7, as an output padding": (Author(lambda: Cut(*[(4, 2, 1)] * 3), 64, (28, 28)), ("output_paddings=?,-1",)),
    "cut to 7, no strides": (Author(lambda: Cut((5, 1, 0), (5, 1, 0), (8, 2, 0)), 64, (28, 28)), ("image_size=28",)),
    "oblong": (Author(lambda: sized((3, 5)), 64, (40, 24), call=plain), ("image_size=40x24",)),
}
