"""The layer records, but for those of `norms`. Each knows its output shape, its tensors and its multiply-adds; none knows torch.

A shape is that of one example: (channels, height, width), or (features,). Pairs are (vertical, horizontal), paddings
(top, bottom, left, right). A record's tensors are named `<index>.<parameter>` in a network.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import prod
from typing import Any, ClassVar, Literal, get_args

from dcgan.errors import ConfigError

Shape = tuple[int, ...]
Pair = tuple[int, int]
Sides = tuple[int, int, int, int]
ActivationKind = Literal["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "tanh", "sigmoid"]
ResizeMode = Literal["nearest", "bilinear"]
Border = Literal["zeros", "reflect", "replicate"]


@dataclass(frozen=True)
class Layer:
    """Base of the records. `type` names the record in JSON."""

    type: ClassVar[str]

    def out_shape(self, shape: Shape) -> Shape:
        """Return the shape after this layer, or raise a ConfigError where `shape` does not fit."""
        return shape

    def tensors(self) -> dict[str, Shape]:
        """Return the layer's tensors: trained ones and statistics."""
        return {}

    def multiply_adds(self, shape: Shape) -> int:
        """Return the multiplications of one example of `shape`, convolutions and linear layers only."""
        return 0

    def to_json(self) -> dict[str, Any]:
        record = {field.name: getattr(self, field.name) for field in fields(self)}
        return {"type": self.type, **{key: list(value) if isinstance(value, tuple) else value for key, value in record.items()}}


@dataclass(frozen=True)
class _Weighted(Layer):
    def _with_extras(self, weight: Shape, outputs: int, bias: bool, spectral_norm: bool) -> dict[str, Shape]:
        extras: dict[str, Shape] = {"bias": (outputs,)} if bias else {}
        if spectral_norm:
            extras["u"] = (outputs,)
        return {"weight": weight, **extras}


@dataclass(frozen=True)
class Linear(_Weighted):
    type: ClassVar[str] = "linear"
    in_features: int
    out_features: int
    bias: bool = True
    spectral_norm: bool = False

    def out_shape(self, shape: Shape) -> Shape:
        if shape != (self.in_features,):
            raise ConfigError(f"linear takes ({self.in_features},), found {shape}")
        return (self.out_features,)

    def tensors(self) -> dict[str, Shape]:
        return self._with_extras((self.out_features, self.in_features), self.out_features, self.bias, self.spectral_norm)

    def multiply_adds(self, shape: Shape) -> int:
        return self.in_features * self.out_features


@dataclass(frozen=True)
class _Convolution(_Weighted):
    in_channels: int
    out_channels: int
    kernel: Pair
    stride: Pair = (1, 1)
    padding: Sides = (0, 0, 0, 0)
    bias: bool = True
    spectral_norm: bool = False


@dataclass(frozen=True)
class Conv(_Convolution):
    """Convolution; `padding` zeros are added on each side (a negative number cuts), or what `border` says, as torch's `padding_mode`."""

    type: ClassVar[str] = "conv"
    border: Border = "zeros"

    def __post_init__(self) -> None:
        if self.border not in get_args(Border):
            raise ConfigError(f"a border is one of {', '.join(get_args(Border))}, found {self.border!r}")

    def out_shape(self, shape: Shape) -> Shape:
        _, height, width = picture_of(self, shape, self.in_channels)
        top, bottom, left, right = self.padding
        if self.border == "reflect" and not (max(top, bottom) < height and max(left, right) < width):
            raise ConfigError(f"conv cannot reflect {max(self.padding)} pixels of a picture of {height}x{width}")
        rows = (height + top + bottom - self.kernel[0]) // self.stride[0] + 1
        columns = (width + left + right - self.kernel[1]) // self.stride[1] + 1
        return _positive(self, (self.out_channels, rows, columns))

    def tensors(self) -> dict[str, Shape]:
        weight = (self.out_channels, self.in_channels, *self.kernel)
        return self._with_extras(weight, self.out_channels, self.bias, self.spectral_norm)

    def multiply_adds(self, shape: Shape) -> int:
        return prod(self.out_shape(shape)) * self.in_channels * prod(self.kernel)


@dataclass(frozen=True)
class ConvTranspose(_Convolution):
    """Transposed convolution; `padding` is cut from each side of the full result, (in - 1) * stride + kernel.

    torch's padding p with output padding q cuts p before and p - q after; TensorFlow's "same" with kernel 5 and stride 2
    cuts 1 before and 2 after. What is cut after may be negative: that many rows hold the bias alone.
    """

    type: ClassVar[str] = "conv_transpose"

    def __post_init__(self) -> None:
        top, bottom, left, right = self.padding
        for before, after, stride in ((top, bottom, self.stride[0]), (left, right, self.stride[1])):
            if before < 0 or min(after, 0) + stride <= 0 or (after < 0 and before - after >= stride):
                raise ConfigError(f"conv_transpose with stride {stride} cannot cut {before} before and {after} after")

    def out_shape(self, shape: Shape) -> Shape:
        _, height, width = picture_of(self, shape, self.in_channels)
        top, bottom, left, right = self.padding
        rows = (height - 1) * self.stride[0] + self.kernel[0] - top - bottom
        columns = (width - 1) * self.stride[1] + self.kernel[1] - left - right
        return _positive(self, (self.out_channels, rows, columns))

    def tensors(self) -> dict[str, Shape]:
        weight = (self.in_channels, self.out_channels, *self.kernel)
        return self._with_extras(weight, self.out_channels, self.bias, self.spectral_norm)

    def multiply_adds(self, shape: Shape) -> int:
        """Count what is computed before cutting: every input pixel meets the whole kernel."""
        return prod(shape) * self.out_channels * prod(self.kernel)


@dataclass(frozen=True)
class Resize(Layer):
    type: ClassVar[str] = "resize"
    scale: Pair = (2, 2)
    mode: ResizeMode = "nearest"

    def __post_init__(self) -> None:
        if self.mode not in get_args(ResizeMode):
            raise ConfigError(f"resize is {' or '.join(get_args(ResizeMode))}, found {self.mode!r}")

    def out_shape(self, shape: Shape) -> Shape:
        channels, height, width = picture_of(self, shape)
        return _positive(self, (channels, height * self.scale[0], width * self.scale[1]))


@dataclass(frozen=True)
class _Pool(Layer):
    kernel: Pair = (2, 2)
    stride: Pair = (2, 2)

    def out_shape(self, shape: Shape) -> Shape:
        channels, height, width = picture_of(self, shape)
        rows = (height - self.kernel[0]) // self.stride[0] + 1
        return _positive(self, (channels, rows, (width - self.kernel[1]) // self.stride[1] + 1))


@dataclass(frozen=True)
class MaxPool(_Pool):
    type: ClassVar[str] = "max_pool"


@dataclass(frozen=True)
class AvgPool(_Pool):
    type: ClassVar[str] = "avg_pool"


@dataclass(frozen=True)
class Reshape(Layer):
    type: ClassVar[str] = "reshape"
    shape: Shape

    def out_shape(self, shape: Shape) -> Shape:
        if prod(shape) != prod(self.shape):
            raise ConfigError(f"reshape to {self.shape} takes {prod(self.shape)} numbers, found {shape}")
        return self.shape


@dataclass(frozen=True)
class Flatten(Layer):
    type: ClassVar[str] = "flatten"

    def out_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


@dataclass(frozen=True)
class Activation(Layer):
    """`slope` is leaky_relu's slope below zero, or elu's alpha; the other kinds have none."""

    type: ClassVar[str] = "activation"
    kind: ActivationKind
    slope: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(ActivationKind):
            raise ConfigError(f"an activation is one of {', '.join(get_args(ActivationKind))}, found {self.kind!r}")


@dataclass(frozen=True)
class Dropout(Layer):
    type: ClassVar[str] = "dropout"
    probability: float

    def __post_init__(self) -> None:
        if not 0 <= self.probability < 1:
            raise ConfigError(f"dropout has a probability from 0 to below 1, found {self.probability}")


@dataclass(frozen=True)
class JoinLabel(Layer):
    """The label of each example, joined behind the features or the channels (Mirza and Osindero 2014, section 3.2).

    Without `embedding` it is one-hot: `classes` numbers behind features, `classes` constant planes behind a picture. `embedding` is the
    shape of a learned table's entry instead, (k,) behind features or (k, height, width) behind a picture.
    """

    type: ClassVar[str] = "join_label"
    classes: int
    embedding: Shape | None = None

    def out_shape(self, shape: Shape) -> Shape:
        if self.embedding is None:
            return (shape[0] + self.classes, *shape[1:])
        if len(self.embedding) != len(shape) or self.embedding[1:] != shape[1:]:
            raise ConfigError(f"join_label with entries of {self.embedding} does not fit behind {shape}")
        return (shape[0] + self.embedding[0], *shape[1:])

    def tensors(self) -> dict[str, Shape]:
        return {} if self.embedding is None else {"weight": (self.classes, *self.embedding)}


@dataclass(frozen=True)
class MultiplyLabel(Layer):
    """Features times the entry of a learned table for the label of each example, as in Odena et al.'s ACGAN in tutorials."""

    type: ClassVar[str] = "multiply_label"
    classes: int
    features: int

    def out_shape(self, shape: Shape) -> Shape:
        if shape != (self.features,):
            raise ConfigError(f"multiply_label takes ({self.features},), found {shape}")
        return shape

    def tensors(self) -> dict[str, Shape]:
        return {"weight": (self.classes, self.features)}


def picture_of(layer: Layer, shape: Shape, channels: int | None = None) -> tuple[int, int, int]:
    """Return the shape that `layer` takes as (channels, height, width), or raise a ConfigError where it is another."""
    if len(shape) != 3 or (channels is not None and shape[0] != channels):
        wanted = f"{channels} channels" if channels else "a picture"
        raise ConfigError(f"{layer.type} takes {wanted} (channels, height, width), found {shape}")
    return shape[0], shape[1], shape[2]


def _positive(layer: Layer, shape: Shape) -> Shape:
    if min(shape) < 1:
        raise ConfigError(f"{layer.type} leaves nothing of the picture: {shape}")
    return shape
