"""NetworkSpec: the one description of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from dcgan.errors import ConfigError
from dcgan.networks.layers import Activation, JoinLabel, Layer, MultiplyLabel, Shape
from dcgan.networks.reading import layer_from_json

STATISTICS = ("running_mean", "running_var", "u")  # tensors that no optimiser changes
MAX_LAYERS = 500
MAX_VALUES = 1 << 28  # numbers in one layer's output or in all tensors


@dataclass(frozen=True)
class NetworkSpec:
    """The layers of a network and the shape of one example of its input, checked to fit each other.

    Raises
    ------
    ConfigError
        A layer does not take what the one before gives; the message counts layers from 0. Or labels of differing numbers are joined.
    """

    input_shape: Shape
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.layers) <= MAX_LAYERS:
            raise ConfigError(f"a network has 1 to {MAX_LAYERS} layers, found {len(self.layers)}")
        if len(counts := {layer.classes for layer in self.layers if isinstance(layer, JoinLabel | MultiplyLabel)}) > 1:
            raise ConfigError(f"a network joins labels of one set, found sets of {' and '.join(map(str, sorted(counts)))} classes")
        if max(prod(shape) for shape in self.shapes) > MAX_VALUES or self.size > MAX_VALUES:
            raise ConfigError(f"the network is too large: more than {MAX_VALUES:,} numbers in a layer or in all")

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The output shape of every layer."""
        shapes, shape = [], self.input_shape
        for index, layer in enumerate(self.layers):
            try:
                shape = layer.out_shape(shape)
            except ConfigError as error:
                raise ConfigError(f"layer {index}: {error}") from None
            shapes.append(shape)
        return tuple(shapes)

    @property
    def output_shape(self) -> Shape:
        return self.shapes[-1]

    @property
    def output_range(self) -> tuple[float, float]:
        """The range of a generator's pictures: [0, 1] behind a sigmoid, else [-1, 1]."""
        last = self.layers[-1]
        return (0.0, 1.0) if isinstance(last, Activation) and last.kind == "sigmoid" else (-1.0, 1.0)

    @property
    def classes(self) -> int:
        """The number of classes that a label can have; 0 where the network takes no labels."""
        return next((layer.classes for layer in self.layers if isinstance(layer, JoinLabel | MultiplyLabel)), 0)

    @cached_property
    def tensors(self) -> dict[str, Shape]:
        """Every tensor's name, `<index>.<parameter>`, and shape."""
        return {f"{index}.{name}": shape for index, layer in enumerate(self.layers) for name, shape in layer.tensors().items()}

    @property
    def size(self) -> int:
        """Count the numbers in all tensors, statistics included."""
        return sum(prod(shape) for shape in self.tensors.values())

    @property
    def parameters(self) -> int:
        """Count the trained numbers."""
        return sum(self.layer_parameters(index) for index in range(len(self.layers)))

    def layer_parameters(self, index: int) -> int:
        tensors = self.layers[index].tensors()
        return sum(prod(shape) for name, shape in tensors.items() if name not in STATISTICS)

    @property
    def multiply_adds(self) -> int:
        """Count the multiplications for one example, convolutions and linear layers only."""
        before = (self.input_shape, *self.shapes)
        return sum(layer.multiply_adds(shape) for layer, shape in zip(self.layers, before, strict=False))

    def to_json(self) -> dict[str, Any]:
        return {"input_shape": list(self.input_shape), "layers": [layer.to_json() for layer in self.layers]}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> NetworkSpec:
        """Read what `to_json` wrote; anything else is a ConfigError."""
        shape, layers = record.get("input_shape"), record.get("layers")
        whole = isinstance(shape, list) and len(shape) in (1, 3) and all(isinstance(n, int) and 0 < n < 1 << 16 for n in shape)
        if not whole or not isinstance(layers, list):
            raise ConfigError("a network has an input_shape (a list of 1 or 3 whole numbers) and layers (a list)")
        return cls(tuple(shape or ()), tuple(layer_from_json(layer) for layer in layers[: MAX_LAYERS + 1]))
