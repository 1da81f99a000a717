"""The parts of a network as its file has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from dcgan.models.importing.naming import Path
from dcgan.networks.blocks import SelfAttention
from dcgan.networks.norms import GroupNorm, PixelNorm

Way = Literal["linear", "conv", "transposed"]


@dataclass(frozen=True)
class Part:
    """A module with tensors: a kernel (2 or 4 dimensions), a norm, a learned slope or a label table."""

    path: Path
    tensors: Mapping[str, Tensor]

    @property
    def weight(self) -> Tensor:
        return self.tensors["weight"]

    @property
    def channels(self) -> int:
        return next(tensor for tensor in self.tensors.values() if tensor.dim()).shape[0]

    @property
    def place(self) -> tuple[Path, int] | None:
        """The module's parent and its number there, where it has one."""
        last = self.path[-1] if self.path else ""
        return (self.path[:-1], int(last)) if last.isdigit() else None


@dataclass(frozen=True)
class Branch:
    """The label's own layers: an embedding or one-hot labels, kernels with their norms, and how many planes come out."""

    classes: int
    channels: int
    table: Part | None
    kernels: tuple[Part, ...]
    norms: tuple[Part | None, ...]


@dataclass(frozen=True)
class Attention:
    """Self-attention with its tensors, named as the layer names them."""

    path: Path
    layer: SelfAttention
    tensors: Mapping[str, Tensor]


@dataclass(frozen=True)
class Stage:
    """A kernel with the norm behind it.

    `ways` are the readings of its weight that fit its neighbours. `shape` is the picture that a linear layer's output is reshaped to, its
    height and width still joined: (channels, places). `gap` counts the modules without tensors before the kernel, and `norm_gap` those
    between it and its norm; None where the names do not say, which then tell `lead`, those before the kernel in its own `nn.Sequential`.
    `slope` is that of a learned activation before the kernel. The planes of a `branch` are joined to the picture before the kernel. `alone`
    is the norm of every picture by itself that a person states behind it. `attention` stands before the kernel, and before what is resized.
    `within` is its place among the kernels of a residual block.
    """

    kernel: Part
    ways: tuple[Way, ...]
    norm: Part | None = None
    gap: int | None = None
    lead: int = 0
    norm_gap: int | None = None
    slope: float | None = None
    shape: tuple[int, int] | None = None
    branch: Branch | None = None
    alone: GroupNorm | PixelNorm | None = None
    attention: Attention | None = None
    within: int | None = None

    @property
    def size(self) -> tuple[int, int]:
        weight = self.kernel.weight
        return (weight.shape[2], weight.shape[3]) if weight.dim() == 4 else (1, 1)

    @property
    def channels(self) -> int:
        """Count the outputs."""
        return int(self.kernel.weight.shape[1 if self.ways[0] == "transposed" else 0])

    @property
    def inputs(self) -> int:
        """Count the numbers, or channels, that the kernel takes."""
        return int(self.kernel.weight.shape[0 if self.ways[0] == "transposed" else 1])

    @property
    def lacks_statistics(self) -> bool:
        """Whether the file has a batch norm here whose statistics have to come from the network itself."""
        return self.norm is not None and self.alone is None and not self.has_statistics

    @property
    def has_statistics(self) -> bool:
        return self.norm is not None and "running_mean" in self.norm.tensors


@dataclass(frozen=True)
class Shortcut:
    """The way around the kernels from `start` to `end`, whose result is added to theirs; it has a kernel and a norm of its own, or none.

    Where it `is_raw`, it takes what the kernel before `start` gives, and the norm behind `end` takes the sum: norms and activations stand
    before the block's kernels. Else norm and activation stand before both ways, and what comes around is added behind that of `end`.
    """

    start: int
    end: int
    is_raw: bool
    kernel: Part | None = None
    norm: Part | None = None


@dataclass(frozen=True)
class Skeleton:
    """What a file proves of a generator. `inputs` are the numbers that its first kernel takes; `table` the label embedding.

    The table of a network that `is_dense` is what a linear layer gives for each label; an activation can stand behind. `name` is how the
    part of the file is called that the network is. `shortcuts` are those of its residual blocks. `cost` is how unusual they are.
    """

    stages: tuple[Stage, ...]
    table: Part | None = None
    is_dense: bool = False
    name: str = ""
    shortcuts: tuple[Shortcut, ...] = ()
    cost: float = 0.0

    @property
    def block_name(self) -> str:
        """What the first kernel in a residual block is called."""
        return ".".join(self.stages[self.shortcuts[0].start].kernel.path) if self.shortcuts else ""

    @property
    def branch(self) -> Branch | None:
        return next((stage.branch for stage in self.stages if stage.branch), None)

    @property
    def inputs(self) -> int:
        return self.stages[0].inputs
