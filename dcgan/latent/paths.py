"""Ways between latents: a straight line or a great circle, walks through many points, the plane between four corners."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from dcgan.errors import ConfigError

Z = npt.NDArray[np.float32]
Method = Literal["slerp", "lerp"]
NEARLY_PARALLEL = 1e-6  # sine of the angle below which a direction is not defined


def lerp(a: Z, b: Z, t: npt.ArrayLike) -> Z:
    """Return the straight line from `a` to `b`, each (z_dim,) or row by row (n, z_dim), at the positions `t` (n,) as (n, z_dim)."""
    t64 = np.asarray(t, np.float64)[:, None]
    return np.asarray((1.0 - t64) * np.asarray(a, np.float64) + t64 * np.asarray(b, np.float64), np.float32)


def slerp(a: Z, b: Z, t: npt.ArrayLike) -> Z:
    """Return the great-circle way from `a` to `b`, each (z_dim,) or row by row (n, z_dim), at `t` (n,) as (n, z_dim).

    Directions turn evenly and norms change evenly (Shoemake 1985; White 2016 for latents), so equal norms stay. Where the direction
    is not defined (0 or 180 degrees apart, or a zero vector) the straight line is taken.
    """
    t64 = np.asarray(t, np.float64)[:, None]
    a64, b64 = np.atleast_2d(np.asarray(a, np.float64)), np.atleast_2d(np.asarray(b, np.float64))
    norm_a, norm_b = np.linalg.norm(a64, axis=1, keepdims=True), np.linalg.norm(b64, axis=1, keepdims=True)
    unit_a, unit_b = a64 / np.where(norm_a > 0, norm_a, 1.0), b64 / np.where(norm_b > 0, norm_b, 1.0)
    # Kahan's angle: exact to the last digits at 0 and 180 degrees, where an arccosine has lost half of them
    omega = 2.0 * np.arctan2(np.linalg.norm(unit_a - unit_b, axis=1, keepdims=True), np.linalg.norm(unit_a + unit_b, axis=1, keepdims=True))
    sine = np.sin(omega)
    straight = (sine < NEARLY_PARALLEL) | (norm_a == 0) | (norm_b == 0)
    unit = (np.sin((1.0 - t64) * omega) * unit_a + np.sin(t64 * omega) * unit_b) / np.where(straight, 1.0, sine)
    way = np.asarray(unit * ((1.0 - t64) * norm_a + t64 * norm_b), np.float32)
    inside = (t64 != 0.0) & (t64 != 1.0) & ~straight
    return np.asarray(np.where(inside, way, lerp(a, b, t64[:, 0])), np.float32)


def between(method: Method, a: Z, b: Z, t: npt.ArrayLike) -> Z:
    """Return `slerp` or `lerp` of the same arguments."""
    return slerp(a, b, t) if method == "slerp" else lerp(a, b, t)


def walk(keys: npt.ArrayLike, frames: int = 16, method: Method = "slerp", loop: bool = False) -> Z:
    """Return a walk through the key points (k, z_dim) as float32 (n, z_dim).

    Key point j is frame j * `frames`, exactly; n is (k - 1) * frames + 1, or k * frames for a loop, whose last frame is the one before
    the first. No frame stands twice.

    Raises
    ------
    ConfigError
        There is no key point, or `frames` is below 1.
    """
    points: Z = np.array(keys, np.float32)
    if points.ndim != 2 or not len(points):
        raise ConfigError(f"a walk goes through one or more key points (k, z_dim), found the shape {points.shape}")
    if frames < 1:
        raise ConfigError(f"a segment has 1 frame or more, found {frames}")
    if len(points) == 1:
        return points
    ends = np.roll(points, -1, axis=0) if loop else points[1:]
    starts = points[: len(ends)]
    t = np.tile(np.arange(frames) / frames, len(starts))
    way: Z = between(method, starts.repeat(frames, axis=0), ends.repeat(frames, axis=0), t)
    return way if loop else np.concatenate([way, points[-1:]])


def plane(corners: npt.ArrayLike, rows: int, columns: int, method: Method = "slerp") -> Z:
    """Return the points between four corners (4, z_dim) as (rows, columns, z_dim), rows and columns at least 2.

    The corners are top left, top right, bottom left and bottom right, and stand there exactly: first along the upper and lower edge,
    then down from one to the other.
    """
    points = np.asarray(corners, np.float32)
    if points.ndim != 2 or len(points) != 4 or rows < 2 or columns < 2:
        raise ConfigError(f"a plane has 4 corners and 2 rows and columns or more, found {points.shape}, {rows} and {columns}")
    across, down = np.linspace(0.0, 1.0, columns), np.linspace(0.0, 1.0, rows)
    upper = between(method, points[0], points[1], across)  # (columns, z_dim)
    lower = between(method, points[2], points[3], across)
    filled: Z = between(method, np.tile(upper, (rows, 1)), np.tile(lower, (rows, 1)), down.repeat(columns))
    return filled.reshape(rows, columns, -1)
