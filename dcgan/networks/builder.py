"""From a NetworkSpec to an `nn.Module`, and tensors in and out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.networks import layers as records
from dcgan.networks.spec import NetworkSpec

WeightedCall = Callable[[Tensor, Tensor, Tensor | None], Tensor]  # x, weight, bias


class Network(nn.Sequential):
    """The module of a spec. Its state dict has exactly the spec's tensors: `<index>.<parameter>`."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(*[_module(layer, shape) for layer, shape in zip(spec.layers, (spec.input_shape, *spec.shapes), strict=False)])
        self.spec = spec

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Copy `tensors` in, strictly: same names, same shapes, finite numbers; else a ConfigError and nothing is changed."""
        own = self.state_dict()
        missing, extra = sorted(own.keys() - tensors.keys()), sorted(tensors.keys() - own.keys())
        if missing or extra:
            raise ConfigError(f"tensors do not fit the network: missing {missing[:4] or 'none'}, not expected {extra[:4] or 'none'}")
        for name, tensor in tensors.items():
            if tensor.shape != own[name].shape or not tensor.dtype.is_floating_point:
                wanted = tuple(own[name].shape)
                raise ConfigError(f"tensor {name} is {tuple(tensor.shape)} {tensor.dtype}, expected {wanted} floating point")
            if not bool(torch.isfinite(tensor).all()):
                raise ConfigError(f"tensor {name} holds numbers that are not finite")
        with torch.no_grad():
            for name, tensor in tensors.items():
                own[name].copy_(tensor)

    def use_generator(self, generator: torch.Generator) -> None:
        """Let every dropout layer draw from `generator`."""
        for module in self.modules():
            if isinstance(module, SeededDropout):
                module.generator = generator


class SeededDropout(nn.Module):
    """Dropout whose mask comes from a generator that is handed in; without one, training mode is an error."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability
        self.generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.probability == 0:
            return x
        assert self.generator is not None, "call Network.use_generator before training"
        keep = 1 - self.probability
        return x * torch.empty_like(x).bernoulli_(keep, generator=self.generator).div_(keep)


class _Normed(nn.Module):
    """Spectral norm (Miyato et al. 2018): the weight divided by its largest singular value, one power iteration a training step."""

    def __init__(self, inner: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, call: WeightedCall) -> None:
        super().__init__()
        self.weight, self.bias = inner.weight, inner.bias
        self._rows_first = not isinstance(inner, nn.ConvTranspose2d)
        outputs = inner.weight.shape[0 if self._rows_first else 1]
        self.register_buffer("u", torch.ones(outputs) / outputs**0.5)
        self.u: Tensor
        self._call = call

    def forward(self, x: Tensor) -> Tensor:
        matrix = (self.weight if self._rows_first else self.weight.transpose(0, 1)).flatten(1)  # (out, rest)
        with torch.no_grad():
            v = F.normalize(matrix.T @ self.u, dim=0, eps=1e-12)
            if self.training:
                self.u.copy_(F.normalize(matrix @ v, dim=0, eps=1e-12))
            u = self.u.clone()
        return self._call(x, self.weight / torch.dot(u, matrix @ v), self.bias)


def build(spec: NetworkSpec) -> Network:
    """Return the module of `spec`, in training mode; call `initialise` or `Network.load` next."""
    return Network(spec)


def _module(layer: records.Layer, shape: records.Shape) -> nn.Module:
    if isinstance(layer, records.Linear):
        linear = nn.Linear(layer.in_features, layer.out_features, bias=layer.bias)
        return _maybe_normed(linear, layer.spectral_norm, F.linear)
    if isinstance(layer, records.Conv):
        return _conv(layer)
    if isinstance(layer, records.ConvTranspose):
        return _conv_transpose(layer)
    if isinstance(layer, records.BatchNorm):
        return _batch_norm(layer, flat=len(shape) == 1)
    return _plain(layer)


def _plain(layer: records.Layer) -> nn.Module:
    """Build the layers without tensors."""
    if isinstance(layer, records.Activation):
        return _activation(layer)
    if isinstance(layer, records.Resize):
        return nn.Upsample(scale_factor=tuple(float(n) for n in layer.scale), mode=layer.mode)
    if isinstance(layer, records.MaxPool):
        return nn.MaxPool2d(layer.kernel, layer.stride)
    if isinstance(layer, records.AvgPool):
        return nn.AvgPool2d(layer.kernel, layer.stride)
    if isinstance(layer, records.Reshape):
        return nn.Unflatten(1, layer.shape)
    if isinstance(layer, records.Flatten):
        return nn.Flatten()
    assert isinstance(layer, records.Dropout), layer
    return SeededDropout(layer.probability)


def _activation(layer: records.Activation) -> nn.Module:
    if layer.kind == "leaky_relu":
        return nn.LeakyReLU(0.01 if layer.slope is None else layer.slope)
    if layer.kind == "elu":
        return nn.ELU(1.0 if layer.slope is None else layer.slope)
    plain = {"relu": nn.ReLU, "selu": nn.SELU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
    module: nn.Module = plain[layer.kind]()
    return module


def _batch_norm(layer: records.BatchNorm, flat: bool) -> nn.Module:
    kind = nn.BatchNorm1d if flat else nn.BatchNorm2d
    norm = kind(layer.channels, eps=layer.eps, momentum=layer.momentum, affine=layer.affine)
    norm.num_batches_tracked = None  # only counts; a model folder holds what changes a picture
    return norm


class _PaddedConv(nn.Conv2d):
    """A convolution whose four paddings differ."""

    sides: records.Sides

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(_pad(x, self.sides))


class _CroppedConvTranspose(nn.ConvTranspose2d):
    """A transposed convolution that cuts more after than before."""

    sides: records.Sides

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        return _pad(super().forward(x), tuple(-side for side in self.sides))  # type: ignore[arg-type]


def _pad(x: Tensor, sides: records.Sides) -> Tensor:
    top, bottom, left, right = sides
    return F.pad(x, (left, right, top, bottom))


def _conv(layer: records.Conv) -> nn.Module:
    top, bottom, left, right = layer.padding
    even = top == bottom >= 0 and left == right >= 0
    kind = nn.Conv2d if even else _PaddedConv
    padding = (top, left) if even else (0, 0)
    conv = kind(layer.in_channels, layer.out_channels, layer.kernel, layer.stride, padding, bias=layer.bias)
    if isinstance(conv, _PaddedConv):
        conv.sides = layer.padding

    def call(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        x = x if even else _pad(x, layer.padding)
        return F.conv2d(x, weight, bias, layer.stride, padding)

    return _maybe_normed(conv, layer.spectral_norm, call)


def _conv_transpose(layer: records.ConvTranspose) -> nn.Module:
    top, bottom, left, right = layer.padding
    native = all(0 <= before - after < stride for before, after, stride in _axes(layer))
    if native:
        padding, output_padding, sides = (top, left), (top - bottom, left - right), (0, 0, 0, 0)
    else:
        padding, output_padding = (min(top, bottom), min(left, right)), (0, 0)
        sides = (top - padding[0], bottom - padding[0], left - padding[1], right - padding[1])
    kind = nn.ConvTranspose2d if native else _CroppedConvTranspose
    conv = kind(layer.in_channels, layer.out_channels, layer.kernel, layer.stride, padding, output_padding, bias=layer.bias)
    if isinstance(conv, _CroppedConvTranspose):
        conv.sides = sides

    def call(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        x = F.conv_transpose2d(x, weight, bias, layer.stride, padding, output_padding)
        return x if native else _pad(x, tuple(-side for side in sides))  # type: ignore[arg-type]

    return _maybe_normed(conv, layer.spectral_norm, call)


def _axes(layer: records.ConvTranspose) -> list[tuple[int, int, int]]:
    top, bottom, left, right = layer.padding
    return [(top, bottom, layer.stride[0]), (left, right, layer.stride[1])]


def _maybe_normed(inner: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, spectral_norm: bool, call: WeightedCall) -> nn.Module:
    return _Normed(inner, call) if spectral_norm else inner
