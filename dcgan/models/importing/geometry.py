"""Strides, paddings and resizes that a layer can have, how usual each is, and which of them lead to a picture of a plausible size.

Costs are those of `usual`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf, isqrt, log2

from dcgan.models.importing.options import Options, Pair, at
from dcgan.models.importing.parts import Skeleton, Stage, Way
from dcgan.models.importing.usual import CORNER, CUT, FAR, MIDDLE, plain, side_cost, transposed
from dcgan.networks.layers import Border, Sides

IN_BLOCK = 3.0  # for a resize in a residual block that is not before its first kernel, or beside transposed kernels between blocks
MAX_SIDE = 1024  # pixels; a file of a few KB could ask for pictures that fill the memory


@dataclass(frozen=True)
class Move:
    """How a kernel is applied: what its input is resized to, stride, and the rows and columns cut (transposed) or added (conv)."""

    way: Way
    scale: int = 1
    mode: str = "nearest"
    stride: Pair = (1, 1)
    padding: Sides = (0, 0, 0, 0)
    cost: float = 0.0
    border: Border = "zeros"

    @property
    def is_padded(self) -> bool:
        return self.way == "conv" and max(self.padding) > 0

    @property
    def uncut(self) -> Sides:
        """The padding without the row and column that an author cuts behind the layer, and behind its norm and activation."""
        top, bottom, left, right = self.padding
        return self.padding if self.way != "transposed" else (top, min(top, bottom), left, min(left, right))

    def bordered(self, border: Border, before: Pair) -> Move:
        """Return the move with what it pads being `border`; as it is where it pads nothing, or the picture is too small to reflect."""
        fits = max(self.padding) < min(before) * self.scale and min(self.padding) >= 0
        return replace(self, border=border) if self.is_padded and fits else self

    def cropped(self, size: Pair, wanted: Pair) -> Iterator[Move]:
        """Yield the moves that keep (height, width) `wanted` of this one's picture of `size`: its upper left corner, and its middle."""
        rows, columns = size[0] - wanted[0], size[1] - wanted[1]
        if min(rows, columns) < 0 or rows == columns == 0:
            return
        cost = self.cost + side_cost(max(size))
        yield replace(self, padding=self._less(0, rows, 0, columns), cost=cost + CORNER)
        if rows % 2 == columns % 2 == 0:
            yield replace(self, padding=self._less(rows // 2, rows // 2, columns // 2, columns // 2), cost=cost + MIDDLE)

    def _less(self, *cut: int) -> Sides:
        """Return the padding that leaves this many rows and columns less on each side: a convolution adds what a transposed one cuts."""
        top, bottom, left, right = (n + (m if self.way == "transposed" else -m) for n, m in zip(self.padding, cut, strict=True))
        return top, bottom, left, right

    def size(self, before: Pair, kernel: Pair) -> Pair:
        """Return (height, width) after this layer; below 1 where nothing is left."""
        top, bottom, left, right = self.padding
        h, w = before[0] * self.scale, before[1] * self.scale
        if self.way == "transposed":
            return (h - 1) * self.stride[0] + kernel[0] - top - bottom, (w - 1) * self.stride[1] + kernel[1] - left - right
        return (h + top + bottom - kernel[0]) // self.stride[0] + 1, (w + left + right - kernel[1]) // self.stride[1] + 1


@dataclass(frozen=True)
class _Axis:
    stride: int
    before: int
    after: int
    cost: float


class Geometry:
    """The moves of every layer of one network, under a person's options, whose lists are by convolution.

    `hint` is a size in pixels that the file names somewhere.
    """

    def __init__(self, network: Skeleton, options: Options, hint: int | None = None) -> None:
        self._stages, self._options, self._hint = network.stages, options, hint
        self._first = next(index for index, stage in enumerate(network.stages) if stage.kernel.weight.dim() == 4)
        behind = network.stages[self._first + 1 :]
        self._is_enlarged = any(stage.within is None and stage.ways[0] == "transposed" and max(stage.size) > 1 for stage in behind)
        self._cheapest: dict[tuple[int, Pair], float] = {}
        self._moves: dict[tuple[int, Pair], tuple[Move, ...]] = {}

    def starts(self) -> list[tuple[Pair, float]]:
        """Return the pictures (height, width) that the first convolution can begin with, and what each costs."""
        shape = next((stage.shape for stage in self._stages if stage.shape), None)
        if shape is None:
            return [((1, 1), 0.0)]
        places = shape[1]
        side = isqrt(places)
        found = [
            ((h, places // h), 0.0 if h * h == places else 2.0 + abs(log2(h * h / places))) for h in range(1, places + 1) if places % h == 0
        ]
        if side * side == places and not self._is_oblong():
            return [((side, side), 0.0)]
        return [(size, cost) for size, cost in found if cost < (4.0 if self._is_oblong() else 3.0)]

    def _is_oblong(self) -> bool:
        size = self._options.image_size
        return size is not None and size[0] != size[1]

    def moves(self, index: int, before: Pair) -> tuple[Move, ...]:
        """Return what layer `index` can do to a picture of this size, the most usual first."""
        key = (index, before)
        if key not in self._moves:
            found = [move for way in self._stages[index].ways for move in self._of_way(index, way, before)]
            kernel = self._stages[index].size
            self._moves[key] = tuple(
                sorted((move for move in found if min(move.size(before, kernel)) >= 1), key=lambda move: (move.cost, move.padding))
            )
        return self._moves[key]

    def rest(self, index: int, size: Pair) -> float:
        """Return the least cost of the layers from `index` on, with that of the picture's size."""
        if max(size) > 4 * MAX_SIDE:
            return inf
        if index == len(self._stages):
            return self._size_cost(*size)
        key = (index, size)
        if key not in self._cheapest:
            kernel = self._stages[index].size
            self._cheapest[key] = min(
                (move.cost + self.rest(index + 1, move.size(size, kernel)) for move in self.moves(index, size)), default=inf
            )
        return self._cheapest[key]

    def likeliest_size(self) -> Pair:
        """Return (height, width) of the picture that costs least; (0, 0) where there is none."""
        starts = [(start, cost + self.rest(self._first, start)) for start, cost in self.starts()]
        size, cost = min(starts, key=lambda start: start[1], default=((0, 0), inf))
        if cost == inf:
            return (0, 0)
        for index in range(self._first, len(self._stages)):
            kernel = self._stages[index].size
            ends = [(move.cost + self.rest(index + 1, end), end) for move in self.moves(index, size) for end in [move.size(size, kernel)]]
            size = min(ends, key=lambda end: end[0])[1]
        return size

    def _size_cost(self, height: int, width: int) -> float:
        stated = self._options.image_size
        if stated is not None:
            return 0.0 if (width, height) == stated else 0.5 if (height, width) == stated else inf
        if self._hint in (height, width):
            return -3.0
        return side_cost(height) if height == width else 3.0 + max(side_cost(height), side_cost(width))

    def _of_way(self, index: int, way: Way, before: Pair) -> list[Move]:
        stage, chosen = self._stages[index], self._options
        other = 0.0 if way == stage.ways[0] else 2.0
        rows, columns = (self._axes(index, way, kernel, n) for kernel, n in zip(stage.size, before, strict=True))
        is_square, is_oblong = stage.size[0] == stage.size[1] and before[0] == before[1], self._is_oblong()
        found = []
        for scale, mode, cost in self._resizes(index, way, before):
            for row in rows:
                for column in _partners(row, columns, is_square, is_oblong):
                    sides = (row.before, row.after, column.before, column.after)
                    if way == "transposed" and scale > 1 and row.stride > 1:
                        continue
                    total = cost + other + (row.cost + column.cost) / 2
                    found.append(Move(way, scale, mode, (row.stride, column.stride), sides, total))
        if chosen.image_size is not None and index == len(self._stages) - 1 and stage.alone is None:
            found += [less for move in found for less in move.cropped(move.size(before, stage.size), chosen.image_size[::-1])]
        stated = any((chosen.strides, chosen.paddings, chosen.output_paddings, chosen.upsample, chosen.image_size))
        return [move for move in found if move.cost <= (4 * FAR if stated else FAR)]

    def _axes(self, index: int, way: Way, kernel: int, n: int) -> list[_Axis]:
        layer = index - self._first
        stride, padding = at(self._options.strides, layer), at(self._options.paddings, layer)
        output = at(self._options.output_paddings, layer)
        if way == "transposed" and n == 1:
            stride = output = None  # of one pixel, any stride makes the same
        last, size = index == len(self._stages) - 1, self._stages[index - 1].size
        odd_one = last and way == "transposed" and index > self._first and kernel > 1 and size not in ((1, 1), self._stages[index].size)
        found = []
        usual = transposed(kernel, n) if way == "transposed" else plain(kernel, n)
        if way == "transposed" and output is not None and output < -1:
            usual = tuple((s, p, output, cost) for s, p, q, cost in usual if q == 0)
        if way == "conv" and stride is not None:  # that a picture becomes smaller is met only where it is stated
            usual = tuple((stride, p, q, cost) for _, p, q, cost in usual)
        for s, p, q, cost in (*usual, *(CUT if last and way == "transposed" and kernel == 3 else ())):
            if last and kernel == 1 and n == 32 and (s, q) == (1, 0) and 1 in self._stages[index].kernel.weight.shape[:2]:
                cost = {2: 0.0, 0: 2.5}.get(p, cost)  # the 28 px variants cut two pixels from 32 at the end; else it does nothing
            if odd_one and kernel - 2 * p + q == s and q >= 0:  # a last kernel of another size has another stride, as a rule
                cost = {1: 0.3 if kernel < 5 else 2.5, 2: 2.0, 3: 0.0}.get(s, 3.0)
            wanted = ((stride, s), (padding, p), (output, q))
            if all(value is None or value == own for value, own in wanted):
                found.append(_Axis(s, p, p - q if way == "transposed" else p, cost))
        return found

    def _resizes(self, index: int, way: Way, before: Pair) -> list[tuple[int, str, float]]:
        """Return (scale, mode, cost) of what the picture can be resized to before the kernel."""
        stated = at(self._options.upsample, index - self._first)
        if stated is not None:
            return [(1, "nearest", 0.0)] if stated == "none" else [(2, str(stated), 0.0)]
        enlarged = IN_BLOCK * (self._stages[index].within == 0 and self._is_enlarged)
        same, bigger = _resize_cost(self._stages[index], way, last=index == len(self._stages) - 1, first=before == (1, 1))
        return [
            (1, "nearest", same),
            (2, "nearest", bigger + enlarged),
            (2, "bilinear", bigger + enlarged + 2.0),
            (4, "nearest", bigger + enlarged + 5.0),
        ]


def _resize_cost(stage: Stage, way: Way, last: bool, first: bool) -> tuple[float, float]:
    """Return the cost of no resize and of one. The gap before a kernel counts activations, resizes and dropouts."""
    if way == "transposed" or max(stage.size) == 1 or first:
        return 0.0, 7.0
    if stage.gap == 0:
        return 0.0, 9.0
    if stage.within:
        return 0.0, IN_BLOCK  # a residual block begins with its resize
    if stage.gap is not None:
        return (0.1, 2.0) if stage.gap == 1 else (2.0, 0.3)
    if stage.lead and stage.kernel.weight.dim() == 4:  # an activation stands at the end of a block, as a rule
        return 2.0, 0.3
    return (0.3, 1.5) if last else (1.0, 0.5)


def _partners(row: _Axis, columns: list[_Axis], square: bool, oblong: bool) -> list[_Axis]:
    """Return what the columns can do beside a row: the same where kernel and picture are square and the picture is to be."""
    if square and not oblong:
        return [row]
    return [column for column in columns if column.stride == row.stride]
