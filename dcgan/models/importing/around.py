"""What a residual block's shortcut does: its kernel and norm, where it has them, and a resize that makes up for the body's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dcgan.models.importing.geometry import Move
from dcgan.models.importing.options import Pair
from dcgan.models.importing.parts import Shortcut


@dataclass(frozen=True)
class Around:
    """How the kernel on the way around is applied, if there is one, and what is resized behind it.

    A kernel of 1x1 and a resize make the same in either order; before it, there are fewer pixels.
    """

    move: Move | None
    scale: int
    mode: str


def way_around(shortcut: Shortcut, moves: Sequence[Move], before: Pair, after: Pair) -> Around | None:
    """Return the way around a body of these moves from (height, width) `before` to `after`, or None where no such way makes up for it."""
    scale = after[0] // before[0]
    if scale < 1 or after != (before[0] * scale, before[1] * scale):
        return None
    mode = next((move.mode for move in moves if move.scale > 1), "nearest")
    if shortcut.kernel is None:
        return Around(None, scale, mode)
    side = shortcut.kernel.weight.shape[2]
    if side % 2 == 0:
        cut = (side - scale) // 2
        return Around(Move("transposed", stride=(scale, scale), padding=(cut,) * 4), 1, mode) if side - 2 * cut == scale <= side else None
    sides = (side // 2,) * 4
    return Around(Move("conv", padding=sides), scale, mode) if side == 1 else Around(Move("conv", scale, mode, padding=sides), 1, mode)
