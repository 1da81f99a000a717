"""Files of the PyTorch tutorial's family, against modules written from its description."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from dcgan.errors import CheckpointError
from dcgan.models import Library
from dcgan.models.importing import read_foreign


class TutorialGenerator(nn.Module):
    """`main` of the tutorial for any number of doublings."""

    def __init__(self, z_dim: int, width: int, channels: int, doublings: int, bias: bool = False) -> None:
        super().__init__()
        widths = [width * 2**power for power in range(doublings - 1, -1, -1)]
        layers: list[nn.Module] = [nn.ConvTranspose2d(z_dim, widths[0], 4, 1, 0, bias=bias), nn.BatchNorm2d(widths[0]), nn.ReLU(True)]
        for before, after in itertools.pairwise(widths):
            layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=bias), nn.BatchNorm2d(after), nn.ReLU(True)]
        self.main = nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=bias), nn.Tanh())

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.main(z)


CASES = {
    "small": ({"z_dim": 20, "width": 4, "channels": 1, "doublings": 3}, 32),
    "biased": ({"z_dim": 10, "width": 4, "channels": 3, "doublings": 4, "bias": True}, 64),
}  # more are in the gallery


def trained(case: str) -> TutorialGenerator:
    """A generator whose batch norm statistics matter."""
    options, _ = CASES[case]
    torch.manual_seed(0)
    author = TutorialGenerator(**options)  # type: ignore[arg-type]
    for _ in range(3):
        author(torch.randn(8, options["z_dim"], 1, 1))
    return author


def assert_same_pictures(file: Path, author: TutorialGenerator, size: int) -> None:
    maker = Library().synthesizer(str(file))
    assert (maker.info.height, maker.info.width) == (size, size)
    z = maker.z(range(3))
    with torch.no_grad():
        truth = author.eval()(torch.from_numpy(z)[:, :, None, None])
    np.testing.assert_allclose(maker.raw(z), truth.numpy(), atol=1e-4)
    assert maker.model.config.assumed


@pytest.mark.parametrize("case", CASES)
def test_gives_the_authors_pictures(tmp_path: Path, case: str) -> None:
    author = trained(case)
    save_file(author.state_dict(), tmp_path / "netG.safetensors")
    assert_same_pictures(tmp_path / "netG.safetensors", author, CASES[case][1])


def test_torch_files_open_in_a_process_of_their_own(tmp_path: Path) -> None:
    author = trained("small")
    torch.save(author.state_dict(), tmp_path / "netG.pth")
    assert_same_pictures(tmp_path / "netG.pth", author, 32)


@pytest.mark.usefixtures("read_here")
@pytest.mark.parametrize("wrap", ["module", "nested"])
def test_what_wraps_the_weights_is_taken_off(tmp_path: Path, wrap: str) -> None:
    author = trained("small")
    state: dict[str, Any] = dict(author.state_dict())
    if wrap == "module":
        state = {f"module.{name}": tensor for name, tensor in state.items()}
    else:
        state = {"epoch": 3, "netD": {"main.0.weight": torch.zeros(4, 3, 4, 4)}, "netG": state}
    torch.save(state, tmp_path / "netG.pth")
    assert_same_pictures(tmp_path / "netG.pth", author, 32)


def test_safetensors_are_read_without_a_process(tmp_path: Path) -> None:
    save_file(TutorialGenerator(10, 4, 3, 4).state_dict(), tmp_path / "g.safetensors")
    assert read_foreign(tmp_path / "g.safetensors", allow_pickle=False).config.z_dim == 10


class Evil:
    def __reduce__(self) -> Any:
        return (Path.touch, (Path(__file__).with_name("pwned"),))


def assert_refused(path: Path) -> None:
    """One sentence that names the file and says how to save one that opens."""
    with pytest.raises(CheckpointError) as caught:
        read_foreign(path)
    assert path.name in str(caught.value) and "torch.save(netG.state_dict()" in str(caught.value)


def test_code_in_a_torch_file_is_refused_and_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "netG.pth"
    path.write_bytes(pickle.dumps(Evil()))
    assert_refused(path)
    assert not Path(__file__).with_name("pwned").exists()


@pytest.mark.usefixtures("read_here")
@pytest.mark.parametrize("kind", ["module", "text"])
def test_a_torch_file_that_is_no_state_dict_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "netG.pth"
    if kind == "module":
        torch.save(TutorialGenerator(10, 4, 3, 4), path)
    else:
        path.write_text("hello")
    assert_refused(path)


OTHER_NETWORKS: dict[str, dict[str, torch.Tensor]] = {
    "discriminator": {"main.0.weight": torch.zeros(64, 3, 4, 4), "main.2.weight": torch.zeros(128, 64, 4, 4)},
    "linear": {"fc.weight": torch.zeros(3, 3)},
    "empty": {},
    "odd kernel": {f"main.{index}.weight": torch.zeros(8, 8, 3, 3) for index in range(4)},
}


@pytest.mark.parametrize("kind", OTHER_NETWORKS)
def test_other_networks_are_refused(tmp_path: Path, kind: str) -> None:
    save_file(OTHER_NETWORKS[kind], tmp_path / "netG.safetensors")
    assert_refused(tmp_path / "netG.safetensors")


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "netG.onnx").write_text("hello")
    assert_refused(tmp_path / "netG.onnx")


def test_a_public_server_takes_safetensors_only(tmp_path: Path) -> None:
    torch.save(TutorialGenerator(10, 4, 3, 4).state_dict(), tmp_path / "netG.pth")
    with pytest.raises(CheckpointError, match="safetensors"):
        read_foreign(tmp_path / "netG.pth", allow_pickle=False)
