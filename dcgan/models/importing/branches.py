"""A label's own branch: layers that take the label alone, and whose planes are joined to the picture before a later kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.models.importing.chains import ways_of
from dcgan.models.importing.evidence import activate
from dcgan.models.importing.found import Planes
from dcgan.models.importing.naming import Path, natural
from dcgan.models.importing.parts import Branch, Part, Way

NAMED = re.compile(r"emb|label|class|cond|(^|[^a-z])y([^a-z]|$)")
MAX_CLASSES = 200  # of a branch that no embedding begins
MAX_GROUPS = 4  # of kernels with a common parent and name, whose order is tried
LATEST = 3  # kernels of z before the join


def planes(branch: Branch, size: tuple[int, int], how: Planes, training: bool = False) -> Tensor | None:
    """Return each label's planes (classes, channels, *size), made as `how` says, or None where they are of another size.

    In `training` mode, norms take the statistics of all labels, as those of later norms came about.
    """
    x = torch.eye(branch.classes) if branch.table is None else branch.table.weight.float()
    for kernel, norm in zip(branch.kernels, branch.norms, strict=True):
        weight, bias = kernel.weight.float(), kernel.tensors.get("bias")
        bias = None if bias is None else bias.float()
        x = F.linear(x, weight, bias) if weight.dim() == 2 else F.conv_transpose2d(x.reshape(*x.shape[:2], 1, 1), weight, bias)
        x = activate(x, how.act) if how.early else x
        if norm is not None:
            own = norm.tensors
            mean, variance = own.get("running_mean"), own.get("running_var")
            running = (None, None) if training else (mean, variance)
            x = F.batch_norm(x, *running, own.get("weight"), own.get("bias"), training=running[0] is None)
        x = x if how.early else activate(x, how.act)
    fits = x[0].numel() == branch.channels * size[0] * size[1] and (x.dim() == 2 or tuple(x.shape[2:]) == size)
    return x.reshape(branch.classes, branch.channels, *size) if fits else None


@dataclass(frozen=True)
class Split:
    """A network in two: the chain from z to the picture, and the branch that is joined before kernel `place`.

    In the chain, that kernel lacks the weights for the label's planes; `whole` has them.
    """

    chain: list[Part]
    ways: list[tuple[Way, ...]]
    norms: list[Part]
    branch: Branch
    place: int
    whole: Part


def find_branch(kernels: Sequence[Part], norms: Sequence[Part], table: Part | None, order: Sequence[Path]) -> Split | None:
    """Return a network's two branches, or None where it has no such two. `order` is the file's own, empty where it has none."""
    sequence = [*order] or sorted([part.path for part in (*kernels, *norms)], key=natural)
    rank = {path: number for number, path in enumerate(sequence)}
    ordered = sorted(kernels, key=lambda part: rank[part.path])
    for own in _candidates(ordered, table):
        for chain in _chains([part for part in ordered if part not in own]):
            for place in range(1, min(LATEST, len(chain) - 1) + 1):
                found = _joined(chain, place, own, table)
                if found is None:
                    continue
                thin, ways, channels = found
                beside = tuple(_norm_of(kernel, norms, sequence) for kernel in own)
                classes = table.weight.shape[0] if table is not None else own[0].weight.shape[_inputs(own[0])]
                rest = [norm for norm in norms if norm not in beside]
                branch = Branch(classes, channels, table, own, beside)
                return Split([*chain[:place], thin, *chain[place + 1 :]], ways, rest, branch, place, chain[place])
    return None


def _chains(parts: list[Part]) -> Iterator[list[Part]]:
    """Yield the order of the file or its names, then those in which its groups come one after the other in another way."""
    groups: dict[Path, list[Part]] = {}
    for part in parts:
        parent, name = part.path[:-1], part.path[-1] if part.path else ""
        groups.setdefault((*parent, re.sub(r"\d+", "", name)), []).append(part)
    yield parts
    if len(groups) <= MAX_GROUPS:
        for order in permutations(groups.values()):
            yield [part for group in order for part in group]


def _inputs(part: Part) -> int:
    """Return the axis of a label kernel's inputs: a picture grows from one pixel by a transposed convolution."""
    return 1 if part.weight.dim() == 2 else 0


def _candidates(kernels: Sequence[Part], table: Part | None) -> Iterator[tuple[Part, ...]]:
    """Yield the kernels that can be the label's: none but its table, one, or one behind the other.

    Those that say so by name come first, then those of few inputs.
    """
    if table is not None:
        yield ()
    named = sorted(kernels, key=lambda part: (not NAMED.search(".".join(part.path).lower()), part.weight.shape[_inputs(part)]))
    starts = [part for part in named if _takes_label(part, kernels, table)]
    for part in starts:
        yield (part,)
    for first, second in permutations(named, 2):
        if first in starts and second.weight.shape[_inputs(second)] == first.weight.shape[1 - _inputs(first)]:
            yield first, second


def _takes_label(part: Part, kernels: Sequence[Part], table: Part | None) -> bool:
    inputs = part.weight.shape[_inputs(part)]
    if table is not None:
        return inputs == table.weight.shape[1]
    alike = [other for other in kernels if other is not part and other.weight.shape[2:] == part.weight.shape[2:]]
    widest = max((other.weight.shape[_inputs(other)] for other in alike), default=0)
    says = bool(NAMED.search(".".join(part.path).lower()))
    return 2 <= inputs <= MAX_CLASSES and (says or inputs < widest)


def _joined(chain: list[Part], place: int, own: tuple[Part, ...], table: Part | None) -> tuple[Part, list[tuple[Way, ...]], int] | None:
    """Return kernel `place` without the branch's planes, the ways of the chain and the planes, where the channels fit."""
    after = chain[place]
    if after.weight.dim() != 4:
        return None
    for axis in (0, 1):
        channels = _channels(chain[place - 1], after.weight.shape[axis], own, table)
        if channels is None:
            continue
        thin = replace(after, tensors={**after.tensors, "weight": after.weight.narrow(axis, 0, after.weight.shape[axis] - channels)})
        ways = ways_of([*chain[:place], thin, *chain[place + 1 :]])
        way: Way = "transposed" if axis == 0 else "conv"
        if ways is not None and way in ways[place]:
            return thin, [*ways[:place], (way,), *ways[place + 1 :]], channels
    return None


def _channels(before: Part, inputs: int, own: tuple[Part, ...], table: Part | None) -> int | None:
    """Return how many of `inputs` planes are the label's, by what both branches give."""
    given = before.weight.shape[0] if before.weight.dim() == 2 else before.weight.shape[1]
    last = own[-1].weight if own else None
    if last is not None and last.dim() == 4:  # planes already
        channels, places = last.shape[1], last.shape[2] * last.shape[3]
        fits = given == (inputs - channels) * places if before.weight.dim() == 2 else given == inputs - channels
        return channels if fits and inputs > channels else None
    flat = last.shape[0] if last is not None else table.weight.shape[1] if table is not None else 0
    if before.weight.dim() == 2:
        places = (given + flat) // inputs
        fits = places > 1 and (given + flat) % inputs == 0 and given % places == flat % places == 0
    else:
        places = before.weight.shape[2] * before.weight.shape[3]
        fits = flat % places == 0 and given + flat // places == inputs
    return flat // places if fits and 0 < flat // places < inputs else None


def _norm_of(kernel: Part, norms: Sequence[Part], sequence: Sequence[Path]) -> Part | None:
    """Return the norm that follows a label's kernel in the file, or bears its numbers."""
    outputs = kernel.weight.shape[1 - _inputs(kernel)]
    fitting = [norm for norm in norms if norm.channels == outputs]
    following = sequence[sequence.index(kernel.path) + 1 :][:1]
    numbers = re.findall(r"\d+", ".".join(kernel.path))
    for norm in fitting:
        if [norm.path] == following:
            return norm
    return next((norm for norm in fitting if numbers and re.findall(r"\d+", ".".join(norm.path)) == numbers), None)
