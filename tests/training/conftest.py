from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dcgan.data import Dataset
from dcgan.networks import discriminator, generator
from dcgan.training.trainer import Networks


@pytest.fixture(autouse=True)
def deterministic() -> Iterator[None]:
    """Let an operation that may come out differently from run to run fail, on whichever device."""
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


@pytest.fixture
def networks() -> Networks:
    return Networks(generator("dcgan", 16, 3, 4, 8), discriminator("dcgan", 16, 3, 4))


@pytest.fixture
def data() -> Dataset:
    images = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), np.uint8)
    return Dataset("noise", images, None, (), "", (), (), "")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of 20 small pictures."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index, pixels in enumerate(np.random.default_rng(1).integers(0, 256, (20, 16, 16, 3), np.uint8)):
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder
