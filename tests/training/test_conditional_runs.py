"""Conditional trainings through the run folder: which labels, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_app import conditional_model

from dcgan.cli import main
from dcgan.config import Recipe
from dcgan.errors import ConfigError
from dcgan.images import grid
from dcgan.models import Library, read_model, write_model
from dcgan.studio import Studio
from dcgan.studio.form import StartRequest
from dcgan.training.design import design

SETTINGS = ("base_channels=4", "batch_size=6", "z_dim=8", "threads=1", "precision=fp32", "layout=channels_last", "compile=off")


def labelled(folder: Path, classes: tuple[str, ...] = ("ankle boot", "bag", "7"), each: int = 6) -> Path:
    """Write pictures of flat grey, one subfolder for each class."""
    for index, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for k in range(each):
            Image.fromarray(np.full((16, 16), index * 60 + k, np.uint8)).save(folder / name / f"{k}.png")
    return folder


def train(run: Path, *options: str, steps: int = 3) -> int:
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    return main(["train", "--run", str(run), "--steps", str(steps), *settings, *options])


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("dcgan: ")]
    assert len(lines) == 1
    return lines[0]


def test_a_conditional_run_is_a_conditional_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, run = labelled(tmp_path / "data"), tmp_path / "run"
    assert train(run, "--data", str(data), "--set", "conditional=on") == 0
    assert "conditional on 3 labels: 7, ankle boot, bag" in capsys.readouterr().err
    record = json.loads((run / "config.json").read_text())
    assert record["recipe"]["conditional"] is True and record["data"]["labels"] == ["7", "ankle boot", "bag"]
    model = read_model(run / "snapshots" / "000003")
    assert model.config.labels == ("7", "ankle boot", "bag") and model.config.generator.classes == 3
    assert model.config.discriminator is not None and model.config.discriminator.classes == 3
    assert "Labels: 7, ankle boot, bag." in (run / "snapshots" / "000003" / "README.md").read_text()
    preview = np.asarray(Image.open(run / "snapshots" / "000003" / "preview.png").convert("RGB"), int)
    maker = Library().synthesizer(str(run))
    expected = grid(maker.generate(range(64), labels=[k % 3 for k in range(64)]))
    assert np.abs(preview - expected).max() <= 1
    assert train(run, steps=5) == 0  # continued, still with labels
    assert (run / "snapshots" / "000005").is_dir()
    assert main(["generate", str(run), "--label", "bag", "--count", "2", "--npz", str(tmp_path / "bag.npz")]) == 0
    assert np.load(tmp_path / "bag.npz")["labels"].tolist() == [2, 2]


def test_data_without_labels_is_refused_with_the_way_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = labelled(tmp_path / "data") / "bag"
    assert train(tmp_path / "run", "--data", str(plain), "--set", "conditional=on") == 2
    said = complaint(capsys)
    assert "needs labels, and bag has none" in said and "--set label_column=" in said
    (plain / "labels.csv").write_text("file,Smiling,Male\n" + "".join(f"{k}.png,1,-1\n" for k in range(6)))
    assert train(tmp_path / "other", "--data", str(plain), "--set", "conditional=on") == 2
    assert "label_column can be Smiling, Male" in complaint(capsys)  # there are labels, but none is chosen
    assert train(tmp_path / "third", "--data", str(plain), "--set", "conditional=on", "--set", "label_column=Smiling") == 0


def test_starting_from_a_conditional_model_keeps_its_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = tmp_path / "start"
    write_model(start, conditional_model(), "card")
    three = labelled(tmp_path / "three", ("a", "b", "c"))
    assert train(tmp_path / "run", "--data", str(three), "--from", str(start)) == 0
    record = json.loads((tmp_path / "run" / "config.json").read_text())
    assert record["recipe"]["conditional"] is True
    assert read_model(tmp_path / "run" / "snapshots" / "000003").config.labels == ("a", "b", "c")
    two = labelled(tmp_path / "two", ("a", "b"))
    capsys.readouterr()
    assert train(tmp_path / "other", "--data", str(two), "--from", str(start)) == 2
    assert "the data has 2 classes, the generator to start from 3" in complaint(capsys)
    assert train(tmp_path / "other", "--data", str(three), "--from", str(start), "--set", "conditional=off") == 2
    assert "has conditional True" in complaint(capsys)


def test_settings_that_the_starting_model_decides_otherwise_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_model(tmp_path / "start", conditional_model(), "card")
    data = str(labelled(tmp_path / "data"))
    options = ("--set", "z_dim=9", "--set", "spectral_norm=on")
    assert train(tmp_path / "run", "--data", data, "--from", str(tmp_path / "start"), *options) == 2
    assert "has z_dim 8, spectral_norm False" in complaint(capsys)


def test_a_recipe_becomes_the_networks_it_says() -> None:
    recipe = Recipe(preset="tensorflow-tutorial", image_size=28, image_channels=1, base_channels=4, z_dim=6, spectral_norm=True)
    networks = design(recipe, 10)
    assert networks.generator.classes == networks.discriminator.classes == 10
    assert networks.generator.input_shape == (6,) and networks.generator.output_shape == (1, 28, 28)
    assert any(name.endswith(".u") for name in networks.discriminator.tensors)
    assert not any(name.endswith(".u") for name in networks.generator.tensors)


def test_the_form_is_refused_before_a_run_begins(tmp_path: Path) -> None:
    studio, data = Studio(), labelled(tmp_path / "data")
    with pytest.raises(ConfigError, match="image_size is one of 16, 32, 64, 128 with the network dcgan, found 28"):
        studio.planner.estimate(StartRequest(str(data), settings=("image_size=28",)))
    with pytest.raises(ConfigError, match="bag has none"):
        studio.planner.estimate(StartRequest(str(data / "bag"), settings=("conditional=on",)))
