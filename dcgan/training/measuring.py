"""What a training step says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Measures:
    """What a step says of itself; see `events.StepDone`. The order is that of `Trainer.step`."""

    loss_d: float
    d_real: float
    d_fake: float
    grad_norm_d: float
    loss_g: float
    d_fake_after: float
    grad_norm_g: float
    diversity: float


def measures(steps: Sequence[Tensor]) -> Measures:
    """Return the means over what `Trainer.step` returned; a number that is not finite in one step is not finite in the mean."""
    return Measures(*torch.stack(list(steps)).mean(0).tolist())


def diversity(x: Tensor) -> Tensor:
    """Return the root mean square distance of neighbouring pictures of a batch x (n, c, h, w): near 0 when all are alike."""
    x = x.float()
    return (x - x.roll(1, dims=0)).square().mean().sqrt()
