"""Directions in z: pure functions, in batches, in double inside and float32 outside.

A direction is a unit vector whose component of largest size is positive, so that the same finding always gets the same sign.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dcgan.config import Prior

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

SMALLEST = 1e-6  # a rest of a unit vector below this is rounding
CUBE = 1.0  # the uniform prior's z lies within ±1


def unit(vectors: npt.ArrayLike, signed: bool = True) -> Floats:
    """Return vectors (..., z_dim) with norm 1 and, where `signed`, their largest component positive; zero vectors stay zero."""
    v = np.asarray(vectors, np.float64)
    norm = np.linalg.norm(v, axis=-1, keepdims=True)
    v = np.divide(v, norm, out=np.zeros_like(v), where=norm > 0)
    if signed and v.size:
        largest = np.take_along_axis(v, np.abs(v).argmax(-1, keepdims=True), -1)
        v = np.where(largest < 0, -v, v)
    return np.asarray(v, np.float32)


def orthogonalise(vectors: npt.ArrayLike, locked: npt.ArrayLike) -> Floats:
    """Return directions (n, z_dim) without their parts along `locked` (k, z_dim), with norm 1; the sense of each is kept.

    A direction that lies wholly in the locked ones becomes zero, and so says that nothing of it is left. `locked` may depend on each other.
    """
    v, fixed = np.asarray(unit(vectors, signed=False), np.float64), np.asarray(unit(locked, signed=False), np.float64)
    if fixed.size:
        _, sizes, basis = np.linalg.svd(fixed, full_matrices=False)
        basis = basis[sizes > SMALLEST * max(1.0, float(sizes[0]))]  # (rank, z_dim)
        v = v - (v @ basis.T) @ basis
        v = v - (v @ basis.T) @ basis  # once more: what rounding left of nearly equal vectors
    left = np.linalg.norm(v, axis=-1, keepdims=True)
    return unit(np.where(left > SMALLEST, v, 0.0), signed=False)


def step(z: npt.ArrayLike, direction: npt.ArrayLike, alpha: npt.ArrayLike, prior: Prior = "normal") -> Floats:
    """Return z + alpha * direction at the norm of z: shapes (..., z_dim) and alpha (...) are broadcast.

    A normal z of n numbers nearly always has a norm near √n, so a step keeps it; a uniform z is kept inside its cube instead.
    """
    z, alpha = np.asarray(z, np.float64), np.asarray(alpha, np.float64)[..., None]
    moved = z + alpha * np.asarray(direction, np.float64)
    if prior == "uniform":
        return np.asarray(np.where(alpha == 0, z, moved.clip(-CUBE, CUBE)), np.float32)
    before, after = (np.linalg.norm(v, axis=-1, keepdims=True) for v in (z, moved))
    scale = np.divide(before, after, out=np.zeros_like(after + before), where=after > 0)
    return np.asarray(np.where(alpha == 0, z, moved * scale), np.float32)


def singular_directions(matrix: npt.ArrayLike) -> tuple[Floats, Doubles]:
    """Return the directions (k, z_dim) that a linear layer `matrix` (outputs, z_dim) stretches most, and their eigenvalues' shares (k,).

    They are the eigenvectors of AᵀA, largest first (SeFa, Shen and Zhou 2021, equation 5).
    """
    a = np.asarray(matrix, np.float64)
    values, vectors = np.linalg.eigh(a.T @ a)
    values = values[::-1].clip(0)
    return unit(vectors.T[::-1]), values / (values.sum() or 1.0)


def principal_directions(z: npt.ArrayLike, features: npt.ArrayLike, count: int) -> tuple[Floats, Doubles]:
    """Return directions (count, z_dim) of the principal components of `features` (n, m), and the shares of variance (count,).

    Components are mapped back by regressing z (n, z_dim) on the coordinates along them (GANSpace, Härkönen et al. 2020, section 3.2). The
    largest are found by randomised SVD with a fixed seed (Halko et al. 2011).
    """
    from sklearn.decomposition import PCA

    centred = np.asarray(z, np.float64)
    centred = centred - centred.mean(0)
    count = min(count, *np.shape(features), centred.shape[1])
    solver = PCA(count, svd_solver="randomized", random_state=0)
    coordinates = solver.fit_transform(np.asarray(features, np.float32)).astype(np.float64)  # (n, count), centred
    mapped, *_ = np.linalg.lstsq(coordinates, centred, rcond=None)  # (count, z_dim)
    return unit(mapped), np.asarray(solver.explained_variance_ratio_, np.float64)


def regressed_direction(z: npt.ArrayLike, answers: npt.ArrayLike, sureness: npt.ArrayLike, others: npt.ArrayLike | None = None) -> Floats:
    """Return the direction (z_dim,) in which `answers` (n,), yes or no, turn to yes: the normal of a logistic regression on z (n, z_dim).

    It is zero where the answers tell nothing. `sureness` (n,) weighs the examples. `others` (n, k) are further causes of an answer, such
    as a label, that take part in the regression and not in the direction.
    """
    from sklearn.linear_model import LogisticRegression

    z = np.asarray(z, np.float64)
    inputs = z if others is None else np.concatenate([z, np.asarray(others, np.float64)], axis=1)
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(inputs, np.asarray(answers, np.int64), sample_weight=np.asarray(sureness, np.float64))
    return unit(model.coef_[0, : z.shape[1]], signed=False)
