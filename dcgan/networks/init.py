"""Starting weights: N(0, 0.02), batch norm gains N(1, 0.02), biases 0 (Radford et al. 2015, section 4; the gain: their code).

Other rules change the weights alone: `xavier` (Glorot and Bengio 2010) and `he` (He et al. 2015) draw normal ones whose deviation follows
from the inputs and outputs that meet at a number, `orthogonal` (Saxe et al. 2014) has orthogonal rows. A label's learned entry is N(0, 1),
as large as the z or the picture that it stands beside.
"""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor, nn

from dcgan.config import Init
from dcgan.networks.blocks import owner
from dcgan.networks.builder import Network
from dcgan.networks.layers import Conv, ConvTranspose, JoinLabel, Layer, Linear
from dcgan.networks.norms import BatchNorm, GroupNorm

STANDARD_DEVIATION = 0.02


@torch.no_grad()
def initialise(network: Network, generator: torch.Generator, rule: Init = "normal", deviation: float = STANDARD_DEVIATION) -> Network:
    """Draw all weights of `network` from `generator` (on the CPU), in the order of the layers, and return it."""
    tensors = network.state_dict()
    for name, tensor in tensors.items():
        layer, parameter = owner(network.spec.layers, name)
        if parameter == "weight" and rule != "normal" and isinstance(layer, Linear | Conv | ConvTranspose):
            _draw_by_rule(tensor, layer, rule, generator)
        elif parameter.endswith("weight"):
            draw = torch.randn(tensor.shape, generator=generator)
            if isinstance(layer, BatchNorm | GroupNorm):
                draw = draw * STANDARD_DEVIATION + 1.0
            elif not isinstance(layer, JoinLabel):
                draw *= deviation
            tensor.copy_(draw)
        elif parameter == "running_var":
            tensor.fill_(1.0)
        elif parameter == "u":
            draw = torch.randn(tensor.shape, generator=generator)
            tensor.copy_(draw / draw.norm())
        else:
            tensor.zero_()
    return network


def _draw_by_rule(weight: Tensor, layer: Layer, rule: Init, generator: torch.Generator) -> None:
    """Fill a weight (out, in, …), of transposed convolutions (in, out, …)."""
    if rule == "orthogonal":
        nn.init.orthogonal_(weight, generator=generator)
        return
    kernel = prod(weight.shape[2:])
    outputs, inputs = weight.shape[0] * kernel, weight.shape[1] * kernel
    if isinstance(layer, ConvTranspose):
        spread = prod(layer.stride)  # of all the kernel's places, so many meet at one output
        inputs, outputs = weight.shape[0] * kernel // spread, weight.shape[1] * kernel
    deviation = (2 / (inputs + outputs)) ** 0.5 if rule == "xavier" else (2 / max(1, inputs)) ** 0.5
    weight.copy_(torch.randn(weight.shape, generator=generator) * deviation)
