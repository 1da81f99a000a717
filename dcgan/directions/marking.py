"""A direction from pictures that a person marked."""

from __future__ import annotations

import numpy as np

from dcgan.directions.effect import effects
from dcgan.directions.record import Direction, unique_id
from dcgan.errors import ConfigError
from dcgan.latent.directions import Floats, regressed_direction
from dcgan.models import Synthesizer

FEWEST, MOST = 2, 500  # examples a side


def marked_direction(maker: Synthesizer, name: str, positive: Floats, negative: Floats) -> Direction:
    """Return the direction from the z of pictures without a property, `negative` (m, z_dim), to those with it, `positive` (n, z_dim).

    It is the normal of a logistic regression, as with the answers of a classifier; a side of few examples counts as much as one of many.
    Raises ConfigError where a side has too few or too many examples, or both are the same.
    """
    for side, examples in (("with", positive), ("without", negative)):
        if examples.ndim != 2 or examples.shape[1] != maker.info.z_dim or not FEWEST <= len(examples) <= MOST:
            wanted = f"{FEWEST} to {MOST} examples of {maker.info.z_dim} numbers"
            raise ConfigError(f"mark {wanted} {side} the property, found {examples.shape}")
    sides = [len(positive), len(negative)]
    larger = max(sides)
    vector = regressed_direction(
        np.concatenate([positive, negative]), np.repeat([1, 0], sides), np.repeat([larger / count for count in sides], sides)
    )
    if not vector.any():
        raise ConfigError("the examples with and without the property are the same; mark different pictures")
    effect = float(effects(maker, vector[None])[0])
    note = {"kind": "marked", "positive": len(positive), "negative": len(negative)}
    return Direction(unique_id("marked", vector.tobytes()), name, "marked", vector, effect=effect, note=note)
