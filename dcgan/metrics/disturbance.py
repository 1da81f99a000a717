"""Changes that leave what a picture shows as it is, for a classifier that must also judge generated pictures.

All functions take x (n, c, h, w) float in [-1, 1] and draw one change for each picture from a generator on the CPU.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor
from torch.nn import functional as F

TURN = math.radians(10)
SCALE, SHIFT = 0.12, 0.08  # of the side
BRIGHTNESS, CONTRAST, SATURATION = 0.3, 0.4, 0.5
NOISE = 0.15  # the largest standard deviation


def disturb(x: Tensor, kinds: Iterable[str], generator: torch.Generator) -> Tensor:
    """Return `x` after each of `kinds` (of KINDS), in their order."""
    for kind in kinds:
        x = KINDS[kind](x, generator)
    return x


def flip(x: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror one picture in two."""
    return torch.where(_uniform(x, generator) < 0.5, x.flip(3), x)


def move(x: Tensor, generator: torch.Generator) -> Tensor:
    """Turn by up to TURN, scale by up to SCALE and shift by up to SHIFT; edges are continued."""
    turn, scale, right, down = ((2 * _uniform(x, generator) - 1).flatten() * reach for reach in (TURN, SCALE, 2 * SHIFT, 2 * SHIFT))
    cos, sin = turn.cos() * (1 + scale), turn.sin() * (1 + scale)
    rows = [torch.stack([cos, -sin, right], 1), torch.stack([sin, cos, down], 1)]  # (n, 3) each
    grid = F.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def color(x: Tensor, generator: torch.Generator) -> Tensor:
    """Change brightness, contrast and saturation."""
    brightness, contrast, saturation = (2 * _uniform(x, generator) - 1 for _ in range(3))
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (1 + SATURATION * saturation)
    mean = x.mean((1, 2, 3), keepdim=True)
    return (mean + (x - mean) * (1 + CONTRAST * contrast) + BRIGHTNESS * brightness).clamp(-1, 1)


def blur(x: Tensor, generator: torch.Generator) -> Tensor:
    """Blend with its mean over 3x3 pixels, by any share."""
    smooth = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    return torch.lerp(x, smooth, _uniform(x, generator))


def noise(x: Tensor, generator: torch.Generator) -> Tensor:
    """Add normal noise, of any strength up to NOISE."""
    return x + torch.randn(x.shape, generator=generator) * (NOISE * _uniform(x, generator))


def _uniform(x: Tensor, generator: torch.Generator) -> Tensor:
    return torch.rand(len(x), 1, 1, 1, generator=generator)


KINDS: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "flip": flip,
    "move": move,
    "color": color,
    "blur": blur,
    "noise": noise,
}
