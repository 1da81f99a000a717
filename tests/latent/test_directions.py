"""The maths of directions, against plain numpy, scikit-learn and known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA

from dcgan.latent import orthogonalise, sample_z, step, unit
from dcgan.latent.directions import principal_directions, regressed_direction, singular_directions

VECTORS = arrays(np.float32, (4, 6), elements=st.floats(-50, 50, width=32))


@given(VECTORS)
def test_directions_have_norm_one_and_one_sign(vectors: np.ndarray) -> None:
    found = unit(vectors)
    norms = np.linalg.norm(found, axis=1)
    assert all(norm == pytest.approx(1, abs=1e-5) or not vector.any() for norm, vector in zip(norms, vectors, strict=True))
    np.testing.assert_allclose(found, unit(-vectors), atol=1e-6)
    np.testing.assert_allclose(unit(found), found, atol=1e-6)
    assert (found[np.arange(4), np.abs(found).argmax(1)] >= 0).all()
    np.testing.assert_array_equal(found, [unit(vector) for vector in vectors])  # a batch is its rows


@given(VECTORS, arrays(np.float32, (2, 6), elements=st.floats(-50, 50, width=32)))
def test_nothing_of_a_locked_direction_is_left(vectors: np.ndarray, locked: np.ndarray) -> None:
    free = orthogonalise(vectors, locked)
    assert np.abs(free @ unit(locked).T).max() < 1e-3
    norms = np.linalg.norm(free, axis=1)
    assert ((np.abs(norms - 1) < 1e-5) | (norms == 0)).all()
    np.testing.assert_allclose(free, [orthogonalise(vector[None], locked)[0] for vector in vectors], atol=1e-5)


def test_what_is_orthogonal_stays_and_what_is_locked_vanishes() -> None:
    axes = np.eye(4, dtype=np.float32)
    np.testing.assert_array_equal(orthogonalise(-axes[:2], axes[2:]), -axes[:2])  # the sense is kept
    np.testing.assert_array_equal(orthogonalise(axes[:1], axes[:1]), np.zeros((1, 4)))
    np.testing.assert_allclose(orthogonalise(np.array([[1.0, 1, 0, 0]]), np.array([axes[0], 2 * axes[0]])), axes[1:2], atol=1e-6)
    np.testing.assert_array_equal(orthogonalise(axes, np.zeros((0, 4))), axes)


@given(seed=st.integers(0, 1000), alpha=st.floats(-8, 8))
def test_a_step_keeps_the_norm_and_turns_towards_the_direction(seed: int, alpha: float) -> None:
    z, d = sample_z([seed], 20), unit(sample_z([seed + 1], 20))[0]
    moved = step(z, d, [alpha])
    assert np.linalg.norm(moved) == pytest.approx(np.linalg.norm(z), rel=1e-5)
    assert np.sign(round(alpha, 3)) * float((moved - z)[0] @ d) >= -1e-4
    np.testing.assert_array_equal(step(z, d, [0.0]), z)


def test_steps_are_made_in_batches_and_stay_in_the_uniform_cube() -> None:
    z, d = sample_z([1, 2, 3], 5), unit(sample_z([9], 5))[0]
    alphas = np.array([-1.0, 0.5, 2.0])
    together = step(z[:, None], d, alphas)  # (3, 1, 5) and (3,) -> (3, 3, 5)
    one = step(z[1], d, 2.0)
    assert together.shape == (3, 3, 5) and one.shape == (5,)
    np.testing.assert_allclose(together[1, 2], one, atol=1e-6)
    assert np.abs(step(sample_z([1], 5, "uniform"), d, [3.0], "uniform")).max() <= 1
    assert np.isfinite(step(np.zeros((1, 5)), d, [0.0])).all() and np.isfinite(step(-d[None], d, [1.0])).all()


def test_sefa_is_the_svd_of_the_weight() -> None:
    weight = np.random.default_rng(0).normal(size=(40, 7))
    directions, shares = singular_directions(weight)
    _, sizes, rows = np.linalg.svd(weight, full_matrices=False)
    np.testing.assert_allclose(np.abs((directions * rows).sum(1)), 1, atol=1e-5)
    np.testing.assert_allclose(shares, sizes**2 / (sizes**2).sum(), rtol=1e-9)


def test_principal_directions_are_those_of_a_full_pca_mapped_back() -> None:
    z = sample_z(range(600), 6).astype(np.float64)
    features = np.maximum(z @ np.random.default_rng(1).normal(size=(6, 30)) * np.array([1.0] * 30), 0)
    directions, shares = principal_directions(z, features, 3)
    full = PCA(3, svd_solver="full").fit(features)
    coordinates = full.transform(features)
    mapped = coordinates.T @ (z - z.mean(0)) / (coordinates**2).sum(0)[:, None]  # coordinates are uncorrelated
    np.testing.assert_allclose(np.abs((directions * mapped).sum(1)) / np.linalg.norm(mapped, axis=1), 1, atol=1e-3)
    np.testing.assert_allclose(shares, full.explained_variance_ratio_, rtol=1e-3)


def test_a_known_direction_is_found_from_answers() -> None:
    z = sample_z(range(3000), 20)
    truth = unit(sample_z([77_777], 20), signed=False)[0]
    answers = z @ truth + 0.5 * sample_z(range(9000, 12000), 2)[:, 0] > 0.3
    assert regressed_direction(z, answers, np.ones(3000)) @ truth > 0.99
    assert regressed_direction(z[:200], answers[:200], np.ones(200)) @ truth > 0.8
    assert regressed_direction(z, ~answers, np.ones(3000)) @ truth < -0.99


def test_another_cause_takes_no_part_in_the_direction() -> None:
    """Half the answers follow a label that happens to go with z[1]."""
    z = sample_z(range(4000), 8)
    label = (z[:, 1] + sample_z(range(5000, 9000), 2)[:, 0] > 0).astype(float)
    answers = z[:, 0] + 3 * label > 1.5
    others = np.stack([label, 1 - label], 1)
    weights = np.ones(4000)
    assert regressed_direction(z, answers, weights, others)[0] > 0.99 > 0.95 > regressed_direction(z, answers, weights)[0]
