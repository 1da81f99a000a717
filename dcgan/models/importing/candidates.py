"""The readings of all networks that a file can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dcgan.errors import ConfigError
from dcgan.models.importing.contents import Fact
from dcgan.models.importing.entries import size_hint
from dcgan.models.importing.found import Found
from dcgan.models.importing.geometry import MAX_SIDE, Geometry
from dcgan.models.importing.options import Options
from dcgan.models.importing.parts import Skeleton
from dcgan.models.importing.residual import with_shown_blocks
from dcgan.models.importing.searched import searched
from dcgan.models.importing.trials import FITS


def candidates(networks: Sequence[Skeleton], options: Options, facts: Mapping[str, Fact]) -> list[Found]:
    """Return readings, the best first; of one plain network also those with the residual blocks that its statistics show.

    What is less usual is tried where the usual does not reproduce the file's batch norms.
    """
    found: list[Found] = []
    for network in networks:
        if _is_as_stated(network, options) and (not found or not found[0].errors or max(found[0].errors) > FITS):
            found = _sorted([*found, *_readings(network, options, facts)])
    while len(networks) == 1 and found and options.statistics == "file" and (shown := list(with_shown_blocks(found[0], options))):
        before = found[0].score
        for network in shown:
            if found[0].score == before or max(found[0].errors) > FITS:
                found = _sorted([*found, *_readings(network, options, facts)])
        if found[0].score == before:  # a plain chain that is not quite read can look so
            break
    return found


def _is_as_stated(network: Skeleton, options: Options) -> bool:
    return options.blocks is None or all(shortcut.is_raw == (options.blocks == "before") for shortcut in network.shortcuts)


def _sorted(found: Sequence[Found]) -> list[Found]:
    return sorted(found, key=lambda each: each.score)


def _readings(network: Skeleton, options: Options, facts: Mapping[str, Fact]) -> list[Found]:
    geometry = Geometry(network, options, size_hint(facts))
    side = max(geometry.likeliest_size())
    if side > MAX_SIDE:
        raise ConfigError(f"its pictures have {side} pixels a side, at most {MAX_SIDE} are read")
    return searched(network, geometry, options, facts)[1]
