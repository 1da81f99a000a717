"""python -m dcgan directions and attributes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_app import Z_DIM

from dcgan.cli import main
from dcgan.directions import finding
from dcgan.models import Synthesizer


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch, maker: Synthesizer) -> None:
    monkeypatch.setattr(finding, "PCA_SAMPLES", 300)


def test_a_list_a_file_and_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, sheet = tmp_path / "d.json", tmp_path / "d.png"
    assert main(["directions", "tiny", "--method", "pca", "--count", "3", "--out", str(out), "--sheet", str(sheet)]) == 0
    printed = capsys.readouterr().out
    assert "PCA" in printed and "effect" in printed
    record = json.loads(out.read_text())
    assert record["model"] == "tiny" and len(record["directions"]) == 3 and len(record["directions"][0]["vector"]) == Z_DIM
    with Image.open(sheet) as picture:
        assert picture.size == (7 * 18 + 2, 3 * 18 + 2)
        row = np.asarray(picture)[2:18]
    assert np.abs(row[:, 2:18].astype(int) - row[:, 110:126]).max() > 0  # the ends differ


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["directions", "tiny", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["method"] == "sefa" and len(record["directions"]) == Z_DIM
    assert np.linalg.norm(record["directions"][0]["vector"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["tiny", "--method", "ica"], "the method is raw, sefa, pca, attribute, saved; found 'ica'"),
        (["tiny", "--method", "attribute", "--data", "cats"], "no attributes are called 'cats'"),
        (["nobody"], "no model is called 'nobody'"),
        (["tiny", "--out", "a.txt"], "--out is a .json file"),
        (["tiny", "--sheet", "/nowhere/a.png"], "--sheet is a .png file in a folder that is there"),
        (["tiny", "--method", "saved", "--sheet", "a.png"], "no saved directions"),
    ],
)
def test_mistakes_are_one_line(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["directions", *options]) == 2
    assert sentence in capsys.readouterr().err and not list(tmp_path.glob("a.*"))
