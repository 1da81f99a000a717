"""Attribute directions on a generator whose answers are known, the check of them, and what is said of bad classifiers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from dcgan.directions import find_directions, labelled
from dcgan.directions.attributes import Attributes, load_attributes, suiting
from dcgan.directions.checking import check
from dcgan.directions.record import Direction, Found
from dcgan.errors import CheckpointError, ConfigError
from dcgan.images import Images
from dcgan.metrics.classifier import Classifier, ClassifierSettings, train_classifier
from dcgan.models import Model, ModelConfig, Synthesizer
from dcgan.models.library import describe
from dcgan.networks.layers import Activation, Linear, Reshape
from dcgan.networks.spec import NetworkSpec

SETTINGS = ClassifierSettings(fewest_steps=80, batch=40)
UPPER, LOWER = "upper half bright", "lower half bright"


def halves_generator() -> Synthesizer:
    """The upper half of each picture is as bright as z[0], the lower as z[0] / 2 + z[1], times 0.3; the other numbers are noise."""
    weight = torch.zeros(16, 16, 6)
    weight[:8, :, 0] = 0.3
    weight[8:, :, :2] = torch.tensor([0.15, 0.3])
    weight[:, :, 2:] = 0.05 * torch.randn(16, 16, 4, generator=torch.Generator().manual_seed(0))
    spec = NetworkSpec((6,), (Linear(6, 256, bias=False), Reshape((1, 16, 16)), Activation("tanh")))
    config = ModelConfig(spec)
    return Synthesizer(Model(config, {"0.weight": weight.reshape(256, 6)}), describe("halves", config, None, "untrained", None))


def judge_of(images: Images, seed: int = 0) -> Attributes:
    answers = np.stack([images[:, :8].mean((1, 2, 3)) > 127.5, images[:, 8:].mean((1, 2, 3)) > 127.5], 1).astype(np.int64)
    settings = replace(SETTINGS, seed=seed, disturbances=("noise",))
    return Attributes("halves", train_classifier(images, answers, ((UPPER,), (LOWER,)), settings), "", {})


@pytest.fixture(scope="module")
def halves() -> tuple[Synthesizer, Attributes, Found]:
    maker = halves_generator()
    attributes = judge_of(maker.generate(range(5000, 5600)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labelled, "SAMPLES", 2000)
        return maker, attributes, find_directions(maker, "attribute", attributes)


def test_the_known_directions_are_found_apart(halves: tuple[Synthesizer, Attributes, Found]) -> None:
    """The upper half's normal is e0, the lower's (1, 2) / √5: what is orthogonal to the other's is (2, -1) / √5 and e1."""
    vectors = {direction.name: direction.vector for direction in halves[2].directions}
    assert vectors[UPPER] @ np.array([2, -1, 0, 0, 0, 0]) / 5**0.5 > 0.98
    assert vectors[LOWER] @ np.array([0, 1, 0, 0, 0, 0]) > 0.98
    assert {direction.id for direction in halves[2].directions} == {"attribute-upper-half-bright", "attribute-lower-half-bright"}


def test_the_check_lets_them_pass_and_no_others(halves: tuple[Synthesizer, Attributes, Found]) -> None:
    maker, _, found = halves
    second = judge_of(maker.generate(range(9000, 9600)), seed=1)
    for verdict in check(maker, found, second):
        assert verdict.holds and verdict.is_strongest and verdict.alpha <= 3 and verdict.n == 500
        assert verdict.rising >= 0.85 and verdict.rise >= 0.2 and max(verdict.flips.values()) <= 0.25
    swapped = {UPPER: LOWER, LOWER: UPPER}
    wrong = replace(found, directions=tuple(replace(direction, name=swapped[direction.name]) for direction in found.directions))
    assert not any(verdict.holds or verdict.is_strongest for verdict in check(maker, wrong, second))
    noise = Direction("noise", UPPER, "attribute", np.eye(6, dtype=np.float32)[4])
    (verdict,) = check(maker, replace(found, directions=(noise,)), second)
    assert not verdict.holds and json.dumps(verdict.to_json())


def test_an_attribute_that_all_pictures_share_has_no_direction(halves: tuple[Synthesizer, Attributes, Found]) -> None:
    maker, attributes, _ = halves
    blind = Synthesizer(replace(maker.model, generator={"0.weight": maker.model.generator["0.weight"] * 0}), maker.info)
    with pytest.raises(ConfigError, match="show the same; choose another group"):
        labelled.attribute_directions(blind, attributes)


def test_questions_are_answered_apart_and_survive_the_file(halves: tuple[Synthesizer, Attributes, Found], tmp_path: Path) -> None:
    maker, attributes, _ = halves
    images = maker.generate(range(200))
    truth = np.stack([images[:, :8].mean((1, 2, 3)) > 127.5, images[:, 8:].mean((1, 2, 3)) > 127.5], 1).astype(np.int64)
    assert min(attributes.classifier.accuracies(images, truth)) > 0.9
    path = tmp_path / "halves.safetensors"
    attributes.classifier.save(path, half=True)
    loaded = load_attributes(str(path))
    assert (loaded.group, loaded.questions) == ("halves", ((UPPER,), (LOWER,)))
    np.testing.assert_allclose(loaded.predict(images), attributes.predict(images), atol=0.01)
    path.with_suffix(".json").write_text('{"sha256": "0000000000000000"}')
    with pytest.raises(CheckpointError, match="its card says 000000000000"):
        load_attributes(str(path))


def test_pictures_of_any_size_and_colour_are_judged(halves: tuple[Synthesizer, Attributes, Found]) -> None:
    _, attributes, _ = halves
    for shape in ((3, 64, 64, 3), (3, 28, 28, 1), (3, 32, 32, 4), (0, 16, 16, 1)):
        assert attributes.predict(np.full(shape, 200, np.uint8)).shape == (shape[0], 2)


def test_unknown_groups_are_refused(tmp_path: Path) -> None:
    for group in ("cats", "../shipped/faces", str(tmp_path / "none.safetensors")):
        with pytest.raises(ConfigError, match="there are faces, clothes, digits, shapes"):
            load_attributes(group)
    (tmp_path / "bad.safetensors").write_bytes(b"no")
    with pytest.raises(CheckpointError, match="not a classifier"):
        load_attributes(str(tmp_path / "bad.safetensors"))


@pytest.mark.parametrize(
    ("name", "data", "channels", "first"),
    [
        ("celeba-64", "celeba-10k-64", 3, "faces"),
        ("m", "fashion-mnist", 1, "clothes"),
        ("m", "mnist", 1, "digits"),
        ("m", "shapes", 3, "shapes"),
        ("netG", None, 3, "faces"),
        ("netG", None, 1, "clothes"),
        ("my-digits", None, 1, "digits"),
        ("m", "flowers", 3, "faces"),
    ],
)
def test_the_group_that_suits_a_model(name: str, data: str | None, channels: int, first: str) -> None:
    info = replace(halves_generator().info, name=name, data=data, channels=channels)
    groups = suiting(info)
    assert groups[0] == first and sorted(groups) == ["clothes", "digits", "faces", "shapes"]


def test_a_classifier_whose_network_does_not_fit_its_questions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    images = np.zeros((10, 16, 16, 1), np.uint8)
    trained = train_classifier(images, np.arange(10) % 2, ("a", "b"), ClassifierSettings(fewest_steps=1))
    replace(trained, questions=(("a", "b", "c"),)).save(path)
    with pytest.raises(CheckpointError, match="answers"):
        Classifier.load(path)
