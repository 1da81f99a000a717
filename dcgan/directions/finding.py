"""Find directions of a model, by one of several methods, and rank them by what they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from dcgan.data import Progress
from dcgan.directions.attributes import Attributes, load_attributes, suiting
from dcgan.directions.early import early_features, feature_count, first_matrix
from dcgan.directions.effect import SEEDS, STEPS, effects
from dcgan.directions.keeping import cached, keep, saved
from dcgan.directions.labelled import attribute_directions
from dcgan.directions.record import Direction, Found
from dcgan.errors import ConfigError
from dcgan.latent.directions import Floats, principal_directions, singular_directions, unit
from dcgan.models import Synthesizer

Method = Literal["raw", "sefa", "pca", "attribute", "saved"]
METHODS: tuple[Method, ...] = get_args(Method)
MOST = 32  # directions of one method; of the raw ones MOST_RAW
MOST_RAW = 128
PCA_SAMPLES = 10_000
PCA_NUMBERS = 1 << 27  # of features held at once, 512 MB: fewer samples where a network is wider
FIRST_SEED = 1_000_000  # pictures that nobody looks at first


def find_directions(
    maker: Synthesizer, method: str = "sefa", group: str | Attributes | None = None, progress: Progress | None = None
) -> Found:
    """Return the directions of a model, those with the largest effect first.

    Parameters
    ----------
    method
        "raw": the numbers of z themselves. "sefa": eigenvectors of the first layer (Shen and Zhou 2021). "pca": principal components of
        early activations (Härkönen et al. 2020). "attribute": logistic regression on the answers of a classifier. "saved": those that were
        saved with the model.
    group
        Whose attributes: "faces", "clothes", "digits" or "shapes", by default what suits the model; or a classifier of one's own.

    Raises
    ------
    ConfigError
        Another method or group, or nothing can be found; the message says why.
    """
    if method not in METHODS:
        raise ConfigError(f"the method is {', '.join(METHODS)}; found {method!r}")
    if method == "saved":
        return _measured(maker, "saved", saved(maker.info))
    if method == "attribute":
        attributes = group if isinstance(group, Attributes) else load_attributes(group or suiting(maker.info)[0])
        return _once(maker, method, attributes, lambda: attribute_directions(maker, attributes, progress))
    if method == "pca":
        return _once(maker, method, None, lambda: _pca(maker, progress))
    return _measured(maker, method, _raw(maker) if method == "raw" else _sefa(maker))


def _once(maker: Synthesizer, method: str, attributes: Attributes | None, find: Callable[[], list[Direction]]) -> Found:
    """Return what was computed before for this generator and classifier, or compute and keep it."""
    group, key = (attributes.group, attributes.sha256) if attributes else (None, "")
    known = cached(maker.info, method, group, key)
    if known is None:
        known = replace(_measured(maker, method, find()), group=group)
        keep(maker.info, known, key)
    return known


def _measured(maker: Synthesizer, method: str, directions: list[Direction]) -> Found:
    measured: npt.NDArray[np.float64] = effects(maker, np.stack([d.vector for d in directions])) if directions else np.zeros(0)
    listed = [replace(direction, effect=float(effect)) for direction, effect in zip(directions, measured, strict=True)]
    listed.sort(key=lambda direction: -(direction.effect or 0.0))
    return Found(method, STEPS[maker.info.prior], SEEDS, tuple(listed))


def _raw(maker: Synthesizer) -> list[Direction]:
    vectors = np.eye(maker.info.z_dim, dtype=np.float32)[:MOST_RAW]
    return [Direction(f"raw-{k}", f"z[{k}]", "raw", vector) for k, vector in enumerate(vectors)]


def _sefa(maker: Synthesizer) -> list[Direction]:
    return _numbered("sefa", "SeFa", *singular_directions(first_matrix(maker.model)))


def _pca(maker: Synthesizer, progress: Progress | None) -> list[Direction]:
    samples = min(PCA_SAMPLES, PCA_NUMBERS // feature_count(maker.model))
    z = maker.z(range(FIRST_SEED, FIRST_SEED + samples))
    features = early_features(maker.model, z, maker.labels(samples), progress)
    if progress:
        progress(samples, samples, "finding principal components")
    return _numbered("pca", "PCA", *principal_directions(z, features, MOST))


def _numbered(method: str, title: str, vectors: Floats, shares: npt.NDArray[np.float64]) -> list[Direction]:
    named = zip(unit(vectors)[:MOST], shares, strict=False)
    return [Direction(f"{method}-{k}", f"{title} {k + 1}", method, vector, float(share)) for k, (vector, share) in enumerate(named)]
