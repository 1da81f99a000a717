"""Other ways to compute the convolution that halves a picture, with stride 2, and the one that doubles it.

torch's own kernels do some at a fraction of the machine's speed; which way is the fastest, `training.kernels` measures by layer.
A kernel of 4 has a padding of 1 before and after; one of 5 has 1 and 2, or 2 and 1.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from dcgan.networks.products import Gemm, Outer, Sizes, Winograd, nchw, nhwc

Method = Literal["native", "outer", "gemm", "winograd"]
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
        _keep(ctx, fine, kernel)
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
        _keep(ctx, coarse, kernel)
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


def _keep(ctx: Any, x: Tensor, kernel: Tensor) -> None:
    """Save each only where the other's gradient is wanted: G learns through a D whose weights need none."""
    for_x, for_weight, *_ = ctx.needs_input_grad
    ctx.save_for_backward(x if for_weight else None, kernel if for_x else None)


def _as_autocast(*tensors: Tensor) -> list[Tensor]:
    """Return the tensors in the type that autocast gives convolutions."""
    device = tensors[0].device.type
    if not torch.is_autocast_enabled(device):
        return list(tensors)
    return [tensor.to(torch.get_autocast_dtype(device)) for tensor in tensors]
