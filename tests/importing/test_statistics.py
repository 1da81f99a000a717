"""Batch norm statistics that a PyTorch file lacks, never filled, or that are of other weights: noticed, and re-estimated on request."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from gallery import GALLERY
from torch import nn

from dcgan.models.importing import Options, apply_options, inspect_file
from dcgan.models.importing.report import Inspection

pytestmark = pytest.mark.slow
AUTHOR = GALLERY["tutorial 32, z 64"]
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


@pytest.fixture(scope="module")
def author() -> nn.Module:
    """A generator with settled statistics: the mean over 40 batches of its own z."""
    network = AUTHOR.trained(passes=0)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    network.train()
    with torch.no_grad():
        for _ in range(40):
            network(torch.randn(128, AUTHOR.z_dim, 1, 1))
    return network.eval()


def spoilt(author: nn.Module, how: str) -> dict[str, torch.Tensor]:
    """Return the state without statistics, with those that it was made with, or with those of other weights."""
    state = {name: tensor.clone() for name, tensor in author.state_dict().items()}
    for name, tensor in list(state.items()):
        if name.endswith(STATISTICS) and how == "missing":
            del state[name]
        elif name.endswith("running_mean"):
            state[name] = torch.zeros_like(tensor) if how == "unfilled" else tensor + 2 * torch.randn(tensor.shape)
        elif name.endswith("running_var"):
            state[name] = torch.ones_like(tensor) if how == "unfilled" else tensor * torch.randn(tensor.shape).exp()
    return state


def inspected(path: Path, *settings: str) -> Inspection:
    return inspect_file(path, options=apply_options(Options(), settings))


def distance(found: Inspection, author: nn.Module) -> float:
    """Return the mean distance of pictures from the author's, of a range from -1 to 1."""
    z = torch.randn(16, AUTHOR.z_dim, generator=torch.Generator().manual_seed(9))
    with torch.no_grad():
        return float((found.best.model.build_generator().eval()(z) - author(z[:, :, None, None])).abs().mean())


@pytest.mark.parametrize(
    ("how", "note"), [("missing", "It has no batch norm statistics"), ("unfilled", "never filled"), ("stale", "stale")]
)
def test_they_are_noticed_and_estimated(author: nn.Module, tmp_path: Path, how: str, note: str) -> None:
    torch.manual_seed(4)
    torch.save(spoilt(author, how), tmp_path / "netG.pth")
    found = inspected(tmp_path / "netG.pth")
    assert any(note in line for line in found.notes)
    estimated = found if how == "missing" else inspected(tmp_path / "netG.pth", "statistics=estimate")
    assert distance(estimated, author) < 0.05
    assert how == "missing" or distance(found, author) > 0.2
