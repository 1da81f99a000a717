"""`inspect` and `import` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from gallery import GALLERY

from dcgan.cli import main

pytestmark = pytest.mark.usefixtures("read_here")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path / "home"))
    torch.save({"epoch": 3, "model_state": GALLERY["punks"].trained().state_dict()}, tmp_path / "my net.pth")
    return tmp_path / "my net.pth"


def test_inspect_tells_proof_from_assumption(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(file), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["image"] == {"height": 24, "width": 24, "channels": 4, "range": [-1, 1]}
    assert any("4 kernels" in line for line in report["proved"])
    assert {"output", "image_size"} <= {item["key"] for item in report["assumed"]}
    assert report["readings"][0]["score"] == 0
    assert main(["inspect", str(file)]) == 0
    assert "Assumed" in capsys.readouterr().out


def test_an_imported_model_is_an_own_model(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(file), "--name", "punks", "--set", "output=sigmoid"]) == 0
    z = np.random.default_rng(0).standard_normal((2, 100)).astype(np.float32)
    np.save(tmp_path / "z.npy", z)
    assert main(["generate", "punks", "--z", str(tmp_path / "z.npy"), "--npz", str(tmp_path / "it.npz")]) == 0
    author = GALLERY["punks"].trained()
    with torch.no_grad():
        truth = torch.atanh(author(torch.from_numpy(z)[:, :, None, None])).sigmoid()
    np.testing.assert_allclose(np.load(tmp_path / "it.npz")["x"], truth.numpy(), atol=1e-3)
    capsys.readouterr()
    assert main(["import", str(file), "--name", "punks"]) == 2
    assert capsys.readouterr().err.startswith("dcgan: ")


@pytest.mark.parametrize("setting", ["output=loud", "size=3", "activations", "paddings=-1", "reading=99", "image_size=999"])
def test_wrong_settings_are_one_line(file: Path, capsys: pytest.CaptureFixture[str], setting: str) -> None:
    assert main(["import", str(file), "--set", setting]) == 2
    error = capsys.readouterr().err
    assert error.startswith("dcgan: ") and error.count("\n") == 1
    assert not list((file.parent / "home").rglob("config.json"))
