"""The readings of a network that can be meant in several ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

import torch

from dcgan.models.importing.attention import variants
from dcgan.models.importing.contents import Fact
from dcgan.models.importing.entries import entries
from dcgan.models.importing.evidence import WEIGHT, is_untouched
from dcgan.models.importing.forward import Forward
from dcgan.models.importing.found import Found
from dcgan.models.importing.geometry import Geometry
from dcgan.models.importing.judging import errors_of
from dcgan.models.importing.options import Options
from dcgan.models.importing.parts import Skeleton
from dcgan.models.importing.search import Search
from dcgan.models.importing.trials import FITS

CHANCE = 1e-5  # squared error that the examples' chance leaves at a norm


def searched(network: Skeleton, geometry: Geometry, options: Options, facts: Mapping[str, Fact]) -> tuple[Skeleton, list[Found]]:
    """Return the readings that fit, the best first, and the variant of the network that they are of.

    Where the usual one reproduces the file's batch norms, the others are measured as it was read, else each is searched for itself.
    """

    def run(variant: Skeleton) -> list[Found]:
        with torch.random.fork_rng(devices=[]):
            return Search(variant, geometry, options).run(entries(variant, options, facts))

    ways = list(variants(network, options.attention))
    (usual, _), found = ways[0], run(ways[0][0])
    shown = [k for k, stage in enumerate(network.stages) if stage.has_statistics and stage.norm and not is_untouched(stage.norm.tensors)]
    if not found or not shown or len(ways) == 1:
        return usual, found
    errors = _measured([way for way, _ in ways], found[0], shown)
    if max(errors[0]) < FITS:
        costs = [cost + _energy(each, errors) for (_, cost), each in zip(ways, errors, strict=True)]
        best = ways[costs.index(min(costs))][0]
        return best, found if best is usual else run(best)
    tried = [(usual, found, 0.0), *((way, run(way), cost) for way, cost in ways[1:])]
    fitting = [each for each in tried if each[1]]
    best, found, _ = min(fitting, key=lambda each: each[1][0].score + each[2])
    return best, found


@torch.inference_mode()
def _measured(ways: Sequence[Skeleton], found: Found, shown: Sequence[int]) -> list[list[float]]:
    return [errors_of(Forward(way), found, shown) for way in ways]


def _energy(errors: Sequence[float], all_errors: Sequence[Sequence[float]]) -> float:
    """Return what speaks against these errors, in nats: they were made with the same examples as all, so that little is due to chance."""
    least = [max(min(at), CHANCE) for at in zip(*all_errors, strict=True)]
    return sum(WEIGHT * log(error / low + 1) for error, low in zip(errors, least, strict=True))
