"""The paper's rules, followed or broken: changes of a preset's layers, one function for each, from NetworkSpec to NetworkSpec.

What is "hidden" has a layer with weights behind it; a network's end and its join of labels stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

from dcgan.config import Downsampling, HiddenActivation, Norms, Output, Recipe, Upsampling
from dcgan.errors import ConfigError
from dcgan.networks.layers import (
    Activation,
    AvgPool,
    BatchNorm,
    Conv,
    ConvTranspose,
    Flatten,
    JoinLabel,
    Layer,
    Linear,
    MaxPool,
    Resize,
)
from dcgan.networks.spec import NetworkSpec

WEIGHTED = (Linear, Conv, ConvTranspose)
LEAK = 0.2  # slope of leaky_relu where a network had another activation (Radford et al. 2015, section 4)


@dataclass(frozen=True)
class Variant:
    """What of a preset's network is changed; the defaults change nothing. See the fields of `config.Recipe`."""

    activation: HiddenActivation | None = None
    output: Output | None = None  # G's
    upsampling: Upsampling | None = None
    downsampling: Downsampling | None = None
    batch_norm: Norms | None = None
    hidden_dense: int = 0
    biases: bool | None = None


def generator_variant(recipe: Recipe) -> Variant:
    """Return what a recipe changes of its preset's generator."""
    norms, dense, biases = recipe.batch_norm, recipe.hidden_dense, recipe.biases
    return Variant(recipe.activation_g, recipe.output, recipe.upsampling, None, norms, dense, biases)


def discriminator_variant(recipe: Recipe) -> Variant:
    """Return what a recipe changes of its preset's discriminator."""
    norms, dense, biases = recipe.batch_norm, recipe.hidden_dense, recipe.biases
    return Variant(recipe.activation_d, None, None, recipe.downsampling, norms, dense, biases)


def changed_generator(spec: NetworkSpec, variant: Variant) -> NetworkSpec:
    """Return a generator with a variant's changes; a ConfigError where one cannot be."""
    layers = list(spec.layers)
    if variant.upsampling == "resize":
        layers = _resized(layers)
    elif variant.upsampling == "transposed" and any(isinstance(layer, Resize) for layer in layers):
        layers = _transposed(layers)
    if variant.hidden_dense:
        layers = _dense_after_z(spec, layers, variant.hidden_dense)
    if variant.output is not None:
        layers[-1] = Activation(variant.output)
    return NetworkSpec(spec.input_shape, tuple(_finished(spec, layers, variant, end=1)))


def changed_discriminator(spec: NetworkSpec, variant: Variant) -> NetworkSpec:
    """Return a discriminator with a variant's changes; a ConfigError where one cannot be."""
    layers = list(spec.layers)
    if variant.downsampling == "pool":
        layers = _pooled(layers)
    if variant.hidden_dense:
        layers = _dense_before_end(spec, layers, variant.hidden_dense)
    layers = _finished(spec, layers, variant, end=0)
    if any(getattr(layer, "spectral_norm", False) for layer in spec.layers):
        layers = [replace(layer, spectral_norm=True) if isinstance(layer, Conv | Linear) else layer for layer in layers]
    return NetworkSpec(spec.input_shape, tuple(layers))


def _finished(spec: NetworkSpec, layers: list[Layer], variant: Variant, end: int) -> list[Layer]:
    """Apply what is changed alike in both networks; `end` layers at the end are no hidden activation."""
    if variant.batch_norm is not None:
        layers = _normed(layers, variant.batch_norm, spec.input_shape, in_generator=bool(end))
    if variant.biases is not None:
        layers = [replace(layer, bias=variant.biases) if isinstance(layer, WEIGHTED) else layer for layer in layers]
    if variant.activation is not None:
        inner = layers[: len(layers) - end]
        layers = [_activated(layer, variant.activation) for layer in inner] + layers[len(inner) :]
    return layers


def _activated(layer: Layer, kind: HiddenActivation) -> Layer:
    if not isinstance(layer, Activation) or layer.kind == kind:
        return layer
    return Activation(kind, slope=LEAK if kind == "leaky_relu" else None)


def _resized(layers: list[Layer]) -> list[Layer]:
    """Replace each transposed convolution that doubles by doubled pixels and an odd convolution (Odena et al. 2016)."""
    found: list[Layer] = []
    for layer in layers:
        if isinstance(layer, ConvTranspose) and layer.stride == (2, 2):
            side = layer.kernel[0] // 2 * 2 - 1 if layer.kernel[0] % 2 == 0 else layer.kernel[0]
            found += [Resize(), Conv(layer.in_channels, layer.out_channels, (side, side), padding=_around(side), bias=layer.bias)]
        else:
            found.append(layer)
    return found


def _transposed(layers: list[Layer]) -> list[Layer]:
    """Replace doubled pixels and the convolution behind them by one transposed convolution of 4x4."""
    found: list[Layer] = []
    for layer in layers:
        if found and isinstance(found[-1], Resize) and isinstance(layer, Conv):
            found[-1] = ConvTranspose(layer.in_channels, layer.out_channels, (4, 4), (2, 2), (1, 1, 1, 1), bias=layer.bias)
        else:
            found.append(layer)
    return found


def _pooled(layers: list[Layer]) -> list[Layer]:
    """Replace each stride of 2 by a convolution that keeps the size and, behind its activation, the largest of 2x2 pixels."""
    found: list[Layer] = []
    due = False
    for layer in layers:
        if due and not isinstance(layer, BatchNorm | Activation):
            found.append(MaxPool())
            due = False
        if isinstance(layer, Conv) and layer.stride == (2, 2):
            side = layer.kernel[0] // 2 * 2 - 1 if layer.kernel[0] % 2 == 0 else layer.kernel[0]
            layer, due = replace(layer, kernel=(side, side), stride=(1, 1), padding=_around(side)), True
        found.append(layer)
    if not any(isinstance(layer, MaxPool | AvgPool) for layer in found):
        raise ConfigError("downsampling=pool needs a discriminator with strided convolutions, and this one has none; leave it away")
    return found


def _around(side: int) -> tuple[int, int, int, int]:
    return (side // 2, side // 2, side // 2, side // 2)


def _dense_after_z(spec: NetworkSpec, layers: list[Layer], count: int) -> list[Layer]:
    """Put `count` fully connected layers, as wide as z and its label, behind them."""
    joined = [layer for layer in layers[:1] if isinstance(layer, JoinLabel)]
    width = prod(spec.input_shape) + spec.classes
    block: list[Layer] = [Linear(width, width, bias=False), BatchNorm(width), Activation("relu")]
    return [*joined, *block * count, *layers[len(joined) :]]


def _dense_before_end(spec: NetworkSpec, layers: list[Layer], count: int) -> list[Layer]:
    """Put `count` fully connected layers, as wide as the last features have channels, before D's one number."""
    end = max(index for index, layer in enumerate(layers) if isinstance(layer, WEIGHTED))
    before = NetworkSpec(spec.input_shape, tuple(layers[:end]))
    width, flat = before.output_shape[0], prod(before.output_shape)
    if len(before.output_shape) == 1:
        width = max(1, width // 2)
    flatten: list[Layer] = [Flatten()] if len(before.output_shape) == 3 else []
    block: list[Layer] = []
    for taken in (flat, *[width] * (count - 1)):
        block += [Linear(taken, width, bias=False), BatchNorm(width), Activation("leaky_relu", slope=LEAK)]
    return [*layers[:end], *flatten, *block, Linear(width, 1)]


def _normed(layers: list[Layer], where: Norms, input_shape: tuple[int, ...], in_generator: bool) -> list[Layer]:
    """Return the layers with batch norm at no weights, at those the paper names, or at all."""
    style = next((layer for layer in layers if isinstance(layer, BatchNorm)), None)
    plain: Sequence[Layer] = [layer for layer in layers if not isinstance(layer, BatchNorm)]
    if where == "none":
        return [replace(layer, bias=True) if isinstance(layer, WEIGHTED) else layer for layer in plain]
    weighted = [index for index, layer in enumerate(plain) if isinstance(layer, WEIGHTED)]
    # The paper leaves G's output and D's input without (section 3); D's one number stays, normalised it would say nothing.
    output, first = weighted[-1:], weighted[:1]
    bare = {*(output if in_generator else first)} if where == "paper" else set()
    bare |= set() if in_generator else {*output}
    return list(_with_norms(plain, input_shape, set(weighted) - bare, style))


def _with_norms(layers: Sequence[Layer], shape: tuple[int, ...], normed: set[int], style: BatchNorm | None) -> Iterator[Layer]:
    for index, layer in enumerate(layers):
        shape = layer.out_shape(shape)
        yield replace(layer, bias=False) if index in normed and isinstance(layer, WEIGHTED) else layer
        if index in normed:
            yield replace(style, channels=shape[0]) if style is not None else BatchNorm(shape[0])
