"""Authors repeat themselves: what a move costs after those before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dcgan.models.importing.found import Found
from dcgan.models.importing.geometry import Move
from dcgan.models.importing.options import Options, Pair, at
from dcgan.models.importing.parts import Stage
from dcgan.networks.layers import Border

REPEATED = 0.3  # of a move's cost, where it was made before
OTHER_MODE = 4.0  # than that of an earlier resize
BORDERS: dict[Border, float] = {"zeros": 4.0, "reflect": 4.0, "replicate": 5.0}  # where those before, or custom, have another


class Habits:
    """The moves of one network, each under those before it and under a person's options."""

    def __init__(self, stages: Sequence[Stage], options: Options) -> None:
        self._stages, self._stated = stages, options.padding_modes
        self._linear = sum(stage.kernel.weight.dim() == 2 for stage in stages)

    def _stated_for(self, index: int) -> Border | None:
        return at(self._stated, index - self._linear) if index >= self._linear else None

    def usual(self, index: int, found: Found, moves: Sequence[Move], size: Pair) -> list[Move]:
        """Return the moves with the border that is stated for kernel `index`, or else that of the convolutions before."""
        border = self._stated_for(index) or found.border
        return [move.bordered(border, size) for move in moves]

    def otherwise(self, index: int, move: Move, size: Pair) -> Iterator[Move]:
        """Yield the move with each other border, where a person states none."""
        if self._stated_for(index) is None:
            for border in BORDERS:
                other = move.bordered(border, size)
                if other != move:
                    yield other

    def cost(self, index: int, found: Found, move: Move) -> float:
        """Return a move's cost, less where an earlier kernel of this size does the same."""
        own = (move.way, move.scale, move.mode, move.stride, move.padding, move.border, self._stages[index].size)
        for stage, choice in zip(self._stages[1:], found.choices[1:], strict=False):
            done = choice.move
            if own == (done.way, done.scale, done.mode, done.stride, done.padding, done.border, stage.size):
                return move.cost * REPEATED
        modes = {choice.move.mode for choice in found.choices if choice.move.scale > 1}
        is_other = move.is_padded and move.border != found.border and self._stated_for(index) is None
        return move.cost + OTHER_MODE * (move.scale > 1 and bool(modes) and move.mode not in modes) + BORDERS[move.border] * is_other
