"""How much a direction changes the picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dcgan.config import Prior
from dcgan.latent import step
from dcgan.models import Synthesizer

STEPS: dict[Prior, float] = {"normal": 2.0, "uniform": 1.0}  # along a direction of norm 1: about two and 1.7 standard deviations
SEEDS = 8  # 0 to 7: enough to rank by, and few enough for 100 directions in seconds


def effects(maker: Synthesizer, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return for each of `vectors` (k, z_dim) the mean absolute change of a pixel, 0 to 1, over SEEDS pictures and one step each."""
    z = maker.z(range(SEEDS))
    labels = maker.labels(SEEDS)
    before = maker.x(z, labels)  # in [-1, 1]
    size = STEPS[maker.info.prior]
    changes = []
    for vector in vectors:
        after = maker.x(step(z, vector, np.full(SEEDS, size), maker.info.prior), labels)
        changes.append(float(np.abs(after - before, dtype=np.float64).mean()) / 2)
    return np.asarray(changes, np.float64)
