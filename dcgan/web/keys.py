"""The points that a request of the Morph page names, as z of a model.

A point is {"seed": 3}, or {"z": text} (`latent.z_to_text`) where it is not a seed's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dcgan.latent import z_from_text
from dcgan.web.protocol import MAX_VALUE, RequestRefused

if TYPE_CHECKING:
    from dcgan.models import Synthesizer

MOST_POINTS = 64
Z = npt.NDArray[np.float32]


def parse_points(asked: Mapping[str, Any], name: str, synthesizer: Synthesizer, least: int = 1, most: int = MOST_POINTS) -> Z:
    """Return the points under a key of a request as z (n, z_dim)."""
    points = asked.get(name)
    if not isinstance(points, list) or not least <= len(points) <= most:
        found = len(points) if isinstance(points, list) else "none"
        raise RequestRefused(f"{name} is a list of {least} to {most} points, found {found}")
    return np.stack([_z_of(point, name, synthesizer) for point in points]) if points else np.zeros((0, synthesizer.info.z_dim), np.float32)


def parse_number(asked: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    """Return a whole number of a request."""
    value = asked.get(name, default)
    if type(value) is not int or not least <= value <= most:
        raise RequestRefused(f"{name} is a whole number from {least} to {most}, found {value!r}")
    return value


def parse_labels(asked: Mapping[str, Any], synthesizer: Synthesizer) -> list[str | int] | None:
    """Return the labels of a request, checked, or None where it has none."""
    labels = asked.get("labels")
    if labels is None:
        return None
    if not isinstance(labels, list) or not all(isinstance(label, str | int) for label in labels):
        raise RequestRefused(f"labels is a list of names or numbers, found {labels!r}")
    synthesizer.labels(1, labels)
    return labels


def _z_of(point: object, name: str, synthesizer: Synthesizer) -> Z:
    if not isinstance(point, dict) or (point.get("z") is None and point.get("seed") is None):
        raise RequestRefused(f"each of {name} has a seed or a z, found {point!r:.80}")
    if point.get("z") is None:
        of_seed: Z = synthesizer.z([point["seed"]])[0]
        return of_seed
    text, z_dim = str(point["z"]), synthesizer.info.z_dim
    try:
        z = z_from_text(text)
    except ValueError:
        raise RequestRefused(f"a z is base64url of float32, found {text:.40}") from None
    if len(z) != z_dim or not np.all(np.abs(z) <= MAX_VALUE):  # false for NaN as well
        raise RequestRefused(f"a z of {synthesizer.info.name} has {z_dim} numbers from -{MAX_VALUE:g} to {MAX_VALUE:g}, found {len(z)}")
    return z
