"""The module of a `SelfAttention`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dcgan.networks.blocks import SelfAttention

FAST = 8  # torch's kernels that keep no pairs of places take queries, keys and values of one width, and on a GPU a multiple of this


class Attention(nn.Module):
    """Adds to a picture gamma times what its places take from each other."""

    def __init__(self, layer: SelfAttention) -> None:
        super().__init__()
        for name, (outputs, inputs) in layer.matrices.items():
            self.add_module(name, nn.Linear(inputs, outputs, layer.bias))
        self.gamma = nn.Parameter(torch.zeros(1))
        self._pooled = layer.pooled

    def forward(self, x: Tensor) -> Tensor:
        matrices = dict(self.named_children())
        query, key, value = (matrices[name](_listed(x)) for name in ("query", "key", "value"))  # (n, places, …)
        if self._pooled:
            key, value = (_listed(F.max_pool2d(_picture(each, x), 2)) for each in (key, value))
        width = -(-max(query.shape[2], value.shape[2]) // FAST) * FAST
        q, k, v = (F.pad(each, (0, width - each.shape[2])).unsqueeze(1) for each in (query, key, value))
        taken = F.scaled_dot_product_attention(q, k, v, scale=1.0).squeeze(1)[..., : value.shape[2]]
        if "output" in matrices:
            taken = matrices["output"](taken)
        return x + self.gamma * _picture(taken, x)


def _listed(x: Tensor) -> Tensor:
    """Return pictures (n, c, h, w) as lists of their places, (n, h * w, c)."""
    return x.flatten(2).transpose(1, 2)


def _picture(listed: Tensor, x: Tensor) -> Tensor:
    """Return lists of places as pictures of the size of x."""
    return listed.transpose(1, 2).reshape(len(x), -1, *x.shape[2:])
