"""Which classes of a labelled set a model makes, as a small classifier names them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcgan.config import dcgan_home
from dcgan.data import Progress
from dcgan.errors import CheckpointError
from dcgan.images import Images
from dcgan.metrics.classifier import Classifier, ClassifierSettings, Probabilities, classifier_key, train_classifier
from dcgan.metrics.parts import Parts


@dataclass(frozen=True)
class ClassShare:
    """One class: its share of the samples, of the compared pictures (by their labels), and the mean probability that named the samples."""

    name: str
    samples: float
    data: float
    sureness: float | None  # None where no sample got this name


@dataclass(frozen=True)
class ClassReport:
    """What the classifier says of n samples.

    `accuracy` is its own, on the n held-out pictures; `sureness` is the mean probability of the named class, of the samples and of
    the held-out pictures. `agreement` is the share of samples named as was asked of a conditional model.
    """

    shares: tuple[ClassShare, ...]
    sureness: float
    sureness_data: float
    accuracy: float
    agreement: float | None


def report_classes(parts: Parts, samples: Images, wanted: npt.NDArray[np.int64] | None, progress: Progress | None) -> ClassReport | None:
    """Name every sample; None where the set has fewer than two classes. `wanted` (n,) are the classes asked of a conditional model."""
    names, labels, held_out = parts.data.label_names, parts.compared.labels, parts.held_out
    if labels is None or held_out.labels is None or len(names) < 2:
        return None
    classifier = _classifier(parts, progress)
    probabilities = classifier.predict(samples)
    named, sure = probabilities.argmax(1), probabilities.max(1)
    shares = tuple(_share(name, named == k, labels == k, sure) for k, name in enumerate(names))
    return ClassReport(
        shares=shares,
        sureness=float(sure.mean()),
        sureness_data=float(classifier.predict(held_out.images).max(1).mean()),
        accuracy=classifier.accuracy(held_out.images, held_out.labels),
        agreement=None if wanted is None else float((named == wanted).mean()),
    )


def _share(name: str, made: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_], sure: Probabilities) -> ClassShare:
    return ClassShare(name, float(made.mean()), float(real.mean()), float(sure[made].mean()) if made.any() else None)


def _classifier(parts: Parts, progress: Progress | None) -> Classifier:
    """Return the classifier of these pictures, from the cache where it was trained before."""
    data, settings = parts.data, ClassifierSettings()
    path = dcgan_home() / "cache" / "classifiers" / f"{classifier_key(data.fingerprint, parts.learned, settings)}.safetensors"
    with contextlib.suppress(CheckpointError):
        return Classifier.load(path)
    assert data.labels is not None
    classifier = train_classifier(data.images[parts.learned], data.labels[parts.learned], data.label_names, settings, progress)
    classifier.save(path)
    return classifier
