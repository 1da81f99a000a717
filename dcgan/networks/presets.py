"""The named networks.

`dcgan` is the network of the PyTorch tutorial, for every power-of-two size: 4x4 kernels, the first layer a transposed convolution.
`paper` is figure 1 of Radford et al. 2015: 5x5 kernels, z projected and reshaped.
"""

from __future__ import annotations

from itertools import pairwise
from math import log2

from dcgan.config import IMAGE_SIZES, Preset
from dcgan.errors import ConfigError
from dcgan.networks.layers import (
    Activation,
    BatchNorm,
    Conv,
    ConvTranspose,
    Flatten,
    Layer,
    Linear,
    Reshape,
)
from dcgan.networks.spec import NetworkSpec

FOUR = {"kernel": (4, 4), "stride": (2, 2), "padding": (1, 1, 1, 1)}  # exactly doubles or halves
FIVE_UP = {"kernel": (5, 5), "stride": (2, 2), "padding": (2, 1, 2, 1)}
FIVE_DOWN = {"kernel": (5, 5), "stride": (2, 2), "padding": (2, 2, 2, 2)}
LEAKY = Activation("leaky_relu", slope=0.2)


def generator(preset: Preset, image_size: int, image_channels: int, base_channels: int, z_dim: int) -> NetworkSpec:
    """Return the generator: z (z_dim,) -> x in [-1, 1] (image_channels, image_size, image_size)."""
    widths = _widths(image_size, base_channels)
    top = widths[0]
    if preset == "dcgan":
        first: list[Layer] = [Reshape((z_dim, 1, 1)), ConvTranspose(z_dim, top, (4, 4), bias=False)]
        options = FOUR
    else:
        first = [Linear(z_dim, top * 16, bias=False), Reshape((top, 4, 4))]
        options = FIVE_UP
    layers = [*first, BatchNorm(top), Activation("relu")]
    for before, after in pairwise(widths):
        layers += [ConvTranspose(before, after, **options, bias=False), BatchNorm(after), Activation("relu")]  # type: ignore[arg-type]
    layers += [ConvTranspose(widths[-1], image_channels, **options, bias=False), Activation("tanh")]  # type: ignore[arg-type]
    return NetworkSpec((z_dim,), tuple(layers))


def discriminator(preset: Preset, image_size: int, image_channels: int, base_channels: int) -> NetworkSpec:
    """Return the discriminator: x -> one unbounded logit (1,), above 0 for "real"."""
    widths = _widths(image_size, base_channels)[::-1]
    options = FOUR if preset == "dcgan" else FIVE_DOWN
    layers: list[Layer] = [Conv(image_channels, widths[0], **options, bias=False), LEAKY]  # type: ignore[arg-type]
    for before, after in pairwise(widths):
        layers += [Conv(before, after, **options, bias=False), BatchNorm(after), LEAKY]  # type: ignore[arg-type]
    if preset == "dcgan":
        layers += [Conv(widths[-1], 1, (4, 4), bias=False), Flatten()]
    else:
        layers += [Flatten(), Linear(widths[-1] * 16, 1)]
    return NetworkSpec((image_channels, image_size, image_size), tuple(layers))


def _widths(image_size: int, base_channels: int) -> list[int]:
    """Return the channels from 4x4 on: halved at each doubling, `base_channels` before the picture."""
    if image_size not in IMAGE_SIZES:
        raise ConfigError(f"image_size is one of {', '.join(map(str, IMAGE_SIZES))}, found {image_size}")
    doublings = int(log2(image_size // 4))
    return [base_channels * 2**power for power in range(doublings - 1, -1, -1)]
