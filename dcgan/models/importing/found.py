"""A reading in the making: what goes in, and the choices for the stages so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

from dcgan.config import Prior
from dcgan.models.importing.evidence import History
from dcgan.models.importing.geometry import Move
from dcgan.models.importing.options import NO_ACT, Act, Pair
from dcgan.models.importing.parts import Skeleton
from dcgan.networks.layers import Border

Joined = Literal["behind", "before", "multiplied", "added", "planes"]


@dataclass(frozen=True)
class Entry:
    """What goes in: z of a prior, and labels, one-hot or by a table.

    They stand before or behind z, are multiplied with it or added to it, or are planes later.
    """

    prior: Prior
    z_dim: int
    classes: int = 0
    joined: Joined = "behind"
    cost: float = 0.0
    act: Act = NO_ACT  # behind the label's linear layer


@dataclass(frozen=True)
class Choice:
    """How one stage is read: the activation before its kernel, the move, and the activation between kernel and norm, if any."""

    act: Act
    move: Move
    early: Act = NO_ACT
    eps: float = 1e-5  # of the norm behind the kernel


@dataclass(frozen=True)
class Planes:
    """How the planes of a label's branch are made and joined."""

    act: Act = NO_ACT
    first: bool = False  # before those of z
    early: bool = False  # with the activation before the norm


@dataclass(frozen=True)
class Found:
    """A reading: choices for the stages so far. `misfit` is the evidence in nats, `errors` the squared errors at each norm."""

    entry: Entry
    start: Pair
    history: History  # of the running averages of its norms
    choices: tuple[Choice, ...] = ()
    act: Act | None = None  # the activation that evidence or cost decided for
    is_loose: bool = False  # where that stands behind a linear layer: between convolutions there is often another
    eps: float = 1e-5
    size: Pair = (1, 1)
    cost: float = 0.0
    misfit: float = 0.0
    errors: tuple[float, ...] = ()
    planes: Planes = Planes()
    network: Skeleton = field(kw_only=True, repr=False, compare=False)
    y: Tensor | None = field(default=None, repr=False, compare=False)  # the last kernel's output, before its norm
    kept: Tensor | None = field(default=None, repr=False, compare=False)  # what the way around the block that is open takes
    added: Tensor | None = field(default=None, repr=False, compare=False)  # what is added behind the norm of `y`

    @property
    def border(self) -> Border:
        """What the last convolution that pads pads with."""
        return next((choice.move.border for choice in reversed(self.choices) if choice.move.is_padded), "zeros")

    @property
    def score(self) -> float:
        return self.cost + self.misfit
