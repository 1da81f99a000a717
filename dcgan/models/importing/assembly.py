"""A reading becomes a NetworkSpec and its tensors."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.models.importing.around import way_around
from dcgan.models.importing.branches import planes
from dcgan.models.importing.evidence import activate, latents
from dcgan.models.importing.found import Choice, Found
from dcgan.models.importing.geometry import Move
from dcgan.models.importing.options import NO_ACT, OUTPUTS, Act
from dcgan.models.importing.parts import Part, Shortcut, Skeleton, Stage
from dcgan.networks.blocks import Residual, changed
from dcgan.networks.layers import Activation, Conv, ConvTranspose, JoinLabel, Layer, Linear, MultiplyLabel, Reshape, Resize
from dcgan.networks.norms import BatchNorm, GroupNorm, PixelNorm
from dcgan.networks.spec import NetworkSpec


class _Builder:
    """Layers and their tensors, as they are added."""

    def __init__(self, outer: _Builder | None = None) -> None:
        self.layers: list[Layer] = []
        self.tensors: dict[str, Tensor] = {}
        self.is_picture = outer is not None
        self._outer = outer

    def add(self, layer: Layer, tensors: dict[str, Tensor] | None = None) -> None:
        index = len(self.layers)
        self.layers.append(layer)
        self.is_picture = self.is_picture or isinstance(layer, Reshape)
        self.tensors |= {f"{index}.{name}": tensor.float() for name, tensor in (tensors or {}).items()}

    def closed(self, around: _Builder) -> _Builder:
        """Return the builder that this one's layers are a block in, with the sum of them and of those on the way around added."""
        assert self._outer is not None
        ways = {"body": self, "shortcut": around}
        tensors = {f"{way}.{name}": tensor for way, made in ways.items() for name, tensor in made.tensors.items()}
        self._outer.add(Residual(tuple(self.layers), tuple(around.layers)), tensors)
        return self._outer

    def act(self, act: Act) -> None:
        if act != NO_ACT:
            self.add(Activation(act[0], act[1]))  # type: ignore[arg-type]


def assemble(network: Skeleton, found: Found, output: Act) -> tuple[NetworkSpec, dict[str, Tensor]]:
    """Return the spec of a reading and its tensors in float32.

    Raises
    ------
    ConfigError
        The layers do not fit each other.
    """
    made, entry = _Builder(), found.entry
    if entry.classes and entry.joined != "planes":
        table = activate(network.table.weight, entry.act) if network.table is not None else None
        if entry.joined == "multiplied":
            joined: Layer = MultiplyLabel(entry.classes, entry.z_dim)
        else:
            joined = JoinLabel(entry.classes, None if table is None else (table.shape[1],))
        made.add(joined, {} if table is None else {"weight": table})
    starts, ends = {each.start: each for each in network.shortcuts}, {each.end: each for each in network.shortcuts}
    for index, (stage, choice) in enumerate(zip(network.stages, found.choices, strict=True)):
        made.act(choice.act)
        if index and isinstance(pixels := network.stages[index - 1].alone, PixelNorm):
            made.add(pixels)
        _picture(made, network, index, found)
        if stage.attention is not None:
            made.add(stage.attention.layer, dict(stage.attention.tensors))
        if stage.branch is not None:
            stage = _with_planes(made, stage, choice, found)
        if index in starts and not starts[index].is_raw:
            made = _Builder(made)
        if choice.move.scale > 1:
            made.add(Resize((choice.move.scale, choice.move.scale), choice.move.mode))  # type: ignore[arg-type]
        _kernel(made, stage, choice, found if index == 0 else None)
        made.act(choice.early)
        if index in ends and ends[index].is_raw:
            made = made.closed(_around(ends[index], network, found))
        if index + 1 in starts and starts[index + 1].is_raw:
            _picture(made, network, index + 1, found)
            made = _Builder(made)
        if isinstance(stage.alone, GroupNorm):
            _reshape(made, stage, stage.alone.channels, found)
            made.add(stage.alone, dict(stage.norm.tensors) if stage.norm is not None else {})
        elif stage.norm is not None:
            _norm(made, stage, stage.norm, choice.eps, found)
        if index in ends and not ends[index].is_raw:
            made = made.closed(_around(ends[index], network, found))
    if isinstance(pixels := network.stages[-1].alone, PixelNorm):
        made.add(pixels)
    made.act(output)
    return NetworkSpec((entry.z_dim,), tuple(made.layers)), made.tensors


def _picture(made: _Builder, network: Skeleton, index: int, found: Found) -> None:
    """Reshape to a picture before the first convolution, unless a norm between has done so."""
    weight = network.stages[index].kernel.weight
    before = network.stages[index - 1].kernel.weight if index else None
    if weight.dim() != 4 or (before is not None and before.dim() == 4) or made.is_picture:
        return
    inputs = network.inputs * (2 if found.entry.joined == "added" else 1)
    made.add(Reshape((inputs if before is None else before.shape[0] // (found.start[0] * found.start[1]), *found.start)))


def _around(shortcut: Shortcut, network: Skeleton, found: Found) -> _Builder:
    """Return what stands on the way around a block."""
    sizes, moves = [found.start], [choice.move for choice in found.choices]
    for stage, move in zip(network.stages, moves, strict=True):
        sizes.append(found.start if move.way == "linear" else move.size(sizes[-1], stage.size))
    way = way_around(shortcut, moves[shortcut.start : shortcut.end + 1], sizes[shortcut.start], sizes[shortcut.end + 1])
    assert way is not None
    made = _Builder()
    if shortcut.kernel is not None and way.move is not None:
        if way.move.scale > 1:
            made.add(Resize((way.move.scale, way.move.scale), way.move.mode))  # type: ignore[arg-type]
        _weighted(made, dict(shortcut.kernel.tensors), way.move)
    if shortcut.norm is not None:
        _norm(made, network.stages[shortcut.end], shortcut.norm, found.eps, found)
    if way.scale > 1:
        made.add(Resize((way.scale, way.scale), way.mode))  # type: ignore[arg-type]
    return made


def _kernel(made: _Builder, stage: Stage, choice: Choice, first: Found | None) -> None:
    tensors, move = dict(stage.kernel.tensors), choice.move
    if first is not None and first.entry.joined == "added":  # w(z + y) is [w, w][z, y]
        tensors["weight"] = torch.cat([tensors["weight"]] * 2, 0 if move.way == "transposed" else 1)
    if first is not None and first.entry.joined == "before":
        tensors["weight"] = _labels_last(tensors["weight"], move.way == "transposed", first.entry.z_dim)
    _weighted(made, tensors, move)


def _weighted(made: _Builder, tensors: dict[str, Tensor], move: Move) -> None:
    a, b, *sides = tensors["weight"].shape
    bias = "bias" in tensors
    if move.way == "linear":
        made.add(Linear(b, a, bias), tensors)
    elif move.way == "conv":
        made.add(Conv(b, a, (sides[0], sides[1]), move.stride, move.padding, bias, border=move.border), tensors)
    else:
        made.add(ConvTranspose(a, b, (sides[0], sides[1]), move.stride, move.padding, bias), tensors)


def _with_planes(made: _Builder, stage: Stage, choice: Choice, found: Found) -> Stage:
    """Join the planes of the label's branch, one picture a label, behind those of z; the branch itself is computed here, once for all."""
    branch = stage.branch
    assert branch is not None
    shape = NetworkSpec((found.entry.z_dim,), tuple(made.layers)).output_shape
    joined = planes(branch, (shape[1], shape[2]), found.planes)
    assert joined is not None
    made.add(JoinLabel(branch.classes, tuple(joined.shape[1:])), {"weight": joined})
    if not found.planes.first:
        return stage
    weight = _labels_last(stage.kernel.weight, choice.move.way == "transposed", shape[0])
    return replace(stage, kernel=replace(stage.kernel, tensors={**stage.kernel.tensors, "weight": weight}))


def _labels_last(weight: Tensor, transposed: bool, others: int) -> Tensor:
    """Move the inputs for the label, which the author joined first, behind the others."""
    axis = 0 if transposed else 1
    return weight.roll(-(weight.shape[axis] - others), axis)


def _reshape(made: _Builder, stage: Stage, channels: int, found: Found) -> None:
    """Reshape a linear layer's output to the picture whose channels its norm counts."""
    if stage.shape is not None and channels == stage.shape[0] != stage.kernel.weight.shape[0] and not made.is_picture:
        made.add(Reshape((stage.shape[0], *found.start)))


def _norm(made: _Builder, stage: Stage, norm: Part, eps: float, found: Found) -> None:
    _reshape(made, stage, norm.channels, found)
    tensors = {name: tensor for name, tensor in norm.tensors.items() if tensor.dim()}
    affine = "weight" in tensors
    if affine and "bias" not in tensors:
        tensors["bias"] = torch.zeros_like(tensors["weight"])
    if "running_mean" not in tensors:
        tensors |= {"running_mean": torch.zeros(norm.channels), "running_var": torch.ones(norm.channels)}
    made.add(BatchNorm(norm.channels, eps=eps, affine=affine), tensors)


def with_own_statistics(spec: NetworkSpec, tensors: dict[str, Tensor], prior: str) -> dict[str, Tensor]:
    """Return the tensors with batch norm statistics of the network itself, over z of the prior and all labels in turn."""
    from dcgan.networks.builder import build

    count = 512

    def forgetting(layer: Layer) -> Layer:
        return replace(layer, momentum=1.0) if isinstance(layer, BatchNorm) else layer

    network = build(NetworkSpec(spec.input_shape, changed(spec.layers, forgetting)))
    network.load(tensors)
    labels = torch.arange(count) % spec.classes if spec.classes else None
    with torch.inference_mode():
        network.train()(latents(count, spec.input_shape[0], prior), labels)
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}


def picture_range(spec: NetworkSpec, tensors: dict[str, Tensor], output: str) -> tuple[float, float]:
    """Return the range of the picture; behind a last batch norm, what the activation before it can become in the widest channel."""
    last = spec.layers[-1]
    if not isinstance(last, BatchNorm) or not isinstance(before := spec.layers[-2], Activation) or before.kind not in OUTPUTS:
        return OUTPUTS[output]
    own = {name.partition(".")[2]: tensor for name, tensor in tensors.items() if name.startswith(f"{len(spec.layers) - 1}.")}
    mean, variance, gain, shift = own["running_mean"], own["running_var"], own.get("weight"), own.get("bias")
    ends = [F.batch_norm(torch.full((1, last.channels), end), mean, variance, gain, shift, eps=last.eps) for end in OUTPUTS[before.kind]]
    return float(torch.cat(ends).min()), float(torch.cat(ends).max())
