"""Generators of many authors, each from its weights alone: the same pictures from the same z."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from attention_authors import ATTENDING, attending
from authors import Author
from gallery import GALLERY, HINTED
from labelled_authors import LABELLED
from safetensors.torch import save_file
from wild_authors import WILD

from dcgan.models.importing import Options, apply_options, inspect_file
from dcgan.models.importing.live import read_live
from dcgan.models.importing.report import Inspection
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer
from dcgan.networks.blocks import SelfAttention
from dcgan.networks.norms import GroupNorm

QUICK = {"tutorial grey 28", "punks", "linear 28, k4", "linear 28, k5", "linear 32, k3", "coursera", "no norms", "small kernels"}
QUICK |= {"activation first", "spectral norm", "weight norm", "tutorial 32, z 64"}
UNIFORM = [name for name, author in GALLERY.items() if author.prior == "uniform"]


def marked(names: Iterable[str], quick: Iterable[str]) -> list[Any]:
    """Return the names as parameters, all but the quick ones marked slow."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.slow) for name in names]


def assert_same_pictures(author: Author, file: Path, hints: tuple[str, ...] = ()) -> Inspection:
    """Compare the author's pictures of some z (and labels) with those of the best reading, to 1e-3."""
    network = author.trained()
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, file)
    found = inspect_file(file, options=apply_options(Options(), hints))
    model = found.best.model
    z, labels = author.latents(3)
    with torch.no_grad():
        truth = author.call(network, z, labels).numpy()
    maker = Synthesizer(model, describe("it", model.config, None, "file", None))
    pictures = maker.raw(z.numpy(), None if labels is None else labels.tolist())
    assert pictures.shape == truth.shape and (truth.shape[3], truth.shape[2]) == author.size
    np.testing.assert_allclose(pictures, truth, atol=1e-3)
    return found


@pytest.mark.parametrize("name", marked([name for name in GALLERY if name not in UNIFORM], QUICK))
def test_without_a_hint(tmp_path: Path, name: str) -> None:
    assert_same_pictures(GALLERY[name], tmp_path / "it.safetensors")


@pytest.mark.parametrize("name", marked(WILD, {"label added to z", "a pixel grown by a plain kernel"}))
def test_what_a_neutral_look_at_public_code_found(tmp_path: Path, name: str) -> None:
    found = assert_same_pictures(WILD[name], tmp_path / "it.safetensors")
    assert found.best.model.config.generator.classes == WILD[name].classes


@pytest.mark.parametrize("name", marked(ATTENDING, ["query, key, value"]))
def test_self_attention_between_the_layers(tmp_path: Path, name: str) -> None:
    found = assert_same_pictures(ATTENDING[name], tmp_path / "it.safetensors")
    assert any(isinstance(layer, SelfAttention) for layer in found.best.model.config.generator.layers)
    assert any("self-attention over" in proof for proof in found.proved)


@pytest.mark.slow
def test_the_axis_of_attention_that_no_norm_tells_can_be_stated(tmp_path: Path) -> None:
    file, author = tmp_path / "it.safetensors", Author(lambda: attending("query", "key", "value", at=3, over="queries"), 64, (32, 32))
    found = assert_same_pictures(author, file, ("attention=queries",))
    assert "attention" not in [item.key for item in found.best.assumed]
    assert [item.others for item in inspect_file(file).best.assumed if item.key == "attention"] == [("queries",)]
    _, difference = read_live(author.trained(), "netG")  # which shows it
    assert difference < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", LABELLED)
def test_labels_with_layers_of_their_own(tmp_path: Path, name: str) -> None:
    found = assert_same_pictures(LABELLED[name], tmp_path / "it.safetensors")
    assert found.best.model.config.generator.classes == LABELLED[name].classes


@pytest.mark.parametrize(
    ("name", "norms"),
    [("group norms by name", "group:8"), pytest.param("instance norm beside batch norms", "instance", marks=pytest.mark.slow)],
)
def test_norms_of_every_picture_are_an_assumption_that_can_be_changed(tmp_path: Path, name: str, norms: str) -> None:
    file = tmp_path / "it.safetensors"
    (assumed,) = (item for item in assert_same_pictures(GALLERY[name], file).best.assumed if item.key == "norms")
    assert assumed.value == norms and {"group:4", "instance"} <= {norms, *assumed.others}
    other = inspect_file(file, options=apply_options(Options(), ["norms=group:4"])).best
    groups = [layer.groups for layer in other.model.config.generator.layers if isinstance(layer, GroupNorm)]
    assert set(groups) == {4} and "norms" not in {item.key for item in other.assumed}


@pytest.mark.parametrize("name", marked(HINTED, ["sigmoid", "no norms, leaky"]))
def test_with_a_hint(tmp_path: Path, name: str) -> None:
    author, hints = HINTED[name]
    assert_same_pictures(author, tmp_path / "it.safetensors", hints)


@pytest.mark.parametrize("name", marked(UNIFORM, ["course"]))
def test_statistics_tell_the_prior(tmp_path: Path, name: str) -> None:
    found = assert_same_pictures(GALLERY[name], tmp_path / "it.safetensors")
    assert found.best.model.config.prior == "uniform"
    assert "prior" not in {item.key for item in found.best.assumed}
