"""Residual blocks by names: kernels below one name, some with a kernel of its own on the way around the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from dcgan.errors import ConfigError
from dcgan.models.importing.chains import in_order
from dcgan.models.importing.naming import NUMBERS, Path, natural
from dcgan.models.importing.norms import bare_stages, by_sequence, takes
from dcgan.models.importing.parts import Part, Shortcut, Skeleton, Stage

AROUND = re.compile(r"short_?cut|by_?pass|skip|down_?sample|(^|_)(c_|conv_)?sc(_|\d*$)|^resid(ual)?$|^res_?conv$|^conv_?res$")
"""What a kernel on the way around is called, or what holds it."""
SAYS = re.compile(r"short_?cut|by_?pass|skip|resid|res_?block|(^|_)(c_|conv_)?sc(_|$)")
BLOCK = re.compile(r"^(res(_?(net|layer|unit|blk|stage))?s?|rb)_?\d*$|resid|res_?block")
"""How blocks are called that add what comes in; where channels stay as many they need no weights to do so."""
RARELY = 3.0  # nats: norms that stand in the file before their kernels, but behind them in the block, or the other way round


@dataclass(frozen=True)
class Block:
    """What a file has below one name: the kernels and norms of the body, and those on the way around, if any."""

    kernels: tuple[Part, ...]
    norms: tuple[Part, ...]
    around: tuple[Part, ...] = ()
    around_norms: tuple[Part, ...] = ()


def named_blocks(kernels: Sequence[Part], norms: Sequence[Part], order: Sequence[Path]) -> list[Skeleton]:
    """Return the networks that a file with residual blocks by name can be, or none where no name tells of one.

    They differ in where norms stand, and whether what comes in is added before or behind them. A ConfigError says that they are not read.
    """
    blocks = _found(kernels, norms)
    name = next((".".join(part.path) for part in kernels if any(map(SAYS.search, _lower(part.path)))), None)
    if not blocks and name is None:
        return []
    name = name or ".".join(blocks[0].kernels[0].path)
    networks = _networks(blocks, kernels, norms, order) if blocks else []
    if not networks:
        raise ConfigError(f"its residual blocks ({name}) are of no kind that is read here")
    return networks


def _lower(path: Path) -> tuple[str, ...]:
    return tuple(part.lower() for part in path)


def _found(kernels: Sequence[Part], norms: Sequence[Part]) -> list[Block]:
    """Return the blocks of a file: those with a kernel on the way around, their siblings, and those that names tell."""
    around = {part.path: prefix for part in (*kernels, *norms) if (prefix := _before_around(part.path)) is not None}
    prefixes = {around[part.path] for part in kernels if part.path in around}
    kinds = {_kind(prefix) for prefix in prefixes}
    inner = [part for part in kernels if part.path not in around]
    prefixes |= {part.path[:length] for part in inner for length in range(1, len(part.path)) if _kind(part.path[:length]) in kinds}
    prefixes |= _told(inner)
    found = []
    for prefix in sorted(prefixes, key=natural):
        below = [part for part in (*kernels, *norms) if part.path[: len(prefix)] == prefix]
        own, own_norms = ([part for part in parts if part in below and part.path not in around] for parts in (kernels, norms))
        ways = tuple(part for part in kernels if around.get(part.path) == prefix)
        if prefix and own and (ways or len(own) > 1):
            found.append(Block(tuple(own), tuple(own_norms), ways, tuple(part for part in norms if around.get(part.path) == prefix)))
    return found


def _kind(prefix: Path) -> str:
    return re.sub(r"\d+", "#", ".".join(prefix))


def _before_around(path: Path) -> Path | None:
    """Return the name of the block on whose way around a module is, or None where its name tells of none."""
    place = next((index for index, name in enumerate(_lower(path)) if AROUND.search(name)), None)
    return None if place is None else path[:place]


def _told(kernels: Sequence[Part]) -> set[Path]:
    """Return the names of blocks that hold two kernels of an odd size with as many channels in as out, and are called residual."""
    groups: dict[Path, list[Part]] = {}
    for part in kernels:
        place = next((index for index, name in enumerate(_lower(part.path[:-1])) if BLOCK.search(name)), None)
        if place is not None:
            groups.setdefault(part.path[: place + 1], []).append(part)
    found = set()
    for prefix, parts in groups.items():
        listed: dict[Path, list[Part]] = {}
        for part in parts:
            listed.setdefault(part.path[: len(prefix) + 1], []).append(part)
        numbered = all(path[-1].isdigit() and len(each) > 1 for path, each in listed.items())
        found |= {path for path, each in (listed if numbered else {prefix: parts}).items() if _are_twins(each)}
    return found


def _are_twins(kernels: Sequence[Part]) -> bool:
    shapes = [tuple(part.weight.shape) for part in kernels if part.weight.dim() == 4]
    return any(shapes.count(shape) > 1 and shape[0] == shape[1] and shape[2] % 2 == shape[3] % 2 == 1 for shape in shapes)


def _networks(blocks: Sequence[Block], kernels: Sequence[Part], norms: Sequence[Part], order: Sequence[Path]) -> list[Skeleton]:
    around = [part for block in blocks for part in (*block.around, *block.around_norms)]
    rank = {path: place for place, path in enumerate(order or sorted((part.path for part in (*kernels, *norms)), key=natural))}
    ordered = sorted(kernels, key=lambda part: rank[part.path])
    stages = bare_stages(*in_order([part for part in ordered if part not in around], bool(order)))
    ranked = sorted((norm for norm in norms if norm not in around), key=lambda part: rank[part.path])
    found = []
    for is_raw in (True, False):
        shortcuts = [shortcut for block in blocks if (shortcut := _shortcut(block, stages, is_raw)) is not None]
        places = _places(blocks, stages, ranked, rank, is_raw, is_ordered=bool(order))
        if places is not None and shortcuts:
            at = {index: index - each.start for each in shortcuts for index in range(each.start, each.end + 1)}
            normed = tuple(replace(stage, norm=places.get(index), within=at.get(index)) for index, stage in enumerate(stages))
            cost = RARELY * sum(_stand_otherwise(block, rank, is_raw) for block in blocks) / len(blocks)
            found.append(Skeleton(normed, shortcuts=tuple(shortcuts), cost=cost))
    return sorted(found, key=lambda network: network.cost)


def _shortcut(block: Block, stages: Sequence[Stage], is_raw: bool) -> Shortcut | None:
    """Return the way around a block's kernels, or None where these do not follow each other or no sum fits."""
    places = [index for index, stage in enumerate(stages) if stage.kernel in block.kernels]
    start, end = places[0], places[-1]
    if places != [*range(start, end + 1)] or start == 0 or end == len(stages) - 1:
        return None
    if any(stages[index].kernel.weight.dim() != 4 for index in places) or len(block.around) > 1 or len(block.around_norms) > 1:
        return None
    inputs, outputs = stages[start].inputs, stages[end].channels
    if not block.around:
        return Shortcut(start, end, is_raw) if inputs == outputs and not block.around_norms else None
    (own,) = block.around
    norm = block.around_norms[0] if block.around_norms else None
    shape = tuple(own.weight.shape)
    if len(shape) != 4 or shape[2] != shape[3] or shape[2] > 4 or (norm is not None and norm.channels != outputs):
        return None
    is_transposed = shape[2] % 2 == 0
    fits = shape[:2] == ((inputs, outputs) if is_transposed else (outputs, inputs))
    return Shortcut(start, end, is_raw, own, norm) if fits else None


def _places(
    blocks: Sequence[Block], stages: Sequence[Stage], norms: Sequence[Part], rank: Mapping[Path, int], is_raw: bool, is_ordered: bool
) -> dict[int, Part] | None:
    """Return the norm behind each kernel: those of a block before its kernels or behind them, others as they stand in the file."""
    sequence: list[Path] = []
    for stage in stages:
        block = next((block for block in blocks if stage.kernel in block.kernels), None)
        if block is None:
            sequence.append(stage.kernel.path)
        elif stage.kernel is block.kernels[0]:
            own = [norm for norm in norms if norm in block.norms]
            few, many = len(block.kernels) - 1, len(block.kernels)
            if len(own) not in (0, few, many):
                return None
            pairs = zip_longest(own, block.kernels) if is_raw and len(own) == many else zip_longest(block.kernels, own)
            sequence += [part.path for pair in pairs for part in pair if part is not None]
    within = {part.path: block for block in blocks for part in (*block.kernels, *block.norms, *block.around, *block.around_norms)}
    for norm in norms:
        if norm.path not in within:
            free = [] if is_ordered else _free(stages, sequence, norm)
            before = free or [path for path in rank if rank[path] < rank[norm.path] and (path in within or path in sequence)]
            anchor = before[-1] if before else None
            if anchor in within:  # behind the whole block
                anchor = max((part.path for part in (*within[anchor].kernels, *within[anchor].norms)), key=sequence.index)
            if anchor is None:
                return None
            sequence.insert(sequence.index(anchor) + 1, norm.path)
    return by_sequence(stages, norms, sequence)


def _free(stages: Sequence[Stage], sequence: Sequence[Path], norm: Part) -> list[Path]:
    """Return the kernels without a norm that a norm of a file without an order can stand behind, the likeliest last: where it is
    called as they are, or else behind all others.
    """
    free = [
        stage.kernel.path
        for stage in stages[:-1]
        if takes(stage, norm)
        and (after := sequence[sequence.index(stage.kernel.path) + 1 :])
        and after[0] in {each.kernel.path for each in stages}
    ]
    beside = [path for path in free if path[:-1] == norm.path[:-1] != ()]
    numbered = [path for path in free if NUMBERS.findall(".".join(path)) == NUMBERS.findall(".".join(norm.path)) != []]
    return [*free, *numbered, *beside]


def _stand_otherwise(block: Block, rank: Mapping[Path, int], is_raw: bool) -> bool:
    """Say whether the file has a block's norms, as many as kernels, on the other side of them."""
    kernels, norms = (sorted(rank[part.path] for part in parts) for parts in (block.kernels, block.norms))
    if len(kernels) != len(norms):
        return False
    return norms[0] > kernels[0] and (len(norms) == 1 or norms[0] < kernels[1]) if is_raw else norms[0] < kernels[0]
