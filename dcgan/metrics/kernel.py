"""Distances between two sets of features: KID, and FID's formula."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

Features = npt.NDArray[np.float32]  # (n, d)

BLOCK = 500  # pictures


@dataclass(frozen=True)
class Estimate:
    """A mean over `blocks` disjoint blocks of `block` pictures a side, and its standard error (None for a single block)."""

    value: float
    error: float | None
    blocks: int
    block: int

    @property
    def n(self) -> int:
        """The number of pictures a side."""
        return self.blocks * self.block


def kid(real: Features, fake: Features, seed: int = 0, block: int = BLOCK) -> Estimate:
    """Return the squared MMD with the kernel (x·y / d + 1)^3, unbiased (Binkowski et al. 2018, section 4), of two sets of equal size.

    Both sets are shuffled by `seed` and cut into disjoint blocks, so that the blocks' values are independent and their
    standard deviation / √blocks is the error of their mean. A set smaller than a block is one block; what fills no block is left out.
    With other features than Inception's the number is a KID of those features, comparable only with its like.
    """
    if len(real) != len(fake) or len(real) < 2:
        raise ValueError(f"two sets of equal size, 2 or more, are compared, found {len(real)} and {len(fake)}")
    block = min(block, len(real))
    blocks = len(real) // block
    draw = np.random.default_rng(seed)
    orders = [draw.permutation(len(side))[: blocks * block].reshape(blocks, block) for side in (real, fake)]
    values = [_squared_mmd(_double(real[a]), _double(fake[b])) for a, b in zip(*orders, strict=True)]
    error = float(np.std(values, ddof=1) / np.sqrt(blocks)) if blocks > 1 else None
    return Estimate(float(np.mean(values)), error, blocks, block)


def _squared_mmd(x: torch.Tensor, y: torch.Tensor) -> float:
    """Return the unbiased estimate of the squared MMD of two sets (n, d): no picture is compared with itself (equation 4)."""

    def kernel(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a @ b.T / a.shape[1] + 1) ** 3

    n = len(x)
    within = sum(float(same.sum() - same.trace()) for same in (kernel(x, x), kernel(y, y)))
    return within / (n * (n - 1)) - 2 * float(kernel(x, y).mean())


def frechet_distance(real: Features, fake: Features) -> float:
    """Return the Fréchet distance of the Gaussians fitted to two sets (Heusel et al. 2017); with Inception's features this is FID."""
    a, b = _double(real), _double(fake)
    products = torch.linalg.eigvals(torch.cov(a.T) @ torch.cov(b.T))  # real and not negative but for rounding
    spread = torch.cov(a.T).trace() + torch.cov(b.T).trace() - 2 * products.real.clamp(min=0).sqrt().sum()
    return float((a.mean(0) - b.mean(0)).square().sum() + spread)


def mean_distance(features: Features) -> float:
    """Return the mean Euclidean distance over all pairs of different rows."""
    points = torch.from_numpy(features)
    total = np.sum([float(torch.cdist(part, points).sum(dtype=torch.float64)) for part in _pieces(points)])
    return float(total) / (len(points) * (len(points) - 1))


def nearest(queries: Features, points: Features, count: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return the Euclidean distances, rising, and indices (q, count) of the `count` points nearest to each query."""
    rows = torch.from_numpy(points)
    found = [torch.cdist(part, rows).topk(count, largest=False) for part in _pieces(torch.from_numpy(queries))]
    return torch.cat([part.values for part in found]).numpy(), torch.cat([part.indices for part in found]).numpy()


def _pieces(rows: torch.Tensor) -> Iterator[torch.Tensor]:
    """Yield the rows a block at a time, which bounds the memory of their distances to all others."""
    return (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))


def _double(features: Features) -> torch.Tensor:
    return torch.from_numpy(np.asarray(features, np.float64))
