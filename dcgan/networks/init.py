"""Starting weights: N(0, 0.02), batch norm gains N(1, 0.02), biases 0 (Radford et al. 2015, section 4; the gain: their code).

A label's learned entry is N(0, 1), as large as the z or the picture that it stands beside.
"""

from __future__ import annotations

import torch

from dcgan.networks.builder import Network
from dcgan.networks.layers import BatchNorm, JoinLabel

STANDARD_DEVIATION = 0.02


@torch.no_grad()
def initialise(network: Network, generator: torch.Generator) -> Network:
    """Draw all weights of `network` from `generator` (on the CPU), in the order of the layers, and return it."""
    tensors = network.state_dict()
    for name, tensor in tensors.items():
        index, _, parameter = name.partition(".")
        layer = network.spec.layers[int(index)]
        if parameter == "weight":
            draw = torch.randn(tensor.shape, generator=generator) * (1.0 if isinstance(layer, JoinLabel) else STANDARD_DEVIATION)
            tensor.copy_(draw + 1.0 if isinstance(layer, BatchNorm) else draw)
        elif parameter == "running_var":
            tensor.fill_(1.0)
        elif parameter == "u":
            draw = torch.randn(tensor.shape, generator=generator)
            tensor.copy_(draw / draw.norm())
        else:
            tensor.zero_()
    return network
