"""DiffAugment (Zhao et al. 2020): what D sees, real or fake, is changed at random and differentiably, so that few pictures last longer.

All functions take x (n, c, h, w) float in [-1, 1] and draw one change for each picture from a generator on x's device. The ranges are
those of the paper's code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor
from torch.nn import functional as F

SHIFT = 1 / 8  # of the side: the farthest translation
HOLE = 1 / 2  # of the side: the side of the square that is cut out


def augment(x: Tensor, policies: Iterable[str], generator: torch.Generator, probability: float = 1.0) -> Tensor:
    """Return `x` after each of `policies` (of `config.POLICIES`), in their order, each picture and policy with `probability`.

    At 1 a change may leak: D never sees that pictures have, say, a contrast, and G need not learn which (Karras et al. 2020, 2.2).
    """
    for policy in policies:
        changed = _POLICIES[policy](x, generator)
        if probability < 1:
            chosen = torch.rand(len(x), 1, 1, 1, device=x.device, generator=generator) < probability
            changed = torch.where(chosen, changed, x)
        x = changed
    return x


def color(x: Tensor, generator: torch.Generator) -> Tensor:
    """Change brightness by up to 1/2, then saturation by a factor from 0 to 2, then contrast by one from 1/2 to 3/2."""
    brightness, saturation, contrast = torch.rand(3, len(x), 1, 1, 1, device=x.device, generator=generator)
    saturation, contrast = 2 * saturation, contrast + 0.5
    grey = x.mean(1, keepdim=True)  # (n, 1, h, w)
    mean = grey.mean((2, 3), keepdim=True)  # (n, 1, 1, 1)
    rest = contrast * (1 - saturation) * grey + (1 - contrast) * mean + (brightness - 0.5)
    return torch.addcmul(rest, contrast * saturation, x)  # the three changes multiplied out, one pass over x


def translation(x: Tensor, generator: torch.Generator) -> Tensor:
    """Shift by up to SHIFT of the side, in whole pixels each way; what comes in from outside is 0."""
    n, c, h, w = x.shape
    reach_y, reach_x = int(h * SHIFT + 0.5), int(w * SHIFT + 0.5)
    rows = _positions(n, 2 * reach_y + 1, generator, x.device) + torch.arange(h, device=x.device)  # (n, h), in the padded picture
    columns = _positions(n, 2 * reach_x + 1, generator, x.device) + torch.arange(w, device=x.device)  # (n, w)
    padded = F.pad(x, (reach_x, reach_x, reach_y, reach_y)).permute(0, 2, 3, 1)
    first_rows = torch.arange(n, device=x.device)[:, None] * padded.shape[1]
    pixels = (first_rows + rows)[:, :, None] * padded.shape[2] + columns[:, None, :]  # (n, h, w)
    return padded.reshape(-1, c).index_select(0, pixels.flatten()).view(n, h, w, c).permute(0, 3, 1, 2)


def cutout(x: Tensor, generator: torch.Generator) -> Tensor:
    """Set a square of HOLE of the side to 0; its centre lies anywhere in the picture, so that a part of it may fall outside."""
    n, _, h, w = x.shape
    inside = []
    for side in (h, w):
        hole = int(side * HOLE + 0.5)
        first = _positions(n, side + 1 - hole % 2, generator, x.device) - hole // 2  # (n, 1)
        distance = torch.arange(side, device=x.device) - first  # (n, side)
        inside.append((distance >= 0) & (distance < hole))
    return x * ~(inside[0][:, None, :, None] & inside[1][:, None, None, :])


def _positions(n: int, count: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """Return n whole numbers (n, 1) from 0 to below `count`."""
    return torch.randint(count, (n, 1), device=device, generator=generator)


_POLICIES: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {"color": color, "translation": translation, "cutout": cutout}
