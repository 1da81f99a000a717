"""Blocks that add what comes in, told by batch norm statistics: a shortcut leaves neither weights nor, often, a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.models.importing.evidence import activate
from dcgan.models.importing.forward import Forward
from dcgan.models.importing.found import Found
from dcgan.models.importing.options import NO_ACT, Act
from dcgan.models.importing.parts import Skeleton, Stage
from dcgan.models.importing.trials import FITS, THOROUGH

BETTER = 4.0  # times by which a shortcut must lower the squared error at the next norm


@dataclass(frozen=True)
class Shortcut:
    """What comes into kernel `start` is added behind the next kernel's norm, with `act` behind the sum; or, without one, before it."""

    start: int
    act: Act | None = None


@torch.inference_mode()
def residual(network: Skeleton, found: Found) -> str | None:
    """Return the name of a residual block's first kernel, or None where a plain chain fits the file's statistics as well.

    Such a block is two kernels of one odd size that keep the channels.
    """
    forward = Forward(network)
    for start, (first, second) in enumerate(pairwise(network.stages)):
        if not start or not _is_pair(first, second):
            continue
        for end, shortcut in _shortcuts(network, found, start):
            plain = _error(forward, found, end)
            if plain > FITS and _error(forward, found, end, shortcut) * BETTER < plain:
                return ".".join(first.kernel.path)
    return None


def _is_pair(first: Stage, second: Stage) -> bool:
    shape = first.kernel.weight.shape
    return len(shape) == 4 and shape == second.kernel.weight.shape and shape[0] == shape[1] and shape[2] % 2 == shape[3] % 2 == 1


def _shortcuts(network: Skeleton, found: Found, start: int) -> Iterator[tuple[int, Shortcut]]:
    """Yield ways around the kernels `start` and the next, each with the norm that shows it."""
    normed = [index for index, stage in enumerate(network.stages) if stage.has_statistics and index > start]
    if start + 1 in normed:
        yield start + 1, Shortcut(start)
    behind = next((index for index in normed if index > start + 1), None)
    if behind is not None:
        for act in dict.fromkeys([found.choices[start + 2].act, NO_ACT]):
            yield behind, Shortcut(start, act)


def _error(forward: Forward, found: Found, end: int, shortcut: Shortcut | None = None) -> float:
    """Return the squared error at norm `end` of a reading with this shortcut."""
    now, kept = replace(forward.begin(found.entry, found.start, found.history, 0.0), planes=found.planes), torch.zeros(())
    start, act = (shortcut.start, shortcut.act) if shortcut is not None else (end, None)
    for index, choice in enumerate(found.choices[: end + 1]):
        eps = found.choices[index - 1].eps if index else choice.eps
        x = forward.input(index, now, choice.act, eps, THOROUGH)
        if index == start:
            kept = x if act is not None or now.y is None else now.y.reshape(len(now.y), *x.shape[1:])
            kept = F.interpolate(kept, scale_factor=float(choice.move.scale), mode=choice.move.mode)
        if index == start + 2 and act is not None:
            x = activate(_added(forward.input(index, now, NO_ACT, eps, THOROUGH), kept), act)
        y, size = forward.applied(index, now, x, choice)
        now = replace(now, y=_added(y, kept) if index == start + 1 and act is None else y, size=size)
    assert now.y is not None
    return forward.error(end, found, forward.as_normed(forward.stages[end], now.y, None, found.start)[0])


def _added(x: Tensor, kept: Tensor) -> Tensor:
    """Return the sum, or x where the kernels between did not keep the size."""
    count = min(len(x), len(kept))
    return x[:count] + kept[:count] if x.shape[1:] == kept.shape[1:] else x
