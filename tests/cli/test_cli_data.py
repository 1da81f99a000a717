"""`data check` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcgan.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for k in range(9):
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(tmp_path / f"{k}.png")
    (tmp_path / "notes.txt").write_text("x")
    return tmp_path


def test_it_speaks_plainly(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "Pictures that can be used: 9." in said and "notes.txt: not an image" in said
    assert f"python -m dcgan train --data {folder} --recipe dcgan --steps 6400 --set image_size=16" in said


def test_it_is_one_document_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["survey"]["count"] == found["looked_at"] == 9 and found["sides"] == [20, 20, 20]
    assert found["crop_loss"] == pytest.approx(1 / 3)
    assert found["remarks"][0]["key"] == "count_one_size" and all("{" not in remark["sentence"] for remark in found["remarks"])
    assert [proposal["key"] for proposal in found["proposal"]][:2] == ["recipe", "image_size"]


@pytest.mark.parametrize("name", ["nowhere", "cifar10", "hf:some/set"])
def test_what_is_not_there_is_one_line(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path / "home"))
    assert main(["data", "check", name]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("dcgan: ") and "\n" not in said
