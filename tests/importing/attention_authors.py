"""Generators with self-attention between their layers, as authors write it: each from its description, as those of `authors`."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from authors import Author, up
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm


class Attending(nn.Module):
    """gamma is 1.5, as if trained. The matrices are called by `names`; a fourth makes the channels again of half as many, `pooled` 2x2.

    With `over` queries the softmax sums over queries, and places take by their keys.
    """

    def __init__(
        self,
        channels: int,
        names: Sequence[str],
        over: str = "keys",
        bias: bool = True,
        spectral: bool = False,
        pooled: bool = True,
        gamma: float = 1.5,
    ) -> None:
        super().__init__()
        self.names, self.over, self.pooled = names, over, pooled and len(names) == 4
        values = channels if len(names) == 3 else channels // 2
        sizes = ((channels, channels // 4), (channels, channels // 4), (channels, values), (values, channels))
        for name, (a, b) in zip(names, sizes, strict=False):
            matrix = nn.Conv2d(a, b, 1, bias=bias)
            nn.init.normal_(matrix.weight, std=2 / a**0.5)  # that places take from some more than from others
            self.add_module(name, spectral_norm(matrix) if spectral else matrix)
        self.gamma = nn.Parameter(torch.full((1,), gamma))

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (getattr(self, name)(x) for name in self.names[:3])
        if self.pooled:
            key, value = F.max_pool2d(key, 2), F.max_pool2d(value, 2)
        scores = query.flatten(2).transpose(1, 2) @ key.flatten(2)  # (n, queries, keys)
        weights = scores.softmax(2).transpose(1, 2) if self.over == "keys" else scores.softmax(1)
        taken = (value.flatten(2) @ weights).view(len(x), -1, *x.shape[2:])
        if len(self.names) == 4:
            taken = getattr(self, self.names[3])(taken)
        return x + self.gamma * taken


def attending(*matrices: str, at: int = 2, z: int = 64, **how: object) -> nn.Module:
    """A tutorial's generator of 32 px with attention before its kernel number `at`."""
    blocks = [up(z, 48, 4, 1, 0), up(48, 32, 4, 2, 1), up(32, 16, 4, 2, 1)]
    blocks[at - 1].append(Attending((48, 32, 16)[at - 1], matrices, **how))  # type: ignore[arg-type]
    return nn.Sequential(*(layer for block in blocks for layer in block), nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh())


class DefinedLast(nn.Module):
    """Blocks of layers first, then two attentions of different channels, as many repositories after the paper have it."""

    def __init__(self) -> None:
        super().__init__()
        self.l1, self.l2, self.l3 = (nn.Sequential(*each) for each in (up(64, 48, 4, 1, 0), up(48, 32, 4, 2, 1), up(32, 16, 4, 2, 1)))
        self.last = nn.Sequential(nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh())
        self.attn1 = Attending(32, ("query_conv", "key_conv", "value_conv"))
        self.attn2 = Attending(16, ("query_conv", "key_conv", "value_conv"))

    def forward(self, z: Tensor) -> Tensor:
        return self.last(self.attn2(self.l3(self.attn1(self.l2(self.l1(z))))))


class DenseFirst(nn.Module):
    """A linear layer makes the picture that is attended to first."""

    def __init__(self) -> None:
        super().__init__()
        self.fc, self.bn = nn.Linear(64, 48 * 16), nn.BatchNorm2d(48)
        self.attn = Attending(48, ("q", "k", "v"))
        self.rest = nn.Sequential(*up(48, 32, 4, 2, 1), *up(32, 16, 4, 2, 1), nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        picture = F.relu(self.bn(self.fc(z.flatten(1)).view(-1, 48, 4, 4)))
        return self.rest(self.attn(picture))


WRAPPED = ("snconv1x1_theta", "snconv1x1_phi", "snconv1x1_g", "snconv1x1_attn")
ATTENDING: dict[str, Author] = {
    "query, key, value": Author(lambda: attending("query_conv", "key_conv", "value_conv"), 64, (32, 32)),
    "theta, phi, g, o": Author(lambda: attending("theta", "phi", "g", "o", bias=False, spectral=True), 64, (32, 32)),
    "f, g, h, as the paper has it": Author(lambda: attending("f", "g", "h", at=3, over="queries"), 64, (32, 32)),
    "f, g, h, as query, key and value": Author(lambda: attending("f", "g", "h"), 64, (32, 32)),
    "softmax over queries": Author(lambda: attending("query", "key", "value", over="queries"), 64, (32, 32)),
    "that shows little": Author(lambda: attending("query", "key", "value", over="queries", gamma=0.08), 64, (32, 32)),
    "names within names": Author(lambda: attending(*WRAPPED, spectral=True), 64, (32, 32)),
    "keys as many as queries": Author(lambda: attending("key", "query", "value", "self_att", pooled=False, over="queries"), 64, (32, 32)),
    "a dense layer before": Author(DenseFirst, 64, (32, 32)),
    "defined last": Author(DefinedLast, 64, (32, 32)),
}
