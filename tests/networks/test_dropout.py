"""Dropout: its own draws, the share it drops, and what it makes of the rest."""

import pytest
import torch

from dcgan.networks import NetworkSpec
from dcgan.networks.builder import build
from dcgan.networks.layers import Dropout


def test_dropout_draws_from_its_own_generator() -> None:
    network = build(NetworkSpec((1000,), (Dropout(0.3),)))
    network.use_generator(torch.Generator().manual_seed(5))
    first = network(torch.ones(1, 1000))
    network.use_generator(torch.Generator().manual_seed(5))
    torch.manual_seed(0)
    assert torch.equal(first, network(torch.ones(1, 1000)))
    assert (first == 0).float().mean() == pytest.approx(0.3, abs=0.05) and first.mean() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("probability", [0.3, 0.5, 0.9])
def test_every_place_is_dropped_as_often_and_the_mean_is_kept(probability: float, layout: torch.memory_format) -> None:
    x = torch.ones(4000, 5, 3, 3).to(memory_format=layout)
    network = build(NetworkSpec((5, 3, 3), (Dropout(probability),))).train()
    network.use_generator(torch.Generator().manual_seed(0))
    y = network(x)
    assert y[y != 0].unique().tolist() == pytest.approx([1 / (1 - probability)], rel=1e-3)
    spread = (probability * (1 - probability) / len(x)) ** 0.5
    assert (y != 0).float().mean(0) == pytest.approx(1 - probability, abs=5 * spread)
    assert torch.equal(network.eval()(x), x)


@pytest.mark.parametrize("probability", [1e-9, 1 - 1e-9])
def test_the_least_and_the_most_leave_numbers(probability: float) -> None:
    network = build(NetworkSpec((7,), (Dropout(probability),))).train()
    network.use_generator(torch.Generator().manual_seed(0))
    y = network(torch.ones(2, 7))
    assert torch.isfinite(y).all() and (y != 0).all() == (probability < 0.5)
