"""What lies on the Hub in these tests."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import torch
from hub_stand_in import Files
from safetensors.torch import save

sys.path.insert(0, str(Path(__file__).parents[1] / "exporting"))
from odd_models import random_model

from dcgan.models import Model
from dcgan.models.portable import write_portable
from dcgan.networks import generator


@pytest.fixture(scope="session")
def model() -> Model:
    return random_model(generator("dcgan", 16, 1, 4, 12))


@pytest.fixture(scope="session")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with card and preview."""
    path = tmp_path_factory.mktemp("hub") / "clothes"
    write_portable(model, "clothes", path)
    return path


@pytest.fixture(scope="session")
def files(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="session")
def netg() -> dict[str, torch.Tensor]:
    """The state dict of the PyTorch tutorial's generator, narrow."""
    layers: list[torch.nn.Module] = []
    for before, after, stride, padding in ((100, 32, 1, 0), (32, 16, 2, 1), (16, 8, 2, 1), (8, 4, 2, 1)):
        layers += [torch.nn.ConvTranspose2d(before, after, 4, stride, padding, bias=False), torch.nn.BatchNorm2d(after), torch.nn.ReLU()]
    network = torch.nn.ModuleDict({"main": torch.nn.Sequential(*layers, torch.nn.ConvTranspose2d(4, 3, 4, 2, 1, bias=False))})
    return network.state_dict()


@pytest.fixture(scope="session")
def tutorial(netg: dict[str, torch.Tensor]) -> bytes:
    buffer = io.BytesIO()
    torch.save(netg, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def tutorial_tensors(netg: dict[str, torch.Tensor]) -> bytes:
    return save(netg)
