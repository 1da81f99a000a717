from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcgan.config import MAX_SEED
from dcgan.errors import ConfigError
from dcgan.latent import sample_z, shell

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


@pytest.mark.parametrize("prior", ["normal", "uniform"])
@pytest.mark.parametrize("z_dim", [8, 100])
def test_nineteen_of_twenty_draws_lie_in_the_shell(prior: str, z_dim: int) -> None:
    low, high = shell(z_dim, prior)  # type: ignore[arg-type]
    lengths = np.linalg.norm(sample_z(range(4000), z_dim, prior), axis=1)  # type: ignore[arg-type]
    assert np.mean((lengths >= low) & (lengths <= high)) == pytest.approx(0.95, abs=0.015)
