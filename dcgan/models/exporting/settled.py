"""The generator as others compute it."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from dcgan.models.folder import Model
from dcgan.networks.layers import Conv, ConvTranspose, Linear
from dcgan.networks.spec import NetworkSpec
from dcgan.networks.weighted import Weighted


def settled(model: Model) -> tuple[NetworkSpec, dict[str, Tensor]]:
    """Return an equal generator without spectral norm: each weight is divided by its norm once, float32 on the CPU."""
    spec, layers = model.config.generator, list(model.config.generator.layers)
    tensors = {name: tensor.detach().float().contiguous() for name, tensor in model.generator.items()}
    for index, module in enumerate(model.build_generator()):
        layer = layers[index]
        if isinstance(module, Weighted) and isinstance(layer, Linear | Conv | ConvTranspose) and layer.spectral_norm:
            tensors[f"{index}.weight"] = module.effective_weight().detach().contiguous()
            del tensors[f"{index}.u"]
            layers[index] = replace(layer, spectral_norm=False)
    return NetworkSpec(spec.input_shape, tuple(layers)), tensors
