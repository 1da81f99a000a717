from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcgan.config import MAX_SEED
from dcgan.errors import ConfigError
from dcgan.latent import lerp, sample_z, slerp

MASK = (1 << 64) - 1


def slow_z(seed: int, z_dim: int, prior: str) -> list[float]:
    """The definition in the module's docstring, in plain Python integers."""

    def mix(x: int) -> int:
        x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK
        return x ^ x >> 31

    u = [(mix((mix(seed) + (i + 1) * 0x9E3779B97F4A7C15) & MASK) >> 11) / 2**53 for i in range(z_dim + 1)]
    if prior == "uniform":
        return [2 * value - 1 for value in u[:z_dim]]
    z = []
    for j in range(0, z_dim, 2):
        radius, angle = math.sqrt(-2 * math.log(1 - u[j])), 2 * math.pi * u[j + 1]
        z += [radius * math.cos(angle), radius * math.sin(angle)]
    return z[:z_dim]


@given(seed=st.integers(0, MAX_SEED), z_dim=st.integers(1, 9), prior=st.sampled_from(["normal", "uniform"]))
def test_z_is_the_definition(seed: int, z_dim: int, prior: str) -> None:
    np.testing.assert_allclose(sample_z([seed], z_dim, prior)[0], slow_z(seed, z_dim, prior), rtol=1e-6, atol=1e-6)


def test_a_seed_does_not_depend_on_its_neighbours() -> None:
    np.testing.assert_array_equal(sample_z(range(100), 100)[41], sample_z([41], 100)[0])


def test_z_has_the_priors_moments() -> None:
    z = sample_z(range(5000), 100)
    assert abs(z.mean()) < 0.005 and abs(z.std() - 1) < 0.005 and abs((z**4).mean() - 3) < 0.05
    assert abs(np.corrcoef(z[:, 0], z[:, 1])[0, 1]) < 0.05 and abs(np.corrcoef(z[:-1, 0], z[1:, 0])[0, 1]) < 0.05
    u = sample_z(range(5000), 100, "uniform")
    assert u.min() >= -1 and u.max() < 1 and abs(u.mean()) < 0.005 and abs(u.std() - 3**-0.5) < 0.005


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1, 0.5, "0", True])
def test_other_seeds_are_refused(seed: object) -> None:
    with pytest.raises(ConfigError, match="whole number"):
        sample_z([seed], 4)  # type: ignore[list-item]


@given(seeds=st.tuples(st.integers(0, 1000), st.integers(1001, 2000)), t=st.floats(0, 1))
def test_slerp_keeps_equal_norms_and_is_symmetric(seeds: tuple[int, int], t: float) -> None:
    a, b = sample_z(seeds, 20)
    b = b * (np.linalg.norm(a) / np.linalg.norm(b))
    way = slerp(a, b, [t])[0]
    assert np.linalg.norm(way) == pytest.approx(np.linalg.norm(a), rel=1e-4)
    np.testing.assert_allclose(way, slerp(b, a, [1 - t])[0], atol=1e-4)


def test_ways_have_exact_ends_and_stay_finite() -> None:
    a, b = sample_z([1, 2], 20)
    for way in (lerp, slerp):
        np.testing.assert_allclose(way(a, b, [0, 1]), [a, b], atol=1e-6)
    for other in (a, -a, a * 0):
        assert np.isfinite(slerp(a, other, np.linspace(0, 1, 5))).all()
