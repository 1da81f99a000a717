"""Directions by a classifier's answers: many pictures are named, and logistic regression finds what in z decides."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from dcgan.data import Progress
from dcgan.directions.attributes import Attributes
from dcgan.directions.record import Direction
from dcgan.errors import ConfigError
from dcgan.latent.directions import Floats, orthogonalise, regressed_direction
from dcgan.metrics.classifier import Probabilities
from dcgan.models import Synthesizer

SAMPLES = 5_000
FIRST_SEED = 2_000_000  # far from the seeds that people look at and that directions are checked on
BATCH = 250
FEWEST = 25  # pictures with an attribute, and without it, that a regression needs


def attribute_directions(maker: Synthesizer, attributes: Attributes, progress: Progress | None = None) -> list[Direction]:
    """Return a direction for each attribute that some of SAMPLES pictures have and others not.

    Each is made orthogonal to the normals of all other questions' answers ("conditional manipulation", Shen et al. 2020, section 2.2), so
    that Smiling leaves Male as it is. Answers of one question exclude each other and are not kept apart so.
    """
    z, labels, answers = _ask(maker, attributes, progress)
    others = np.eye(len(maker.info.labels), dtype=np.float64)[labels] if labels is not None else None
    names = [(name, question) for question, asked in enumerate(attributes.questions) for name in asked]
    normals: dict[int, Floats] = {}
    for column in range(len(names)):
        p = answers[:, column]
        if min(np.count_nonzero(p > 0.5), np.count_nonzero(p <= 0.5)) >= FEWEST:
            normals[column] = regressed_direction(z, p > 0.5, np.abs(2 * p - 1), others)
    if not normals:
        raise ConfigError(
            f"to the classifier of {attributes.group}, {len(z):,} pictures of {maker.info.name} show the same; choose another group"
        )
    found = []
    for column, normal in normals.items():
        name, question = names[column]
        fixed = [other for k, other in normals.items() if names[k][1] != question]
        vector = orthogonalise(normal[None], np.stack(fixed))[0] if fixed else normal
        note = {"kind": "answers", "share": round(float((answers[:, column] > 0.5).mean()), 4), "pictures": len(z)}
        found.append(Direction(f"attribute-{_slug(name)}", name, "attribute", vector, note=note))
    return found


def _ask(
    maker: Synthesizer, attributes: Attributes, progress: Progress | None
) -> tuple[Floats, npt.NDArray[np.int64] | None, Probabilities]:
    """Return z (n, z_dim), the labels of a conditional model, and the answers (n, names) to their pictures."""
    z, labels = maker.z(range(FIRST_SEED, FIRST_SEED + SAMPLES)), maker.labels(SAMPLES)
    answers = []
    for start in range(0, SAMPLES, BATCH):
        part = slice(start, start + BATCH)
        answers.append(attributes.predict(maker.images(z[part], None if labels is None else labels[part])))
        if progress:
            progress(min(SAMPLES, part.stop), SAMPLES, "asking what the pictures show")
    return z, labels, np.concatenate(answers)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
