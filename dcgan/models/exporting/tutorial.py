"""The state dict that the notebook of the PyTorch DCGAN tutorial saves of its `netG`, and loads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.models.folder import ModelConfig
from dcgan.networks import generator
from dcgan.networks.layers import ConvTranspose
from dcgan.networks.norms import BatchNorm
from dcgan.networks.spec import NetworkSpec

SIZE = 64  # pixels a side; the tutorial's class has no other


@dataclass(frozen=True)
class TutorialSizes:
    """What the tutorial's notebook calls nz, ngf and nc."""

    nz: int
    ngf: int
    nc: int


def tutorial_sizes(config: ModelConfig, spec: NetworkSpec) -> TutorialSizes:
    """Return the sizes with which the tutorial's Generator is this network; else a ConfigError says what is different."""
    channels, height, width = spec.output_shape
    if spec.classes:
        raise ConfigError("it takes a label, the tutorial's takes none")
    if (height, width) != (SIZE, SIZE):
        raise ConfigError(f"its pictures are {width}x{height}, the tutorial's are {SIZE}x{SIZE}")
    if config.image_range != (-1.0, 1.0) or config.prior != "normal":
        raise ConfigError(f"its pictures go from {config.image_range[0]:g} to {config.image_range[1]:g} and its prior is {config.prior}")
    last = next((layer for layer in reversed(spec.layers) if isinstance(layer, ConvTranspose)), None)
    sizes = TutorialSizes(config.z_dim, last.in_channels if last else 1, channels)
    if _without_momentum(spec) != _without_momentum(generator("dcgan", SIZE, sizes.nc, sizes.ngf, sizes.nz)):
        raise ConfigError("its layers are not the tutorial's")
    return sizes


def tutorial_state(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors under the tutorial's names, `main.N.parameter`; its first layer is our second, behind the reshape of z."""
    state = {}
    for name, tensor in tensors.items():
        index, _, parameter = name.partition(".")
        state[f"main.{int(index) - 1}.{parameter}"] = tensor
        if parameter == "running_var":
            state[f"main.{int(index) - 1}.num_batches_tracked"] = torch.tensor(0)
    return state


def _without_momentum(spec: NetworkSpec) -> NetworkSpec:
    """Momentum is for training alone: no picture depends on it."""
    return NetworkSpec(spec.input_shape, tuple(replace(x, momentum=0.1) if isinstance(x, BatchNorm) else x for x in spec.layers))
