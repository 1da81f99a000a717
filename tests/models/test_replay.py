"""Recipes in PNG files: what they say, and the same pixels again."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from picture_files import open_picture
from PIL import Image
from tiny_app import Z_DIM, conditional_model, write_tiny

import dcgan
from dcgan.cli import main
from dcgan.errors import ConfigError
from dcgan.images import png_bytes
from dcgan.latent import sample_z
from dcgan.models import Library, write_model
from dcgan.models.replay import read_recipe


@pytest.fixture(autouse=True)
def models(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.models.library.SHIPPED", tmp_path / "shipped")
    write_tiny(home, "tiny")
    write_model(home / "models" / "labelled", conditional_model(), "card")


def chunk(path: Path) -> dict[str, object]:
    with Image.open(path) as picture:
        picture.load()
        record: dict[str, object] = json.loads(picture.info["dcgan"])
    return record


def png(path: Path, record: object) -> Path:
    """Write a PNG that carries `record`."""
    path.write_bytes(png_bytes(np.zeros((4, 4, 3), np.uint8), {"dcgan": json.dumps(record)}))
    return path


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("tiny", ["--seed", "5", "--count", "7"]),
        ("labelled", ["--seed", "3", "--count", "5"]),
        ("labelled", ["--count", "4", "--label", "7,bag"]),
        ("labelled", ["--z", "z.npy", "--label", "1"]),
    ],
)
def test_a_sheet_is_made_again_from_its_recipe(model: str, options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("z.npy", sample_z([8, 1, 4], Z_DIM))
    assert main(["generate", model, *options, "--out", "first.png"]) == 0
    assert main(["generate", "--recipe", "first.png", "--out", "second.png"]) == 0
    assert Path("first.png").read_bytes() == Path("second.png").read_bytes()


def test_the_recipe_names_model_weights_and_seeds(tmp_path: Path) -> None:
    file = tmp_path / "sheet.png"
    assert main(["generate", "tiny", "--seed", "5", "--count", "3", "--out", str(file)]) == 0
    assert chunk(file) == {
        "model": "tiny",
        "sha256": Library().synthesizer("tiny").info.sha256,
        "seed": 5,
        "z": None,
        "count": 3,
        "label": None,
        "layout": {"columns": 2, "padding": 2, "scale": 1},
    }


def test_a_picture_of_the_page_is_made_again_at_its_size(tmp_path: Path) -> None:
    z = sample_z([9], Z_DIM)
    text = base64.urlsafe_b64encode(z.tobytes()).decode().rstrip("=")
    layout = {"columns": 1, "padding": 0, "scale": 3}
    file = png(tmp_path / "page.png", {"model": "labelled", "sha256": None, "seed": 2, "z": text, "label": 1, "layout": layout})
    assert main(["generate", "--recipe", str(file), "--out", str(tmp_path / "again.png")]) == 0
    expected = Library().synthesizer("labelled").rgb(z, 1)[0].repeat(3, axis=0).repeat(3, axis=1)
    np.testing.assert_array_equal(open_picture(tmp_path / "again.png"), expected)
    np.testing.assert_array_equal(dcgan.replay(file), Library().synthesizer("labelled").images(z, 1))


def test_other_weights_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = png(tmp_path / "page.png", {"model": "tiny", "sha256": "0" * 64, "seed": 2})
    assert main(["generate", "--recipe", str(file), "--out", str(tmp_path / "again.png")]) == 0
    assert "the recipe's pictures were made by tiny 000000000000…" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ([1], "no object"),
        ({"seed": 1}, "'model'"),
        ({"model": "tiny"}, "neither a seed nor z"),
        ({"model": "tiny", "seed": "one"}, "one"),
        ({"model": "tiny", "z": "AAAA"}, "misstates"),
        ({"model": "tiny", "seed": 1, "count": 0}, "1 to 100000 pictures"),
        ({"model": "tiny", "seed": 1, "layout": {"columns": 1, "scale": 1000}}, "scale 1 to 64"),
        ({"model": "tiny", "seed": 1, "layout": {"columns": 90000}}, "as many columns as pictures"),
        ({"model": "tiny", "seed": 1, "count": 3, "slots": [1, 2]}, "three slots that hold its 3 pictures"),
        ({"model": "tiny", "seed": 1, "morph": 5}, "misstates"),
    ],
)
def test_a_bad_recipe_is_one_sentence(record: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        read_recipe(png(tmp_path / "bad.png", record))
    assert said in str(caught.value) and "bad.png" in str(caught.value)


def test_a_recipe_opens_no_paths_and_no_endless_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = png(tmp_path / "path.png", {"model": str(tmp_path / "home" / "models" / "tiny"), "seed": 1})
    assert main(["generate", "--recipe", str(file)]) == 2
    assert "no model is called" in capsys.readouterr().err
    file = png(tmp_path / "large.png", {"model": "tiny", "seed": 1, "count": 9000, "layout": {"columns": 90, "scale": 64}})
    assert main(["generate", "--recipe", str(file), "--out", str(tmp_path / "large.png")]) == 2
    assert "pixels is too large" in capsys.readouterr().err


def test_a_file_without_a_recipe_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plain.png").write_bytes(png_bytes(np.zeros((4, 4, 3), np.uint8)))
    (tmp_path / "text.png").write_text("no picture")
    for name, said in (("plain", "carries no recipe"), ("text", "cannot be read as a PNG"), ("missing", "cannot be read as a PNG")):
        assert main(["generate", "--recipe", str(tmp_path / f"{name}.png")]) == 2
        err = capsys.readouterr().err
        assert said in err and err.count("\n") == 1
    assert main(["generate"]) == 2 and "--recipe" in capsys.readouterr().err
