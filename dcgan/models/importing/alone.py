"""Norms of every picture by itself (instance, group and pixel norms), which a file at most shows the weights of: a person states them."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.models.importing.evidence import activate
from dcgan.models.importing.options import Act, Norm, Options, at
from dcgan.models.importing.parts import Skeleton, Stage
from dcgan.networks.builder import PixelNorm as Pixels
from dcgan.networks.norms import GroupNorm, PixelNorm


def with_stated_norms(network: Skeleton, options: Options) -> Skeleton:
    """Return the network with the stated norms behind its convolutions without statistics; a ConfigError where one cannot be.

    One norm stands for all hidden convolutions, and for linear layers whose norm the file has the weights of.
    """
    stages, place = [], 0
    for index, stage in enumerate(network.stages):
        is_conv = stage.kernel.weight.dim() == 4
        stated = at(options.norms, place) if is_conv else options.norms[0] if len(options.norms) == 1 and stage.norm else None
        for_all = len(options.norms) == 1 and index == len(network.stages) - 1
        place += is_conv
        is_open = stated is not None and not stage.has_statistics and not for_all
        stages.append(replace(stage, alone=_record(stage, stated)) if is_open and stated else stage)
    return replace(network, stages=tuple(stages))


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
