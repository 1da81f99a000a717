"""The named networks.

`dcgan` is the network of the PyTorch tutorial, for every power-of-two size: 4x4 kernels, the first layer a transposed convolution.
`paper` is figure 1 of Radford et al. 2015: 5x5 kernels, z projected and reshaped.
`tensorflow-tutorial` is the network of TensorFlow's DCGAN tutorial, 28x28, with Keras's defaults; there base_channels is 64. It starts
from the same weights as the others, N(0, 0.02), where Keras has Glorot's uniform ones (deviations of 0.013 to 0.035 in these layers).
`upsample-conv` doubles pixels and convolves, as many implementations do (`recipes.RECIPES` says where it comes from); there base_channels
is 64. `dense` has no convolution at all, as the networks of Goodfellow et al. 2014.

With labels, G gets them one-hot behind z, and D by a learned plane behind the picture's channels: after 600 steps of fashion-mnist-10k
(16 px, width 16, two seeds) a logistic regression, right on 83 % of n = 2,000 real pictures, found the asked class in 86 and 88 % of
n = 1,000 samples; with one-hot planes in D it was 74 and 75 %, at the same seconds a step.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import log2, prod

from dcgan.config import IMAGE_SIZES, Preset
from dcgan.errors import ConfigError
from dcgan.networks.layers import Activation, Conv, ConvTranspose, Dropout, Flatten, JoinLabel, Layer, Linear, Reshape, Resize
from dcgan.networks.norms import BatchNorm
from dcgan.networks.spec import NetworkSpec

FOUR = {"kernel": (4, 4), "stride": (2, 2), "padding": (1, 1, 1, 1)}  # exactly doubles or halves
FIVE_UP = {"kernel": (5, 5), "stride": (2, 2), "padding": (2, 1, 2, 1)}
FIVE_DOWN = {"kernel": (5, 5), "stride": (2, 2), "padding": (2, 2, 2, 2)}
FIVE_SAME = {"kernel": (5, 5), "stride": (2, 2), "padding": (1, 2, 1, 2)}  # TensorFlow's "same", up and down
LEAKY = Activation("leaky_relu", slope=0.2)
KERAS_LEAKY = Activation("leaky_relu", slope=0.3)
THREE = {"kernel": (3, 3), "padding": (1, 1, 1, 1)}
TENSORFLOW_SIZE = 28
QUARTERED = ("upsample-conv", "dense")  # networks for every size that 4 divides
HIDDEN_G, HIDDEN_D = 32, 16  # features of `dense`'s hidden layers by base_channels: 1,024 and 512 at width 32
DROPPED = 0.25  # by upsample-conv's D


def generator(preset: Preset, image_size: int, image_channels: int, base_channels: int, z_dim: int, classes: int = 0) -> NetworkSpec:
    """Return the generator: z (z_dim,), and a label where there are classes -> x in [-1, 1] (image_channels, image_size, image_size)."""
    _check_size(preset, image_size)
    inputs = z_dim + classes
    join: list[Layer] = [JoinLabel(classes)] if classes else []
    if preset == "tensorflow-tutorial":
        return NetworkSpec((z_dim,), (*join, *_tensorflow_generator(inputs, image_channels, base_channels)))
    if preset == "upsample-conv":
        return NetworkSpec((z_dim,), (*join, *_upsampling_generator(inputs, image_size // 4, image_channels, base_channels)))
    if preset == "dense":
        return NetworkSpec((z_dim,), (*join, *_dense_generator(inputs, (image_channels, image_size, image_size), base_channels)))
    widths = _widths(image_size, base_channels)
    top = widths[0]
    if preset == "dcgan":
        first: list[Layer] = [Reshape((inputs, 1, 1)), ConvTranspose(inputs, top, (4, 4), bias=False)]
        options = FOUR
    else:
        first = [Linear(inputs, top * 16, bias=False), Reshape((top, 4, 4))]
        options = FIVE_UP
    layers = [*join, *first, BatchNorm(top), Activation("relu")]
    for before, after in pairwise(widths):
        layers += [ConvTranspose(before, after, **options, bias=False), BatchNorm(after), Activation("relu")]  # type: ignore[arg-type]
    layers += [ConvTranspose(widths[-1], image_channels, **options, bias=False), Activation("tanh")]  # type: ignore[arg-type]
    return NetworkSpec((z_dim,), tuple(layers))


def discriminator(
    preset: Preset, image_size: int, image_channels: int, base_channels: int, classes: int = 0, spectral_norm: bool = False
) -> NetworkSpec:
    """Return the discriminator: x, and a label where there are classes -> one unbounded logit (1,), above 0 for "real"."""
    _check_size(preset, image_size)
    planes = image_channels + bool(classes)
    layers: list[Layer] = [JoinLabel(classes, embedding=(1, image_size, image_size))] if classes else []
    if preset == "tensorflow-tutorial":
        layers += _tensorflow_discriminator(planes, base_channels)
    elif preset == "upsample-conv":
        layers += _dropout_discriminator(planes, image_size, base_channels)
    elif preset == "dense":
        layers += _dense_discriminator(planes * image_size**2, base_channels)
    else:
        widths = _widths(image_size, base_channels)[::-1]
        options = FOUR if preset == "dcgan" else FIVE_DOWN
        layers += [Conv(planes, widths[0], **options, bias=False), LEAKY]  # type: ignore[arg-type]
        for before, after in pairwise(widths):
            layers += [Conv(before, after, **options, bias=False), BatchNorm(after), LEAKY]  # type: ignore[arg-type]
        end = [Conv(widths[-1], 1, (4, 4), bias=False), Flatten()] if preset == "dcgan" else [Flatten(), Linear(widths[-1] * 16, 1)]
        layers += end
    if spectral_norm:
        layers = [replace(layer, spectral_norm=True) if isinstance(layer, Conv | Linear) else layer for layer in layers]
    return NetworkSpec((image_channels, image_size, image_size), tuple(layers))


def _tensorflow_generator(inputs: int, image_channels: int, base_channels: int) -> list[Layer]:
    top, middle = base_channels * 4, base_channels * 2
    return [
        Linear(inputs, 7 * 7 * top, bias=False),
        _keras_norm(7 * 7 * top),
        KERAS_LEAKY,
        Reshape((top, 7, 7)),
        ConvTranspose(top, middle, (5, 5), padding=(2, 2, 2, 2), bias=False),
        _keras_norm(middle),
        KERAS_LEAKY,
        ConvTranspose(middle, base_channels, **FIVE_SAME, bias=False),  # type: ignore[arg-type]
        _keras_norm(base_channels),
        KERAS_LEAKY,
        ConvTranspose(base_channels, image_channels, **FIVE_SAME, bias=False),  # type: ignore[arg-type]
        Activation("tanh"),
    ]


def _tensorflow_discriminator(planes: int, base_channels: int) -> list[Layer]:
    middle = base_channels * 2
    return [
        Conv(planes, base_channels, **FIVE_SAME),  # type: ignore[arg-type]
        KERAS_LEAKY,
        Dropout(0.3),
        Conv(base_channels, middle, **FIVE_SAME),  # type: ignore[arg-type]
        KERAS_LEAKY,
        Dropout(0.3),
        Flatten(),
        Linear(middle * 7 * 7, 1),
    ]


def _upsampling_generator(inputs: int, side: int, image_channels: int, base_channels: int) -> list[Layer]:
    """Return z projected to a quarter of the size, then twice doubled and convolved."""
    top = 2 * base_channels
    layers: list[Layer] = [Linear(inputs, top * side * side), Reshape((top, side, side)), BatchNorm(top)]
    for before, after in ((top, top), (top, base_channels)):
        layers += [Resize(), Conv(before, after, **THREE), BatchNorm(after), LEAKY]  # type: ignore[arg-type]
    return [*layers, Conv(base_channels, image_channels, **THREE), Activation("tanh")]  # type: ignore[arg-type]


def _dropout_discriminator(planes: int, image_size: int, base_channels: int) -> list[Layer]:
    """Return four halvings with dropout, each twice as wide as the one before, and a linear end."""
    widths = [max(1, base_channels * power // 4) for power in (1, 2, 4, 8)]
    layers: list[Layer] = []
    side = image_size
    for index, (before, after) in enumerate(pairwise((planes, *widths))):
        layers += [Conv(before, after, stride=(2, 2), **THREE), *([BatchNorm(after)] if index else []), LEAKY, Dropout(DROPPED)]  # type: ignore[arg-type]
        side = (side + 1) // 2
    return [*layers, Flatten(), Linear(widths[-1] * side * side, 1)]


def _dense_generator(inputs: int, shape: tuple[int, int, int], base_channels: int) -> list[Layer]:
    width, relu = HIDDEN_G * base_channels, Activation("relu")
    hidden: list[Layer] = [Linear(inputs, width), relu, Linear(width, width), relu]
    return [*hidden, Linear(width, prod(shape)), Reshape(shape), Activation("tanh")]


def _dense_discriminator(inputs: int, base_channels: int) -> list[Layer]:
    width = HIDDEN_D * base_channels
    return [Flatten(), Linear(inputs, width), LEAKY, Linear(width, width), LEAKY, Linear(width, 1)]


def _keras_norm(channels: int) -> BatchNorm:
    """Return Keras's batch norm; its momentum of 0.99 is torch's 0.01."""
    return BatchNorm(channels, eps=1e-3, momentum=0.01)


def _widths(image_size: int, base_channels: int) -> list[int]:
    """Return the channels from 4x4 on: halved at each doubling, `base_channels` before the picture."""
    doublings = int(log2(image_size // 4))
    return [base_channels * 2**power for power in range(doublings - 1, -1, -1)]


def _check_size(preset: Preset, image_size: int) -> None:
    own = preset == "tensorflow-tutorial"
    sizes = [size for size in IMAGE_SIZES if preset in QUARTERED or (size == TENSORFLOW_SIZE) == own]
    if image_size not in sizes:
        raise ConfigError(f"image_size is one of {', '.join(map(str, sizes))} with the network {preset}, found {image_size}")
