"""Other ways to compute the convolution that halves a picture, with stride 2, and the one that doubles it.

Both are products of three: fine pictures (n, h, w, c), coarse ones (n, h/2, w/2, k), a weight (k, side, side, c), channels last. `down`,
`up` and `outer` make one from the two others. torch's own kernels do some at a fraction of the machine's speed (`training.kernels`).
A kernel of 4 has a padding of 1 before and after; one of 5 has 1 and 2, or 2 and 1.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

Method = Literal["native", "outer", "gemm", "winograd"]


class Sizes(NamedTuple):
    """Examples, height, width and channels of the fine pictures, channels of the coarse ones; the kernel's side, the padding before."""

    n: int
    h: int
    w: int
    c: int
    k: int
    side: int
    before: int

    @property
    def after(self) -> int:
        """The padding behind the last row and column."""
        return self.side - 2 - self.before


class Outer:
    """torch's kernels, but for the gradient of the weight, which is one matrix product."""

    @staticmethod
    def fine(x: Tensor, sizes: Sizes) -> Tensor:
        return x

    @staticmethod
    def coarse(x: Tensor) -> Tensor:
        return x

    @staticmethod
    def weight(weight: Tensor) -> Tensor:
        return weight

    @staticmethod
    def down(fine: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        least = min(sizes.before, sizes.after)
        x, rest = nchw(fine), (sizes.before - least, sizes.after - least)
        return nhwc(F.conv2d(F.pad(x, rest * 2) if any(rest) else x, nchw(weight), stride=2, padding=least))

    @staticmethod
    def up(coarse: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        least = min(sizes.before, sizes.after)
        y, cut = nhwc(F.conv_transpose2d(nchw(coarse), nchw(weight), stride=2, padding=least)), sizes.before - least
        return y[:, cut : cut + sizes.h, cut : cut + sizes.w]

    @staticmethod
    def outer(fine: Tensor, coarse: Tensor, sizes: Sizes) -> Tensor:
        return (coarse.reshape(-1, sizes.k).T @ patches(fine, sizes)).view(sizes.k, sizes.side, sizes.side, sizes.c)


class Gemm:
    """Matrix products on patches: the pixels under each position of the kernel side by side."""

    @staticmethod
    def fine(x: Tensor, sizes: Sizes) -> Tensor:
        return patches(x, sizes)

    @staticmethod
    def coarse(x: Tensor) -> Tensor:
        return x.reshape(-1, x.shape[-1])

    @staticmethod
    def weight(weight: Tensor) -> Tensor:
        return weight.reshape(len(weight), -1)

    @staticmethod
    def down(fine: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        return (fine @ weight.T).view(sizes.n, sizes.h // 2, sizes.w // 2, sizes.k)

    @staticmethod
    def up(coarse: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        n, h, w, c, _, side, before = sizes
        taps = (coarse @ weight).view(n, h // 2, w // 2, side, side, c)
        pairs = range(0, side, 2)  # of kernel rows, and of columns: each pair lies beside the next coarse pixel's; a fifth one is alone
        padded = taps.new_zeros(n, h // 2 + len(pairs) - 1, 2, w // 2 + len(pairs) - 1, 2, c)
        for i in pairs:
            for j in pairs:
                part = taps[:, :, :, i : i + 2, j : j + 2].transpose(2, 3)
                padded[:, i // 2 : (i + h) // 2, : part.shape[2], j // 2 : (j + w) // 2, : part.shape[4]] += part
        return padded.flatten(3, 4).flatten(1, 2)[:, before : before + h, before : before + w].contiguous()

    @staticmethod
    def outer(fine: Tensor, coarse: Tensor, sizes: Sizes) -> Tensor:
        return (coarse.T @ fine).view(sizes.k, sizes.side, sizes.side, sizes.c)


class Winograd:
    """Minimal filtering F(2, 2) (Winograd 1980; Lavin and Gray 2015): 9 multiplications where the plain sum of a 4x4 kernel has 16.

    With stride 2, the 4 taps of a row are two filters of 2 taps, on the even and on the odd pixels. Two results of one of them,
    y0 = d0 g0 + d1 g1 and y1 = d1 g0 + d2 g1, are m0 + m1 and m1 + m2 of m0 = (d0 - d1) g0, m1 = d1 (g0 + g1), m2 = (d2 - d1) g1.
    In two dimensions that gives 9 matrix products over tiles of 2x2 coarse pixels, with c channels of 4 parities side by side.
    """

    @staticmethod
    def fine(x: Tensor, sizes: Sizes) -> Tensor:
        """Return d0 - d1, d1 and d2 - d1 by rows and columns: (9, tiles, 4c)."""
        n, h, w, c = x.shape
        padded = F.pad(x, (0, 0, 1, 1, 1, 1))
        by_n, by_row, by_column, _ = padded.stride()
        # The pixel of row 2i + parity and of column 2j + parity of each tile: (i, parity, j, parity, n, tile rows, tile columns, c).
        strides = (2 * by_row, by_row, 2 * by_column, by_column, by_n, 4 * by_row, 4 * by_column, 1)
        d = padded.as_strided((3, 2, 3, 2, n, h // 4, w // 4, c), strides)
        found = x.new_empty(3, 3, n, h // 4, w // 4, 2, 2, c)
        for i, row in enumerate((d[0] - d[1], d[1], d[2] - d[1])):
            row = row.permute(1, 3, 4, 5, 0, 2, 6)  # column j, n, tile rows, tile columns, parities, c
            torch.sub(row[0], row[1], out=found[i, 0])
            found[i, 1] = row[1]
            torch.sub(row[2], row[1], out=found[i, 2])
        return found.view(9, -1, 4 * c)

    @staticmethod
    def coarse(x: Tensor) -> Tensor:
        """Return y0, y0 + y1 and y1 by rows and columns, the transpose of how results are put together: (9, tiles, k)."""
        n, h, w, k = x.shape
        y = x.reshape(n, h // 2, 2, w // 2, 2, k)
        found = x.new_empty(3, 3, n, h // 2, w // 2, k)
        for i, row in enumerate((y[:, :, 0], y[:, :, 0] + y[:, :, 1], y[:, :, 1])):
            found[i, 0] = row[:, :, :, 0]
            torch.add(row[:, :, :, 0], row[:, :, :, 1], out=found[i, 1])
            found[i, 2] = row[:, :, :, 1]
        return found.view(9, -1, k)

    @staticmethod
    def weight(weight: Tensor) -> Tensor:
        """Return g0, g0 + g1 and g1 by rows and columns: (9, k, 4c)."""
        k, _, _, c = weight.shape
        taps = weight.reshape(k, 2, 2, 2, 2, c)  # kernel row 2a + parity: a, parity, then the columns'
        found = weight.new_empty(3, 3, k, 2, 2, c)
        for i, row in enumerate((taps[:, 0], taps[:, 0] + taps[:, 1], taps[:, 1])):
            found[i, 0] = row[:, :, 0]
            torch.add(row[:, :, 0], row[:, :, 1], out=found[i, 1])
            found[i, 2] = row[:, :, 1]
        return found.view(9, k, 4 * c)

    @staticmethod
    def down(fine: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        n, h, w, _, k, *_ = sizes
        m = torch.bmm(fine, weight.transpose(1, 2)).view(3, 3, n, h // 4, w // 4, k)
        found = m.new_empty(n, h // 4, 2, w // 4, 2, k)
        for i, row in enumerate((m[0] + m[1], m[1] + m[2])):
            found[:, :, i, :, 0] = row[0] + row[1]
            found[:, :, i, :, 1] = row[1] + row[2]
        return found.view(n, h // 2, w // 2, k)

    @staticmethod
    def up(coarse: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        n, h, w, c, *_ = sizes
        m = torch.bmm(coarse, weight).view(3, 3, n, h // 4, w // 4, 2, 2, c)
        padded = m.new_zeros(n, h // 2 + 1, 2, w // 2 + 1, 2, c)
        for i, row in enumerate((m[0], m[1] - m[0] - m[2], m[2])):
            for j, d in enumerate((row[0], row[1] - row[0] - row[2], row[2])):
                part = padded[:, i : i + h // 2 - 1 : 2, :, j : j + w // 2 - 1 : 2]
                part += d.transpose(2, 3)
        return padded.view(n, h + 2, w + 2, c)[:, 1:-1, 1:-1].contiguous()

    @staticmethod
    def outer(fine: Tensor, coarse: Tensor, sizes: Sizes) -> Tensor:
        k, c = sizes.k, sizes.c
        m = torch.bmm(coarse.transpose(1, 2), fine).view(3, 3, k, 2, 2, c)
        rows = torch.stack((m[0] + m[1], m[1] + m[2]))  # a, column, k, parities, c
        taps = torch.stack((rows[:, 0] + rows[:, 1], rows[:, 1] + rows[:, 2]), 1)
        return taps.permute(2, 0, 3, 1, 4, 5).reshape(k, 4, 4, c)


WAYS: dict[Method, Any] = {"outer": Outer, "gemm": Gemm, "winograd": Winograd}
METHODS: tuple[Method, ...] = ("native", *WAYS)


def takes(method: Method, fine: tuple[int, ...], side: int) -> bool:
    """Say whether `method` takes fine pictures of shape (c, h, w) and a kernel of this side."""
    whole = 4 if method == "winograd" else 2
    return method == "native" or (not any(length % whole for length in fine[1:]) and (method != "winograd" or side == 4))


def halve(x: Tensor, weight: Tensor, method: Method, before: int = 1) -> Tensor:
    """Return the convolution (n, k, h/2, w/2) of x (n, c, h, w) with `weight` (k, c, side, side); but for "native" it can be derived once.

    `before` is the padding above and to the left; below and to the right it is what the side leaves, side - 2 - `before`.
    """
    if method == "native":
        return nchw(Outer.down(nhwc(x), nhwc(weight), _sizes_of_fine(nhwc(x), nhwc(weight), before)))
    x, weight = _as_autocast(x, weight)
    return nchw(_Down.apply(nhwc(x), nhwc(weight), WAYS[method], before))


def double(x: Tensor, weight: Tensor, method: Method, before: int = 1) -> Tensor:
    """Return the transposed convolution (n, c, 2h, 2w) of x (n, k, h, w) with `weight` (k, c, side, side); see `halve`."""
    if method == "native":
        return nchw(Outer.up(nhwc(x), nhwc(weight), _sizes_of_coarse(nhwc(x), nhwc(weight), before)))
    x, weight = _as_autocast(x, weight)
    return nchw(_Up.apply(nhwc(x), nhwc(weight), WAYS[method], before))


def _sizes_of_fine(x: Tensor, weight: Tensor, before: int) -> Sizes:
    n, h, w, c = x.shape
    return Sizes(n, h, w, c, len(weight), weight.shape[1], before)


def _sizes_of_coarse(x: Tensor, weight: Tensor, before: int) -> Sizes:
    n, h, w, k = x.shape
    return Sizes(n, 2 * h, 2 * w, weight.shape[-1], k, weight.shape[1], before)


class _Down(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, way: Any, before: int) -> Tensor:
        ctx.way, ctx.sizes = way, _sizes_of_fine(x, weight, before)
        fine, kernel = way.fine(x, ctx.sizes), way.weight(weight)
        ctx.save_for_backward(fine, kernel)
        y: Tensor = way.down(fine, kernel, ctx.sizes)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        fine, kernel = ctx.saved_tensors
        coarse = ctx.way.coarse(gradient)
        x = ctx.way.up(coarse, kernel, ctx.sizes) if ctx.needs_input_grad[0] else None
        weight = ctx.way.outer(fine, coarse, ctx.sizes) if ctx.needs_input_grad[1] else None
        return x, weight, None, None


class _Up(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, way: Any, before: int) -> Tensor:
        ctx.way, ctx.sizes = way, _sizes_of_coarse(x, weight, before)
        coarse, kernel = way.coarse(x), way.weight(weight)
        ctx.save_for_backward(coarse, kernel)
        y: Tensor = way.up(coarse, kernel, ctx.sizes)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        coarse, kernel = ctx.saved_tensors
        fine = ctx.way.fine(gradient, ctx.sizes)
        x = ctx.way.down(fine, kernel, ctx.sizes) if ctx.needs_input_grad[0] else None
        weight = ctx.way.outer(fine, coarse, ctx.sizes) if ctx.needs_input_grad[1] else None
        return x, weight, None, None


def patches(x: Tensor, sizes: Sizes) -> Tensor:
    """Return the pixels under each position of the kernel: x (n, h, w, c) -> (n h/2 w/2, side side c)."""
    n, h, w, c, _, side, before = sizes
    padded = F.pad(x, (0, 0, before, sizes.after, before, sizes.after))
    by_n, by_row, by_column, _ = padded.stride()
    strides = (by_n, 2 * by_row, 2 * by_column, by_row, by_column, 1)
    return padded.as_strided((n, h // 2, w // 2, side, side, c), strides).reshape(-1, side * side * c)


def _as_autocast(*tensors: Tensor) -> list[Tensor]:
    """Return the tensors in the type that autocast gives convolutions."""
    device = tensors[0].device.type
    if not torch.is_autocast_enabled(device):
        return list(tensors)
    return [tensor.to(torch.get_autocast_dtype(device)) for tensor in tensors]


def nhwc(x: Tensor) -> Tensor:
    """Return x (n, c, h, w) as (n, h, w, c), a view."""
    return x.permute(0, 2, 3, 1)


def nchw(x: Tensor) -> Tensor:
    """Return x (n, h, w, c) as (n, c, h, w), a view."""
    return x.permute(0, 3, 1, 2)
