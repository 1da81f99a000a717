"""Records that are made of layers, and walks through all layers, those within blocks too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, TypeVar

from dcgan.errors import ConfigError
from dcgan.networks.layers import JoinLabel, Layer, MultiplyLabel, Shape, picture_of

MAX_VALUES = 1 << 28  # numbers in one layer's output or in all tensors of a network

Layers = tuple[Layer, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Residual(Layer):
    """The sum of two ways through layers (He et al. 2016); a shortcut without layers is the identity.

    Its tensors are named `body.<index>.<parameter>` and `shortcut.<index>.<parameter>`.
    """

    type: ClassVar[str] = "residual"
    body: Layers
    shortcut: Layers = ()

    def __post_init__(self) -> None:
        for layer in (*self.body, *self.shortcut):
            if isinstance(layer, Residual | JoinLabel | MultiplyLabel):
                raise ConfigError(f"residual holds no {layer.type}, found one among its layers")

    @property
    def ways(self) -> dict[str, Layers]:
        return {"body": self.body, "shortcut": self.shortcut}

    def out_shape(self, shape: Shape) -> Shape:
        ends = {way: (shape, *self.shapes(way, shape))[-1] for way in self.ways}
        if ends["body"] != ends["shortcut"]:
            raise ConfigError(
                f"residual adds what is of one shape, found {ends['body']} of its body and {ends['shortcut']} of its shortcut"
            )
        return ends["body"]

    def shapes(self, way: str, shape: Shape) -> tuple[Shape, ...]:
        """Return the output shape of each of a way's layers."""
        try:
            return shapes_of(self.ways[way], shape)
        except ConfigError as error:
            raise ConfigError(f"{way}, {error}") from None

    def tensors(self) -> dict[str, Shape]:
        return {f"{way}.{name}": shape for way, layers in self.ways.items() for name, shape in tensors_of(layers).items()}

    def multiply_adds(self, shape: Shape) -> int:
        return sum(multiply_adds_of(layers, shape) for layers in self.ways.values())

    def to_json(self) -> dict[str, Any]:
        return {"type": self.type, **{way: [layer.to_json() for layer in layers] for way, layers in self.ways.items()}}


@dataclass(frozen=True)
class SelfAttention(Layer):
    """A picture and gamma times what each of its places takes from all places, by the softmax of queries times keys (Zhang et al. 2019).

    `inner` are the channels of queries and keys, `values` those of what is taken; with `output` a last matrix makes `channels` of them,
    else they are as many. `pooled` keys and values are the largest of 2x2 places each.
    """

    type: ClassVar[str] = "self_attention"
    channels: int
    inner: int
    values: int
    bias: bool = True
    output: bool = False
    pooled: bool = False

    def __post_init__(self) -> None:
        if not self.output and self.values != self.channels:
            raise ConfigError(f"self_attention without an output has as many values as channels, found {self.values} and {self.channels}")

    def out_shape(self, shape: Shape) -> Shape:
        picture_of(self, shape, self.channels)
        places, taken = self._places(shape)
        if taken < 1 or places * taken > MAX_VALUES:
            raise ConfigError(f"self_attention cannot compare the places of a picture of {shape[1]}x{shape[2]}")
        return shape

    def _places(self, shape: Shape) -> tuple[int, int]:
        """Count the places that take, and those that they take from."""
        _, height, width = shape
        return height * width, (height // 2) * (width // 2) if self.pooled else height * width

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """The (outputs, inputs) of each matrix."""
        found = {"query": (self.inner, self.channels), "key": (self.inner, self.channels), "value": (self.values, self.channels)}
        return found | ({"output": (self.channels, self.values)} if self.output else {})

    def tensors(self) -> dict[str, Shape]:
        found: dict[str, Shape] = {}
        for name, shape in self.matrices.items():
            found |= {f"{name}.weight": shape, **({f"{name}.bias": shape[:1]} if self.bias else {})}
        return {**found, "gamma": (1,)}

    def multiply_adds(self, shape: Shape) -> int:
        places, taken = self._places(shape)
        return places * (sum(map(prod, self.matrices.values())) + taken * (self.inner + self.values))


def shapes_of(layers: Iterable[Layer], shape: Shape) -> tuple[Shape, ...]:
    """Return the output shape of every layer, or raise a ConfigError, which counts layers from 0, where one does not fit."""
    shapes = []
    for index, layer in enumerate(layers):
        try:
            shape = layer.out_shape(shape)
        except ConfigError as error:
            raise ConfigError(f"layer {index}: {error}") from None
        shapes.append(shape)
    if max(map(prod, shapes), default=0) > MAX_VALUES:
        raise ConfigError(f"the network is too large: more than {MAX_VALUES:,} numbers in a layer or in all")
    return tuple(shapes)


def tensors_of(layers: Iterable[Layer]) -> dict[str, Shape]:
    """Return every tensor's name, `<index>.<parameter>`, and shape."""
    return {f"{index}.{name}": shape for index, layer in enumerate(layers) for name, shape in layer.tensors().items()}


def multiply_adds_of(layers: Layers, shape: Shape) -> int:
    """Count the multiplications for one example of `shape`, convolutions and linear layers only."""
    before = (shape, *shapes_of(layers, shape))
    return sum(layer.multiply_adds(taken) for layer, taken in zip(layers, before, strict=False))


def every(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield every layer, a block before those within it."""
    for layer in layers:
        yield layer
        if isinstance(layer, Residual):
            for way in layer.ways.values():
                yield from every(way)


def changed(layers: Iterable[Layer], change: Callable[[Layer], Layer]) -> Layers:
    """Return the layers as `change` returns each, those within blocks too."""
    return tuple(
        replace(layer, **{way: changed(own, change) for way, own in layer.ways.items()}) if isinstance(layer, Residual) else change(layer)
        for layer in layers
    )


def within(tensors: Mapping[str, T], prefix: str | int) -> dict[str, T]:
    """Return what is named `<prefix>.<name>` by its name."""
    return {name.partition(".")[2]: tensor for name, tensor in tensors.items() if name.partition(".")[0] == str(prefix)}


def owner(layers: Layers, name: str) -> tuple[Layer, str]:
    """Return the layer that has the tensor of this name in a network, and which of its parameters it is."""
    index, _, rest = name.partition(".")
    layer = layers[int(index)]
    if not isinstance(layer, Residual):
        return layer, rest
    way, _, rest = rest.partition(".")
    return owner(layer.ways[way], rest)
