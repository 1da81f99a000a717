"""Conditional models: their folders, their pictures, and what is said of labels that do not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_app import LABELS, conditional_model

from dcgan.errors import CheckpointError, ConfigError
from dcgan.images import grid
from dcgan.models import Library, Synthesizer, read_model, write_model
from dcgan.models.card import model_card
from dcgan.models.fold import fold_batch_norm
from dcgan.models.library import describe
from dcgan.networks.builder import build


@pytest.fixture
def maker() -> Synthesizer:
    model = conditional_model()
    return Synthesizer(model, describe("tiny", model.config, None, "own", None))


def truth(maker: Synthesizer, z: np.ndarray, classes: list[int]) -> np.ndarray:
    """The generator as it is stored, batch norm not folded, one example at a time."""
    network = maker.model.build_generator()
    with torch.no_grad():
        pairs = zip(torch.from_numpy(z), classes, strict=True)
        return np.concatenate([network(one[None], torch.tensor([label])).numpy() for one, label in pairs])


def test_a_folder_keeps_labels_and_pictures(tmp_path: Path, maker: Synthesizer) -> None:
    read = write_model(tmp_path / "m", maker.model, "card", maker.generate(range(4)), half=False)
    assert read.config == maker.model.config and read.config.labels == LABELS
    again = Library().synthesizer(str(tmp_path / "m"))
    np.testing.assert_array_equal(again.generate(range(6)), maker.generate(range(6)))
    assert read.build_discriminator()(torch.zeros(2, 1, 16, 16), torch.tensor([0, 2])).shape == (2, 1)


def test_picture_k_has_class_k_mod_n_unless_labels_are_given(maker: Synthesizer) -> None:
    z = maker.z(range(7))
    np.testing.assert_allclose(maker.raw(z), truth(maker, z, [0, 1, 2, 0, 1, 2, 0]), atol=1e-5)
    for wanted in (["7", "ankle boot"], [2, 0], np.array([2, 0]), ["7", 0]):
        np.testing.assert_allclose(maker.raw(z, wanted), truth(maker, z, [2, 0, 2, 0, 2, 0, 2]), atol=1e-5)
    for one in ("bag", 1, ["1"]):
        np.testing.assert_allclose(maker.raw(z, one), truth(maker, z, [1] * 7), atol=1e-5)
    images = maker.generate(range(3), labels="bag")
    assert not np.array_equal(images[0], maker.generate(range(1), labels="7")[0])


def test_pictures_do_not_depend_on_the_batch_nor_change_a_weight(maker: Synthesizer) -> None:
    before = {name: tensor.clone() for name, tensor in maker.model.generator.items()}
    z = maker.z(range(70))
    together = maker.raw(z)
    for index in (0, 35, 64, 69):
        np.testing.assert_allclose(together[index], maker.raw(z[index : index + 1], index % 3)[0], atol=1e-5)
    assert all(torch.equal(before[name], tensor) for name, tensor in maker.model.generator.items())


def test_folding_batch_norm_keeps_the_labels() -> None:
    model = conditional_model()
    spec, tensors = fold_batch_norm(model.config.generator, model.generator)
    assert all(layer.type != "batch_norm" for layer in spec.layers) and spec.classes == 3
    folded = build(spec)
    folded.load(tensors)
    z, labels = torch.randn(5, 8, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 2, 2, 1])
    torch.testing.assert_close(folded.eval()(z, labels), model.build_generator()(z, labels), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("labels", ["shoe", "3", "-1", -1, 3, True, [1.0], ["bag", "shoe"], [""], []])
def test_an_unknown_label_is_one_sentence_with_those_there_are(maker: Synthesizer, labels: object) -> None:
    with pytest.raises(ConfigError, match="ankle boot, bag, 7"):
        maker.generate([0], labels=labels)  # type: ignore[arg-type]


def test_labels_for_a_model_without_are_refused() -> None:
    with pytest.raises(ConfigError, match="untrained-dcgan-16 has no labels"):
        Library().synthesizer("untrained-dcgan-16").generate([0], labels=["bag"])


@pytest.mark.parametrize(
    ("labels", "said"),
    [(["a", "b"], "has 3 classes, found 2 labels"), (["a", "a", "b"], "2 of them different"), ("abc", "a list"), ([1, 2, 3], "a list")],
)
def test_labels_that_do_not_fit_the_generator_are_named(tmp_path: Path, maker: Synthesizer, labels: object, said: str) -> None:
    write_model(tmp_path / "m", maker.model, "card")
    config = tmp_path / "m" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "labels": labels}))
    with pytest.raises(CheckpointError, match=rf"config\.json: .*{said}"):
        read_model(tmp_path / "m")


def test_a_discriminator_of_other_labels_is_refused(maker: Synthesizer) -> None:
    other = conditional_model(("a", "b")).config.discriminator
    with pytest.raises(ConfigError, match="generator has 3 classes, its discriminator 2"):
        replace(maker.model.config, discriminator=other)


def test_the_card_names_the_labels_and_its_example_runs(home: Path, maker: Synthesizer) -> None:
    card = model_card("mine", maker.model.config)
    assert "conditional DCGAN generator" in card and "Labels: ankle boot, bag, 7." in card
    write_model(home / "models" / "mine", maker.model, card, half=False)
    example = card.split("```python")[1].split("```")[0]
    names: dict[str, np.ndarray] = {}
    exec(example, names)
    np.testing.assert_array_equal(grid(names["pictures"]), grid(maker.generate(range(16), labels=0)))
