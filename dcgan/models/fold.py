"""Batch norm folded into the layer before it: the same pictures with fewer passes over memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from dcgan.networks.blocks import Layers, Residual, within
from dcgan.networks.layers import Conv, ConvTranspose, Layer, Linear
from dcgan.networks.norms import BatchNorm
from dcgan.networks.spec import NetworkSpec


def fold_batch_norm(spec: NetworkSpec, tensors: Mapping[str, Tensor]) -> tuple[NetworkSpec, dict[str, Tensor]]:
    """Return an equal network for eval mode, in which each batch norm directly behind a weighted layer is part of that layer."""
    layers, folded = _folded(spec.layers, tensors)
    return NetworkSpec(spec.input_shape, layers), folded


def _folded(unfolded: Layers, tensors: Mapping[str, Tensor]) -> tuple[Layers, dict[str, Tensor]]:
    layers: list[Layer] = []
    folded: dict[str, Tensor] = {}
    for index, layer in enumerate(unfolded):
        own = within(tensors, index)
        before = layers[-1] if layers else None
        if isinstance(layer, BatchNorm) and isinstance(before, Linear | Conv | ConvTranspose) and not before.spectral_norm:
            position = len(layers) - 1
            weight, bias = _merge(layer, own, before, folded[f"{position}.weight"], folded.get(f"{position}.bias"))
            folded |= {f"{position}.weight": weight, f"{position}.bias": bias}
            layers[-1] = replace(before, bias=True)
            continue
        if isinstance(layer, Residual):
            layer, own = _with_folded_ways(layer, own)
        layers.append(layer)
        folded |= {f"{len(layers) - 1}.{name}": tensor for name, tensor in own.items()}
    return tuple(layers), folded


def _with_folded_ways(block: Residual, own: Mapping[str, Tensor]) -> tuple[Residual, dict[str, Tensor]]:
    ways = {way: _folded(layers, within(own, way)) for way, layers in block.ways.items()}
    tensors = {f"{way}.{name}": tensor for way, (_, folded) in ways.items() for name, tensor in folded.items()}
    return Residual(**{way: layers for way, (layers, _) in ways.items()}), tensors


def _merge(norm: BatchNorm, own: Mapping[str, Tensor], before: Layer, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return weight and bias of norm(before(x)), computed in double."""
    mean, variance = own["running_mean"].double(), own["running_var"].double()
    gain = own["weight"].double() if norm.affine else torch.ones_like(mean)
    shift = own["bias"].double() if norm.affine else torch.zeros_like(mean)
    scale = gain / torch.sqrt(variance + norm.eps)
    outputs = 1 if isinstance(before, ConvTranspose) else 0
    shape = [-1 if axis == outputs else 1 for axis in range(weight.dim())]
    start = bias.double() if bias is not None else torch.zeros_like(mean)
    return (weight.double() * scale.reshape(shape)).float(), ((start - mean) * scale + shift).float()
