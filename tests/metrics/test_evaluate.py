"""A whole evaluation, from pictures to the command's document."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import dcgan
from dcgan.cli import main
from dcgan.data import load
from dcgan.errors import DataError
from dcgan.metrics import Evaluation, evaluate
from dcgan.metrics.classifier import ClassifierSettings
from dcgan.metrics.evaluation import CLOSEST
from dcgan.metrics.parts import load_parts
from dcgan.models import Model, ModelConfig, Synthesizer
from dcgan.models.library import describe
from dcgan.networks.layers import Activation, JoinLabel, Linear, Reshape
from dcgan.networks.spec import NetworkSpec

MODEL = "untrained-dcgan-16"


@pytest.fixture(autouse=True)
def quick_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dark and bright are told apart after fewer steps than a set of pictures has otherwise."""
    monkeypatch.setattr("dcgan.metrics.classes.ClassifierSettings", partial(ClassifierSettings, fewest_steps=40))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """40 pictures of 16 px in two folders, dark and bright."""
    draw = np.random.default_rng(0)
    for name, low in (("dark", 0), ("bright", 150)):
        (tmp_path / "set" / name).mkdir(parents=True)
        for k in range(20):
            Image.fromarray(draw.integers(low, low + 100, (16, 16, 3), np.uint8)).save(tmp_path / "set" / name / f"{k}.png")
    return tmp_path / "set"


def random(model: str, data: str, samples: int) -> Evaluation:
    return evaluate(dcgan.load(model), data, samples=samples, features="random")


def test_the_parts_of_a_set_share_no_picture(labelled: Path) -> None:
    parts = load_parts(str(labelled), 16, 3, samples=16, seed=1)
    compared, held_out, learned = (
        {picture.tobytes() for picture in part} for part in (parts.compared.images, parts.held_out.images, parts.data.images[parts.learned])
    )
    assert len(compared) == len(held_out) == parts.n == 16 and len(learned) == 24
    assert not compared & held_out and not learned & held_out and compared < learned
    assert load_parts(str(labelled), 16, 3, samples=500).n == 20
    with pytest.raises(DataError, match="at least 16"):
        load_parts(str(labelled), 16, 3, samples=9)


def test_a_named_set_holds_out_its_test_split() -> None:
    parts = load_parts("shapes", 16, 3, samples=20)
    drawn = {picture.tobytes() for picture in parts.data.images}
    assert all(picture.tobytes() in drawn for picture in parts.compared.images)
    assert not any(picture.tobytes() in drawn for picture in parts.held_out.images)


def test_a_trained_model_comes_before_an_untrained_one(tmp_path: Path) -> None:
    for k, picture in enumerate(load("fashion-mnist-10k").images[:400]):
        Image.fromarray(picture[..., 0]).save(tmp_path / f"{k}.png")
    trained, untrained = (random(name, str(tmp_path), 200) for name in ("fashion-mnist-32", "untrained-dcgan-32-grey"))
    assert max(abs(trained.floor), abs(trained.kid)) < untrained.kid / 10
    assert trained.floor == untrained.floor and (trained.n, trained.blocks, trained.kid_se) == (200, 1, None)
    assert trained.diversity is not None and untrained.diversity is not None
    assert abs(trained.diversity - 1) < 0.2 and untrained.diversity < 0.5
    assert trained.fid is None and trained.classes is None


def test_every_sample_is_named_and_what_was_computed_is_kept(labelled: Path, home: Path) -> None:
    result = random(MODEL, str(labelled), 16)
    assert result.classes is not None and result.classes.agreement is None
    assert [share.name for share in result.classes.shares] == ["bright", "dark"]
    assert sum(share.samples for share in result.classes.shares) == pytest.approx(1)
    assert sum(share.data for share in result.classes.shares) == pytest.approx(1)
    assert len(list((home / "cache/features").iterdir())) == 2 and len(list((home / "cache/classifiers").iterdir())) == 1
    assert random(MODEL, str(labelled), 16) == result
    for path in (home / "cache").rglob("*.*"):
        path.write_bytes(b"torn")
    assert random(MODEL, str(labelled), 16) == result  # made anew


def bright_or_dark(labels: tuple[str, str]) -> Synthesizer:
    """A conditional generator of noise around a grey that the label decides: its first class is dark, its second bright."""
    spec = NetworkSpec((8,), (JoinLabel(2), Linear(10, 768), Reshape((3, 16, 16)), Activation("tanh")))
    weight = torch.randn(768, 10, generator=torch.Generator().manual_seed(0)) * 0.15
    weight[:, 8], weight[:, 9] = -0.7, 0.7
    model = Model(ModelConfig(spec, labels=labels), {"1.weight": weight, "1.bias": torch.zeros(768)})
    return Synthesizer(model, describe("two", model.config, None, "own", None))


@pytest.mark.parametrize(("labels", "agreement"), [(("dark", "bright"), 1.0), (("bright", "dark"), 0.0), (("cat", "dog"), None)])
def test_a_conditional_model_is_asked_for_each_class(labelled: Path, labels: tuple[str, str], agreement: float | None) -> None:
    report = evaluate(bright_or_dark(labels), str(labelled), samples=16, features="random").classes
    assert report is not None and report.agreement == agreement and report.accuracy == 1
    assert [(share.name, share.samples) for share in report.shares] == [("bright", 0.5), ("dark", 0.5)]


def test_the_command_prints_one_document_and_writes_the_sheet(labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["evaluate", MODEL, "--data", str(labelled), "--samples", "16", "--features", "random", "--seed", "3"]
    assert main([*options, "--json", "--nearest", str(tmp_path / "near.png")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"kid", "kid_se", "features", "n", "floor", "diversity"} <= set(document)
    assert document["features"] == "random" and document["n"] == 16 and "fid" in document and document["fid"] is None
    seeds = document["nearest"]["seeds"]
    assert len(seeds) == CLOSEST and all(3 <= seed < 19 for seed in seeds)
    assert all(row == sorted(row) and len(row) == 3 for row in document["nearest"]["distances"])
    sheet = np.asarray(Image.open(tmp_path / "near.png"))
    assert sheet.shape == ((8 * 18 + 2) * 4, (4 * 18 + 2) * 4, 3)
    assert (sheet[8 : 8 + 64 : 4, 8 : 8 + 64 : 4] == dcgan.load(MODEL).generate([seeds[0]])[0]).all()


def test_the_command_prints_tables(labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", MODEL, "--data", str(labelled), "--features", "random"]) == 0
    said = capsys.readouterr().out
    for words in ("KID", "20 a side, 1 block of 20", "random convolutional network", "bright", "trivially fooled", "data allow 20 a part"):
        assert words in said
    assert "FID" not in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--features", "vgg"], "vgg"),
        (["--nearest", "near.gif"], "near.gif"),
        (["--label-column", "smile"], "smile"),
        (["--samples", "0"], "samples"),
    ],
)
def test_wrong_input_is_one_line(options: list[str], words: str, labelled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", MODEL, "--data", str(labelled), *options]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("dcgan: ") and said.err.count("\n") == 1 and words in said.err
