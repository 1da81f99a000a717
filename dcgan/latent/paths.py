"""Ways between two latents."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Z = npt.NDArray[np.float32]


def lerp(a: Z, b: Z, t: npt.ArrayLike) -> Z:
    """Return the straight line from `a` to `b`, each (z_dim,), at the positions `t` (n,) as (n, z_dim)."""
    t = np.asarray(t, np.float64)[:, None]
    return np.asarray((1.0 - t) * a + t * b, np.float32)


def slerp(a: Z, b: Z, t: npt.ArrayLike) -> Z:
    """Return the great-circle way from `a` to `b`, each (z_dim,), at `t` (n,) as (n, z_dim).

    Directions turn evenly and norms change evenly (Shoemake 1985; White 2016 for latents), so equal norms stay. Where the direction
    is not defined (0 or 180 degrees apart, or a zero vector) the straight line is taken.
    """
    a64, b64, t64 = np.asarray(a, np.float64), np.asarray(b, np.float64), np.asarray(t, np.float64)[:, None]
    norm_a, norm_b = np.linalg.norm(a64), np.linalg.norm(b64)
    cosine = float(a64 @ b64 / (norm_a * norm_b)) if norm_a > 0 and norm_b > 0 else 1.0
    omega = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(omega) < 1e-6:
        return lerp(a, b, t64[:, 0])
    unit = np.sin((1.0 - t64) * omega) * (a64 / norm_a) + np.sin(t64 * omega) * (b64 / norm_b)
    return np.asarray(unit / np.sin(omega) * ((1.0 - t64) * norm_a + t64 * norm_b), np.float32)
