"""What each Keras layer becomes, channels first. Keras lays pictures channels last, and counts what it flattens so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.models.importing.keras_made import Made
from dcgan.networks.layers import Activation, AvgPool, Conv, ConvTranspose, Layer, Linear, MaxPool, Resize, Shape
from dcgan.networks.norms import BatchNorm

SILENT = {
    "InputLayer", "Dropout", "GaussianNoise", "SpatialDropout2D", "ActivityRegularization", "AlphaDropout", "GaussianDropout"
}  # fmt: skip
ACTS = {
    "relu": "relu",
    "elu": "elu",
    "selu": "selu",
    "gelu": "gelu",
    "swish": "silu",
    "silu": "silu",
    "mish": "mish",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
}
SLOPES = {"leaky_relu": 0.2}  # where an activation is given by name alone


def add_layer(made: Made, kind: str, own: Mapping[str, Any], weights: Sequence[Tensor]) -> None:
    """Add a Keras layer of one input; a ConfigError where there is nothing here that does the same."""
    if kind in SILENT:
        return
    if own.get("data_format") == "channels_first":
        raise ConfigError("its layers have channels first, which is not read")
    rule = RULES.get(kind)
    if rule is None:
        what = "Python code that is not run" if kind == "Lambda" else "which is not read"
        raise ConfigError(f"it has a layer of the kind {kind}, {what} here")
    rule(made, own, weights)
    if kind in ("Dense", "Conv2D", "Conv2DTranspose"):
        activate(made, own.get("activation"))


def activate(made: Made, given: object) -> None:
    """Add an activation that is given by name or as a layer."""
    if isinstance(given, Mapping):
        kind, own = str(given.get("class_name")), given.get("config")
        if kind in ("LeakyReLU", "ReLU", "ELU") and isinstance(own, Mapping):
            RULES[kind](made, own, ())
            return
        given = own if kind == "function" else kind
    if given in (None, "linear"):
        return
    if given in SLOPES:
        made.add(Activation("leaky_relu", SLOPES[str(given)]))
    elif isinstance(given, str) and given in ACTS:
        made.add(Activation(ACTS[given]))  # type: ignore[arg-type]
    else:
        raise ConfigError(f"it has an activation {str(given)[:40]!r}, which is not read here")


def _leaky(made: Made, own: Mapping[str, Any], _weights: Sequence[Tensor]) -> None:
    slope = own.get("negative_slope", own.get("alpha", 0.3))
    made.add(Activation("leaky_relu", float(slope["value"] if isinstance(slope, Mapping) else slope)))


def _relu(made: Made, own: Mapping[str, Any], _weights: Sequence[Tensor]) -> None:
    slope = float(own.get("negative_slope") or 0)
    if own.get("max_value") is not None or own.get("threshold"):
        raise ConfigError("it has a ReLU with a limit or threshold, which is not read here")
    made.add(Activation("leaky_relu", slope) if slope else Activation("relu"))


def _dense(made: Made, own: Mapping[str, Any], weights: Sequence[Tensor]) -> None:
    """A dense layer behind a picture is a convolution of one pixel; behind a vector, it is linear."""
    if not made.is_vector:
        _convolution(made, {"strides": 1, "padding": "valid"}, [weights[0][None, None], *weights[1:]])
        return
    made.as_vector()
    index, outputs = len(made.layers), weights[0].shape[1]
    tensors = dict(zip(("weight", "bias"), (made.inward(weights[0]).T, *weights[1:]), strict=False))
    made.add(Linear(made.channels, outputs, len(weights) > 1), tensors)
    made.rows, made.order = [f"{index}.{name}" for name in tensors], None
    made.shape = (*made.shape[:-1], outputs)


def _norm(made: Made, own: Mapping[str, Any], weights: Sequence[Tensor]) -> None:
    axis = own.get("axis", -1)
    if (axis[0] if isinstance(axis, list) else axis) not in (-1, len(made.shape)):
        raise ConfigError(f"it has a batch norm over axis {axis}, only that of the channels is read")
    if made.held != made.shape:
        made.as_vector() if made.is_vector else made.as_picture()
    names = [name for name, wanted in (("weight", own.get("scale", True)), ("bias", own.get("center", True))) if wanted]
    tensors = dict(zip([*names, "running_mean", "running_var"], map(made.inward, weights), strict=True))
    if len(names) == 1:
        missing = "bias" if names == ["weight"] else "weight"
        tensors[missing] = torch.zeros(made.channels) if missing == "bias" else torch.ones(made.channels)
    index = len(made.layers)
    made.add(BatchNorm(made.channels, own.get("epsilon", 1e-3), momentum=1 - own.get("momentum", 0.99), affine=bool(names)), tensors)
    if made.rows:
        made.rows += [f"{index}.{name}" for name in tensors]


def _reshape(made: Made, own: Mapping[str, Any], _weights: Sequence[Tensor]) -> None:
    shape = tuple(int(n) for n in own["target_shape"])
    if -1 in shape:
        shape = tuple(prod(made.shape) // -prod(shape) if n == -1 else n for n in shape)
    if prod(shape) != prod(made.shape):
        raise ConfigError(f"it reshapes {made.shape} to {shape}")
    made.shape = shape


def _flatten(made: Made, _own: Mapping[str, Any], _weights: Sequence[Tensor]) -> None:
    made.shape = (prod(made.shape),)


def _resize(made: Made, own: Mapping[str, Any], _weights: Sequence[Tensor]) -> None:
    made.as_picture()
    scale = _pair(own.get("size", 2))
    made.add(Resize(scale, own.get("interpolation", "nearest")))
    _now(made, (made.shape[0] * scale[0], made.shape[1] * scale[1], made.channels))


def _pool(made: Made, own: Mapping[str, Any], _weights: Sequence[Tensor], layer: type[MaxPool | AvgPool]) -> None:
    made.as_picture()
    size = _pair(own.get("pool_size", 2))
    if own.get("padding", "valid") != "valid":
        raise ConfigError("it has a pooling layer with padding, which is not read here")
    _through(made, layer(size, _pair(own.get("strides") or size)))


def _border(made: Made, own: Mapping[str, Any], _weights: Sequence[Tensor], key: str) -> None:
    """Add or cut rows and columns: a convolution that leaves every pixel as it is, with a padding of that many."""
    made.as_picture()
    given = own.get(key, 1)
    (top, bottom), (left, right) = (_pair(each) for each in ((given, given) if isinstance(given, int) else given))
    sign, channels = 1 if key == "padding" else -1, made.channels
    sides = (sign * top, sign * bottom, sign * left, sign * right)
    _through(made, Conv(channels, channels, (1, 1), (1, 1), sides, False), {"weight": torch.eye(channels)[:, :, None, None]})


def _convolution(made: Made, own: Mapping[str, Any], weights: Sequence[Tensor], transposed: bool = False) -> None:
    made.as_picture()
    if _pair(own.get("dilation_rate", 1)) != (1, 1) or own.get("groups", 1) != 1:
        raise ConfigError("it has dilated or grouped convolutions, which are not read here")
    stride, kernel = _pair(own.get("strides", 1)), (weights[0].shape[0], weights[0].shape[1])
    same, more = own.get("padding", "valid") == "same", own.get("output_padding")
    weight = made.inward(weights[0].permute(3, 2, 0, 1), 0 if transposed else 1)  # (h, w, a, b) to (b, a, h, w)
    sizes = list(zip(made.shape[:2], kernel, stride, [None, None] if more is None else _pair(more), strict=True))
    sides = sum((_cut(*size, same) if transposed else _pad(*size[:3], same) for size in sizes), ())
    ends, bias = ((weight.shape[0], weight.shape[1]) if transposed else (weight.shape[1], weight.shape[0])), len(weights) > 1
    layer = (ConvTranspose if transposed else Conv)(*ends, kernel, stride, sides, bias)  # type: ignore[arg-type]
    made.order = None
    _through(made, layer, {"weight": weight, **({"bias": weights[1]} if bias else {})})


def _through(made: Made, layer: Layer, tensors: Mapping[str, Tensor] | None = None) -> None:
    made.add(layer, tensors)
    channels, height, width = layer.out_shape((made.channels, *made.shape[:2]))
    _now(made, (height, width, channels))


def _now(made: Made, shape: Shape) -> None:
    made.shape = made.held = shape


def _pair(given: Any) -> tuple[int, int]:
    return (given, given) if isinstance(given, int) else (int(given[0]), int(given[1]))


def _cut(n: int, kernel: int, stride: int, more: int | None, same: bool) -> tuple[int, int]:
    """Return what TensorFlow cuts before and behind: n pixels become n * stride, or what `output_padding` says."""
    length = n * stride + (0 if same else max(kernel - stride, 0))
    if more is not None:
        length = (n - 1) * stride + kernel - (2 * (kernel // 2) if same else 0) + more
    total = (n - 1) * stride + kernel - length
    before = max(total, 0) // 2 if same else 0
    return before, total - before


def _pad(n: int, kernel: int, stride: int, same: bool) -> tuple[int, int]:
    """Return what `same` adds before and behind."""
    total = max((-(-n // stride) - 1) * stride + kernel - n, 0) if same else 0
    return total // 2, total - total // 2


RULES: dict[str, Any] = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "Conv2DTranspose": lambda made, own, weights: _convolution(made, own, weights, True),
    "BatchNormalization": _norm,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "UpSampling2D": _resize,
    "MaxPooling2D": lambda made, own, weights: _pool(made, own, weights, MaxPool),
    "AveragePooling2D": lambda made, own, weights: _pool(made, own, weights, AvgPool),
    "ZeroPadding2D": lambda made, own, weights: _border(made, own, weights, "padding"),
    "Cropping2D": lambda made, own, weights: _border(made, own, weights, "cropping"),
    "Activation": lambda made, own, _weights: activate(made, own.get("activation")),
    "LeakyReLU": _leaky,
    "ReLU": _relu,
    "ELU": lambda made, own, _weights: made.add(Activation("elu", float(own.get("alpha", 1.0)))),
}
