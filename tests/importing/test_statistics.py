"""Batch norm statistics that a PyTorch file lacks, never filled, or that are of other weights: noticed, and re-estimated on request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from gallery import GALLERY
from torch import nn

from dcgan.models.importing import Options, apply_options, inspect_file
from dcgan.models.importing.evidence import error, settled
from dcgan.models.importing.report import Inspection

AUTHOR = GALLERY["tutorial 32, z 64"]
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def with_momentum(network: nn.Module, momentum: float | None) -> nn.Module:
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = momentum
    return network


@pytest.fixture(scope="module")
def author() -> nn.Module:
    """A generator with settled statistics: the mean over 40 batches of its own z."""
    network = AUTHOR.trained(passes=0)
    with_momentum(network, None).train()
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


@pytest.mark.parametrize("momentum", [0.1, 0.01, 0.8, None])
def test_what_is_left_of_the_start_is_taken_off(momentum: float | None) -> None:
    """One of what a norm's statistics can mean is what it saw, whatever its momentum; batches are all alike here, so that it is known."""
    torch.manual_seed(0)
    x = 3 + 2 * torch.randn(512, 16)
    norm = nn.BatchNorm1d(16, momentum=momentum)
    for _ in range(6):
        norm(x)
    found = settled(norm.state_dict())
    assert min(float((mean - x.mean(0)).abs().max() + (variance - x.var(0)).abs().max()) for mean, variance in found) < 1e-3
    assert error(x, norm.state_dict()) < 1e-6 < error(x + 0.1, norm.state_dict())


@pytest.mark.slow
@pytest.mark.parametrize("momentum", [None, 0.8])
def test_few_batches_of_another_momentum_are_read(tmp_path: Path, momentum: float | None) -> None:
    author = replace(AUTHOR, make=lambda: with_momentum(AUTHOR.make(), momentum))
    network = author.trained(passes=4)
    torch.save(network.state_dict(), tmp_path / "netG.pth")
    found = inspected(tmp_path / "netG.pth")
    assert distance(found, network) < 1e-4 and not found.notes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "note"), [("missing", "it has no batch norm statistics"), ("unfilled", "never filled"), ("stale", "stale")]
)
def test_they_are_noticed_and_estimated(author: nn.Module, tmp_path: Path, how: str, note: str) -> None:
    torch.manual_seed(4)
    torch.save(spoilt(author, how), tmp_path / "netG.pth")
    found = inspected(tmp_path / "netG.pth")
    assert any(note in line for line in found.notes)
    estimated = found if how == "missing" else inspected(tmp_path / "netG.pth", "statistics=estimate")
    assert distance(estimated, author) < 0.05
    assert how == "missing" or distance(found, author) > 0.2
