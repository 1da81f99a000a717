"""What a set of pictures looks like, in four numbers that need no other set: enough to tell a generator that failed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Portrait:
    """Measures of n pictures x in [-1, 1].

    `contrast` is the mean standard deviation of the pixels of a picture, each channel about its own mean; `spread` the root mean square
    pixel distance of two different pictures; `twin` the median distance from a picture to the one most like it, over `spread`. The last
    two are within classes where these are known. `smoothness` is the median correlation of a pixel with its neighbours right and below:
    about 0 in noise, above 0.7 in pictures.
    """

    n: int
    contrast: float
    spread: float
    twin: float
    smoothness: float

    @property
    def variety(self) -> float:
        """Spread over contrast: 1.4 where pictures have nothing in common, 0 where all are the same."""
        return self.spread / max(self.contrast, 1e-12)


def portrait(x: Tensor, labels: Tensor | None = None) -> Portrait:
    """Measure pictures x (n, c, h, w), n from 2 on, with their classes int64 (n,) where they have some."""
    x = x.detach().float()
    distance = spread(x, labels)
    return Portrait(
        n=len(x),
        contrast=float(x.var((2, 3), correction=0).mean(1).sqrt().mean()),
        spread=distance,
        twin=float(nearest_other(x, labels).median()) / max(distance, 1e-12),
        smoothness=float(_smoothness(x).median()),
    )


def spread(x: Tensor, labels: Tensor | None = None) -> float:
    """Return the root mean square pixel distance over all pairs of different pictures, of one class where `labels` are given."""
    if labels is None:
        return float((2 * x.var(0).mean()).sqrt())  # the mean square distance of two draws is twice the variance
    parts = [x[labels == label] for label in range(int(labels.max()) + 1)]
    pairs = [len(part) * (len(part) - 1) for part in parts]
    if not any(pairs):
        return spread(x)
    squares = sum(2 * float(part.var(0).mean()) * count for part, count in zip(parts, pairs, strict=True) if count)
    return float((squares / sum(pairs)) ** 0.5)


def nearest_other(x: Tensor, labels: Tensor | None = None) -> Tensor:
    """Return each picture's root mean square pixel distance (n,) to the picture most like it, of its class where `labels` are given."""
    rows = x.flatten(1)
    distances = torch.cdist(rows, rows) / rows.shape[1] ** 0.5
    distances.fill_diagonal_(torch.inf)
    if labels is not None:
        distances[labels[:, None] != labels] = torch.inf
    nearest = distances.min(1).values
    known: Tensor = nearest[nearest.isfinite()]
    return known if len(known) else nearest.new_ones(1)


def _smoothness(x: Tensor) -> Tensor:
    """Return the mean of the two neighbour correlations of each picture (n,)."""
    centred = x - x.mean((2, 3), keepdim=True)
    power = centred.square().mean((1, 2, 3)).clamp(min=1e-12)
    across = (centred[..., 1:] * centred[..., :-1]).mean((1, 2, 3))
    down = (centred[..., 1:, :] * centred[..., :-1, :]).mean((1, 2, 3))
    correlation: Tensor = (across + down) / (2 * power)
    return correlation
