"""The readings of a network that can be meant in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

import torch

from dcgan.models.importing.attention import variants
from dcgan.models.importing.contents import Fact
from dcgan.models.importing.entries import entries
from dcgan.models.importing.found import Found
from dcgan.models.importing.geometry import Geometry
from dcgan.models.importing.options import Options
from dcgan.models.importing.parts import Skeleton
from dcgan.models.importing.search import Search
from dcgan.models.importing.trials import FITS


def searched(network: Skeleton, geometry: Geometry, options: Options, facts: Mapping[str, Fact]) -> tuple[Skeleton, list[Found]]:
    """Return the readings that fit, the best first, and the variant of the network that they are of.

    What is unusual is tried where the usual does not reproduce the file's batch norms.
    """
    best: tuple[float, Skeleton, list[Found]] = inf, network, []
    for variant, cost in variants(network):
        with torch.random.fork_rng(devices=[]):
            found = Search(variant, geometry, options).run(entries(variant, options, facts))
        if found and found[0].score + cost < best[0]:
            best = found[0].score + cost, variant, found
        if max((error for each in best[2][:1] for error in each.errors), default=inf) < FITS:
            break
    return best[1:]
