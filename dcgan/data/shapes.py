"""The set `shapes`: coloured shapes that we draw ourselves, so that every factor of every picture is known.

Nothing but additions, multiplications, comparisons and square roots makes the pixels, and only the raw bits of PCG64 the
factors: both are the same everywhere (NEP 19 fixes bit generators, not distributions), and so is the set.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from dcgan.data.dataset import Images, Progress
from dcgan.errors import DataError

NAMES = ("circle", "square", "triangle", "star", "cross")
COUNT = 10_000
NATIVE_SIZE = 64  # pixels a side, where none is asked for
SIZES = (16, 128)  # smallest and largest
FACTORS = {"hue": (0.0, 1.0), "size": (0.14, 0.29), "x": (0.36, 0.64), "y": (0.36, 0.64), "background": (0.0, 0.4)}  # low, high

_SEED = {"train": 0x5A9E5, "test": 0x7E57}
_SATURATION = 0.85  # of the shapes' colour; its value is 1
_FINER = 2  # samples a pixel and axis
_ROWS_AT_ONCE = 100  # pictures drawn together: small enough for the processor's cache

Floats = npt.NDArray[np.floating[Any]]  # float32 in fact
FactorTable = dict[str, npt.NDArray[Any]]


def factors(count: int = COUNT, split: str = "train") -> FactorTable:
    """Return the factors of the first `count` pictures, a column each of `count` values.

    `shape` is int64 and indexes NAMES (in turn, so that every class is as frequent); `hue` is in turns of the colour circle,
    `size` is the radius, `x` and `y` are the centre from left and top, all three in parts of the picture's side; `background`
    is its lightness, 0 black to 1 white. All are independent and evenly spread over the ranges of FACTORS.
    """
    raw = np.random.PCG64(_SEED[split]).random_raw(count * len(FACTORS)).reshape(count, len(FACTORS))
    uniform = (raw >> np.uint64(11)) * 2.0**-53  # (count, factors) in [0, 1)
    table: FactorTable = {"shape": np.arange(count, dtype=np.int64) % len(NAMES)}
    for k, (name, (low, high)) in enumerate(FACTORS.items()):
        table[name] = low + (high - low) * uniform[:, k]
    return table


def draw(table: FactorTable, size: int, progress: Progress | None = None) -> Images:
    """Draw the pictures of a factor table at `size` pixels a side; returns uint8 (n, size, size, 3). Raises DataError."""
    if not SIZES[0] <= size <= SIZES[1]:
        raise DataError(f"shapes are drawn at {SIZES[0]} to {SIZES[1]} pixels a side, found {size}; choose one of these")
    count = len(table["shape"])
    images = np.empty((count, size, size, 3), dtype=np.uint8)
    for kind, name in enumerate(NAMES):
        rows = np.flatnonzero(table["shape"] == kind)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows[start : start + _ROWS_AT_ONCE]
            images[part] = _paint(name, {key: column[part].astype(np.float32) for key, column in table.items()}, size)
        if progress:
            progress((kind + 1) * count // len(NAMES), count, "drawing shapes")
    return images


def _paint(name: str, table: dict[str, Floats], size: int) -> Images:
    fine = (np.arange(size * _FINER, dtype=np.float32) + 0.5) / (size * _FINER)
    radius = table["size"][:, None, None]
    x = (fine[None, None, :] - table["x"][:, None, None]) / radius  # (n, 1, w), in radii from the centre
    y = (fine[None, :, None] - table["y"][:, None, None]) / radius  # (n, h, 1)
    distance = _DISTANCES[name](x, y) * (radius * (size * _FINER))  # (n, h, w), in fine pixels
    covered = _pool((0.5 - distance).clip(0, 1))[..., None]  # (n, size, size, 1)
    ground = table["background"][:, None, None, None]
    colour = _to_rgb(table["hue"])[:, None, None, :]
    return ((ground + covered * (colour - ground)) * 255 + 0.5).astype(np.uint8)


def _pool(fine: Floats) -> Floats:
    """Average blocks of 2 by 2 in a fixed order of additions."""
    rows = fine[:, 0::2] + fine[:, 1::2]
    return (rows[:, :, 0::2] + rows[:, :, 1::2]) * 0.25


def _to_rgb(hue: Floats) -> Floats:
    """Return RGB (n, 3) in [0, 1] of hues at full value (Smith 1978, "Color gamut transform pairs", in its closed form)."""
    turn = (hue[:, None] * 6 + np.array([5, 3, 1], dtype=np.float32)) % 6
    return 1 - _SATURATION * np.minimum(turn, 4 - turn).clip(0, 1)


# Distances from the outline, negative inside, in radii; exact at the outline, which is all that the edge's ramp needs.
# Half widths are chosen so that all shapes weigh about the same to the eye.


def _circle(x: Floats, y: Floats) -> Floats:
    return np.sqrt(x * x + y * y) - 0.95


def _square(x: Floats, y: Floats) -> Floats:
    return np.maximum(np.abs(x), np.abs(y)) - 0.85


def _triangle(x: Floats, y: Floats) -> Floats:
    slanted = np.abs(x) * (math.sqrt(3) / 2) - y * 0.5
    return np.maximum(slanted, y) - 0.6  # equilateral, one corner up


def _cross(x: Floats, y: Floats) -> Floats:
    wide, high = np.abs(x), np.abs(y)
    return np.maximum(np.minimum(wide, high) - 0.35, np.maximum(wide, high) - 0.95)


def _star(x: Floats, y: Floats) -> Floats:
    """Five points: mirror the plane into one half of one point, where the outline is a single line."""
    wide, up = np.broadcast_arrays(np.abs(x), -y)
    cos, sin = math.cos(math.pi / 5), math.sin(math.pi / 5)
    for side in (cos, -cos):
        over = 2 * np.maximum(side * wide - sin * up, 0)
        wide, up = wide - side * over, up + sin * over
    wide = np.abs(wide)
    tip, notch = 1.12, 0.52  # radii of the outer and inner corners
    along_x, along_y = notch * sin, notch * cos - tip
    across: Floats = (up * along_x - wide * along_y - tip * along_x) / math.hypot(along_x, along_y)
    return across


_DISTANCES = {"circle": _circle, "square": _square, "triangle": _triangle, "star": _star, "cross": _cross}
