"""Residual blocks that no name tells: a shortcut leaves neither weights nor, often, a name, but batch norm statistics show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

import torch

from dcgan.models.importing.forward import Forward
from dcgan.models.importing.found import Found
from dcgan.models.importing.geometry import Geometry
from dcgan.models.importing.options import Options
from dcgan.models.importing.parts import Shortcut, Skeleton
from dcgan.models.importing.search import Search
from dcgan.models.importing.trials import FITS, THOROUGH

BETTER = 4.0  # times by which a shortcut must lower the squared error at the next norm


def with_shown_blocks(found: Found, options: Options) -> Iterator[Skeleton]:
    """Yield the network with the first block that the file's statistics show behind those it has, and all pairs of kernels behind it
    alike; then with that block alone. Nothing where a plain chain fits as well.

    Such a block is two kernels of one odd size that keep the channels.
    """
    network = found.network
    taken = {index for shortcut in network.shortcuts for index in range(shortcut.start, shortcut.end + 1)}
    for start in _pairs(network, taken):
        for end, shortcut in _ways(network, start):
            plain = _error(found, end)
            if plain > FITS and _least(_with(network, [shortcut]), found, end, options) * BETTER < plain:
                alike = [shortcut]
                for other in _pairs(network, taken):
                    if other > alike[-1].end:
                        alike.append(replace(shortcut, start=other, end=other + 1))
                yield _with(network, alike)
                if len(alike) > 1:
                    yield _with(network, [shortcut])
                return


def _with(network: Skeleton, shortcuts: Sequence[Shortcut]) -> Skeleton:
    at = {index: index - each.start for each in shortcuts for index in range(each.start, each.end + 1)}
    stages = tuple(replace(stage, within=at.get(index, stage.within)) for index, stage in enumerate(network.stages))
    return replace(network, stages=stages, shortcuts=(*network.shortcuts, *shortcuts))


def _pairs(network: Skeleton, taken: set[int]) -> Iterator[int]:
    """Yield where two kernels of one odd size that keep the channels follow each other, in no block yet, before the last kernel."""
    for start in range(1, len(network.stages) - 2):
        first, second = (network.stages[index].kernel.weight.shape for index in (start, start + 1))
        attends = any(stage.attention for stage in network.stages[start : start + 3])
        is_alike = len(first) == 4 and first == second and first[0] == first[1] and first[2] % 2 == first[3] % 2 == 1
        if is_alike and not attends and not taken & {start, start + 1}:
            yield start


def _ways(network: Skeleton, start: int) -> Iterator[tuple[int, Shortcut]]:
    """Yield ways around the kernels `start` and the next, each with the norm that shows it."""
    normed = [index for index, stage in enumerate(network.stages) if stage.has_statistics and index > start]
    if start + 1 in normed:
        yield start + 1, Shortcut(start, start + 1, is_raw=True)
    behind = next((index for index in normed if index > start + 1), None)
    if behind is not None:
        yield behind, Shortcut(start, start + 1, is_raw=False)


@torch.inference_mode()
def _error(found: Found, end: int) -> float:
    """Return the squared error of a reading at norm `end`."""
    forward = Forward(found.network)
    now = replace(forward.begin(found.entry, found.start, found.history, 0.0), planes=found.planes)
    for index, choice in enumerate(found.choices[: end + 1]):
        now = forward.step(index, now, choice, found.choices[index - 1].eps if index else choice.eps, THOROUGH)
    assert now.y is not None
    return forward.error(end, found, forward.as_normed(forward.stages[end], now.y, None, found.start)[0])


def _least(network: Skeleton, found: Found, end: int, options: Options) -> float:
    """Return the least squared error at norm `end` of what begins as `found` does."""
    with torch.random.fork_rng(devices=[]):
        begun = Search(network, Geometry(network, options), options).run([found.entry], end + 1)
    return min((each.errors[-1] for each in begun if each.errors), default=inf)
