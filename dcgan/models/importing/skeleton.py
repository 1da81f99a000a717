"""The layers of a network in order, with what their names and shapes prove: kernels, norms, label tables, and the gaps between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.models.importing.attention import with_attention, without_attention
from dcgan.models.importing.blocks import named_blocks
from dcgan.models.importing.branches import MAX_CLASSES, NAMED, find_branch
from dcgan.models.importing.chains import in_order
from dcgan.models.importing.families import parts
from dcgan.models.importing.naming import Modules, Path
from dcgan.models.importing.norms import with_gaps, with_norms
from dcgan.models.importing.parts import Part, Skeleton, Stage, Way

MAX_KERNELS = 40
TABLE = re.compile(r"emb|label|class|(^|\W)lut")
IGNORED = re.compile(r"noise|fixed|^z$|latent|device|dummy|anchor|step|iter|epoch")


def skeletons(found: Modules, ordered: bool) -> list[Skeleton]:
    """Return the layers in order, by each way to read them; a ConfigError says what does not belong to a DCGAN's generator."""
    plain, attention = without_attention(found)
    networks, order = _plain(plain, ordered), list(found) if ordered else []
    if attention and (name := networks[0].block_name):
        raise ConfigError(f"its residual blocks ({name}) stand beside self-attention, which is not read together")
    return [replace(network, stages=tuple(with_attention(network.stages, attention, order))) for network in networks]


def _plain(found: Modules, ordered: bool) -> list[Skeleton]:
    kernels, norms, slopes, tables = _sorted_out(found)
    if not any(part.weight.dim() == 4 for part in kernels):
        raise ConfigError("it has no convolutions")
    if len(kernels) > MAX_KERNELS:
        raise ConfigError(f"it has {len(kernels)} layers with kernels, more than any DCGAN")
    order, table = list(found) if ordered else [], tables[0] if tables else None
    if blocks := named_blocks(kernels, norms, order):
        return [replace(network, stages=with_gaps(network.stages, slopes), table=table) for network in blocks]
    try:
        chain, ways = in_order(kernels, ordered)
    except ConfigError as error:
        if (told := _dense_table(kernels, table, ordered)) is not None:
            dense, chain, ways = told
            return [Skeleton(with_gaps(with_norms(chain, ways, norms, order), slopes), dense, is_dense=True)]
        return [Skeleton(with_gaps(_in_branches(kernels, norms, table, order, error), slopes))]
    return [Skeleton(with_gaps(with_norms(chain, ways, norms, order), slopes), table)]


def _dense_table(kernels: Sequence[Part], table: Part | None, ordered: bool) -> tuple[Part, list[Part], list[tuple[Way, ...]]] | None:
    """Return a label table with the chain of the others, where labels go through a linear layer: one-hot ones or those of a table."""
    for part in kernels:
        weight, bias = part.weight, part.tensors.get("bias")
        says = table is not None or bias is None or NAMED.search(".".join(part.path).lower())
        if (
            weight.dim() != 2
            or not says
            or weight.shape[1] > MAX_CLASSES
            or (table is not None and table.weight.shape[1] != weight.shape[1])
        ):
            continue
        try:
            chain, ways = in_order([other for other in kernels if other is not part], ordered)
        except ConfigError:
            continue
        if Skeleton((Stage(chain[0], ways[0]),)).inputs > weight.shape[0]:
            entries = torch.eye(weight.shape[1]) if table is None else table.weight
            return (
                Part(part.path, {"weight": F.linear(entries.float(), weight.float(), None if bias is None else bias.float())}),
                chain,
                ways,
            )
    return None


def _in_branches(
    kernels: Sequence[Part], norms: Sequence[Part], table: Part | None, order: Sequence[Path], error: ConfigError
) -> list[Stage]:
    """Return the stages of a network whose labels have layers of their own; where it has none, raise the error of its plain reading."""
    split = find_branch(kernels, norms, table, order)
    if split is None:
        raise error
    stages = with_norms(split.chain, split.ways, split.norms, order)
    stages[split.place] = replace(stages[split.place], kernel=split.whole, branch=split.branch)
    return stages


def _sorted_out(found: Modules) -> tuple[list[Part], list[Part], list[Part], list[Part]]:
    kernels, norms, slopes, tables, strange = [], [], [], [], []
    for path, tensors in found.items():
        part, weight = Part(path, tensors), tensors.get("weight")
        extra = tensors.keys() - {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}
        is_statistic = "running_mean" in tensors and "running_var" in tensors
        whole = any(tensor.dim() and not tensor.is_floating_point() for tensor in tensors.values())
        half = ("running_mean" in tensors) != ("running_var" in tensors)
        if extra or whole or half or (weight is None and not is_statistic):
            if not IGNORED.search(".".join((*path, *extra)).lower()) or weight is not None:
                strange.append(part)
        elif weight is not None and weight.dim() == 2 and "bias" not in tensors and TABLE.search(".".join(path).lower()):
            tables.append(part)
        elif weight is not None and weight.dim() in (2, 4) and not is_statistic:
            kernels.append(part)
        elif weight is not None and weight.dim() == 1 and weight.numel() == 1 and tensors.keys() == {"weight"}:
            slopes.append(part)
        elif (weight is None or weight.dim() == 1) and len({tensor.shape for tensor in tensors.values() if tensor.dim()}) == 1:
            norms.append(part)
        else:
            strange.append(part)
    shapes = {".".join((*path, name)): tensor.shape for path, tensors in found.items() for name, tensor in tensors.items()}
    if (known := parts(shapes)) is not None:
        raise ConfigError(f"it has {known}, which no plain convolutional generator has")
    if strange or len(tables) > 1:
        named = ", ".join(_called(part) for part in (strange or tables)[:3])
        raise ConfigError(f"it has parts that no plain convolutional generator has ({named})")
    return kernels, norms, slopes, tables


def _called(part: Part) -> str:
    name, weight = ".".join(part.path) or "its own", part.tensors.get("weight")
    is_layer_norm = weight is not None and weight.dim() == 3 and part.tensors.keys() == {"weight", "bias"}
    return f"{name}, a layer norm" if is_layer_norm else name
