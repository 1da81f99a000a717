"""A notebook's fixed noise is read from what torch and numpy save, and gives the notebook's pictures again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from gallery import GALLERY

from dcgan.cli import main
from dcgan.errors import CheckpointError
from dcgan.models.importing import read_noise

pytestmark = pytest.mark.usefixtures("read_here")

Z = torch.randn(6, 100, generator=torch.Generator().manual_seed(3))
SAVED = {
    "tutorial.pt": Z[:, :, None, None],
    "flat.pth": Z,
    "one.pt": Z[0],
    "double.pt": Z.double(),
    "beside.tar": {"epoch": 5, "fixed_labels": torch.arange(6), "fixed_noise": Z[:, :, None, None]},
    "nested.pt": {"netG": {"main.0.weight": torch.zeros(100, 4, 4, 4)}, "extra": {"FIXED_Z": Z}},
}


@pytest.mark.parametrize("name", SAVED)
def test_what_torch_saves(tmp_path: Path, name: str) -> None:
    torch.save(SAVED[name], tmp_path / name)
    expected = Z[:1] if name == "one.pt" else Z
    np.testing.assert_array_equal(read_noise(tmp_path / name), expected.numpy())


@pytest.mark.parametrize("array", [Z.numpy(), Z[:, :, None, None].double().numpy(), np.asfortranarray(Z.numpy())])
def test_what_numpy_saves(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "z.npy", array)
    np.testing.assert_array_equal(read_noise(tmp_path / "z.npy"), Z.numpy())


def test_the_notebooks_pictures_come_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path / "home"))
    author = GALLERY["punks"].trained()
    torch.save({"netG": author.state_dict(), "fixed_noise": Z[:, :, None, None]}, tmp_path / "it.tar")
    file, out = str(tmp_path / "it.tar"), tmp_path / "it.npz"
    assert main(["generate", file, "--z", file, "--npz", str(out)]) == 0
    with torch.no_grad():
        np.testing.assert_allclose(np.load(out)["x"], author(Z[:, :, None, None]).numpy(), atol=1e-3)


def test_what_holds_no_z_is_refused_by_its_shapes(tmp_path: Path) -> None:
    torch.save(torch.randn(4, 3, 8, 8), tmp_path / "pictures.pt")
    with pytest.raises(CheckpointError, match=r"pictures\.pt holds no z.*\(4, 3, 8, 8\)"):
        read_noise(tmp_path / "pictures.pt")
    torch.save({"labels": torch.arange(4)}, tmp_path / "labels.pt")
    with pytest.raises(CheckpointError, match="holds no z"):
        read_noise(tmp_path / "labels.pt")


@pytest.mark.parametrize(
    "content", [b"\x93NUMPY\x01\x00", b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 9999), }\n"]
)
def test_a_broken_npy_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "z.npy").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"z\.npy is not a \.npy file of numbers"):
        read_noise(tmp_path / "z.npy")


def test_pickled_arrays_are_not_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "z.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(CheckpointError, match=r"not a \.npy file of numbers"):
        read_noise(tmp_path / "z.npy")
