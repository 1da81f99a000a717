"""Directions of models: the matrix that z meets, ranking, keeping."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_app import Z_DIM, conditional_model

from dcgan.directions import Direction, find_directions, finding, marked_direction
from dcgan.directions.early import early_features, first_matrix
from dcgan.directions.effect import SEEDS, STEPS, effects
from dcgan.directions.keeping import save
from dcgan.errors import ConfigError
from dcgan.latent import sample_z, step
from dcgan.models import Library, Model, ModelConfig, Synthesizer
from dcgan.models.library import describe
from dcgan.networks import generator
from dcgan.networks.builder import build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Activation, Linear, Reshape
from dcgan.networks.spec import NetworkSpec


def synthesizer(model: Model) -> Synthesizer:
    return Synthesizer(model, describe("m", model.config, None, "untrained", model.sha256))


def test_the_first_matrix_is_the_weight_of_a_transposed_convolution(maker: Synthesizer) -> None:
    weight = maker.model.generator["1.weight"].numpy()  # (z_dim, out, 4, 4)
    np.testing.assert_allclose(first_matrix(maker.model), weight.reshape(Z_DIM, -1).T, atol=1e-6)


def test_the_first_matrix_of_a_conditional_model_is_the_part_of_z() -> None:
    model = conditional_model()
    weight = model.generator["2.weight"].numpy()
    np.testing.assert_allclose(first_matrix(model), weight.reshape(len(weight), -1)[:Z_DIM].T, atol=1e-6)


def test_the_first_matrix_of_a_linear_layer_is_its_weight_whatever_the_bias() -> None:
    network = initialise(build(generator("paper", 16, 1, 4, Z_DIM)), torch.Generator().manual_seed(0))
    model = Model(ModelConfig(network.spec, prior="uniform"), network.state_dict())
    np.testing.assert_allclose(first_matrix(model), model.generator["0.weight"].numpy(), atol=1e-6)
    spec = NetworkSpec((3,), (Linear(3, 16), Reshape((1, 4, 4)), Activation("tanh")))
    weight = torch.arange(48.0).reshape(16, 3)
    biased = Model(ModelConfig(spec), {"0.weight": weight, "0.bias": torch.ones(16) * 5})
    np.testing.assert_allclose(first_matrix(biased), weight.numpy(), atol=1e-4)


def test_weights_that_z_does_not_meet_first_are_refused() -> None:
    spec = NetworkSpec((3,), (Activation("relu"), Linear(3, 16), Reshape((1, 4, 4))))
    model = Model(ModelConfig(spec), {"1.weight": torch.ones(16, 3), "1.bias": torch.ones(16)})
    with pytest.raises(ConfigError, match="layer 0, activation"):
        first_matrix(model)


def test_sefa_of_a_model_is_the_svd_of_its_weight(maker: Synthesizer) -> None:
    weight = maker.model.generator["1.weight"].numpy().reshape(Z_DIM, -1)
    left, sizes, _ = np.linalg.svd(weight, full_matrices=False)
    found = {direction.id: direction for direction in find_directions(maker, "sefa").directions}
    for k in range(Z_DIM):
        assert abs(float(found[f"sefa-{k}"].vector @ left[:, k])) == pytest.approx(1, abs=1e-4)
        assert found[f"sefa-{k}"].share == pytest.approx(sizes[k] ** 2 / (sizes**2).sum(), rel=1e-5)


@pytest.mark.parametrize("method", ["raw", "sefa", "pca"])
def test_the_strongest_stand_first_by_what_they_do_to_the_picture(maker: Synthesizer, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PCA_SAMPLES", 300)
    found = find_directions(maker, method)
    measured = [direction.effect for direction in found.directions]
    assert measured == sorted(measured, reverse=True) and len(found.directions) == Z_DIM  # type: ignore[type-var]
    strongest, z = found.directions[0], maker.z(range(SEEDS))
    before, after = maker.x(z), maker.x(step(z, strongest.vector, np.full(SEEDS, found.step)))
    assert strongest.effect == pytest.approx(float(np.abs(after - before).mean()) / 2, rel=1e-4)
    assert all(np.linalg.norm(direction.vector) == pytest.approx(1, abs=1e-5) for direction in found.directions)
    assert [d.to_json() for d in find_directions(maker, method).directions] == [d.to_json() for d in found.directions]


def test_early_features_are_what_the_layers_give_and_labels_are_taken_out() -> None:
    model = conditional_model()
    z, labels = sample_z(range(90), Z_DIM), np.arange(90) % 3
    network = model.build_generator()
    with torch.inference_mode():
        x, one_hot = torch.from_numpy(z), torch.nn.functional.one_hot(torch.from_numpy(labels), 3)
        x = torch.cat([x, one_hot.float()], 1)[:, :, None, None]
        for module in list(network)[2:5]:
            x = module(x)
    wanted = x.flatten(1).numpy()
    for label in range(3):
        wanted[labels == label] -= wanted[labels == label].mean(0)
    np.testing.assert_allclose(early_features(model, z, labels), wanted, atol=1e-5)


def test_a_conditional_model_has_directions_of_its_z() -> None:
    maker = synthesizer(conditional_model())
    for method in ("sefa", "raw"):
        assert find_directions(maker, method).directions[0].vector.shape == (Z_DIM,)


def test_pca_is_kept_with_an_own_model_and_found_again(maker: Synthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PCA_SAMPLES", 300)
    first = find_directions(maker, "pca")
    file = Path(maker.info.path) / "directions-pca.json"
    assert json.loads(file.read_text())["sha256"] == maker.info.sha256
    monkeypatch.setattr(finding, "_pca", None)  # would fail if called
    assert find_directions(maker, "pca").to_json() == first.to_json()
    Library().synthesizer("tiny")  # the folder is still a model
    for content in ("{", "{}", json.dumps({**json.loads(file.read_text()), "directions": [{"id": 1}]})):
        file.write_text(content)
        with pytest.raises(TypeError, match="not callable"):
            find_directions(maker, "pca")


def test_those_of_a_shipped_model_are_kept_in_the_cache(maker: Synthesizer, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PCA_SAMPLES", 300)
    shipped = Synthesizer(maker.model, replace(maker.info, source="shipped"))
    find_directions(shipped, "pca")
    assert (home / "cache" / str(maker.info.sha256) / "directions-pca.json").is_file()
    assert not (Path(maker.info.path) / "directions-pca.json").exists()


def test_saved_directions_come_back_with_norm_one(maker: Synthesizer) -> None:
    vectors = np.array([[0, -3.0, 4, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]], np.float32)
    save(maker.info, [Direction("", name, "sefa", vector) for name, vector in zip(("Frisur", "b"), vectors, strict=True)])
    found = {direction.name: direction for direction in find_directions(maker, "saved").directions}
    np.testing.assert_allclose(found["Frisur"].vector[1:3], [-0.6, 0.8], atol=1e-6)
    assert found["b"].effect and {direction.method for direction in found.values()} == {"saved"}
    save(maker.info, [])
    assert find_directions(maker, "saved").directions == ()


@pytest.mark.parametrize(
    ("names", "value", "message"), [(("",), 1, "''"), (("a", "a"), 1, "have the name 'a'"), (("a",), 0, "zero"), (("x" * 65,), 1, "64")]
)
def test_what_cannot_be_saved_is_refused(maker: Synthesizer, names: tuple[str, ...], value: float, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        save(maker.info, [Direction("", name, "sefa", np.full(Z_DIM, value, np.float32)) for name in names])


def test_ids_stay_and_are_different(maker: Synthesizer) -> None:
    vectors = np.eye(Z_DIM, dtype=np.float32)
    kept = save(maker.info, [Direction("sefa-1", "hair", "sefa", vectors[0]), Direction("", "smile", "sefa", vectors[1])])
    again = save(maker.info, [kept[1], Direction("", "hat", "sefa", vectors[2])])
    assert kept[0].id == "sefa-1" and again[0].id == kept[1].id != again[1].id
    with pytest.raises(ConfigError, match="have the id 'sefa-1'"):
        save(maker.info, [kept[0], replace(kept[1], id="sefa-1")])


def test_a_model_without_a_file_has_no_place_for_directions() -> None:
    maker = synthesizer(conditional_model())
    assert find_directions(maker, "saved").directions == ()
    with pytest.raises(ConfigError, match="no file"):
        save(maker.info, [Direction("", "a", "sefa", np.ones(Z_DIM, np.float32))])


def test_marked_examples_give_the_way_between_them(maker: Synthesizer) -> None:
    positive, negative = np.eye(Z_DIM, dtype=np.float32)[:2], -np.eye(Z_DIM, dtype=np.float32)[:2]
    found = marked_direction(maker, "smile", positive, negative)
    assert found.id.startswith("marked-") and found.id != marked_direction(maker, "smile", negative, positive).id
    np.testing.assert_allclose(found.vector[:2], [2**-0.5] * 2, atol=1e-6)
    assert found.effect == pytest.approx(effects(maker, found.vector[None])[0]) and STEPS[maker.info.prior] == 2
    for bad in (positive[:1], positive[:, :3], np.zeros((501, Z_DIM), np.float32)):
        with pytest.raises(ConfigError, match="2 to 500 examples"):
            marked_direction(maker, "smile", positive, bad)
    with pytest.raises(ConfigError, match="are the same"):
        marked_direction(maker, "smile", positive, positive)


def test_many_examples_of_one_kind_count_no_more_than_few_of_the_other(maker: Synthesizer) -> None:
    """Logistic regression, checked by its own condition: at the optimum w is the weighted sum of what is misjudged."""
    positive, negative = maker.z(range(20)), maker.z(range(100, 102))
    found = marked_direction(maker, "rare", positive, negative).vector
    z = np.concatenate([positive, negative]).astype(np.float64)
    answers, weights = np.repeat([1.0, 0.0], [20, 2]), np.repeat([1.0, 10.0], [20, 2])
    w, b = np.zeros(Z_DIM), 0.0
    for _ in range(20_000):  # plain gradient descent
        wrong = weights * (answers - 1 / (1 + np.exp(-(z @ w + b))))
        w, b = w + 0.01 * (wrong @ z - w), b + 0.01 * wrong.sum()
    np.testing.assert_allclose(found, w / np.linalg.norm(w), atol=1e-3)


def test_other_methods_are_refused(maker: Synthesizer) -> None:
    with pytest.raises(ConfigError, match="'ica'"):
        find_directions(maker, "ica")
