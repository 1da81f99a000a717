"""Arithmetic on latents, as figures 7 and 8 have it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dcgan.latent import along, combine, mean, noisy, sample_z, turn

Z = npt.NDArray[np.float32]
slots = arrays(np.float32, st.tuples(st.integers(1, 4), st.just(5)), elements=st.floats(-8, 8, width=32))


@given(a=slots, c=slots)
def test_a_minus_a_plus_c_is_c(a: Z, c: Z) -> None:
    np.testing.assert_array_equal(combine(a, a, c), mean(c))


@given(a=slots, b=slots, c=slots)
def test_arithmetic_is_that_of_the_means(a: Z, b: Z, c: Z) -> None:
    for i in range(5):
        parts = [sum(float(row[i]) for row in slot) / len(slot) for slot in (a, b, c)]
        assert combine(a, b, c)[i] == pytest.approx(parts[0] - parts[1] + parts[2], abs=1e-4)
    np.testing.assert_allclose(combine(a, b, c), combine(c, b, a), atol=1e-5)
    np.testing.assert_allclose(turn(b, a) + mean(c), combine(a, b, c), atol=1e-5)


def test_many_at_once_are_each_alone() -> None:
    many = sample_z(range(24), 5).reshape(2, 4, 3, 5)
    np.testing.assert_array_equal(mean(many)[1, 2], mean(many[1, 2]))
    np.testing.assert_array_equal(combine(many, many[::-1], many)[1, 2], combine(many[1, 2], many[0, 2], many[1, 2]))
    rows = along(many[0, 0], many[1, 1, 0], [-1.0, 0.5])
    np.testing.assert_array_equal(rows[2, 1], along(many[0, 0, 2:], many[1, 1, 0], [0.5])[0, 0])


def test_three_samples_a_slot_give_a_typical_length() -> None:
    lengths = [np.linalg.norm(combine(*sample_z(range(9 * k, 9 * k + 9), 100).reshape(3, 3, 100))) for k in range(200)]
    assert np.mean(lengths) == pytest.approx(10.0, rel=0.02)


def test_neighbours_are_noise_within_a_quarter() -> None:
    z = sample_z([5], 1000)[0]
    around = noisy(z)
    noise = around - z
    assert around.shape == (8, 1000) and 0.24 < np.abs(noise).max() <= 0.25 + 1e-6
    assert abs(noise.mean()) < 0.01 and noise.std() == pytest.approx(0.5 / 12**0.5, rel=0.03)
    assert len(np.unique(around, axis=0)) == 8
    np.testing.assert_array_equal(noisy(z, [3])[0], around[3])


def test_a_turn_leads_from_one_mean_to_the_other() -> None:
    left, right = sample_z(range(8), 5).reshape(2, 4, 5)
    way = along(mean(left)[None], turn(left, right), np.linspace(0, 1, 5))
    assert way.shape == (1, 5, 5)
    np.testing.assert_allclose(way[0, [0, -1]], [mean(left), mean(right)], atol=1e-6)
