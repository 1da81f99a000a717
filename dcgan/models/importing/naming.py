"""Which of a file's tensors make up one network: a tree of names, and weights that were stored in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

Path = tuple[str, ...]
Modules = dict[Path, dict[str, Tensor]]

GENERATOR = re.compile(
    r"(^|[^a-z])(g|net_?g|g_?net|gen|generator\w*|dec|decoder|model_?g|g_?model|\w+_g|avg_?g|g_?ema)([^a-z]|$)|generator"
)
DISCRIMINATOR = re.compile(r"(^|[^a-z])(d|net_?d|d_?net|disc|critic|enc|encoder|model_?d|d_?model|\w+_d)([^a-z]|$)|discriminator")
GENERATOR_ONLY = re.compile(r"(^|[^a-z])(net_?g|gen|generator)([^a-z]|$)|generator")
BOTTLENECK = re.compile(r"(^|[^a-z])(mu|log_?var|log_?sigma)([^a-z]|$)")
AVERAGE = re.compile(r"ema|avg|average|shadow|swa")
OPTIMIZER = re.compile(r"optim|(^|_)opt(_|$)|scheduler|sched(_|$)|scaler")
NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Node:
    """The tensors below one prefix, named by what follows it."""

    prefix: Path
    tensors: Mapping[Path, Tensor]

    @property
    def name(self) -> str:
        return ".".join(self.prefix)

    @property
    def says_discriminator(self) -> bool:
        return bool(DISCRIMINATOR.search(self.name.lower())) and not self.says_generator

    @property
    def says_generator(self) -> bool:
        return bool(GENERATOR.search(self.name.lower()))

    def rank(self) -> tuple[bool, bool, bool]:
        """Order siblings: generators first, an average before the weights that it averages, discriminators last."""
        return self.says_discriminator, not self.says_generator, not AVERAGE.search(self.name.lower())


def tree(tensors: Mapping[str, Tensor]) -> Node:
    """Return the whole file as a node, without optimisers' states and counters, below the prefix that all names share."""
    split = {tuple(part for part in re.split(r"[./]", name) if part): tensor for name, tensor in tensors.items()}
    networks = {path: tensor for path, tensor in split.items() if path and not any(OPTIMIZER.search(part.lower()) for part in path[:-1])}
    kept = {path: tensor.float() if tensor.is_floating_point() else tensor for path, tensor in networks.items()}
    return _shortened((), kept)


def is_autoencoder(node: Node) -> bool:
    """Say whether there is an encoder beside a decoder, or a variational bottleneck, and nothing that is called a generator."""
    names = {".".join(path[:-1]).lower() for path in node.tensors}
    coded = all(any(part in name for name in names) for part in ("encoder", "decoder")) or any(BOTTLENECK.search(name) for name in names)
    return coded and not any(GENERATOR_ONLY.search(name) for name in names)


def children(node: Node) -> list[Node]:
    """Return the nodes below, the likeliest generators first."""
    parts: dict[str, dict[Path, Tensor]] = {}
    for path, tensor in node.tensors.items():
        if len(path) > 1:
            parts.setdefault(path[0], {})[path[1:]] = tensor
    return sorted((_shortened((*node.prefix, part), below) for part, below in parts.items()), key=Node.rank)


def descend(node: Node) -> Iterator[Node]:
    """Yield the node and all below it that hold two convolutions or more; after its networks a node that holds several.

    What stands beside other layers is a part of a network, not one of its own, unless it is called one.
    """
    if not _is_deep(node):
        return
    below = children(node)
    deep = [child for child in below if _is_deep(child)]
    called = any(child.says_generator or child.says_discriminator for child in deep) and not _are_parts(below)
    holds_several = called and (len(deep) > 1 or _stands_alone(deep[0], below) or any(child.says_discriminator for child in below))
    if not holds_several:
        yield node
    for child in below:
        if _stands_alone(child, below) or holds_several or child.says_generator:
            yield from descend(child)
    if holds_several:
        yield node


def _stands_alone(child: Node, nodes: Sequence[Node]) -> bool:
    """Say whether no other of the nodes has layers, such as a label's embedding."""
    return not any(tensor.dim() in (2, 4) for other in nodes if other is not child for tensor in other.tensors.values())


def _are_parts(nodes: Sequence[Node]) -> bool:
    """Say whether nodes are parts of one generator, as generator_head and generator_body are: all are called so, and one is no network."""
    layered = [node for node in nodes if any(tensor.dim() in (2, 4) for tensor in node.tensors.values())]
    return all(node.says_generator for node in layered) and not all(map(_is_deep, layered))


def _is_deep(node: Node) -> bool:
    return sum(tensor.dim() == 4 for tensor in node.tensors.values()) >= 2


def _shortened(prefix: Path, tensors: Mapping[Path, Tensor]) -> Node:
    while tensors and all(len(path) > 2 for path in tensors) and len({path[0] for path in tensors}) == 1:
        prefix = (*prefix, next(iter(tensors))[0])
        tensors = {path[1:]: tensor for path, tensor in tensors.items()}
    return Node(prefix, tensors)


def natural(path: Path) -> list[tuple[int, int, str]]:
    """Return a key that sorts layer2 before layer10."""
    pieces = NUMBERS.split("\0".join(path))
    return [(0, int(piece), "") if piece.isascii() and piece.isdigit() else (1, 0, piece) for piece in pieces]


def modules(node: Node) -> Modules:
    """Group tensors by module, weights that spectral or weight norm keeps in parts put together."""
    found: Modules = {}
    for path, tensor in node.tensors.items():
        cut = path.index("parametrizations") if "parametrizations" in path else len(path) - 1
        found.setdefault(path[:cut], {})[".".join(path[cut:])] = tensor
    return {path: _whole(tensors) for path, tensors in found.items()}


_SPECTRAL = (
    ("weight_orig", "weight_u", "weight_v"),
    ("parametrizations.weight.original", "parametrizations.weight.0._u", "parametrizations.weight.0._v"),
)
_LENGTH = (("weight_g", "weight_v"), ("parametrizations.weight.original0", "parametrizations.weight.original1"))


def _whole(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    rest = dict(tensors)
    for weight, u, v in _SPECTRAL:
        if {weight, u, v} <= rest.keys():
            rest["weight"] = _without_spectral_norm(rest.pop(weight), rest.pop(u), rest.pop(v))
    for length, direction in _LENGTH:
        if {length, direction} <= rest.keys():
            g, w = rest.pop(length).double(), rest.pop(direction).double()
            axes = [axis for axis in range(w.dim()) if g.shape[axis] == 1]
            rest["weight"] = (g * w / w.square().sum(axes, keepdim=True).sqrt()).float()
    return rest


def _without_spectral_norm(weight: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """Divide by the singular value as eval mode does; u's length says which axis torch took for the outputs."""
    axis = 0 if len(u) == weight.shape[0] and weight[0].numel() == len(v) else 1
    if weight.dim() == 4 and weight.shape[0] == weight.shape[1]:
        axis = _stated_axis(weight, u, v)
    matrix = weight.double().transpose(0, axis).flatten(1)
    return (weight.double() / torch.dot(u.double(), matrix @ v.double())).float()


def _stated_axis(weight: Tensor, u: Tensor, v: Tensor) -> int:
    """Return the axis for which u and v are singular vectors."""

    def agreement(axis: int) -> float:
        matrix = weight.double().transpose(0, axis).flatten(1)
        return float(F.cosine_similarity(matrix @ v.double(), u.double(), dim=0))

    return int(agreement(1) > agreement(0))
