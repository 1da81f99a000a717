"""Which norm stands behind which kernel, and how many modules without tensors stand between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from dcgan.errors import ConfigError
from dcgan.models.importing.naming import Path, natural
from dcgan.models.importing.parts import Part, Stage, Way


def with_norms(chain: Sequence[Part], ways: Sequence[tuple[Way, ...]], norms: Sequence[Part], order: Sequence[Path]) -> list[Stage]:
    """Return a stage for each kernel, each norm behind a kernel of its channels.

    `order` is the file's own, empty where it has none. Names come first (deconv2 and bn2), then the order, then the channels.
    """
    stages = bare_stages(chain, ways)
    ranked = sorted(norms, key=lambda part: natural(part.path))
    sequence = [*order] or sorted([part.path for part in (*chain, *norms)], key=natural)
    for places in (by_sequence(stages, ranked, sequence), _by_number(stages, ranked), _by_channels(stages, ranked)):
        if places is not None:
            return [replace(stage, norm=places.get(index)) for index, stage in enumerate(stages)]
    raise ConfigError(f"its {len(norms)} norms do not fit behind its {len(chain)} kernels")


def bare_stages(chain: Sequence[Part], ways: Sequence[tuple[Way, ...]]) -> list[Stage]:
    """Return a stage for each kernel, without norms."""
    return [
        Stage(part, ways[index], shape=_shape(part, chain[index + 1 : index + 2], ways[index + 1 : index + 2]))
        for index, part in enumerate(chain)
    ]


def _shape(part: Part, after: Sequence[Part], way: Sequence[tuple[Way, ...]]) -> tuple[int, int] | None:
    """Return (channels, places) that a linear layer before a convolution is reshaped to."""
    if part.weight.dim() != 2 or not after or after[0].weight.dim() != 4:
        return None
    channels = after[0].weight.shape[0 if way[0][0] == "transposed" else 1]
    return channels, part.weight.shape[0] // channels


def takes(stage: Stage, norm: Part) -> bool:
    """Say whether a norm fits behind a kernel: by its outputs, or by the channels that they are reshaped to."""
    return norm.channels in outputs(stage)


def outputs(stage: Stage) -> set[int]:
    weight = stage.kernel.weight
    found = {weight.shape[1 if way == "transposed" else 0] for way in stage.ways}
    return found | ({stage.shape[0]} if stage.shape else set())


Places = dict[int, Part]


def by_sequence(stages: Sequence[Stage], norms: Sequence[Part], order: Sequence[Path]) -> Places | None:
    """Put each norm behind the kernel that stands last before it."""
    index = {stage.kernel.path: position for position, stage in enumerate(stages)}
    named = {norm.path: norm for norm in norms}
    places: Places = {}
    current = -1
    for path in order:
        current = index.get(path, current)
        if path in named:
            if current < 0 or current in places or not takes(stages[current], named[path]):
                return None
            places[current] = named[path]
    return places


def _by_number(stages: Sequence[Stage], norms: Sequence[Part]) -> Places | None:
    """Put bn2 behind deconv2."""
    places: Places = {}
    for norm in norms:
        numbers = re.findall(r"\d+", ".".join(norm.path))
        fitting = [
            index
            for index, stage in enumerate(stages)
            if numbers and re.findall(r"\d+", ".".join(stage.kernel.path)) == numbers and takes(stage, norm) and index not in places
        ]
        if len(fitting) != 1:
            return None
        places[fitting[0]] = norm
    return places


def _by_channels(stages: Sequence[Stage], norms: Sequence[Part]) -> Places | None:
    """Put the norms, in the order of their names, each behind the next kernel that has its channels."""
    places: Places = {}
    for norm in norms:
        index = next((index for index, stage in enumerate(stages) if index not in places and takes(stage, norm)), None)
        if index is None:
            return None
        places[index] = norm
    return places


def with_gaps(stages: Sequence[Stage], slopes: Sequence[Part]) -> tuple[Stage, ...]:
    """Return the stages with the gaps that the numbers of an `nn.Sequential` show, and learned slopes in their places."""
    parents = _trusted(stages)
    finished: list[Stage] = []
    before: Part | None = None
    for stage in stages:
        slope = next((part for part in slopes if before is not None and _between(before, part, stage.kernel)), None)
        gap = _gap(before, stage.kernel, parents)
        norm_gap = _gap(stage.kernel, stage.norm, parents) if stage.norm else None
        lead = _lead(stage.kernel, stages) if gap is None and before is not None else 0
        finished.append(
            replace(stage, gap=gap, lead=lead, norm_gap=norm_gap, slope=None if slope is None else float(slope.weight.reshape(-1)[0]))
        )
        before = stage.norm or stage.kernel
    placed = sum(stage.slope is not None for stage in finished)
    if slopes and len(slopes) == 1 and not placed:
        value = float(slopes[0].weight.reshape(-1)[0])  # one learned slope that all layers share
        return tuple(replace(stage, slope=value) if index else stage for index, stage in enumerate(finished))
    if placed < len(slopes):
        by_order = iter(sorted(slopes, key=lambda part: natural(part.path)))
        return tuple(
            replace(stage, slope=float(part.weight.reshape(-1)[0])) if index and (part := next(by_order, None)) else stage
            for index, stage in enumerate(finished)
        )
    return tuple(finished)


def _between(before: Part, part: Part, after: Part) -> bool:
    return before.path < part.path < after.path if part.place is None else natural(before.path) < natural(part.path) < natural(after.path)


def _gap(before: Part | None, after: Part, parents: set[Path]) -> int | None:
    if before is None or before.place is None or after.place is None or before.place[0] != after.place[0]:
        return None
    return after.place[1] - before.place[1] - 1 if after.place[0] in parents else None


def _lead(kernel: Part, stages: Sequence[Stage]) -> int:
    """Count the modules without tensors at the beginning of the `nn.Sequential` that a kernel is the first with tensors of."""
    if kernel.place is None:
        return 0
    others = [part.place for stage in stages for part in (stage.kernel, stage.norm) if part is not None and part.place is not None]
    return kernel.place[1] if kernel.place == min(place for place in others if place[0] == kernel.place[0]) else 0


def _trusted(stages: Sequence[Stage]) -> set[Path]:
    """Return the parents whose numbers leave room for activations; an `nn.ModuleList` numbers its modules without gaps."""
    places = sorted(part.place for stage in stages for part in (stage.kernel, stage.norm) if part is not None and part.place is not None)
    return {a[0] for a, b in pairwise(places) if a[0] == b[0] and b[1] - a[1] > 1}
