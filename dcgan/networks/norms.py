"""The records of norms: over a batch with stored statistics, and of every picture by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dcgan.errors import ConfigError
from dcgan.networks.layers import Layer, Shape, picture_of


@dataclass(frozen=True)
class BatchNorm(Layer):
    type: ClassVar[str] = "batch_norm"
    channels: int
    eps: float = 1e-5
    momentum: float = 0.1
    affine: bool = True

    def out_shape(self, shape: Shape) -> Shape:
        if len(shape) not in (1, 3) or shape[0] != self.channels:
            raise ConfigError(f"batch_norm takes {self.channels} channels, found {shape}")
        return shape

    def tensors(self) -> dict[str, Shape]:
        names = (["weight", "bias"] if self.affine else []) + ["running_mean", "running_var"]
        return dict.fromkeys(names, (self.channels,))


@dataclass(frozen=True)
class GroupNorm(Layer):
    """Every picture by itself, by groups of its channels (Wu and He 2018); an instance norm has as many groups as channels."""

    type: ClassVar[str] = "group_norm"
    channels: int
    groups: int
    eps: float = 1e-5
    affine: bool = True

    def __post_init__(self) -> None:
        if self.channels % self.groups:
            raise ConfigError(f"group_norm cannot divide {self.channels} channels into {self.groups} groups")

    def out_shape(self, shape: Shape) -> Shape:
        return picture_of(self, shape, self.channels)

    def tensors(self) -> dict[str, Shape]:
        return dict.fromkeys(["weight", "bias"] if self.affine else [], (self.channels,))


@dataclass(frozen=True)
class PixelNorm(Layer):
    """Every pixel by itself: its channels over the root of their mean square (Karras et al. 2018, section 4.2)."""

    type: ClassVar[str] = "pixel_norm"
    eps: float = 1e-8
