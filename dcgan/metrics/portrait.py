"""What a set of pictures looks like, in a few numbers that need no other set: enough to tell a generator that failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

ALIKE = 0.3  # of the spread: as near as this, pictures count as nearly the same one
NOTHING = 1e-4  # a distance that no screen shows: less than is rounded away
LEAST = 4  # pictures of a class, from which on its distances say something


@dataclass(frozen=True)
class Portrait:
    """Measures of n pictures x in [-1, 1].

    `contrast` is the mean standard deviation of the pixels of a picture, each channel about its own mean; `spread` the root mean square
    pixel distance of two different pictures. `different` is how many different pictures they are worth: k where each is one of k, far
    apart (the Vendi score of Friedman and Dieng 2023, its kernel a Gaussian of ALIKE times the spread). `crowd` is the largest share of
    them that is within ALIKE of one. `gap` is the largest step, as a factor, from one neighbour's distance to the next's, the median over
    the pictures: near 1 where pictures fade into each other, far above it where they lie in heaps. From `spread` on all are within classes
    where these are known, of `group` pictures each, the latter three as medians over the classes. `smoothness` is the median correlation
    of a pixel with its neighbours right and below: about 0 in noise, above 0.7 in pictures. `evenness` is the median difference of such
    neighbours over the root mean square one, the median over the pictures: 0.7 to 0.95 in noise, near 0 where most neighbours are of one
    colour and the others differ sharply. `side` is the shorter one, in pixels.
    """

    n: int
    group: int
    side: int
    contrast: float
    spread: float
    different: float
    crowd: float
    gap: float
    smoothness: float
    evenness: float

    @property
    def variety(self) -> float:
        """Spread over contrast: 1.4 where pictures have nothing in common, 0 where all are the same."""
        return self.spread / max(self.contrast, 1e-3)


def portrait(x: Tensor, labels: Tensor | None = None) -> Portrait:
    """Measure pictures x (n, c, h, w), n from 2 on, with their classes int64 (n,) where they have some."""
    x = x.detach().float()
    groups = [part for part in _classes(x, labels) if len(part) >= LEAST] or [x]
    distances = [_distances(part) for part in groups]
    return Portrait(
        n=len(x),
        group=round(_median([len(part) for part in groups])),
        side=min(x.shape[2:]),
        contrast=float(x.var((2, 3), correction=0).mean(1).sqrt().mean()),
        spread=spread(x, labels),
        different=_median([_different(part) for part in distances]),
        crowd=_median([float((part < ALIKE).double().mean(1).max()) for part in distances]),
        gap=_median([_gap(part) for part in distances]),
        smoothness=float(_smoothness(x).median()),
        evenness=float(_evenness(x).median()),
    )


def _classes(x: Tensor, labels: Tensor | None) -> Iterator[Tensor]:
    if labels is None:
        yield x
        return
    for label in range(int(labels.max()) + 1):
        yield x[labels == label]


def spread(x: Tensor, labels: Tensor | None = None) -> float:
    """Return the root mean square pixel distance over all pairs of different pictures, of one class where `labels` are given."""
    if labels is None:
        return float((2 * x.var(0).mean()).sqrt())  # the mean square distance of two draws is twice the variance
    parts = list(_classes(x, labels))
    pairs = [len(part) * (len(part) - 1) for part in parts]
    if not any(pairs):
        return spread(x)
    squares = sum(2 * float(part.var(0).mean()) * count for part, count in zip(parts, pairs, strict=True) if count)
    return float((squares / sum(pairs)) ** 0.5)


def _distances(x: Tensor) -> Tensor:
    """Return the root mean square pixel distances (n, n) of pictures, over their spread."""
    rows = x.flatten(1).double()
    distances: Tensor = torch.cdist(rows, rows) / (rows.shape[1] ** 0.5 * max(spread(x), NOTHING))
    return distances


def _different(distances: Tensor) -> float:
    """Return the Vendi score: the exponential of the entropy of the kernel's eigenvalues, which add up to 1."""
    kernel = torch.exp(-(distances / ALIKE).square() / 2) / len(distances)
    values = torch.linalg.eigvalsh(kernel).clamp(min=1e-12)
    return float(torch.exp(-(values * values.log()).sum()))


def _gap(distances: Tensor) -> float:
    """Return the median over pictures of the largest ratio of two neighbours' distances in a row, from the second neighbour on."""
    ordered = distances.sort(1).values[:, 2:].clamp(min=1e-6)
    return float((ordered[:, 1:] / ordered[:, :-1]).max(1).values.median())


def _median(values: list[float] | list[int]) -> float:
    return float(torch.tensor(values, dtype=torch.float64).median())


def _smoothness(x: Tensor) -> Tensor:
    """Return the mean of the two neighbour correlations of each picture (n,)."""
    centred = x - x.mean((2, 3), keepdim=True)
    power = centred.square().mean((1, 2, 3)).clamp(min=1e-12)
    across = (centred[..., 1:] * centred[..., :-1]).mean((1, 2, 3))
    down = (centred[..., 1:, :] * centred[..., :-1, :]).mean((1, 2, 3))
    correlation: Tensor = (across + down) / (2 * power)
    return correlation


def _evenness(x: Tensor) -> Tensor:
    """Return the median over the root mean square distance of the colours of neighbours, of each picture (n,)."""
    across, down = x.diff(dim=3).square().mean(1), x.diff(dim=2).square().mean(1)
    squares = torch.cat([across.flatten(1), down.flatten(1)], 1)
    evenness: Tensor = (squares.median(1).values / squares.mean(1).clamp(min=1e-12)).sqrt()
    return evenness
