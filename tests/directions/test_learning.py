"""Attribute classifiers are learned from labelled pictures and carry a card."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcgan.cli import main
from dcgan.data import shapes
from dcgan.directions import learning
from dcgan.directions.attributes import load_attributes
from dcgan.directions.learning import Lesson, Plan, learn
from dcgan.metrics.classifier import ClassifierSettings


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "PLANS", {name: Plan(16, ("noise",)) for name in learning.PLANS})
    monkeypatch.setattr(learning, "ClassifierSettings", partial(ClassifierSettings, fewest_steps=80, batch=50))
    monkeypatch.setattr(shapes, "COUNT", 100)


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """200 pictures in which a bright mouth, a dark top and a bar of glasses are the attributes."""
    folder = tmp_path / "some-faces"
    folder.mkdir()
    draw = np.random.default_rng(0)
    answers = draw.integers(0, 2, (200, 3))
    lines = ["file,Smiling,Male,Eyeglasses,Young"]
    for k, (smile, male, glasses) in enumerate(answers):
        pixels = draw.integers(90, 130, (16, 16, 3), np.uint8)
        pixels[11:14] += np.uint8(100 * smile)
        pixels[:4] -= np.uint8(90 * male)
        pixels[6:8] += np.uint8(100 * glasses)
        Image.fromarray(pixels).save(folder / f"{k:03}.png")
        lines.append(f"{k:03}.png,{2 * smile - 1},{2 * male - 1},{2 * glasses - 1},1")
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder


def test_faces_are_learned_from_one_half_and_tested_on_others(faces: Path, tmp_path: Path) -> None:
    options = ["faces", "--data", str(faces), "--half", "first", "--out", str(tmp_path / "made")]
    assert main(["attributes", "train", *options]) == 0
    card = json.loads((tmp_path / "made/faces.json").read_text())
    assert card["questions"] == [["Smiling"], ["Male"], ["Eyeglasses"]] and card["pictures"] == 90 and card["test"]["n"] == 20
    assert min(card["test"]["accuracy"].values()) > 0.9 > max(card["test"]["most_frequent"].values())
    assert card["command"] == "python -m dcgan attributes train faces --data some-faces --half first --epochs 12 --seed 0 --out FOLDER"
    assert (tmp_path / "made/faces.safetensors").stat().st_size < 1_000_000
    assert card["sha256"] == load_attributes(str(tmp_path / "made/faces.safetensors")).sha256


def test_halves_and_test_share_no_picture(faces: Path) -> None:
    parts = [learning._split(Lesson("faces", str(faces), half=half), None) for half in ("first", "second")]  # type: ignore[arg-type]
    sets = [{image.tobytes() for image in part.images} for part in (parts[0][0], parts[1][0], parts[0][1])]
    assert [len(found) for found in sets] == [90, 90, 20] and len(set.union(*sets)) == 200
    assert {image.tobytes() for image in parts[1][1].images} == sets[2]


def test_the_factors_of_shapes_are_learned(tmp_path: Path) -> None:
    card = learn(Lesson("shapes", "shapes", epochs=1), tmp_path)
    assert card["questions"][0] == list(shapes.NAMES) and len(card["questions"]) == 6 and card["test"]["n"] == 100
    assert load_attributes(str(tmp_path / "shapes.safetensors")).predict(np.zeros((2, 32, 32, 3), np.uint8)).shape == (2, 15)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["cats", "--data", "shapes"], "the group is one of faces, clothes, digits, shapes, found 'cats'"),
        (["faces", "--data", "shapes"], "label"),
        (["shapes", "--data", "shapes", "--half", "third"], "--half is all, first or second"),
    ],
)
def test_what_cannot_be_learned_is_said(options: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attributes", "train", *options, "--out", str(tmp_path / "out")]) == 2
    assert sentence in capsys.readouterr().err and not (tmp_path / "out").exists()
