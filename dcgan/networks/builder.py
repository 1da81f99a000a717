"""From a NetworkSpec to an `nn.Module`, and tensors in and out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.networks import layers as records
from dcgan.networks import norms
from dcgan.networks.attention import Attention
from dcgan.networks.blocks import Layers, Residual, SelfAttention
from dcgan.networks.convolution import Method
from dcgan.networks.spec import NetworkSpec
from dcgan.networks.weighted import Weighted


class Network(nn.Sequential):
    """The module of a spec. Its state dict has exactly the spec's tensors: `<index>.<parameter>`."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(*_modules(spec.layers, (spec.input_shape, *spec.shapes)))
        self.spec = spec

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the output for x (n, *input_shape), with `labels` where, and only where, the spec joins labels.

        Labels are int64 (n,), or what lies between them: the weight of each class as floats (n, classes).

        Raises
        ------
        ConfigError
            Labels are missing, not wanted or of another number than x. That each is below `spec.classes` is the caller's to see to.
        """
        if (labels is not None) != bool(self.spec.classes):
            wanted = f"a label, below {self.spec.classes}," if self.spec.classes else "no label"
            raise ConfigError(f"the network takes {wanted} with each example, found {'none' if labels is None else 'some'}")
        if labels is not None and labels.shape not in (x.shape[:1], (len(x), self.spec.classes)):
            raise ConfigError(f"{len(x)} examples need labels of the shape ({len(x)},), found {tuple(labels.shape)}")
        for module in self:
            x = module(x, labels) if isinstance(module, LabelJoin | LabelProduct) else module(x)
        return x

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

    def use_methods(self, methods: Mapping[int, Method]) -> None:
        """Compute the convolutions at these positions so, all others by torch's kernels; a ConfigError where one cannot be."""
        for index, layer in enumerate(self):
            method = methods.get(index, "native")
            if isinstance(layer, Weighted) and layer.takes(method):
                layer.method = method
            elif method != "native":
                raise ConfigError(f"layer {index} cannot be computed by {method}; leave it away, or set kernels=auto")
        _overwrite(self)

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
        return x * _kept(x, 1 - self.probability, self.generator)


def _kept(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Return 1 / `share` for that share of x's elements, by chance, and 0 for the others.

    A processor draws 16 bits for each, so that the share is exact to 1/65,536: a quarter of the time that `bernoulli_` takes there.
    """
    mask = torch.empty_like(x)
    if x.device.type != "cpu":
        return mask.bernoulli_(share, generator=generator).div_(share)
    values = min(max(round(2**16 * share), 1), 2**16 - 1)
    drawn = torch.empty(-(-x.numel() // 4), dtype=torch.int64).random_(-(2**63), None, generator=generator).view(torch.int16)
    kept = drawn[: x.numel()] < values - 2**15
    return mask.copy_(kept.as_strided(mask.shape, mask.stride())).mul_(2**16 / values)


class LabelJoin(nn.Module):
    """Joins one-hot labels, or a learned table's entries, behind the features or the channels."""

    def __init__(self, layer: records.JoinLabel) -> None:
        super().__init__()
        self.classes = layer.classes
        self.weight = nn.Parameter(torch.empty(layer.classes, *layer.embedding)) if layer.embedding else None

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        mixed = labels.dim() == 2  # (n, classes)
        if self.weight is None:
            joined = labels if mixed else F.one_hot(labels, self.classes)  # (n, classes)
            joined = joined.reshape(*joined.shape, *[1] * (x.dim() - 2)).expand(-1, -1, *x.shape[2:])
        else:
            table = self.weight.flatten(1)
            joined = (labels @ table if mixed else F.embedding(labels, table)).reshape(len(x), *self.weight.shape[1:])
        return torch.cat([x, joined.to(x.dtype)], 1)


class LabelProduct(nn.Module):
    """Multiplies features by a learned table's entries for the labels."""

    def __init__(self, layer: records.MultiplyLabel) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(layer.classes, layer.features))

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        return x * F.embedding(labels, self.weight)


class Sum(nn.Module):
    """Adds what two ways through layers give."""

    def __init__(self, layer: Residual, shape: records.Shape) -> None:
        super().__init__()
        self.body = nn.Sequential(*_modules(layer.body, (shape, *layer.shapes("body", shape))))
        self.shortcut = nn.Sequential(*_modules(layer.shortcut, (shape, *layer.shapes("shortcut", shape))))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.body(x) + self.shortcut(x)
        return y


class PixelNorm(nn.Module):
    """Divides every pixel's channels by the root of their mean square."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return x * (x.square().mean(1, keepdim=True) + self.eps).rsqrt()


def build(spec: NetworkSpec) -> Network:
    """Return the module of `spec`, in training mode; call `initialise` or `Network.load` next."""
    return Network(spec)


def _modules(layers: Layers, shapes: Sequence[records.Shape]) -> list[nn.Module]:
    """Return the module of each layer; `shapes` are those that they take."""
    modules = [_module(layer, shape) for layer, shape in zip(layers, shapes, strict=False)]
    _overwrite(modules)
    return modules


def _overwrite(modules: Iterable[nn.Module]) -> None:
    """Let activations write into the output of the layer before, where that learns without it: less memory, and less of it to pass over."""
    for before, module in pairwise(modules):
        if isinstance(module, nn.ReLU) or (isinstance(module, nn.LeakyReLU) and module.negative_slope >= 0):
            by_torch = isinstance(before, Weighted) and before.method == "native"
            module.inplace = by_torch or isinstance(before, nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm)


def _module(layer: records.Layer, shape: records.Shape) -> nn.Module:
    if isinstance(layer, records.Linear | records.Conv | records.ConvTranspose):
        return Weighted(layer, shape)
    if isinstance(layer, norms.BatchNorm):
        return _batch_norm(layer, flat=len(shape) == 1)
    if isinstance(layer, Residual):
        return Sum(layer, shape)
    if isinstance(layer, SelfAttention):
        return Attention(layer)
    return _plain(layer)


def _plain(layer: records.Layer) -> nn.Module:
    """Build the layers that weigh nothing."""
    if isinstance(layer, records.Activation):
        return _activation(layer)
    if isinstance(layer, norms.GroupNorm):
        return nn.GroupNorm(layer.groups, layer.channels, layer.eps, layer.affine)
    if isinstance(layer, norms.PixelNorm):
        return PixelNorm(layer.eps)
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
    if isinstance(layer, records.JoinLabel):
        return LabelJoin(layer)
    if isinstance(layer, records.MultiplyLabel):
        return LabelProduct(layer)
    assert isinstance(layer, records.Dropout), layer
    return SeededDropout(layer.probability)


def _activation(layer: records.Activation) -> nn.Module:
    if layer.kind == "leaky_relu":
        return nn.LeakyReLU(0.01 if layer.slope is None else layer.slope)
    if layer.kind == "elu":
        return nn.ELU(1.0 if layer.slope is None else layer.slope)
    plain = {"relu": nn.ReLU, "selu": nn.SELU, "gelu": nn.GELU, "silu": nn.SiLU, "mish": nn.Mish, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
    module: nn.Module = plain[layer.kind]()
    return module


def _batch_norm(layer: norms.BatchNorm, flat: bool) -> nn.Module:
    kind = nn.BatchNorm1d if flat else nn.BatchNorm2d
    norm = kind(layer.channels, eps=layer.eps, momentum=layer.momentum, affine=layer.affine)
    norm.num_batches_tracked = None  # only counts; a model folder holds what changes a picture
    return norm
