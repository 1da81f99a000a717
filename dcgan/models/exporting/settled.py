"""The generator as others compute it."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from dcgan.models.folder import Model
from dcgan.networks.blocks import changed
from dcgan.networks.layers import Conv, ConvTranspose, Layer, Linear
from dcgan.networks.spec import NetworkSpec
from dcgan.networks.weighted import Weighted


def settled(model: Model) -> tuple[NetworkSpec, dict[str, Tensor]]:
    """Return an equal generator without spectral norm: each weight is divided by its norm once, float32 on the CPU."""
    spec = model.config.generator
    tensors = {name: tensor.detach().float().contiguous() for name, tensor in model.generator.items()}
    for name, module in model.build_generator().named_modules():
        if isinstance(module, Weighted) and module.layer.spectral_norm:
            tensors[f"{name}.weight"] = module.effective_weight().detach().contiguous()
            del tensors[f"{name}.u"]
    return NetworkSpec(spec.input_shape, changed(spec.layers, _without_spectral_norm)), tensors


def _without_spectral_norm(layer: Layer) -> Layer:
    return replace(layer, spectral_norm=False) if isinstance(layer, Linear | Conv | ConvTranspose) else layer
