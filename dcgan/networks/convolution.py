"""Other ways to compute the convolution that halves a picture (4x4, stride 2, padding 1), and the one that doubles it.

Both are products of three: fine pictures (n, h, w, c), coarse ones (n, h/2, w/2, k), a weight (k, 4, 4, c), channels last. `down`, `up`
and `outer` make one from the two others. torch's own kernels do some at a fraction of the machine's speed (`training.kernels`).
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
    """Examples, height, width and channels of the fine pictures, channels of the coarse ones."""

    n: int
    h: int
    w: int
    c: int
    k: int


class Outer:
    """torch's kernels, but for the gradient of the weight, which is one matrix product."""

    @staticmethod
    def fine(x: Tensor) -> Tensor:
        return x

    @staticmethod
    def coarse(x: Tensor) -> Tensor:
        return x

    @staticmethod
    def weight(weight: Tensor) -> Tensor:
        return weight

    @staticmethod
    def down(fine: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        return nhwc(F.conv2d(nchw(fine), nchw(weight), stride=2, padding=1))

    @staticmethod
    def up(coarse: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        return nhwc(F.conv_transpose2d(nchw(coarse), nchw(weight), stride=2, padding=1))

    @staticmethod
    def outer(fine: Tensor, coarse: Tensor, sizes: Sizes) -> Tensor:
        return (coarse.reshape(-1, sizes.k).T @ patches(fine)).view(sizes.k, 4, 4, sizes.c)


class Gemm:
    """Matrix products on patches: the 16 pixels under each position of the kernel side by side."""

    @staticmethod
    def fine(x: Tensor) -> Tensor:
        return patches(x)

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
        n, h, w, c, _ = sizes
        taps = (coarse @ weight).view(n, h // 2, w // 2, 2, 2, 2, 2, c)  # kernel row 2a + b: a, b, then the columns'
        padded = taps.new_zeros(n, h // 2 + 1, 2, w // 2 + 1, 2, c)
        for row in (0, 1):
            for column in (0, 1):
                part = padded[:, row : row + h // 2, :, column : column + w // 2]
                part += taps[:, :, :, row, :, column].transpose(2, 3)
        return padded.view(n, h + 2, w + 2, c)[:, 1:-1, 1:-1].contiguous()

    @staticmethod
    def outer(fine: Tensor, coarse: Tensor, sizes: Sizes) -> Tensor:
        return (coarse.T @ fine).view(sizes.k, 4, 4, sizes.c)


class Winograd:
    """Minimal filtering F(2, 2) (Winograd 1980; Lavin and Gray 2015): 9 multiplications where the plain sum has 16.

    With stride 2, the 4 taps of a row are two filters of 2 taps, on the even and on the odd pixels. Two results of one of them,
    y0 = d0 g0 + d1 g1 and y1 = d1 g0 + d2 g1, are m0 + m1 and m1 + m2 of m0 = (d0 - d1) g0, m1 = d1 (g0 + g1), m2 = (d2 - d1) g1.
    In two dimensions that gives 9 matrix products over tiles of 2x2 coarse pixels, with c channels of 4 parities side by side.
    """

    @staticmethod
    def fine(x: Tensor) -> Tensor:
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
        n, h, w, _, k = sizes
        m = torch.bmm(fine, weight.transpose(1, 2)).view(3, 3, n, h // 4, w // 4, k)
        found = m.new_empty(n, h // 4, 2, w // 4, 2, k)
        for i, row in enumerate((m[0] + m[1], m[1] + m[2])):
            found[:, :, i, :, 0] = row[0] + row[1]
            found[:, :, i, :, 1] = row[1] + row[2]
        return found.view(n, h // 2, w // 2, k)

    @staticmethod
    def up(coarse: Tensor, weight: Tensor, sizes: Sizes) -> Tensor:
        n, h, w, c, _ = sizes
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


def takes(method: Method, height: int, width: int) -> bool:
    """Say whether `method` takes fine pictures of this size."""
    return method != "winograd" or (height % 4 == 0 and width % 4 == 0)


def halve(x: Tensor, weight: Tensor, method: Method) -> Tensor:
    """Return the convolution (n, k, h/2, w/2) of x (n, c, h, w) with `weight` (k, c, 4, 4); but for "native" it can be derived once."""
    if method == "native":
        return F.conv2d(x, weight, stride=2, padding=1)
    x, weight = _as_autocast(x, weight)
    return nchw(_Down.apply(nhwc(x), nhwc(weight), WAYS[method]))


def double(x: Tensor, weight: Tensor, method: Method) -> Tensor:
    """Return the transposed convolution (n, c, 2h, 2w) of x (n, k, h, w) with `weight` (k, c, 4, 4); see `halve`."""
    if method == "native":
        return F.conv_transpose2d(x, weight, stride=2, padding=1)
    x, weight = _as_autocast(x, weight)
    return nchw(_Up.apply(nhwc(x), nhwc(weight), WAYS[method]))


class _Down(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, way: Any) -> Tensor:
        ctx.way, ctx.sizes = way, Sizes(x.shape[0], x.shape[1], x.shape[2], x.shape[3], len(weight))
        fine, kernel = way.fine(x), way.weight(weight)
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
        return x, weight, None


class _Up(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, way: Any) -> Tensor:
        n, h, w, k = x.shape
        ctx.way, ctx.sizes = way, Sizes(n, 2 * h, 2 * w, weight.shape[-1], k)
        coarse, kernel = way.coarse(x), way.weight(weight)
        ctx.save_for_backward(coarse, kernel)
        y: Tensor = way.up(coarse, kernel, ctx.sizes)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        coarse, kernel = ctx.saved_tensors
        fine = ctx.way.fine(gradient)
        x = ctx.way.down(fine, kernel, ctx.sizes) if ctx.needs_input_grad[0] else None
        weight = ctx.way.outer(fine, coarse, ctx.sizes) if ctx.needs_input_grad[1] else None
        return x, weight, None


def patches(x: Tensor) -> Tensor:
    """Return the 4x4 pixels under each position of the kernel: x (n, h, w, c) -> (n h/2 w/2, 16 c)."""
    n, h, w, c = x.shape
    padded = F.pad(x, (0, 0, 1, 1, 1, 1))
    by_n, by_row, by_column, _ = padded.stride()
    strides = (by_n, 2 * by_row, 2 * by_column, by_row, by_column, 1)
    return padded.as_strided((n, h // 2, w // 2, 4, 4, c), strides).reshape(-1, 16 * c)


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
