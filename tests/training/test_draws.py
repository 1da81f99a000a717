"""Draws are functions of (seed, purpose, index)."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dcgan.training.draws import PURPOSES, BatchOrder, draw_flips, draw_z, generator_for


def test_every_picture_is_seen_once_an_epoch() -> None:
    order = BatchOrder(3, images=10, batch_size=4)
    seen = torch.cat([order.indices(step) for step in range(10)]).reshape(4, 10)
    for epoch in seen:
        assert sorted(epoch.tolist()) == list(range(10))
    assert len({tuple(epoch.tolist()) for epoch in seen}) == 4


def test_a_batch_larger_than_the_set_repeats_it() -> None:
    assert np.bincount(BatchOrder(0, images=3, batch_size=8).indices(0)).tolist() in ([3, 3, 2], [3, 2, 3], [2, 3, 3])


@pytest.mark.parametrize("step", [0, 4, 17])
def test_a_step_needs_no_history(step: int) -> None:
    walked = BatchOrder(1, 10, 4)
    for earlier in range(step):
        walked.indices(earlier)
    assert torch.equal(walked.indices(step), BatchOrder(1, 10, 4).indices(step))
    assert torch.equal(draw_z(1, step, 5, 3, "normal"), draw_z(1, step, 5, 3, "normal"))


def test_seeds_steps_and_purposes_differ() -> None:
    firsts = {
        int(torch.randint(2**62, (1,), generator=generator_for(seed, purpose, index)))
        for seed in (0, 1, 2**40)
        for purpose in PURPOSES
        for index in range(5)
    }
    assert len(firsts) == 3 * len(PURPOSES) * 5


def test_latents_have_the_priors_moments() -> None:
    normal, uniform = draw_z(0, 0, 500, 100, "normal"), draw_z(0, 0, 500, 100, "uniform")
    assert abs(float(normal.mean())) < 0.02 and abs(float(normal.std()) - 1) < 0.02
    assert abs(float(uniform.mean())) < 0.02 and abs(float(uniform.std()) - 3**-0.5) < 0.02
    assert float(uniform.abs().max()) <= 1


def test_half_is_mirrored() -> None:
    assert 0.45 < float(draw_flips(0, 0, 4000).float().mean()) < 0.55
