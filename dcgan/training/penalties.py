"""What keeps D smooth: penalties on its gradient with respect to pictures, and the clipping of its weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor


def squared_gradient_norms(outputs: Tensor, x: Tensor) -> Tensor:
    """Return ||dD/dx||^2 of each example (n,), from D's `outputs` (n, 1) for x (n, c, h, w); itself differentiable.

    Where D has batch norm, the examples of a batch depend on each other, and the gradient is that of the sum of all outputs.
    """
    (gradient,) = torch.autograd.grad(outputs.sum(), x, create_graph=True)
    return gradient.float().flatten(1).square().sum(1)


def r1(outputs: Tensor, x: Tensor) -> Tensor:
    """Return half the mean squared gradient norm at real pictures (Mescheder et al. 2018, equation 9, without gamma)."""
    return 0.5 * squared_gradient_norms(outputs, x).mean()


def gradient_penalty(d: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, generator: torch.Generator) -> Tensor:
    """Return the mean of (||dD/dx|| - 1)^2 at random points between real and fake (Gulrajani et al. 2017, equation 3, without lambda).

    There is one point for each pair, at a share drawn uniformly from `generator`. The root is taken of the square plus 1e-12, so that
    its derivative exists where D is flat.
    """
    share = torch.rand(len(real), 1, 1, 1, device=real.device, generator=generator)
    x = torch.lerp(fake.detach().float(), real.detach().float(), share).requires_grad_()
    return ((squared_gradient_norms(d(x), x) + 1e-12).sqrt() - 1).square().mean()


@torch.no_grad()
def clip_weights(parameters: Iterable[Tensor], limit: float) -> None:
    """Cut all `parameters` to [-limit, limit], in place (Arjovsky et al. 2017, algorithm 1)."""
    found = list(parameters)
    torch._foreach_clamp_min_(found, -limit)
    torch._foreach_clamp_max_(found, limit)
