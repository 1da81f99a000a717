"""Self-attention between the layers of a file: found by a number that scales what three or four matrices of its neighbours make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.models.importing.naming import Modules, Path, natural
from dcgan.models.importing.options import Over
from dcgan.models.importing.parts import Attention, Skeleton, Stage
from dcgan.networks.attention import Attention as Attending
from dcgan.networks.blocks import SelfAttention

ROLES = ("query", "key", "value", "output")
SAID = {"query": r"(^|[._])q|query|theta", "key": r"(^|[._])k|key|phi", "value": r"(^|[._])v|value", "output": r"(^|[._])o|out|attn?($|\.)"}
PAPER = {"key": r"(^|[._])f($|[._])", "query": r"(^|[._])g($|[._])", "value": r"(^|[._])h($|[._])"}  # Zhang et al. 2019, section 3
"""What tells the matrices by their names; where those do not, they stand in the order of `ROLES`."""
SWAPPED, WHOLE = 3.0, 2.0  # nats for keys that take by queries, and for keys and values as many as queries where an output stands behind
LEAST = 1e-3  # of gamma, below which it shows nothing


def without_attention(found: Modules) -> tuple[Modules, list[Attention]]:
    """Return the modules without those of self-attention, and these blocks in the order of the file."""
    blocks, taken = [], set[Path]()
    for path, own in found.items():
        scales = [tensor for tensor in own.values() if tensor.numel() == 1 and tensor.is_floating_point()]
        below = [other for other in found if other != path and other[: len(path)] == path]
        if (
            path
            and len(own) == len(scales) == 1
            and (block := _block(path, scales[0], {other: found[other] for other in below})) is not None
        ):
            blocks.append(block)
            taken |= {path, *below}
    return {path: own for path, own in found.items() if path not in taken}, blocks


def _block(path: Path, scale: Tensor, below: Modules) -> Attention | None:
    """Return the block of these matrices, or None where they are none's."""
    weights = {other: own["weight"] for other, own in below.items() if "weight" in own}
    if len(weights) not in (3, 4) or len(weights) < len(below) or any(w.dim() < 2 or w[0, 0].numel() > 1 for w in weights.values()):
        return None
    roles = _roles([".".join(other[len(path) :]).lower() for other in below])
    own = {role: below[other] for role, other in zip(roles, below, strict=True)}
    matrices = {role: own[role]["weight"].flatten(1) for role in ROLES if role in own}
    (inner, channels), values = matrices["query"].shape, len(matrices["value"])
    layer = SelfAttention(
        channels, inner, values if "output" in own else channels, any("bias" in each for each in own.values()), "output" in own
    )
    if any(matrices[role].shape != shape for role, shape in layer.matrices.items()):
        return None
    tensors = {f"{role}.weight": matrix for role, matrix in matrices.items()}
    if layer.bias:
        tensors |= {f"{role}.bias": own[role].get("bias", matrix.new_zeros(len(matrix))) for role, matrix in matrices.items()}
    return Attention(path, layer, {**tensors, "gamma": scale.reshape(1)})


def _roles(names: Sequence[str]) -> list[str]:
    """Return what each matrix does: by the names where they tell all, or all but one, else by the order."""
    wanted = ROLES[: len(names)]
    for said in (SAID, PAPER):
        found = [next((role for role in wanted if role in said and re.search(said[role], name)), None) for name in names]
        missing = [role for role in wanted if role not in found]
        if len(missing) == found.count(None) < 2:
            return [role or missing[0] for role in found]
    return list(wanted)


def with_attention(stages: Sequence[Stage], blocks: Sequence[Attention], order: Sequence[Path]) -> list[Stage]:
    """Return the stages with each block before the kernel that it stands before.

    It stands where the file's order says, if its channels are there; else where they are first.
    """
    placed = list(stages)
    sequence = [*order] or sorted([stage.kernel.path for stage in stages] + [block.path for block in blocks], key=natural)
    for block in blocks:
        free = [k for k in range(1, len(placed)) if placed[k].attention is None and _fits(placed[k], block)]
        if not free:
            raise ConfigError(
                f"its self-attention of {block.layer.channels} channels ({'.'.join(block.path)}) fits behind none of its layers"
            )
        before = sum(sequence.index(stage.kernel.path) < sequence.index(block.path) for stage in stages)
        k = before if before in free else free[0]
        gap, place = placed[k].gap, placed[k].kernel.place
        counted = gap is not None and place is not None and place[0] == block.path[:-1]  # as a module without tensors
        placed[k] = replace(placed[k], attention=block, gap=gap - 1 if gap is not None and counted else gap)
    return placed


def _fits(after: Stage, block: Attention) -> bool:
    weight = after.kernel.weight
    return weight.dim() == 4 and block.layer.channels in {weight.shape[0 if way == "transposed" else 1] for way in after.ways}


def shows(block: Attention | None) -> bool:
    """Say whether the block changes pictures."""
    return block is not None and abs(float(block.tensors["gamma"])) > LEAST


def variants(network: Skeleton, over: Over | None) -> Iterator[tuple[Skeleton, float]]:
    """Yield the network as its names say, and with what authors do otherwise in their attention, each with its cost in nats.

    Some sum the softmax over queries, by whose keys places take then: the two swapped; `over` is what a person says of that. Keys and
    values are pooled, as a rule, where an output stands behind.
    """
    blocks = [stage.attention for stage in network.stages if stage.attention is not None]
    has_output, is_shown = any(block.layer.output for block in blocks), any(map(shows, blocks))
    ways = {over == "queries": 0.0} if over is not None or not is_shown else {False: 0.0, True: SWAPPED}
    for pooled in (True, False) if has_output and is_shown else (has_output,):
        for swapped, cost in ways.items():
            stages = (replace(stage, attention=stage.attention and _changed(stage.attention, pooled, swapped)) for stage in network.stages)
            yield replace(network, stages=tuple(stages)), cost + WHOLE * (has_output and not pooled)


def _changed(block: Attention, pooled: bool, swapped: bool) -> Attention:
    other = {"query": "key", "key": "query"} if swapped else {}
    tensors = {
        ".".join([other.get(role, role), *rest]): tensor for name, tensor in block.tensors.items() for role, *rest in [name.split(".")]
    }
    return replace(block, layer=replace(block.layer, pooled=pooled and block.layer.output), tensors=tensors)


def attended(x: Tensor, block: Attention, work: int) -> Tensor:
    """Return what the block makes of pictures x, of as many as the work allows, at least 8."""
    if not float(block.tensors["gamma"]):
        return x
    count = max(8, work // block.layer.multiply_adds(tuple(x.shape[1:])))
    module = Attending(block.layer)
    module.load_state_dict({name: tensor.float() for name, tensor in block.tensors.items()})
    with torch.inference_mode():
        y: Tensor = module(x[:count])
    return y
