"""Keras models as data, against a slow computation by Keras's own rules: channels last, `same` cut unevenly."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from dcgan.errors import CheckpointError
from dcgan.models.importing import inspect_file
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer

RANDOM = np.random.default_rng(3)


def draw(*shape: int) -> Any:
    return RANDOM.standard_normal(shape).astype(np.float32) * 0.3


def layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, **config}}


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
    "norm": [1 + draw(72), draw(72), draw(72), np.abs(draw(72)) + 0.5],
    "up": [draw(5, 5, 4, 6), draw(4)],
    "last": [draw(3, 3, 3, 4), draw(3)],
}
CONFIG = {"class_name": "Sequential", "config": {"name": "generator", "layers": LAYERS}}


def transposed(x: Any, kernel: Any, bias: Any, stride: int) -> Any:
    """Add up each pixel's kernel, one by one; `same` keeps height x stride rows, cutting the odd one at the end."""
    n, height, width, _ = x.shape
    side = kernel.shape[0]
    full = np.zeros((n, (height - 1) * stride + side, (width - 1) * stride + side, kernel.shape[2]))
    for row in range(height):
        for column in range(width):
            part = np.einsum("ni,hwoi->nhwo", x[:, row, column], kernel)
            full[:, row * stride : row * stride + side, column * stride : column * stride + side] += part
    cut = max(side - stride, 0) // 2
    return full[:, cut : cut + height * stride, cut : cut + width * stride] + bias


def truth(z: Any) -> Any:
    gain, shift, mean, variance = WEIGHTS["norm"]
    x = (z @ WEIGHTS["dense"][0] - mean) / np.sqrt(variance + 1e-3) * gain + shift
    x = np.where(x > 0, x, 0.3 * x).reshape(-1, 4, 3, 6)
    x = np.maximum(transposed(x, *WEIGHTS["up"], 2), 0)
    return np.tanh(transposed(x, *WEIGHTS["last"], 3)).transpose(0, 3, 1, 2)


def write_h5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(CONFIG)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [record["config"]["name"].encode() for record in LAYERS]
        for record in LAYERS:
            name = record["config"]["name"]
            own = group.create_group(name)
            names = [f"{name}/weight_{index}:0" for index in range(len(WEIGHTS.get(name, ())))]
            own.attrs["weight_names"] = [weight.encode() for weight in names]
            for weight, value in zip(names, WEIGHTS.get(name, ()), strict=True):
                own[weight] = value


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


@pytest.mark.parametrize("write", [write_h5, write_keras])
def test_a_keras_generator_gives_its_own_pictures(tmp_path: Path, write: Any) -> None:
    path = tmp_path / ("generator.h5" if write is write_h5 else "generator.keras")
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
