"""Generators with residual blocks, from their weights alone: the same pictures from the same z, here and wherever they are exported to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from gallery import GALLERY
from residual_authors import RESIDUAL
from safetensors.torch import save_file
from test_gallery import assert_same_pictures
from torch import Tensor, nn

from dcgan.cli import main
from dcgan.models.importing import Options, apply_options, candidates, inspect_file
from dcgan.models.importing.found import Found
from dcgan.models.importing.parts import Skeleton
from dcgan.networks.blocks import Residual
from dcgan.notebook import keep_live


def blocks_of(file: Path, *settings: str) -> list[Residual]:
    model = inspect_file(file, options=apply_options(Options(), settings)).best.model
    return [layer for layer in model.config.generator.layers if isinstance(layer, Residual)]


@pytest.mark.slow
@pytest.mark.parametrize("name", RESIDUAL)
def test_without_a_hint(tmp_path: Path, name: str) -> None:
    found = assert_same_pictures(RESIDUAL[name], tmp_path / "it.safetensors")
    spec = found.best.model.config.generator
    blocks = [layer for layer in spec.layers if isinstance(layer, Residual)]
    assert len(blocks) == (2 if "between" in name or name == "transposed" else 3)
    assert any(f"{len(blocks)} residual blocks add what comes in" in line for line in found.best.supported) != (
        name == "spectral, no norms"
    )


@pytest.mark.slow
def test_where_no_norms_tell_what_is_assumed_can_be_changed(tmp_path: Path) -> None:
    """An author who adds what an activation gives, without norms; by custom the activation would stand in the body alone."""
    file = tmp_path / "it.safetensors"
    found = assert_same_pictures(RESIDUAL["spectral, no norms"], file)
    (assumed,) = (item for item in found.best.assumed if item.key == "blocks")
    assert (assumed.value, assumed.others) == ("before", ("behind",)) and "before its norm and activation" in assumed.sentence
    bodies = [[layer.type for layer in block.body][:2] for settings in ((), ("blocks=behind",)) for block in blocks_of(file, *settings)]
    assert bodies == [["activation", "resize"]] * 3 + [["resize", "conv"]] * 3


@pytest.mark.slow
def test_a_model_keeps_its_blocks_through_folder_command_line_and_onnx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path / "home"))
    author = RESIDUAL["transposed"]
    network = author.trained()
    torch.save(network.state_dict(), tmp_path / "netG.pth")
    assert main(["import", str(tmp_path / "netG.pth"), "--name", "blocks"]) == 0
    z, _ = author.latents(3)
    np.save(tmp_path / "z.npy", z.numpy())
    command = ["generate", "blocks", "--z", str(tmp_path / "z.npy"), "--npz", str(tmp_path / "x.npz"), "--out", str(tmp_path / "x.png")]
    assert main(command) == 0
    with torch.no_grad():
        truth = author.call(network, z, None).numpy()
    np.testing.assert_allclose(np.load(tmp_path / "x.npz")["x"], truth, atol=1e-3)
    assert main(["export", "blocks", "--to", str(tmp_path / "blocks.onnx")]) == 0
    session = onnxruntime.InferenceSession(tmp_path / "blocks.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(["x"], {"z": z.numpy()})[0], np.load(tmp_path / "x.npz")["x"], atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wasserstein", "behind, norms around", "in a sequence, unnamed"])
def test_a_live_generator_is_kept_with_its_own_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path))
    assert keep_live(RESIDUAL[name].trained(), "netG")[1] < 1e-3


def test_a_live_generator_decides_what_its_file_leaves_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks without norms, activations behind the kernels: the module's own pictures choose the reading."""

    class Bare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            kernels = {name: nn.Conv2d(16, 16, 3, 1, 1) for name in ("conv1", "conv2")}
            self.fc, self.res = nn.Linear(24, 256), nn.ModuleDict(kernels)
            self.up, self.last = nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.ConvTranspose2d(8, 3, 4, 2, 1)

        def forward(self, z: Tensor) -> Tensor:
            x = self.fc(z).relu().view(-1, 16, 4, 4)
            x = (x + self.res["conv2"](self.res["conv1"](x).relu())).relu()
            return torch.tanh(self.last(self.up(x).relu()))

    monkeypatch.setenv("DCGAN_HOME", str(tmp_path))
    torch.manual_seed(0)
    assert keep_live(Bare(), "netG")[1] < 1e-3


@pytest.mark.parametrize(("name", "count"), [("block2", 1), ("res.0", 1), ("mid", 0)])
def test_names_alone_tell_of_blocks(tmp_path: Path, name: str, count: int) -> None:
    """Never trained, so no statistics speak; a kernel on the way around, a telling name, or neither."""
    block = {"conv1": nn.Conv2d(16, 16, 3, 1, 1), "bn2": nn.BatchNorm2d(16), "conv2": nn.Conv2d(16, 16, 3, 1, 1)}
    if name == "block2":
        block["shortcut"] = nn.Conv2d(16, 16, 1)
    modules = {"linear": nn.Linear(64, 256), "to_picture": nn.Conv2d(16, 3, 3, 1, 1)}
    tensors = {f"{name}.{part}.{key}": tensor for part, module in block.items() for key, tensor in module.state_dict().items()}
    tensors |= {f"{part}.{key}": tensor for part, module in modules.items() for key, tensor in module.state_dict().items()}
    save_file(tensors, tmp_path / "it.safetensors")
    assert len(blocks_of(tmp_path / "it.safetensors")) == count


def test_blocks_that_explain_no_better_leave_the_plain_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the statistics suggest is tried, and dropped where the whole network does not fit better for it."""
    tried = []

    def suggested(found: Found, options: Options) -> Iterator[Skeleton]:
        tried.append(found)
        yield replace(found.network, cost=100.0)

    monkeypatch.setattr(candidates, "with_shown_blocks", suggested)
    assert_same_pictures(GALLERY["small kernels"], tmp_path / "it.safetensors")
    assert len(tried) == 1
