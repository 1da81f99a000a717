"""Keras models as data, against a slow computation by Keras's own rules."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from keras_files import draw, layer, leaky, named, normed, statistics, transposed, write_h5

from dcgan.errors import CheckpointError
from dcgan.models.importing import inspect_file
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer

LAYERS = [
    layer("InputLayer", "input", batch_input_shape=[None, 20]),
    layer("Dense", "dense", units=4 * 3 * 6, use_bias=False),
    layer("BatchNormalization", "norm", epsilon=1e-3),
    layer("LeakyReLU", "leaky", alpha=0.3),
    layer("Reshape", "reshape", target_shape=[4, 3, 6]),
    layer("Conv2DTranspose", "up", kernel_size=[5, 5], strides=[2, 2], padding="same", activation="relu"),
    layer("Conv2DTranspose", "last", kernel_size=[3, 3], strides=[3, 3], padding="same", activation="tanh"),
]
WEIGHTS = {
    "dense": [draw(20, 72)],
    "norm": statistics(72),
    "up": [draw(5, 5, 4, 6), draw(4)],
    "last": [draw(3, 3, 3, 4), draw(3)],
}
CONFIG = {"class_name": "Sequential", "config": {"name": "generator", "layers": LAYERS}}


def truth(z: Any) -> Any:
    x = leaky(normed(z @ WEIGHTS["dense"][0], *WEIGHTS["norm"]), 0.3).reshape(-1, 4, 3, 6)
    x = np.maximum(transposed(x, *WEIGHTS["up"], 2), 0)
    return np.tanh(transposed(x, *WEIGHTS["last"], 3)).transpose(0, 3, 1, 2)


def write_whole(path: Path) -> None:
    write_h5(path, CONFIG, named(**WEIGHTS))


def write_keras(path: Path) -> None:
    """Groups are called after classes, numbered by their order."""
    places = {"dense": "dense", "norm": "batch_normalization", "up": "conv2d_transpose", "last": "conv2d_transpose_1"}
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, values in WEIGHTS.items():
            for index, value in enumerate(values):
                file[f"layers/{places[name]}/vars/{index}"] = value
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(CONFIG))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", buffer.getvalue())


@pytest.mark.usefixtures("read_here")
@pytest.mark.parametrize("write", [write_whole, write_keras])
def test_a_keras_generator_gives_its_own_pictures(tmp_path: Path, write: Any) -> None:
    path = tmp_path / ("generator.h5" if write is write_whole else "generator.keras")
    write(path)
    found = inspect_file(path)
    assert {item.key for item in found.best.assumed} == {"prior"}
    z = np.random.default_rng(1).standard_normal((3, 20)).astype(np.float32)
    model = found.best.model
    pictures = Synthesizer(model, describe("it", model.config, None, "file", None)).raw(z)
    assert pictures.shape == (3, 3, 24, 18)
    np.testing.assert_allclose(pictures, truth(z), atol=1e-4)


def test_weights_without_a_configuration_are_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file["dense/kernel:0"] = draw(2, 2)
    with pytest.raises(CheckpointError, match=r"generator\.save\("):
        inspect_file(tmp_path / "weights.h5")
