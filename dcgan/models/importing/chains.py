"""The order of kernels: that in which their channels chain from z to a picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from dcgan.errors import ConfigError
from dcgan.models.importing.naming import natural
from dcgan.models.importing.parts import Part, Way

PICTURE_CHANNELS = (1, 3, 4)


def in_order(kernels: Sequence[Part], ordered: bool) -> tuple[list[Part], list[tuple[Way, ...]]]:
    """Return kernels in an order in which the channels chain from z to a picture, and the ways to read each."""
    by_name = sorted(kernels, key=lambda part: natural(part.path))
    orders: list[Callable[[], list[Part] | None]] = [lambda: by_name, lambda: _search(by_name)]
    if ordered:
        orders.insert(0, lambda: list(kernels))
    for attempt in orders:
        chain = attempt()
        if chain is not None and (ways := ways_of(chain)) is not None:
            return chain, ways
    raise ConfigError(_why_not([*kernels] if ordered else by_name))


def _readings(part: Part) -> list[tuple[Way, int, int]]:
    """Return (way, inputs, outputs) of each reading of a weight; a bias tells how many outputs there are."""
    a, b = part.weight.shape[:2]
    found: list[tuple[Way, int, int]] = [("linear", b, a)] if part.weight.dim() == 2 else [("transposed", a, b), ("conv", b, a)]
    bias = part.tensors.get("bias")
    return [reading for reading in found if bias is None or reading[2] == len(bias)]


def _follows(before: tuple[Way, int, int], after: tuple[Way, int, int]) -> bool:
    if before[0] != "linear":
        return after[0] != "linear" and after[1] == before[2]
    return after[1] == before[2] if after[0] == "linear" else before[2] % after[1] == 0


def _looks(before: tuple[Way, int, int], after: tuple[Way, int, int]) -> bool:
    """Say whether a reading takes a picture in, as an encoder does behind its decoder where names sort it there."""
    return before[0] != "linear" and after[1] in (1, 3) and after[2] not in PICTURE_CHANNELS


def _starts(reading: tuple[Way, int, int], part: Part) -> bool:
    """Say whether a reading can be that of the first kernel: a plain convolution needs a picture to begin with.

    One of 4x4, padded by 3, makes 4x4 of one pixel.
    """
    return (
        reading[0] != "conv"
        or tuple(part.weight.shape[2:]) == (1, 1)
        or (part.weight.shape[2:] == (4, 4) and reading[1] not in PICTURE_CHANNELS)
    )


def ways_of(chain: Sequence[Part]) -> list[tuple[Way, ...]] | None:
    """Return the ways to read each kernel in which the whole chain works, or None."""
    forward = [[reading for reading in _readings(chain[0]) if _starts(reading, chain[0])]]
    for part in chain[1:]:
        forward.append([after for after in _readings(part) if any(_follows(before, after) for before in forward[-1])])
    fitting = [reading for reading in forward[-1] if reading[0] != "linear" and reading[2] in PICTURE_CHANNELS]
    backward = [fitting]
    for readings in forward[-2::-1]:
        backward.insert(0, [before for before in readings if any(_follows(before, after) for after in backward[0])])
    if not all(backward):
        return None
    ways = [tuple(reading[0] for reading in readings) for readings in backward]
    return [_like_neighbours(index, ways, chain) for index in range(len(ways))]


def _like_neighbours(index: int, ways: Sequence[tuple[Way, ...]], chain: Sequence[Part]) -> tuple[Way, ...]:
    """Put the way of other kernels of the same size first, where a square weight can be read in both."""
    if len(ways[index]) == 1:
        return ways[index]
    size = chain[index].weight.shape[2:]
    same = [ways[k][0] for k in range(len(ways)) if len(ways[k]) == 1 and chain[k].weight.shape[2:] == size]
    first: Way = "conv" if same.count("conv") > same.count("transposed") or (not same and size[0] % 2 == 1) else "transposed"
    return (first, "conv" if first == "transposed" else "transposed")


def _family(part: Part) -> tuple[str, int] | None:
    """Return what numbered siblings share, and the number: the layers of one family come in the order of their numbers."""
    text = ".".join(part.path)
    numbers = list(re.finditer(r"\d+", text))
    return (text[: numbers[-1].start()], int(numbers[-1][0])) if numbers else None


def _search(parts: Sequence[Part]) -> list[Part] | None:
    """Find an order in which channels chain, names as a hint: for files that do not keep their order."""
    budget = [4000]

    def grow(chain: list[Part], readings: list[tuple[Way, int, int]]) -> list[Part] | None:
        budget[0] -= 1
        if budget[0] < 0:
            return None
        if len(chain) == len(parts):
            return chain if ways_of(chain) is not None else None
        for part in parts:
            if part in chain or not _may_come(part, chain, parts):
                continue
            options = [
                r
                for r in _readings(part)
                if (_starts(r, part) and r[1] > 1 if not chain else any(_follows(b, r) and not _looks(b, r) for b in readings))
            ]
            if options and (whole := grow([*chain, part], options)) is not None:
                return whole
        return None

    return grow([], [])


def _may_come(part: Part, chain: Sequence[Part], parts: Sequence[Part]) -> bool:
    own = _family(part)
    others = [_family(other) for other in parts if other not in chain and other is not part]
    return own is None or all(other is None or other[0] != own[0] or other[1] > own[1] for other in others)


def _is_shuffled(before: Part, after: Part) -> bool:
    return before.weight.dim() == after.weight.dim() == 4 and before.weight.shape[0] == 4 * after.weight.shape[1]


def _why_not(parts: Sequence[Part]) -> str:
    first = next((part for part in parts if part.weight.dim() == 4), parts[0])
    if first.weight.shape[1] in PICTURE_CHANNELS and first.weight.shape[0] > 4 and parts[0] is first:
        return "its layers begin with a picture, as a discriminator's, a classifier's or an image-to-image network's do"
    ends = {channels for part in parts if part.weight.dim() == 4 for channels in part.weight.shape[:2]}
    if ends and not ends & set(PICTURE_CHANNELS):
        return f"none of its layers gives a picture, which has 1, 3 or 4 channels; the fewest are {min(ends)}"
    if parts[-1].weight.dim() == 4 and not set(parts[-1].weight.shape[:2]) & set(PICTURE_CHANNELS):
        return f"its last layer gives {parts[-1].weight.shape[0]} or {parts[-1].weight.shape[1]} channels; a picture has 1, 3 or 4"
    if any(_is_shuffled(before, after) for before, after in pairwise(parts)):
        return "its convolutions give four times the channels that the next one takes: pixel shuffles between, which are not read here"
    return "the channels of its layers do not chain from z to a picture of 1, 3 or 4 channels"
