"""Sliced Wasserstein distance of picture patches: a measure cheap enough for every few minutes of a training."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.images import Images, to_x

COARSEST = 16  # pixels a side of the last level
PATCH = 7  # pixels a side
PATCHES = 16  # of each picture and level
PROJECTIONS = 512
CHUNK = 64  # pictures of which the pyramids are built at once


def sliced_wasserstein(a: Images, b: Images, seed: int = 0) -> float:
    """Return the distance of two sets of pictures, uint8 (n, h, w, c) of one shape with h = w from 16 on: 0 for equal arrays, no unit.

    The mean over the levels of Laplacian pyramids down to 16 px. At each level 7x7 patches at random places, normalised by the level's
    mean and standard deviation of each channel (of both sets together, so that a difference in contrast counts), are projected on
    512 random directions; there the two sorted sets are compared (Karras et al. 2018, section 5; Rabin et al. 2011).
    Equal `seed`: equal places and directions, the same for both sets.
    """
    if a.shape != b.shape or a.ndim != 4 or a.shape[1] != a.shape[2] or a.shape[1] < COARSEST or not len(a):
        raise ConfigError(f"two equal numbers of square pictures from {COARSEST} px on are compared, found {a.shape} and {b.shape}")
    draw = torch.Generator().manual_seed(seed)
    return float(np.mean([_level_distance(one, other, draw) for one, other in zip(_levels(a), _levels(b), strict=True)]))


def laplacian_pyramid(x: Tensor) -> list[Tensor]:
    """Return the levels of x (n, c, h, h), finest first: what blurring takes away, halved as long as 16 px are left, then the rest."""
    levels = []
    while x.shape[2] >= 2 * COARSEST:
        smaller = _blur(x)[:, :, ::2, ::2]
        levels.append(x - _enlarge(smaller, x.shape[2]))
        x = smaller
    return [*levels, x]


def _levels(images: Images) -> list[Tensor]:
    parts = (torch.from_numpy(np.ascontiguousarray(images[first : first + CHUNK])) for first in range(0, len(images), CHUNK))
    return [torch.cat(level) for level in zip(*(laplacian_pyramid(to_x(part).contiguous()) for part in parts), strict=True)]


def _blur(x: Tensor, gain: float = 1.0) -> Tensor:
    """Blur with the binomial kernel 1 4 6 4 1 (Burt and Adelson 1983), mirrored at the edges, an axis at a time.

    Sums are several times as fast as a convolution with one kernel a channel.
    """
    x = F.pad(x, (2, 2, 2, 2), mode="reflect")
    for axis in (2, 3):
        size = x.shape[axis] - 4
        shifted = [x.narrow(axis, start, size) for start in range(5)]
        x = (shifted[0] + shifted[4]).add_(shifted[1] + shifted[3], alpha=4).add_(shifted[2], alpha=6).mul_(gain / 16)
    return x


def _enlarge(x: Tensor, size: int) -> Tensor:
    """Put zeros between the pixels and blur, which keeps the mean by a gain of 2 an axis."""
    sparse = x.new_zeros((*x.shape[:2], size, size))
    sparse[:, :, ::2, ::2] = x
    return _blur(sparse, gain=2.0)


def _level_distance(a: Tensor, b: Tensor, draw: torch.Generator) -> float:
    n, channels, size, _ = a.shape
    places = torch.randint(0, size - PATCH + 1, (2, n, PATCHES), generator=draw)
    directions = F.normalize(torch.randn(PROJECTIONS, channels * PATCH * PATCH, generator=draw))
    sides = [_patches(x, places) for x in (a, b)]  # (n * PATCHES, c, 7, 7)
    std, mean = torch.std_mean(torch.cat(sides), dim=(0, 2, 3), keepdim=True)
    one, other = ((directions @ ((side - mean) / std.clamp(min=1e-6)).flatten(1).T).numpy() for side in sides)  # (512, n * PATCHES)
    one.sort(axis=1)  # several times as fast as torch.sort, which also keeps indices
    other.sort(axis=1)
    return float(np.abs(np.subtract(one, other, out=one), out=one).mean())


def _patches(x: Tensor, places: Tensor) -> Tensor:
    """Return the patches of x (n, c, h, h) whose corners are `places` (2, n, k): rows and columns; as (n * k, c, 7, 7)."""
    offsets = torch.arange(PATCH)
    rows = (places[0, :, :, None] + offsets)[..., :, None]  # (n, k, 7, 1)
    columns = (places[1, :, :, None] + offsets)[..., None, :]  # (n, k, 1, 7)
    picture = torch.arange(len(x))[:, None, None, None]
    return x.permute(0, 2, 3, 1)[picture, rows, columns].flatten(0, 1).permute(0, 3, 1, 2)
