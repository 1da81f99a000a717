"""D's word on real pictures and fakes that pass it in one batch."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dcgan.training.batches import Batch

Judge = Callable[[Tensor, Tensor | None], Tensor]  # x (n, c, h, w) and labels (n,) -> D's outputs (n, 1), float32


def judge_together(judge: Judge, real: Batch, fakes: Batch) -> tuple[Tensor, Tensor]:
    """Return D's outputs (n, 1) for equally many real pictures and fakes, with batch norm statistics of both.

    D and G both have to learn so, or from neither: a D that knows fakes by what they do to a joint batch's statistics finds
    nothing in a batch of fakes alone (it took 0.1 % of them for real in the one and 70 % in the other), and G learns nothing of it.
    """
    labels = None if real.labels is None or fakes.labels is None else torch.cat([real.labels, fakes.labels])
    on_real, on_fakes = judge(torch.cat([real.x, fakes.x]), labels).chunk(2)
    return on_real, on_fakes
