"""KID, the Fréchet distance, spread and neighbours against their formulas written out."""

from __future__ import annotations

import numpy as np
import pytest

from dcgan.metrics.kernel import frechet_distance, kid, mean_distance, nearest

DRAW = np.random.default_rng(0)
A, B = (DRAW.standard_normal((60, 7)).astype(np.float32) + shift for shift in (0.0, 0.5))


def mmd_by_loops(x: np.ndarray, y: np.ndarray) -> float:
    """Binkowski et al. 2018, equation 4, a pair at a time."""

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float((float(a.astype(float) @ b) / len(a) + 1) ** 3)

    n = len(x)
    within = sum(kernel(x[i], x[j]) + kernel(y[i], y[j]) for i in range(n) for j in range(n) if i != j)
    return within / (n * (n - 1)) - 2 * sum(kernel(a, b) for a in x for b in y) / n**2


def test_one_block_is_the_formula() -> None:
    found = kid(A, B, block=60)
    assert found.value == pytest.approx(mmd_by_loops(A, B), rel=1e-6)
    assert found.error is None and (found.n, found.blocks, found.block) == (60, 1, 60)


def test_blocks_are_disjoint_and_their_error_is_that_of_a_mean() -> None:
    found = kid(A, B, seed=3, block=20)
    draw = np.random.default_rng(3)
    a, b = A[draw.permutation(60)], B[draw.permutation(60)]
    values = [mmd_by_loops(a[k : k + 20], b[k : k + 20]) for k in (0, 20, 40)]
    assert found.value == pytest.approx(np.mean(values), rel=1e-6)
    assert found.error == pytest.approx(np.std(values, ddof=1) / 3**0.5, rel=1e-6)
    assert found == kid(A, B, seed=3, block=20) != kid(A, B, seed=4, block=20)
    assert kid(A[:50], B[:50], block=20).n == 40
    assert kid(A[:9], B[:9]).block == 9


def test_kid_is_zero_in_the_mean_for_one_distribution_and_grows_with_a_shift() -> None:
    draw = np.random.default_rng(1)
    x, y = draw.standard_normal((2, 3000, 16)).astype(np.float32)
    same, shifted, further = (kid(x, y + shift) for shift in (0.0, 0.3, 0.6))
    assert same.error is not None and abs(same.value) < 4 * same.error
    assert same.value < shifted.value < further.value


def test_unequal_sets_are_refused() -> None:
    with pytest.raises(ValueError, match="60 and 59"):
        kid(A, B[:59])


def test_frechet_distance_of_axis_aligned_gaussians() -> None:
    """For commuting covariances it is |m1 - m2|^2 + sum of (s1 - s2)^2."""
    grid = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)], np.float32)
    unit = grid * np.sqrt(7 / 8)  # the deviations of 8 corners, with n - 1, are then 1
    one, other = unit * [1, 2, 3], unit * [2, 2, 5] + [1, 0, -2]
    assert frechet_distance(one.astype(np.float32), other.astype(np.float32)) == pytest.approx(5 + 1 + 4, rel=1e-5)
    assert frechet_distance(A, A) == pytest.approx(0, abs=1e-6)


def test_mean_distance_and_neighbours_by_loops() -> None:
    distances = np.array([[np.linalg.norm(a - b) for b in A] for a in B])
    found, rows = nearest(B, A, 3)
    np.testing.assert_allclose(found, np.sort(distances, axis=1)[:, :3], rtol=1e-4)
    assert (rows == distances.argsort(axis=1)[:, :3]).all()
    pairs = [float(np.linalg.norm(A[i] - A[j])) for i in range(60) for j in range(i)]
    assert mean_distance(A) == pytest.approx(np.mean(pairs), rel=1e-4)
