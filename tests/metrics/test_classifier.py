"""The small classifier learns, is the same again, and survives its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dcgan.errors import CheckpointError, ConfigError
from dcgan.images import Images
from dcgan.metrics.classifier import Classifier, ClassifierSettings, classifier_key, classifier_spec, train_classifier

SETTINGS = ClassifierSettings(epochs=3, fewest_steps=60, batch=20)


def halves(count: int, seed: int) -> tuple[Images, np.ndarray]:
    """Noise whose upper (class 0) or lower half (class 1) is bright."""
    draw = np.random.default_rng(seed)
    images, labels = draw.integers(0, 100, (count, 16, 16, 1), np.uint8), draw.integers(0, 2, count)
    for image, label in zip(images, labels, strict=True):
        image[label * 8 : label * 8 + 8] += 150
    return images, labels


@pytest.fixture(scope="module")
def trained() -> Classifier:
    return train_classifier(*halves(160, 0), ("up", "down"), SETTINGS)


def test_it_learns_what_it_is_shown(trained: Classifier) -> None:
    images, labels = halves(100, 1)
    assert trained.accuracy(images, labels) > 0.95 and trained.accuracy(images, 1 - labels) < 0.05
    probabilities = trained.predict(images)
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-5)
    again = train_classifier(*halves(160, 0), ("up", "down"), SETTINGS)
    np.testing.assert_array_equal(again.predict(images), probabilities)


def test_its_file_holds_all_of_it(trained: Classifier, tmp_path: Path) -> None:
    images, _ = halves(10, 2)
    path = tmp_path / "deep/c.safetensors"
    trained.save(path)
    loaded = Classifier.load(path)
    assert loaded.names == ("up", "down")
    np.testing.assert_array_equal(loaded.predict(images), trained.predict(images))
    path.write_bytes(path.read_bytes()[:-9])
    for broken in (path, tmp_path / "none.safetensors"):
        with pytest.raises(CheckpointError, match=broken.name):
            Classifier.load(broken)
    with pytest.raises(ConfigError, match=r"\(16, 16, 1\), found \(8, 16, 1\)"):
        trained.predict(images[:, :8])


def test_the_key_knows_data_rows_and_settings() -> None:
    rows = np.arange(5)
    keys = {classifier_key("a", rows, SETTINGS), classifier_key("b", rows, SETTINGS), classifier_key("a", rows[1:], SETTINGS)}
    assert len(keys | {classifier_key("a", rows, ClassifierSettings())}) == 4 and classifier_key("a", rows, SETTINGS) in keys


def test_a_set_below_one_batch_is_enough() -> None:
    classifier = train_classifier(*halves(10, 0), ("up", "down"), SETTINGS)
    assert classifier.accuracy(*halves(10, 0)) == 1


@pytest.mark.parametrize(("size", "channels"), [(16, 1), (28, 1), (32, 3), (64, 3), (128, 3)])
def test_every_size_of_picture_has_a_network(size: int, channels: int) -> None:
    assert classifier_spec(channels, size, size, 7).output_shape == (7,)
