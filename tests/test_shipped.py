"""The models in checkpoints/: whole, described, and giving the pictures that they gave when they were added."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import dcgan
from dcgan.data import load
from dcgan.images import grid
from dcgan.models.library import SHIPPED

GOLDEN = Path(__file__).parent / "golden"  # seeds 0 to 7 of each shipped model, in a row
NAMES = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())
CARD = ("license:", "## Training", "- command: `python -m dcgan train", "## Terms and limits")


def test_there_is_one() -> None:
    assert "fashion-mnist-32" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_is_whole(name: str) -> None:
    folder = SHIPPED / name
    config = json.loads((folder / "config.json").read_text("utf-8"))
    for file, digest in config["sha256"].items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest
    card = (folder / "README.md").read_text("utf-8")
    assert all(part in card for part in CARD)
    preview = np.asarray(Image.open(folder / "preview.png")).astype(int)
    wanted = grid(dcgan.load(name).generate(range(64))).astype(int)
    assert np.abs(preview.reshape(wanted.shape) - wanted).max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_seeds_give_the_pictures_they_gave(name: str) -> None:
    images = dcgan.load(name).generate(range(8))
    golden = np.asarray(Image.open(GOLDEN / f"{name}.png"))
    assert np.abs(golden.astype(int) - np.concatenate(list(images[..., 0]), axis=1)).max() <= 1


def test_clothes_of_all_ten_kinds() -> None:
    """Each generated picture counts for the class of its nearest real one; the real ones are 10 % of each class."""
    data = load("fashion-mnist-10k")
    assert data.labels is not None
    images = dcgan.load("fashion-mnist-32").generate(range(1000, 1500))
    real, made = (part.reshape(len(part), -1).astype(np.float32) / 255 for part in (data.images, images))
    distances = (real**2).sum(1) - 2 * made @ real.T
    shares = np.bincount(data.labels[distances.argmin(1)], minlength=10) / len(made)
    assert shares.min() > 0.03 and shares.max() < 0.25
