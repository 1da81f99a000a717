"""A Keras model on its way to a NetworkSpec: the layers so far, and how what they give lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod

import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.networks.builder import build
from dcgan.networks.layers import Flatten, Layer, Linear, Reshape, Shape
from dcgan.networks.spec import NetworkSpec

WIDEST = 1024  # numbers that are put in another order by a layer of their own


@dataclass
class Made:
    """The layers so far, and how what they give lies.

    `shape` is Keras's own, channels last; `held` the same where ours is a picture by now, None where it is a vector. `order` is our place
    of each of Keras's numbers, or channels of a picture, where they differ. `rows` are tensors whose rows are the vector's numbers, so that
    it can be put in another order. `classes` is 0 but for what is made of the label alone; `number` is the label before any layer.
    `ended` is what a discriminator judges.
    """

    shape: Shape
    classes: int = 0
    number: bool = False
    ended: bool = False
    layers: list[Layer] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    held: Shape | None = None
    order: Tensor | None = None
    rows: list[str] = field(default_factory=list)

    def copy(self) -> Made:
        return replace(self, layers=[*self.layers], tensors={**self.tensors}, rows=[*self.rows])

    def add(self, layer: Layer, tensors: Mapping[str, Tensor] | None = None) -> None:
        self.tensors |= {f"{len(self.layers)}.{name}": tensor.contiguous() for name, tensor in (tensors or {}).items()}
        self.layers.append(layer)

    @property
    def channels(self) -> int:
        return self.shape[-1]

    @property
    def is_vector(self) -> bool:
        return prod(self.shape[:-1]) == 1

    def inward(self, tensor: Tensor, axis: int = 0) -> Tensor:
        """Return a tensor with its axis of inputs in our order."""
        return tensor if self.order is None else tensor.index_select(axis, self.order.argsort())

    def reorder(self, order: Tensor | None) -> None:
        self.order = None if order is None or bool((order == torch.arange(len(order))).all()) else order

    def as_vector(self) -> None:
        if self.held is None:
            return
        height, width, channels = self.held
        places = torch.arange(prod(self.held)).reshape(channels, height, width)
        places = places if self.order is None else places[self.order]
        self.reorder(places.permute(1, 2, 0).flatten())
        self.add(Flatten())
        self.held, self.rows = None, []

    def as_picture(self) -> None:
        if self.held == self.shape:
            return
        if len(self.shape) != 3:
            raise ConfigError(f"it has a layer for pictures behind {self.shape}")
        self.as_vector()
        height, width, channels = self.shape
        wanted = torch.arange(prod(self.shape)).reshape(self.shape).permute(2, 0, 1).flatten()
        self._rearrange(wanted if self.order is None else self.order[wanted])
        self.add(Reshape((channels, height, width)))
        self.held, self.order, self.rows = self.shape, None, []

    def _rearrange(self, places: Tensor) -> None:
        """Let each of our numbers be the one that lies at `places` so far."""
        size = len(places)
        if bool((places == torch.arange(size)).all()):
            return
        for name in self.rows:
            self.tensors[name] = self.tensors[name][places].contiguous()
        if not self.rows and size > WIDEST:
            raise ConfigError(f"it makes a picture of {size} numbers that come from no dense layer, which is not read here")
        if not self.rows:
            self.add(Linear(size, size, False), {"weight": torch.eye(size)[places]})


@torch.no_grad()
def table_of(made: Made) -> Tensor:
    """Return what the label's own layers give for each of its values: (classes, *shape), laid as Keras lays it."""
    x = torch.eye(made.classes)
    if made.layers:
        network = build(NetworkSpec((made.classes,), tuple(made.layers)))
        network.load(made.tensors)
        x = network.eval()(x)
    x = x if made.order is None else x[:, made.order]
    return (x if made.held is None else x.permute(0, 2, 3, 1)).reshape(made.classes, *made.shape)
