"""The paper's rules, followed or broken: changes of a preset's layers, one function for each, from NetworkSpec to NetworkSpec.

What is "hidden" has a layer with weights behind it; a network's end and its join of labels stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from dcgan.config import Downsampling, HiddenActivation, Norms, Output, Recipe, Upsampling
from dcgan.errors import ConfigError
from dcgan.networks.layers import Activation, Conv, ConvTranspose, Flatten, JoinLabel, Layer, Linear, MaxPool, Resize, Shape
from dcgan.networks.norms import BatchNorm
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
    input_bias: bool = False  # D's


def generator_variant(recipe: Recipe) -> Variant:
    """Return what a recipe changes of its preset's generator."""
    up, norms = recipe.upsampling, recipe.batch_norm_g
    return Variant(recipe.activation_g, recipe.output, up, None, norms, recipe.hidden_dense, recipe.biases)


def discriminator_variant(recipe: Recipe) -> Variant:
    """Return what a recipe changes of its preset's discriminator."""
    down, norms = recipe.downsampling, recipe.batch_norm_d
    return Variant(recipe.activation_d, None, None, down, norms, recipe.hidden_dense, recipe.biases, recipe.input_bias_d)


def changed_generator(spec: NetworkSpec, variant: Variant) -> NetworkSpec:
    """Return a generator with a variant's changes; a ConfigError where one cannot be."""
    layers = list(spec.layers)
    if variant.upsampling is not None:
        if not any(isinstance(layer, ConvTranspose | Resize) for layer in layers):
            raise ConfigError("this generator has no convolutions, so upsampling cannot be chosen; leave it away")
        layers = _resized(layers) if variant.upsampling == "resize" else _transposed(layers)
    if variant.hidden_dense:
        layers = _dense_after_z(spec, layers, variant.hidden_dense)
    if variant.output is not None:
        layers[-1] = Activation(variant.output)
    return NetworkSpec(spec.input_shape, tuple(_finished(spec, layers, variant, end=1)))


def changed_discriminator(spec: NetworkSpec, variant: Variant) -> NetworkSpec:
    """Return a discriminator with a variant's changes; a ConfigError where one cannot be."""
    layers = list(spec.layers)
    if variant.downsampling is not None:
        if not any(isinstance(layer, Conv) for layer in layers):
            raise ConfigError("this discriminator has no convolutions, so downsampling cannot be chosen; leave it away")
        layers = _pooled(spec) if variant.downsampling == "pool" else layers
    if variant.hidden_dense:
        layers = _dense_before_end(spec, layers, variant.hidden_dense)
    layers = _finished(spec, layers, variant, end=0)
    if any(getattr(layer, "spectral_norm", False) for layer in spec.layers):
        layers = [replace(layer, spectral_norm=True) if isinstance(layer, Conv | Linear) else layer for layer in layers]
    changed = NetworkSpec(spec.input_shape, tuple(layers))
    return with_input_bias(changed) if variant.input_bias else changed


def with_input_bias(spec: NetworkSpec) -> NetworkSpec:
    """Return a discriminator whose first layer with weights has a bias.

    Without one, D hardly sees contrast: a convolution and leaky ReLU multiply a batch that is c times as strong by c, and the next
    batch norm divides by c again. G's contrast then drifts as soon as colours are augmented, see docs/recipes.md.
    """
    layers = list(spec.layers)
    first = next(index for index, layer in enumerate(layers) if isinstance(layer, WEIGHTED))
    layers[first] = _biased(layers[first], True)
    return NetworkSpec(spec.input_shape, tuple(layers))


def _finished(spec: NetworkSpec, layers: list[Layer], variant: Variant, end: int) -> list[Layer]:
    """Apply what is changed alike in both networks; `end` layers at the end are no hidden activation."""
    if variant.batch_norm is not None:
        layers = _normed(layers, variant.batch_norm, spec.input_shape, in_generator=bool(end))
    if variant.biases is not None:
        layers = [_biased(layer, variant.biases) for layer in layers]
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


def _pooled(spec: NetworkSpec) -> list[Layer]:
    """Replace each stride of 2 by a convolution that keeps the size and, behind its activation, the largest of 2x2 pixels."""
    found: list[Layer] = []
    due = False
    for layer, shape in zip(spec.layers, (spec.input_shape, *spec.shapes), strict=False):
        if due and not isinstance(layer, BatchNorm | Activation):
            found.append(MaxPool())
            due = False
        if isinstance(layer, Conv) and layer.stride == (2, 2):
            if shape[1] % 2:
                raise ConfigError(f"downsampling=pool halves even sides only, found one of {shape[1]} pixels; choose another image_size")
            side = layer.kernel[0] // 2 * 2 - 1 if layer.kernel[0] % 2 == 0 else layer.kernel[0]
            layer, due = replace(layer, kernel=(side, side), stride=(1, 1), padding=_around(side)), True
        found.append(layer)
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


def _normed(layers: Sequence[Layer], where: Norms, input_shape: Shape, in_generator: bool) -> list[Layer]:
    """Return the layers with batch norm at no weights, at those the paper names, or at all; what stands right already stays."""
    style = next((layer for layer in layers if isinstance(layer, BatchNorm)), BatchNorm(1))
    first = next(index for index, layer in enumerate(layers) if isinstance(layer, WEIGHTED))
    blocks = _blocks(layers[first:])
    last = len(blocks) - 1
    # The paper leaves G's output and D's input without (section 3); D's one number stays, normalised it would say nothing.
    bare = {last if in_generator else 0} if where == "paper" else set()
    bare |= set() if in_generator else {last}
    found = list(layers[:first])
    for index, block in enumerate(blocks):
        weighted, *behind = block
        has, wants = any(isinstance(layer, BatchNorm) for layer in behind), where != "none" and index not in bare
        if has and not wants:
            block = [_biased(weighted, True), *(layer for layer in behind if not isinstance(layer, BatchNorm))]
        elif wants and not has:
            channels = NetworkSpec(input_shape, (*found, weighted)).output_shape[0]
            block = [_biased(weighted, False), replace(style, channels=channels), *behind]
        found += block
    return found


def _blocks(layers: Sequence[Layer]) -> list[list[Layer]]:
    """Return the layers in pieces, each a layer with weights and what is behind it."""
    blocks: list[list[Layer]] = []
    for layer in layers:
        if isinstance(layer, WEIGHTED):
            blocks.append([])
        blocks[-1].append(layer)
    return blocks


def _biased(layer: Layer, bias: bool) -> Layer:
    return replace(layer, bias=bias) if isinstance(layer, WEIGHTED) else layer
