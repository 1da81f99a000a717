"""The products that `convolution` is made of: fine pictures (n, h, w, c), coarse ones (n, h/2, w/2, k), a weight (k, side, side, c).

Channels last. `down`, `up` and `outer` make one of the three from the two others, each by torch's kernels, by matrix products on patches
or by minimal filtering.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


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


def patches(x: Tensor, sizes: Sizes) -> Tensor:
    """Return the pixels under each position of the kernel: x (n, h, w, c) -> (n h/2 w/2, side side c)."""
    n, h, w, c, _, side, before = sizes
    padded = F.pad(x, (0, 0, before, sizes.after, before, sizes.after))
    by_n, by_row, by_column, _ = padded.stride()
    strides = (by_n, 2 * by_row, 2 * by_column, by_row, by_column, 1)
    return padded.as_strided((n, h // 2, w // 2, side, side, c), strides).reshape(-1, side * side * c)


def nhwc(x: Tensor) -> Tensor:
    """Return x (n, c, h, w) as (n, h, w, c), a view."""
    return x.permute(0, 2, 3, 1)


def nchw(x: Tensor) -> Tensor:
    """Return x (n, h, w, c) as (n, c, h, w), a view."""
    return x.permute(0, 3, 1, 2)
