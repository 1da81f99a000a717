"""What a step has to compute, against torch's own counter; and the peak."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dcgan.bench import arithmetic
from dcgan.bench.arithmetic import matmul_peak, step_multiply_adds
from dcgan.bench.plain import PlainLoop
from dcgan.config import Preset, Recipe
from dcgan.training.design import design

RECIPE = Recipe(image_size=16, image_channels=3, z_dim=8, base_channels=4, batch_size=6, precision="fp32", threads=1)


@pytest.mark.parametrize(("preset", "size"), [("dcgan", 16), ("dcgan", 64), ("tensorflow-tutorial", 28)])
def test_a_steps_multiply_adds(preset: Preset, size: int) -> None:
    """torch counts two operations a multiply-add; the plain loop also makes the gradients of D's weights in G's step."""
    recipe = replace(RECIPE, preset=preset, image_size=size)
    networks = design(recipe, 0)
    loop = PlainLoop(recipe, np.zeros((6, size, size, 3), np.uint8), "cpu", workers=0)
    with FlopCounterMode(display=False) as counter:
        loop.step()
    assert counter.get_total_flops() == 2 * 6 * (step_multiply_adds(networks) + networks.discriminator.multiply_adds)


def test_more_steps_of_d_are_more_to_do() -> None:
    """Each has G once forward (without a gradient) and all that D's step has."""
    networks = design(RECIPE, 0)
    loop = PlainLoop(RECIPE, np.zeros((6, 16, 16, 3), np.uint8), "cpu", workers=0)
    x = torch.zeros(6, 3, 16, 16)
    with FlopCounterMode(display=False) as counter:
        loop.net_d(x).sum().backward()
        loop.net_d(loop.net_g(torch.zeros(6, 8, 1, 1)).detach()).sum().backward()
    assert counter.get_total_flops() == 2 * 6 * (step_multiply_adds(networks, d_steps=2) - step_multiply_adds(networks, d_steps=1))


def test_the_peak_is_that_of_the_fastest_try(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    rates = {2: [10.0, 20.0], 4: [80.0, 5.0], 8: [1.0, 1.0]}

    def seconds_of(a: torch.Tensor, *_: torch.Tensor) -> float:
        tried.append(len(a))
        return 2 * len(a) ** 3 / rates[len(a)][tried.count(len(a)) - 1]

    monkeypatch.setattr(arithmetic, "_seconds_of", seconds_of)
    monkeypatch.setattr(arithmetic, "LONGEST", 20.0)
    assert matmul_peak(torch.float32, "cpu", seconds=0, sizes=(2, 4, 8)) == 80.0
    assert tried == [2, 2, 4, 4, 8, 8]
    tried.clear()
    monkeypatch.setattr(arithmetic, "LONGEST", 7.0)  # 1,024 operations of size 8 at 80 a second take 12.8 s
    assert matmul_peak(torch.float32, "cpu", seconds=0, sizes=(2, 4, 8)) == 80.0
    assert tried == [2, 2, 4, 4]


def test_a_real_peak_is_in_operations_a_second() -> None:
    assert 1e8 < matmul_peak(torch.float32, "cpu", seconds=0.01, sizes=(256,)) < 1e14
