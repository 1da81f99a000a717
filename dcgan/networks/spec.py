"""NetworkSpec: the one description of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from dcgan.errors import ConfigError
from dcgan.networks.blocks import MAX_VALUES, every, multiply_adds_of, shapes_of, tensors_of
from dcgan.networks.layers import Activation, JoinLabel, Layer, MultiplyLabel, Shape
from dcgan.networks.reading import layer_from_json

STATISTICS = ("running_mean", "running_var", "u")  # tensors that no optimiser changes
MAX_LAYERS = 500


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
        if not 1 <= (count := len(list(every(self.layers)))) <= MAX_LAYERS:
            raise ConfigError(f"a network has 1 to {MAX_LAYERS} layers, found {count}")
        if len(counts := {layer.classes for layer in self.layers if isinstance(layer, JoinLabel | MultiplyLabel)}) > 1:
            raise ConfigError(f"a network joins labels of one set, found sets of {' and '.join(map(str, sorted(counts)))} classes")
        if self.shapes and self.size > MAX_VALUES:  # the shapes raise their own
            raise ConfigError(f"the network is too large: more than {MAX_VALUES:,} numbers in a layer or in all")

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The output shape of every layer."""
        return shapes_of(self.layers, self.input_shape)

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
        return tensors_of(self.layers)

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
        return sum(prod(shape) for name, shape in tensors.items() if name.rpartition(".")[2] not in STATISTICS)

    @property
    def multiply_adds(self) -> int:
        """Count the multiplications for one example, convolutions and linear layers only."""
        return multiply_adds_of(self.layers, self.input_shape)

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
