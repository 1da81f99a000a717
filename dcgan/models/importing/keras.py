"""Keras models: the file's own configuration becomes a NetworkSpec, channels first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.models.folder import Model, ModelConfig
from dcgan.models.importing.contents import Contents
from dcgan.models.importing.options import OUTPUTS, Options
from dcgan.models.importing.report import Assumption, Inspection, Reading
from dcgan.networks.layers import Activation, BatchNorm, Conv, ConvTranspose, Layer, Linear, Reshape, Resize, Shape
from dcgan.networks.spec import NetworkSpec

SILENT = {"InputLayer", "Dropout", "GaussianNoise", "SpatialDropout2D", "ActivityRegularization", "AlphaDropout", "GaussianDropout"}
ACTS = {"relu": "relu", "elu": "elu", "selu": "selu", "gelu": "gelu", "swish": "silu", "silu": "silu", "tanh": "tanh", "sigmoid": "sigmoid"}
ACT_LAYERS = {"ReLU": "relu", "ELU": "elu", "LeakyReLU": "leaky_relu"}


@dataclass
class _Made:
    """The layers so far. `shape` is Keras's own, channels last; `flat` are tensors whose rows a Reshape still has to reorder."""

    shape: Shape
    layers: list[Layer] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    flat: list[str] = field(default_factory=list)

    def add(self, layer: Layer, tensors: Mapping[str, Tensor] | None = None) -> None:
        self.tensors |= {f"{len(self.layers)}.{name}": tensor.contiguous() for name, tensor in (tensors or {}).items()}
        self.layers.append(layer)

    @property
    def channels(self) -> int:
        return self.shape[-1]


def inspect_keras(contents: Contents, options: Options) -> Inspection:
    """Return the report of a Keras file: everything but the prior is in it.

    Raises
    ------
    ConfigError
        The model is no convolutional generator.
    """
    assert contents.keras is not None
    prefix, config = _generator(contents.keras, "")
    layers = _chain(config)
    start = _input(layers)
    if start[:-1] not in ((), (1, 1)):
        raise ConfigError(f"it begins with {start}, a generator with the numbers of z")
    made = _Made(start)
    if len(start) == 3:
        made.add(Reshape((start[2], 1, 1)))
    for layer in layers:
        name = layer["config"].get("name") or layer.get("name")
        weights = [contents.tensors[key] for key in sorted(contents.tensors) if key.rpartition("/")[0] == f"{prefix}{name}"]
        _layer(made, layer["class_name"], layer["config"], weights)
    spec = NetworkSpec(start[-1:], tuple(made.layers))
    last = made.layers[-1]
    output = last.kind if isinstance(last, Activation) and last.kind in OUTPUTS else "none"
    prior = options.prior or "normal"
    said = [] if options.prior else [Assumption("prior", prior, f"{prior} prior", ("uniform",))]
    if output == "none":
        said.append(Assumption("output", output, "pictures from -1 to 1", ()))
    model = Model(ModelConfig(spec, None, prior, OUTPUTS[output], assumed=tuple(item.sentence for item in said)), made.tensors)
    model.build_generator()
    names = tuple(layer.type for layer in spec.layers)
    proved = (f"takes {start[-1]} numbers", f"its configuration names all {len(layers)} layers", f"output {output}")
    return Inspection(contents.name, contents.kind, prefix.strip("/"), proved, (Reading(model, names, (), tuple(said), 0.0, None),))


def _generator(config: Mapping[str, Any], prefix: str) -> tuple[str, Mapping[str, Any]]:
    """Return the model itself, or the first model in it that begins with a vector: the generator of a GAN put together."""
    try:
        layers = config["config"]["layers"]
    except (KeyError, TypeError):
        raise ConfigError("its configuration is that of a class of its author's own, not of a Sequential or functional model") from None
    nested = [layer for layer in layers if isinstance(layer.get("config"), dict) and "layers" in layer["config"]]
    for layer in nested:
        name = layer["config"].get("name") or layer.get("name")
        if _input(_chain(layer))[:-1] in ((), (1, 1)):
            return _generator(layer, f"{prefix}{name}/")
    if nested:
        raise ConfigError("none of the models in it begins with the numbers of z")
    return prefix, config


def _chain(config: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the layers in order; a ConfigError where they branch."""
    layers: list[Mapping[str, Any]] = config["config"]["layers"]
    inputs = [layer for layer in layers if layer["class_name"] == "InputLayer"]
    joins = [layer["class_name"] for layer in layers if layer["class_name"] in ("Concatenate", "Add", "Multiply", "Embedding")]
    if len(inputs) > 1 or joins:
        raise ConfigError(
            f"its layers branch ({', '.join(joins) or 'two inputs'}); only models in which one layer follows the other are read"
        )
    return layers


def _input(layers: Sequence[Mapping[str, Any]]) -> Shape:
    for layer in layers[:1]:
        own = layer["config"]
        shape = own.get("batch_input_shape") or own.get("batch_shape") or (layer.get("build_config") or {}).get("input_shape")
        if shape is None and own.get("input_dim"):
            shape = [None, own["input_dim"]]
        if isinstance(shape, list | tuple) and all(isinstance(n, int) for n in shape[1:]):
            return tuple(shape[1:])
    raise ConfigError("its configuration does not say what its first layer takes")


def _layer(made: _Made, kind: str, own: Mapping[str, Any], weights: Sequence[Tensor]) -> None:
    if kind in SILENT:
        return
    if own.get("data_format", "channels_last") == "channels_first":
        raise ConfigError("its layers have channels first, which is not read")
    if kind == "Dense":
        _dense(made, own, weights)
    elif kind in ("Conv2D", "Conv2DTranspose"):
        _convolution(made, kind, own, weights)
    elif kind == "BatchNormalization":
        _norm(made, own, weights)
    elif kind == "Reshape":
        _reshape(made, own["target_shape"])
    elif kind == "UpSampling2D":
        _resize(made, own)
    elif kind == "Flatten" and len(made.shape) == 1:
        return
    elif kind in ACT_LAYERS:
        slope = (
            own.get("negative_slope", own.get("alpha", 0.3)) if kind == "LeakyReLU" else own.get("alpha", 1.0) if kind == "ELU" else None
        )
        made.add(Activation(ACT_LAYERS[kind], slope))  # type: ignore[arg-type]
    elif kind == "Activation":
        _activation(made, own.get("activation"))
    else:
        raise ConfigError(f"it has a layer of the kind {kind}, which is not read here")


def _activation(made: _Made, name: object) -> None:
    if name in (None, "linear"):
        return
    if name == "leaky_relu":
        made.add(Activation("leaky_relu", 0.2))
        return
    if not isinstance(name, str) or name not in ACTS:
        raise ConfigError(f"it has an activation {str(name)[:40]!r}, which is not read here")
    made.add(Activation(ACTS[name]))  # type: ignore[arg-type]


def _dense(made: _Made, own: Mapping[str, Any], weights: Sequence[Tensor]) -> None:
    if len(made.shape) != 1:
        raise ConfigError("it has a dense layer behind a picture, as classifiers have")
    index, outputs = len(made.layers), weights[0].shape[1]
    made.add(Linear(made.channels, outputs, len(weights) > 1), dict(zip(("weight", "bias"), (weights[0].T, *weights[1:]), strict=False)))
    made.flat = [f"{index}.weight"] + ([f"{index}.bias"] if len(weights) > 1 else [])
    made.shape = (outputs,)
    _activation(made, own.get("activation"))


def _norm(made: _Made, own: Mapping[str, Any], weights: Sequence[Tensor]) -> None:
    names = [name for name, wanted in (("weight", own.get("scale", True)), ("bias", own.get("center", True))) if wanted]
    tensors = dict(zip([*names, "running_mean", "running_var"], weights, strict=True))
    if len(names) == 1:
        missing = "bias" if names == ["weight"] else "weight"
        tensors[missing] = torch.zeros(made.channels) if missing == "bias" else torch.ones(made.channels)
    index = len(made.layers)
    made.add(BatchNorm(made.channels, own.get("epsilon", 1e-3), momentum=1 - own.get("momentum", 0.99), affine=bool(names)), tensors)
    if len(made.shape) == 1:
        made.flat += [f"{index}.{name}" for name in tensors]


def _reshape(made: _Made, target: Sequence[int]) -> None:
    """Reshape to (h, w, c) and reorder what lies flat before it, which Keras counts with channels last."""
    shape = tuple(int(n) for n in target)
    if -1 in shape:
        shape = tuple(prod(made.shape) // -prod(shape) if n == -1 else n for n in shape)
    if len(made.shape) != 1 or len(shape) != 3:
        raise ConfigError(f"it reshapes {made.shape} to {shape}, which is not read here")
    order = torch.arange(prod(shape)).reshape(shape).permute(2, 0, 1).flatten()
    for name in made.flat:
        made.tensors[name] = made.tensors[name][order].contiguous()
    if not made.flat and (shape[0], shape[1]) != (1, 1):
        raise ConfigError("it reshapes z itself to a picture, which is not read here")
    made.add(Reshape((shape[2], shape[0], shape[1])))
    made.shape, made.flat = shape, []


def _resize(made: _Made, own: Mapping[str, Any]) -> None:
    size, mode = own.get("size", 2), own.get("interpolation", "nearest")
    scale = (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))
    made.add(Resize(scale, mode))
    made.shape = (made.shape[0] * scale[0], made.shape[1] * scale[1], made.channels)


def _convolution(made: _Made, kind: str, own: Mapping[str, Any], weights: Sequence[Tensor]) -> None:
    if len(made.shape) != 3:
        raise ConfigError("it has a convolution over something that is no picture")
    if tuple(own.get("dilation_rate", (1, 1))) != (1, 1) or own.get("groups", 1) != 1:
        raise ConfigError("it has dilated or grouped convolutions, which are not read here")
    stride = own.get("strides", 1)
    stride = (stride, stride) if isinstance(stride, int) else (int(stride[0]), int(stride[1]))
    kernel = (weights[0].shape[0], weights[0].shape[1])
    same = own.get("padding", "valid") == "same"
    bias = len(weights) > 1
    if kind == "Conv2DTranspose":
        sides = sum(((_cut(k, s) if same else (0, min(k - s, 0))) for k, s in zip(kernel, stride, strict=True)), ())
        weight = weights[0].permute(3, 2, 0, 1)  # (h, w, out, in) to (in, out, h, w)
        layer: Layer = ConvTranspose(made.channels, weight.shape[1], kernel, stride, sides, bias)  # type: ignore[arg-type]
        outputs = weight.shape[1]
    else:
        sides = sum(((_pad(n, k, s) if same else (0, 0)) for n, k, s in zip(made.shape, kernel, stride, strict=False)), ())
        weight = weights[0].permute(3, 2, 0, 1)  # (h, w, in, out) to (out, in, h, w)
        layer, outputs = Conv(made.channels, weight.shape[0], kernel, stride, sides, bias), weight.shape[0]  # type: ignore[arg-type]
    made.add(layer, {"weight": weight, **({"bias": weights[1]} if bias else {})})
    _, height, width = layer.out_shape((weight.shape[0] if kind == "Conv2DTranspose" else weight.shape[1], *made.shape[:2]))
    made.shape = (height, width, outputs)
    _activation(made, own.get("activation"))


def _cut(kernel: int, stride: int) -> tuple[int, int]:
    """Return what `same` cuts before and behind, so that n pixels become n * stride."""
    total = kernel - stride
    return (max(total, 0) // 2, total - max(total, 0) // 2)


def _pad(n: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return what `same` adds before and behind."""
    total = max((-(-n // stride) - 1) * stride + kernel - n, 0)
    return total // 2, total - total // 2
