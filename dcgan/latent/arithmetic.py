"""Arithmetic on latents as in figures 7 and 8 of Radford et al. 2015.

Means and sums are left as long as they come out, as in the paper: a mean of m draws is about √m times shorter than a draw, and
a - b + c of such means about √(3 / m) times as long as one, which is just the prior's own length for the paper's three samples a slot.
Putting them back onto the shell would break a - a + c = c.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dcgan.latent.paths import Z
from dcgan.latent.sampling import sample_z

NOISE = 0.25  # figure 7: neighbours are Y + U(-0.25, 0.25)
NEIGHBOURS = 8


def mean(slot: npt.ArrayLike) -> Z:
    """Return the mean of the samples of a slot (…, m, z_dim) as (…, z_dim)."""
    return np.asarray(_mean64(slot), np.float32)


def combine(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike) -> Z:
    """Return mean(a) - mean(b) + mean(c) of slots (…, m, z_dim) as (…, z_dim); m may differ from slot to slot."""
    return np.asarray(_mean64(a) - _mean64(b) + _mean64(c), np.float32)


def noisy(z: npt.ArrayLike, seeds: Sequence[int] = range(NEIGHBOURS), scale: float = NOISE) -> Z:
    """Return z (z_dim,) with uniform noise from -`scale` to `scale`, one row a seed: (n, z_dim)."""
    point = np.asarray(z, np.float64)
    return np.asarray(point + scale * sample_z(seeds, len(point), "uniform").astype(np.float64), np.float32)


def turn(start: npt.ArrayLike, end: npt.ArrayLike) -> Z:
    """Return the vector from mean(start) to mean(end) of slots (…, m, z_dim): figure 8's turn, from four faces a side."""
    return np.asarray(_mean64(end) - _mean64(start), np.float32)


def along(z: npt.ArrayLike, vector: npt.ArrayLike, positions: npt.ArrayLike) -> Z:
    """Return z + p · vector for points z (n, z_dim) and positions p (s,) as (n, s, z_dim)."""
    points, steps = np.asarray(z, np.float64), np.asarray(positions, np.float64)
    return np.asarray(points[:, None, :] + steps[None, :, None] * np.asarray(vector, np.float64), np.float32)


def _mean64(slot: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(np.asarray(slot, np.float64).mean(axis=-2), np.float64)
