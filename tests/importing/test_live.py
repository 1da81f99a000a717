"""A generator in a notebook, handed in as it is."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import torch
from authors import Author, tutorial
from gallery import without_norms
from labelled_authors import LABELLED
from torch import Tensor, nn

import dcgan
from dcgan.errors import CheckpointError
from dcgan.models import Library
from dcgan.notebook import keep_live


def small() -> nn.Module:
    """A tutorial's generator of 16 px whose pictures go from 0 to 1, which no state dict says."""
    module = tutorial(12, 4, 1, doublings=2)
    next(module.children())[-1] = nn.Sigmoid()
    return module


class Darkened(nn.Module):
    """Does in forward what no tensor shows."""

    def __init__(self) -> None:
        super().__init__()
        self.body = without_norms(nn.ReLU(), nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        return 0.5 * self.body(z) - 0.5


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path))


def test_a_live_generator_is_kept_with_its_own_pictures() -> None:
    author = Author(small, 12, (16, 16))
    network = author.trained().train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    folder, difference = keep_live(network, "netG")
    assert network.training and all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert difference < 1e-4 and keep_live(network, "netG")[0] == folder  # the same again is the same model
    maker = Library().synthesizer(folder.name)
    z = maker.z(range(3))
    with torch.no_grad():
        truth = network.eval()(torch.from_numpy(z)[:, :, None, None]).numpy()
    np.testing.assert_allclose(maker.raw(z), truth, atol=1e-4)
    assert maker.model.config.image_range == (0.0, 1.0)


@pytest.mark.slow
def test_labels_go_in_as_the_module_takes_them() -> None:
    folder, difference = keep_live(LABELLED["two deconvolutions"].trained(), "cgan")
    assert difference < 1e-3 and len(Library().synthesizer(folder.name).model.config.labels) == 10


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Darkened(), "does not show: its pictures differ from ours by"),
        (nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 64)), "not a DCGAN's generator"),
        ({"a": 1}, "is a dict, not a torch module"),
    ],
)
def test_what_cannot_be_explored_is_one_sentence(given: nn.Module, words: str, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=words) as refused:
        dcgan.explore(given)
    assert "\n" not in str(refused.value) and str(refused.value).startswith("netG")
    assert not (tmp_path / "models").exists()


@pytest.mark.slow
def test_the_explorer_opens_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    explorer = dcgan.explore(Author(small, 12, (16, 16)).trained(), "mine", open_browser=False)
    try:
        with urllib.request.urlopen(f"{explorer.url}/gradio_api/dcgan/models") as answer:
            assert explorer.model in {model["name"] for model in json.load(answer)}
    finally:
        explorer.close()
    assert explorer.process.poll() is not None and "differ by at most" in capsys.readouterr().out
