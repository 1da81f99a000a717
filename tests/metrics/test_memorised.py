"""A model that copies is found out, and nobody pushes it without having been asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dcgan.errors import DataError
from dcgan.files import write_json
from dcgan.metrics.memorised import nearest_to_training, own_pictures
from dcgan.models import Model, ModelConfig, Synthesizer
from dcgan.models.library import describe
from dcgan.networks.layers import Linear, Reshape
from dcgan.networks.spec import NetworkSpec

SIDE = 16


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty smooth grey pictures."""
    folder = tmp_path_factory.mktemp("faces")
    coarse = np.random.default_rng(3).integers(0, 256, (40, 4, 4), np.uint8)
    for k, pixels in enumerate(coarse):
        Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(folder / f"{k:02d}.png")
    return folder


def of_pictures(first: np.ndarray, spread: float, crop: str = "center") -> Synthesizer:
    """A generator whose every picture is `first` and some noise of z, trained on pictures that were cut by `crop`."""
    spec = NetworkSpec((6,), (Linear(6, SIDE * SIDE), Reshape((1, SIDE, SIDE))))
    weight = torch.randn(SIDE * SIDE, 6, generator=torch.Generator().manual_seed(1)) * spread
    config = ModelConfig(spec, training={"recipe": {"crop": crop}})
    model = Model(config, {"0.weight": weight, "0.bias": torch.from_numpy(first.astype(np.float32).ravel() / 127.5 - 1)})
    return Synthesizer(model, describe("copies", model.config, None, "file", None))


def test_a_copy_is_much_nearer_than_pictures_are_to_each_other(pictures: Path) -> None:
    copied = np.asarray(Image.open(pictures / "07.png"))
    found = nearest_to_training(of_pictures(copied, 0.01), str(pictures), samples=20)
    assert found.distances[0][0] < 0.3 * found.distance_held_out
    tiles = found.tiles.reshape(8, 4, SIDE, SIDE, 3).astype(int)
    assert all(np.abs(row[1, :, :, 0] - copied).max() <= 1 for row in tiles)
    assert np.abs(tiles[0, 0, :, :, 0] - copied).mean() < 5
    other = nearest_to_training(of_pictures(np.full((SIDE, SIDE), 128), 0.3), str(pictures), samples=20)
    assert other.distances[0][0] > 0.6 * other.distance_held_out


def test_pictures_are_cut_as_they_were_for_the_training(tmp_path: Path) -> None:
    coarse = np.random.default_rng(4).integers(0, 256, (20, 12, 4), np.uint8)
    for k, pixels in enumerate(coarse):
        Image.fromarray(pixels).resize((SIDE, 3 * SIDE), Image.Resampling.BICUBIC).save(tmp_path / f"{k:02d}.png")
    top = np.asarray(Image.open(tmp_path / "07.png"))[:SIDE]
    as_trained, otherwise = (nearest_to_training(of_pictures(top, 0.01, crop), str(tmp_path), samples=20) for crop in ("top", "center"))
    assert as_trained.distances[0][0] < 0.3 * as_trained.distance_held_out < otherwise.distances[0][0]


def test_too_few_pictures_are_said(tmp_path: Path) -> None:
    Image.new("L", (SIDE, SIDE)).save(tmp_path / "one.png")
    with pytest.raises(DataError, match="at least 4 are compared"):
        nearest_to_training(of_pictures(np.zeros((SIDE, SIDE)), 0.1), str(tmp_path), samples=4)


def test_whose_pictures_a_model_learned_from(tmp_path: Path) -> None:
    model = of_pictures(np.zeros((SIDE, SIDE)), 0.1).model

    def trained_on(data: str | None, path: Path | None = None) -> Model:
        return replace(model, path=path, config=replace(model.config, training={"data": data} if data else None))

    assert own_pictures(trained_on(None)) is None and own_pictures(trained_on("celeba")) is None
    assert own_pictures(trained_on("family")) == "family"
    write_json(tmp_path / "config.json", {"data": {"source": "/home/ada/mnist"}})
    assert own_pictures(trained_on("mnist", tmp_path / "snapshots" / "000100")) == "/home/ada/mnist"
    write_json(tmp_path / "config.json", {"data": {"source": "mnist"}})
    assert own_pictures(trained_on("mnist", tmp_path / "snapshots" / "000100")) is None
