"""z of a seed, defined without torch, so that a seed is the same picture on every device and in the browser.

    key      = mix(seed)
    bits(i)  = mix(key + (i + 1) * GOLDEN)            mod 2^64
    u(i)     = (bits(i) >> 11) / 2^53                 in [0, 1)
    uniform:   z[i] = 2 u(i) - 1
    normal:    r = sqrt(-2 ln(1 - u(2j))), a = 2 pi u(2j + 1), z[2j] = r cos a, z[2j + 1] = r sin a

`mix` is the finaliser of splitmix64 (Steele, Lea and Flood 2014), the second half is Box and Muller 1958. The same lines stand in the
explorer's script; `tests/latent/seeds.json` holds both to one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from dcgan.config import MAX_SEED, Prior
from dcgan.errors import ConfigError

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def sample_z(seeds: Sequence[int] | npt.NDArray[np.int64], z_dim: int, prior: Prior = "normal") -> npt.NDArray[np.float32]:
    """Return the latents of `seeds` as float32 (n, z_dim); each row depends on its own seed only.

    Raises
    ------
    ConfigError
        A seed is not a whole number from 0 to 2^53 - 1, or seeds are not several.
    """
    if not isinstance(seeds, Iterable):
        raise ConfigError(f"seeds are several, such as [5] or range(16), found {seeds!r}")
    keys = mix(np.array([_checked(seed) for seed in seeds], np.uint64))
    count = z_dim + z_dim % 2
    with np.errstate(over="ignore"):
        counters = (np.arange(count, dtype=np.uint64) + np.uint64(1)) * GOLDEN
        bits = mix(keys[:, None] + counters[None, :])
    u = (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53  # (n, count)
    if prior == "uniform":
        return np.asarray((2.0 * u - 1.0)[:, :z_dim], np.float32)
    radius = np.sqrt(-2.0 * np.log1p(-u[:, 0::2]))
    angle = 2.0 * np.pi * u[:, 1::2]
    z = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2).reshape(len(keys), count)
    return np.asarray(z[:, :z_dim], np.float32)


def shell(z_dim: int, prior: Prior = "normal") -> tuple[float, float]:
    """Return the lengths between which about 19 of 20 draws lie: the shell of the prior.

    ‖z‖² has the mean n and variance 2n (normal), or n/3 and 4n/45 (uniform); the length itself is then, for all but tiny n, normal around
    √(mean - variance / (4 mean)) with the variance ½ or 1/15 (the delta method).
    """
    mean, variance = (z_dim - 0.5, 0.5) if prior == "normal" else (z_dim / 3 - 1 / 15, 1 / 15)
    middle, spread = mean**0.5, 1.96 * variance**0.5
    return max(0.0, middle - spread), middle + spread


def repeat_labels(count: int, labels: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the labels of `count` pictures as int64 (count,): picture k has label k mod n of the n `labels`."""
    return np.resize(np.asarray(labels, np.int64), count)


def mix(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return splitmix64's finaliser of `x`, elementwise, mod 2^64."""
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)


def _checked(seed: object) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed <= MAX_SEED:
        raise ConfigError(f"a seed is a whole number from 0 to {MAX_SEED}, found {seed!r}")
    return int(seed)
