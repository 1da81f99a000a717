"""Penalties, on discriminators whose gradient is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from dcgan.training.penalties import clip_weights, gradient_penalty, r1, squared_gradient_norms


def pictures(seed: int, n: int = 6) -> Tensor:
    return torch.randn(n, 3, 4, 4, generator=torch.Generator().manual_seed(seed))


def linear(weight: Tensor) -> nn.Module:
    module = nn.Sequential(nn.Flatten(), nn.Linear(48, 1))
    with torch.no_grad():
        module[1].weight.copy_(weight)  # type: ignore[union-attr, operator]
    return module


def bowl(x: Tensor) -> Tensor:
    """A D whose gradient at x is x."""
    return 0.5 * x.flatten(1).square().sum(1, keepdim=True)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_a_linear_ds_gradient_is_its_weight() -> None:
    weight = torch.randn(1, 48, generator=generator())
    d, x, length = linear(weight), pictures(1).requires_grad_(), weight.norm()
    torch.testing.assert_close(squared_gradient_norms(d(x), x), length.square().expand(6))
    torch.testing.assert_close(r1(d(x), x), length.square() / 2)
    torch.testing.assert_close(gradient_penalty(d, pictures(2), pictures(3), generator()), (length - 1).square())


def test_penalties_teach_the_weight() -> None:
    """d/dw of 1/2 |w|^2 is w; of (|w| - 1)^2 it is 2 (|w| - 1) w / |w|."""
    weight = torch.randn(1, 48, generator=generator())
    length = weight.norm()
    d, x = linear(weight), pictures(1).requires_grad_()
    r1(d(x), x).backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(d[1].weight.grad, weight)  # type: ignore[index]
    d = linear(weight)
    gradient_penalty(d, pictures(2), pictures(3), generator()).backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(d[1].weight.grad, 2 * (length - 1) * weight / length)  # type: ignore[index]


def test_each_example_has_its_own_gradient() -> None:
    x = pictures(4).requires_grad_()
    torch.testing.assert_close(squared_gradient_norms(bowl(x), x), x.detach().flatten(1).square().sum(1))
    torch.testing.assert_close(r1(bowl(x), x), 0.5 * x.detach().flatten(1).square().sum(1).mean())


def test_the_points_lie_between_real_and_fake() -> None:
    real, fake, seen = pictures(5, 200), pictures(6, 200), []

    def d(x: Tensor) -> Tensor:
        seen.append(x.detach())
        return bowl(x)

    penalty = gradient_penalty(d, real, fake, generator())
    way, whole = (seen[0] - fake).flatten(1), (real - fake).flatten(1)
    shares = (way * whole).sum(1, keepdim=True) / whole.square().sum(1, keepdim=True)
    torch.testing.assert_close(way, shares * whole, atol=1e-5, rtol=1e-4)
    assert 0 <= float(shares.min()) < 0.05 and 0.95 < float(shares.max()) <= 1 and abs(float(shares.mean()) - 0.5) < 0.07
    torch.testing.assert_close(penalty.detach(), (seen[0].flatten(1).norm(dim=1) - 1).square().mean())


def test_a_flat_d_is_no_division_by_zero() -> None:
    d = linear(torch.zeros(1, 48))
    penalty = gradient_penalty(d, pictures(7), pictures(8), generator())
    penalty.backward()  # type: ignore[no-untyped-call]
    assert float(penalty.detach()) == pytest.approx(1, abs=1e-5)
    assert bool(torch.isfinite(d[1].weight.grad).all())  # type: ignore[index]


def test_clipping_bounds_all_and_moves_only_what_is_beyond() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    before = [parameter.detach().clone() for parameter in module.parameters()]
    clip_weights(module.parameters(), 0.05)
    for parameter, old in zip(module.parameters(), before, strict=True):
        assert torch.equal(parameter, old.clamp(-0.05, 0.05))
    assert max(float(old.abs().max()) for old in before) > 0.05
