"""A generator in plain PyTorch: a state dict, and the script that builds the network and loads it. The script needs torch alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.models.folder import ModelConfig
from dcgan.networks import layers as records
from dcgan.networks import norms
from dcgan.networks.blocks import Layers, Residual, SelfAttention, every, within
from dcgan.networks.spec import NetworkSpec

ACTIVATIONS = {"relu": "ReLU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU", "mish": "Mish", "tanh": "Tanh", "sigmoid": "Sigmoid"}
PADS = {"zeros": "ZeroPad2d", "reflect": "ReflectionPad2d", "replicate": "ReplicationPad2d"}

SCRIPT = '''"""The generator {name} in plain PyTorch: z of {z_dim} numbers, pictures of {width}x{height}.

It needs torch and the file of weights beside this one.
"""

from pathlib import Path

import torch
from torch import nn
{classes}
netG = {kind}(
{modules}
)
netG.load_state_dict(torch.load(Path(__file__).with_name({file!r}), weights_only=True))
netG.eval()

if __name__ == "__main__":
    z = {draw}
    with torch.inference_mode():
        x = netG({arguments})
    print(f"{{tuple(x.shape)}}, values from {{x.min():.2f}} to {{x.max():.2f}}; the pictures' range is {low:g} to {high:g}")
'''
SUM = '''

class Sum(nn.Module):
    """Adds what two ways through layers give; one without layers is the identity."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + self.shortcut(x)

'''
ATTENTION = '''

class SelfAttention(nn.Module):
    """Adds to a picture gamma times what its places take from each other."""

    def __init__(self, channels, inner, values, bias, output, pooled):
        super().__init__()
        self.query = nn.Linear(channels, inner, bias)
        self.key = nn.Linear(channels, inner, bias)
        self.value = nn.Linear(channels, values, bias)
        if output:
            self.output = nn.Linear(values, channels, bias)
        self.gamma = nn.Parameter(torch.zeros(1))
        self.has_output, self.pooled = output, pooled

    def forward(self, x):
        places = x.flatten(2).transpose(1, 2)
        query, key, value = self.query(places), self.key(places), self.value(places)
        if self.pooled:
            sizes = x.shape[2:]
            pool = lambda each: nn.functional.max_pool2d(each.transpose(1, 2).unflatten(2, sizes), 2).flatten(2).transpose(1, 2)
            key, value = pool(key), pool(value)
        taken = (query @ key.transpose(1, 2)).softmax(-1) @ value
        if self.has_output:
            taken = self.output(taken)
        return x + self.gamma * taken.transpose(1, 2).unflatten(2, x.shape[2:])

'''
LABELLED = '''
LABELS = {labels}


class JoinLabel(nn.Module):
    """The label of each example, one-hot or from a learned table, behind the features or the channels."""

    def __init__(self, classes, embedding=None):
        super().__init__()
        self.classes = classes
        self.weight = nn.Parameter(torch.empty(classes, *embedding)) if embedding else None

    def forward(self, x, labels):
        if self.weight is None:
            joined = nn.functional.one_hot(labels, self.classes)
            joined = joined.reshape(*joined.shape, *[1] * (x.dim() - 2)).expand(-1, -1, *x.shape[2:])
        else:
            joined = self.weight[labels]
        return torch.cat([x, joined.to(x.dtype)], 1)


class Generator(nn.Sequential):
    def forward(self, z, labels):
        for module in self:
            z = module(z, labels) if isinstance(module, JoinLabel) else module(z)
        return z

'''

CLASSES: dict[type[records.Layer], str] = {Residual: SUM, SelfAttention: ATTENTION}


@dataclass(frozen=True)
class Module:
    """One module of the script: the Python that makes it, and its tensors by parameter."""

    code: str
    tensors: Mapping[str, Tensor]


def plain_modules(spec: NetworkSpec, tensors: Mapping[str, Tensor]) -> list[Module]:
    """Return the network as a sequence of torch's own modules; a padding that those lack is one more module before or behind."""
    return _modules(spec.layers, (spec.input_shape, *spec.shapes), tensors)


def _modules(layers: Layers, shapes: Sequence[records.Shape], tensors: Mapping[str, Tensor]) -> list[Module]:
    modules = []
    for index, (layer, shape) in enumerate(zip(layers, shapes, strict=False)):
        own = within(tensors, index)
        if isinstance(layer, Residual):
            modules.append(_sum(layer, shape, own))
            continue
        if isinstance(layer, norms.BatchNorm):
            own["num_batches_tracked"] = torch.tensor(0)
        for code in _codes(layer, flat=len(shape) == 1):
            modules.append(Module(code, {} if "Pad2d(" in code else own))
    return modules


def _sum(block: Residual, shape: records.Shape, tensors: Mapping[str, Tensor]) -> Module:
    ways = {way: _modules(layers, (shape, *block.shapes(way, shape)), within(tensors, way)) for way, layers in block.ways.items()}
    codes = (f"nn.Sequential({', '.join(module.code for module in modules)})" for modules in ways.values())
    state = {f"{way}.{name}": tensor for way, modules in ways.items() for name, tensor in plain_state(modules).items()}
    return Module(f"Sum({', '.join(codes)})", state)


def plain_state(modules: Sequence[Module]) -> dict[str, Tensor]:
    """Return the state dict of the sequence."""
    return {f"{index}.{name}": tensor for index, module in enumerate(modules) for name, tensor in module.tensors.items()}


def plain_script(name: str, file: str, config: ModelConfig, modules: Sequence[Module]) -> str:
    """Return the script; `file` is the state dict's name in the same folder."""
    low, high = config.image_range
    _, height, width = config.generator.output_shape
    n, labelled = 16, bool(config.labels)
    needed = {type(layer): CLASSES[type(layer)] for layer in every(config.generator.layers) if type(layer) in CLASSES}
    return SCRIPT.format(
        name=name.replace("\\", "/").replace('"', "'"),
        file=file,
        z_dim=config.z_dim,
        height=height,
        width=width,
        classes=(LABELLED.format(labels=list(config.labels)) if labelled else "") + "".join(needed.values()),
        kind="Generator" if labelled else "nn.Sequential",
        modules="\n".join(f"    {module.code}," for module in modules),
        draw=f"torch.randn({n}, {config.z_dim})" if config.prior == "normal" else f"torch.rand({n}, {config.z_dim}) * 2 - 1",
        arguments=f"z, torch.arange({n}) % len(LABELS)" if labelled else "z",
        low=low,
        high=high,
    )


def _codes(layer: records.Layer, flat: bool) -> list[str]:
    """Return the Python of a layer's module, or of two."""
    if isinstance(layer, records.Linear):
        return [f"nn.Linear({layer.in_features}, {layer.out_features}, bias={layer.bias})"]
    if isinstance(layer, records.Conv):
        return _conv(layer)
    if isinstance(layer, records.ConvTranspose):
        return _conv_transpose(layer)
    if isinstance(layer, norms.BatchNorm):
        kind = "BatchNorm1d" if flat else "BatchNorm2d"
        return [f"nn.{kind}({layer.channels}, eps={layer.eps!r}, momentum={layer.momentum!r}, affine={layer.affine})"]
    if isinstance(layer, records.Activation):
        return [_activation(layer)]
    return [_weightless(layer)]


def _weightless(layer: records.Layer) -> str:
    if isinstance(layer, records.Reshape):
        return f"nn.Unflatten(1, {layer.shape})"
    if isinstance(layer, records.Flatten):
        return "nn.Flatten()"
    if isinstance(layer, records.Resize):
        return f"nn.Upsample(scale_factor={tuple(map(float, layer.scale))}, mode={layer.mode!r})"
    if isinstance(layer, records.MaxPool | records.AvgPool):
        return f"nn.{'MaxPool2d' if isinstance(layer, records.MaxPool) else 'AvgPool2d'}({layer.kernel}, {layer.stride})"
    if isinstance(layer, norms.GroupNorm):
        return f"nn.GroupNorm({layer.groups}, {layer.channels}, eps={layer.eps!r}, affine={layer.affine})"
    if isinstance(layer, records.Dropout):
        return f"nn.Dropout({layer.probability!r})"
    if isinstance(layer, records.JoinLabel):
        return f"JoinLabel({layer.classes}, {layer.embedding})"
    if isinstance(layer, SelfAttention):
        return f"SelfAttention({layer.channels}, {layer.inner}, {layer.values}, {layer.bias}, {layer.output}, {layer.pooled})"
    raise ConfigError(f"a layer of the kind {layer.type} cannot be written as plain PyTorch yet; export a folder: --to FOLDER")


def _activation(layer: records.Activation) -> str:
    if layer.kind == "leaky_relu":
        return f"nn.LeakyReLU({0.01 if layer.slope is None else layer.slope!r})"
    if layer.kind == "elu":
        return f"nn.ELU({1.0 if layer.slope is None else layer.slope!r})"
    return f"nn.{ACTIVATIONS[layer.kind]}()"


def _conv(layer: records.Conv) -> list[str]:
    top, bottom, left, right = layer.padding
    even = layer.border == "zeros" and top == bottom >= 0 and left == right >= 0
    padding = _pair((top, left)) if even else "0"
    sizes = f"{layer.in_channels}, {layer.out_channels}, {_pair(layer.kernel)}, {_pair(layer.stride)}, {padding}"
    return [*([] if even else [_pad(layer.padding, PADS[layer.border])]), f"nn.Conv2d({sizes}, bias={layer.bias})"]


def _conv_transpose(layer: records.ConvTranspose) -> list[str]:
    """What torch cannot cut by padding and output padding is cut by a module behind, as in `networks.weighted`."""
    top, bottom, left, right = layer.padding
    whole = 0 <= top - bottom < layer.stride[0] and 0 <= left - right < layer.stride[1]
    cut = (top, left) if whole else (min(top, bottom), min(left, right))
    more = (top - bottom, left - right) if whole else (0, 0)
    sizes = f"{layer.in_channels}, {layer.out_channels}, {_pair(layer.kernel)}, {_pair(layer.stride)}, {_pair(cut)}"
    output_padding = f", output_padding={_pair(more)}" if any(more) else ""
    rest = (cut[0] - top, cut[0] - bottom, cut[1] - left, cut[1] - right)
    return [f"nn.ConvTranspose2d({sizes}{output_padding}, bias={layer.bias})", *([] if whole else [_pad(rest)])]


def _pad(sides: records.Sides, kind: str = "ZeroPad2d") -> str:
    top, bottom, left, right = sides
    return f"nn.{kind}(({left}, {right}, {top}, {bottom}))"


def _pair(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else str(pair)
