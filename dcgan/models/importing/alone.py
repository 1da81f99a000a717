"""Norms of every picture by itself (instance, group and pixel norms), which a file at most shows the weights of: a person states them.

Where nobody does, they are assumed where names or batch norms beside them tell that they are no batch norms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import gcd

from torch import Tensor
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.models.importing.evidence import activate
from dcgan.models.importing.options import Act, Norm, Options, at
from dcgan.models.importing.parts import Skeleton, Stage
from dcgan.networks.builder import PixelNorm as Pixels
from dcgan.networks.norms import GroupNorm, PixelNorm

INSTANCE = re.compile(r"instance_?norm|(^|\.)in\d*$")
GROUP = re.compile(r"group_?norm|(^|\.)gn\d*$")
USUAL_GROUPS = 8
OFTEN = (1, 2, 4, 8, 16, 32)  # groups


def with_lone_norms(network: Skeleton, options: Options) -> Skeleton:
    """Return the network with the stated norms, or those that the file tells, behind its kernels without statistics.

    One stated norm stands for all hidden convolutions, and for linear layers whose norm the file has the weights of. A ConfigError says
    where one cannot be.
    """
    if not options.norms:
        return replace(network, stages=tuple(_told(network.stages)))
    stages, place = [], 0
    for index, stage in enumerate(network.stages):
        is_conv = stage.kernel.weight.dim() == 4
        stated = at(options.norms, place) if is_conv else options.norms[0] if len(options.norms) == 1 and stage.norm else None
        for_all = len(options.norms) == 1 and index == len(network.stages) - 1
        place += is_conv
        is_open = stated is not None and not stage.has_statistics and not for_all
        stages.append(replace(stage, alone=_record(stage, stated)) if is_open and stated else stage)
    return replace(network, stages=tuple(stages))


def _told(stages: Sequence[Stage]) -> Iterator[Stage]:
    """Yield the stages, with norms of every picture where the names of norms without statistics say so, or batch norms with them do.

    A convolution goes without a bias where a norm takes it away: where only the last one has a bias, norms without weights stand between.
    """
    lone = [stage.norm for stage in stages if stage.norm is not None and not stage.has_statistics]
    names = [".".join(norm.path).lower() for norm in lone]
    is_told = any(stage.has_statistics for stage in stages) or any(INSTANCE.search(name) or GROUP.search(name) for name in names)
    *hidden, last = stages
    convs = [stage for stage in hidden if stage.kernel.weight.dim() == 4]
    bare = len(convs) > 1 and not any(stage.norm or "bias" in stage.kernel.tensors for stage in convs) and "bias" in last.kernel.tensors
    for stage in stages:
        if bare and stage is not last and stage.kernel.weight.dim() == 4:
            yield replace(stage, alone=_record(stage, ("instance", 0)))
            continue
        told = is_told and stage.norm is not None and not stage.has_statistics
        yield replace(stage, alone=_record(stage, _likely(stage, names))) if told else stage


def _likely(stage: Stage, names: Sequence[str]) -> Norm:
    """Return the norm that weights without statistics are of."""
    assert stage.norm is not None
    if stage.kernel.weight.dim() == 2 and (stage.shape is None or stage.norm.channels != stage.shape[0]):
        raise ConfigError(f"it has a layer norm behind a linear layer ({'.'.join(stage.norm.path)}), which is not read here")
    groups = gcd(USUAL_GROUPS, stage.norm.channels)
    return ("group", groups) if any(map(GROUP.search, names)) and not any(map(INSTANCE.search, names)) else ("instance", 0)


def lone_norms(network: Skeleton) -> tuple[str, tuple[str, ...]]:
    """Return the norms of every picture in a network as a setting names them, and what else they could be."""
    norms = [stage.alone for stage in network.stages if isinstance(stage.alone, GroupNorm)]
    named = dict.fromkeys("instance" if norm.groups == norm.channels else f"group:{norm.groups}" for norm in norms)
    possible = [f"group:{groups}" for groups in OFTEN if not any(norm.channels % groups for norm in norms)]
    return ", ".join(named), tuple(name for name in ("instance", *possible, "none") if name not in named)


def _record(stage: Stage, stated: Norm) -> GroupNorm | PixelNorm:
    kind, groups = stated
    if kind == "pixel":
        if stage.norm is not None:
            raise ConfigError(f"a pixel norm has no weights, those of {'.'.join(stage.norm.path)} are of another norm")
        return PixelNorm()
    channels = stage.norm.channels if stage.norm is not None else stage.channels
    return GroupNorm(channels, groups or channels, affine=stage.norm is not None)


def normed_alone(stage: Stage, x: Tensor, act: Act) -> Tensor:
    """Return what norm and activation behind the stage's kernel make of a picture x; a pixel norm stands behind the activation."""
    if isinstance(stage.alone, PixelNorm):
        y: Tensor = Pixels(stage.alone.eps)(activate(x, act))
        return y
    assert stage.alone is not None
    own = stage.norm.tensors if stage.norm is not None else {}
    return activate(F.group_norm(x, stage.alone.groups, own.get("weight"), own.get("bias"), stage.alone.eps), act)
