"""Keras models that are more than one chain: labels with layers of their own, models within models, whole GANs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from keras_files import convolved, draw, functional, layer, leaky, named, normed, statistics, transposed, write_h5

from dcgan.errors import CheckpointError
from dcgan.models.importing import Inspection, Options, apply_options
from dcgan.models.importing.contents import Contents
from dcgan.models.importing.hdf5 import read_keras
from dcgan.models.importing.reader import inspect_contents

Z, LABELS = np.random.default_rng(1).standard_normal((3, 6)).astype(np.float32), np.array([2, 0, 1])
DENSE, HEAD, LAST = [draw(6, 4 * 4 * 2), draw(32)], [draw(4, 4, 3, 2), draw(3)], [draw(3, 3, 3, 1), draw(1)]
UP = {"kernel_size": [4, 4], "strides": [2, 2], "padding": "same"}


def assert_pictures(found: Inspection, truth: Any, labels: Any = None) -> None:
    network = found.best.model.build_generator().eval()
    with torch.inference_mode():
        x = network(torch.from_numpy(Z), None if labels is None else torch.from_numpy(labels)).numpy()
    np.testing.assert_allclose(x, truth.transpose(0, 3, 1, 2), atol=1e-5)


def inspect(path: Path, *settings: str) -> Inspection:
    """Read the file in this process: that it is read in one of its own is tested elsewhere, and takes seconds."""
    tensors, facts = read_keras(path)
    return inspect_contents(Contents(path.name, "hdf5", tensors, keras=facts["keras"]), apply_options(Options(), settings))


def body(*before: str, channels: int = 2) -> list[dict[str, Any]]:
    """The layers from a picture of 4x4 on."""
    return [
        layer("Conv2DTranspose", "up", *before, filters=3, **UP),
        layer("LeakyReLU", "leaky", "up", alpha=0.2),
        layer("Conv2D", "last", "leaky", filters=1, kernel_size=[3, 3], strides=[1, 1], padding="same", activation="tanh"),
    ]


def painted(x: Any, head: Any = HEAD) -> Any:
    return np.tanh(convolved(leaky(transposed(x, *head, 2), 0.2), *LAST))


@pytest.mark.parametrize("label_first", [True, False])
def test_a_label_with_layers_of_its_own_is_joined_as_planes(tmp_path: Path, label_first: bool) -> None:
    joined = ["planes", "picture"] if label_first else ["picture", "planes"]
    layers = [
        layer("InputLayer", "label", batch_input_shape=[None, 1]),
        layer("Embedding", "embedding", "label", input_dim=3, output_dim=5),
        layer("Dense", "branch", "embedding", units=16),
        layer("Reshape", "planes", "branch", target_shape=[4, 4, 1]),
        layer("InputLayer", "z", batch_input_shape=[None, 6]),
        layer("Dense", "dense", "z", units=32, activation={"class_name": "LeakyReLU", "config": {"alpha": 0.1}}),
        layer("Reshape", "picture", "dense", target_shape=[4, 4, 2]),
        layer("Concatenate", "both", *joined, axis=-1),
        *body("both"),
    ]
    table, branch, head = draw(3, 5), [draw(5, 16), draw(16)], [draw(4, 4, 3, 3), draw(3)]
    weights = named(embedding=[table], branch=branch, dense=DENSE, up=head, last=LAST)
    found = inspect(write_h5(tmp_path / "cgan.h5", functional("cgan", layers, ["z", "label"]), weights))
    assert found.best.model.config.labels == ("0", "1", "2")
    planes = (table[LABELS] @ branch[0] + branch[1]).reshape(3, 4, 4, 1)
    picture = leaky(Z @ DENSE[0] + DENSE[1], 0.1).reshape(3, 4, 4, 2)
    assert_pictures(found, painted(np.concatenate([planes, picture] if label_first else [picture, planes], 3), head), LABELS)


@pytest.mark.parametrize("merge", ["Multiply", "Add"])
def test_z_is_merged_with_the_labels_embedding_before_a_model_within(tmp_path: Path, merge: str) -> None:
    inner = [layer("Dense", "dense", units=32), layer("BatchNormalizationV1", "norm"), layer("Reshape", "reshape", target_shape=[4, 4, 2])]
    inner[0]["config"]["batch_input_shape"] = [None, 6]
    layers = [
        layer("InputLayer", "z", batch_input_shape=[None, 6]),
        layer("InputLayer", "label", batch_input_shape=[None, 1]),
        layer("Embedding", "embedding", "label", input_dim=3, output_dim=6),
        layer("Flatten", "flat", "embedding"),
        layer(merge, "merged", "z", "flat"),
        layer("Sequential", "inside", "merged", layers=[*inner, *body()]),
    ]
    table, norm = draw(3, 6), statistics(32)
    kinds = {"dense_1": DENSE, "norm": norm[:2], "up": HEAD, "last": LAST}  # trained arrays first, as Keras saves a model within
    inside = {f"inside/{name}/weight_{k}:0": value for name, values in kinds.items() for k, value in enumerate(values)}
    inside |= {"inside/norm/moving_mean:0": norm[2], "inside/norm/moving_variance:0": norm[3]}
    weights = named(embedding=[table]) | {"inside": inside}
    found = inspect(write_h5(tmp_path / "cgan.h5", functional("cgan", layers, ["z", "label"]), weights))
    merged = Z * table[LABELS] if merge == "Multiply" else Z + table[LABELS]
    assert_pictures(found, painted(normed(merged @ DENSE[0] + DENSE[1], *norm).reshape(3, 4, 4, 2)), LABELS)


def test_a_one_hot_label_is_joined_to_z(tmp_path: Path) -> None:
    layers = [
        layer("InputLayer", "label", batch_input_shape=[None, 3]),
        layer("InputLayer", "z", batch_input_shape=[None, 6]),
        layer("Concatenate", "both", "label", "z"),
        layer("Dense", "dense", "both", units=32),
        layer("Reshape", "reshape", "dense", target_shape=[4, 4, 2]),
        *body("reshape"),
    ]
    dense = [draw(9, 32), draw(32)]
    weights = named(dense=dense, up=HEAD, last=LAST)
    found = inspect(write_h5(tmp_path / "cgan.h5", functional("cgan", layers, ["z", "label"]), weights))
    x = np.concatenate([np.eye(3)[LABELS], Z], 1) @ dense[0] + dense[1]
    assert_pictures(found, painted(x.reshape(3, 4, 4, 2)), LABELS)


def test_labels_that_the_author_joined_outside_are_told_by_a_setting(tmp_path: Path) -> None:
    layers = [layer("Dense", "dense", units=32, input_dim=9), layer("Reshape", "reshape", target_shape=[4, 4, 2]), *body()]
    dense = [draw(9, 32), draw(32)]
    config = {"class_name": "Sequential", "config": {"name": "generator", "layers": layers}}
    path = write_h5(tmp_path / "generator.h5", config, named(dense=dense, up=HEAD, last=LAST))
    assert inspect(path).best.model.config.z_dim == 9
    behind = np.concatenate([Z, np.eye(3)[LABELS]], 1) @ dense[0] + dense[1]
    assert_pictures(inspect(path, "classes=3"), painted(behind.reshape(3, 4, 4, 2)), LABELS)
    before = np.concatenate([np.eye(3)[LABELS], Z], 1) @ dense[0] + dense[1]
    assert_pictures(inspect(path, "classes=3", "labels=before"), painted(before.reshape(3, 4, 4, 2)), LABELS)
    with pytest.raises(CheckpointError, match="strides cannot be set"):
        inspect(path, "strides=2")


def test_a_whole_gan_is_read_up_to_its_discriminator(tmp_path: Path) -> None:
    """Layers for pictures of every kind: cropped, widened, pooled, valid, a picture made of z itself, dense behind a picture."""
    generator = [
        layer("Reshape", "reshape", target_shape=[1, 2, 3]),
        layer("Conv2DTranspose", "up", filters=3, kernel_size=[4, 4], strides=[3, 3], padding="valid"),
        layer("Cropping2D", "crop", cropping=[[0, 1], [2, 1]]),
        layer("ZeroPadding2D", "widen", padding=[1, 0]),
        layer("MaxPooling2D", "pool", pool_size=[1, 2]),
        layer("UpSampling2D", "resize", size=[2, 3], interpolation="nearest"),
        layer("Dense", "last", units=1, activation="sigmoid"),
    ]
    generator[0]["config"]["batch_input_shape"] = [None, 6]
    judge = [layer("Flatten", "flatten"), layer("Dense", "judge", units=1)]
    parts = [layer("Sequential", "g", layers=generator), layer("Sequential", "d", layers=judge)]
    head, last = [draw(4, 4, 3, 3), draw(3)], [draw(3, 1), draw(1)]
    inside = {f"{name}/weight_{k}:0": value for name, values in {"up": head, "last": last}.items() for k, value in enumerate(values)}
    config = {"class_name": "Sequential", "config": {"name": "gan", "layers": parts}}
    found = inspect(write_h5(tmp_path / "gan.h5", config, {"g": inside}))
    assert "the generator ends where its discriminator begins" in found.proved
    x = np.pad(transposed(Z.reshape(3, 1, 2, 3), *head, 3, same=False)[:, :3, 2:6], ((0, 0), (1, 1), (0, 0), (0, 0)))
    x = x.reshape(3, 5, 2, 2, 3).max(3).repeat(2, 1).repeat(3, 2)
    assert_pictures(found, 1 / (1 + np.exp(-(x @ last[0] + last[1]))))


def test_statistics_that_were_never_filled_are_estimated_on_request(tmp_path: Path) -> None:
    layers = [
        layer("InputLayer", "z", batch_shape=[None, 6]),
        layer("Dense", "dense", units=32),
        layer("BatchNormalization", "norm"),
        layer("Reshape", "reshape", target_shape=[4, 4, 2]),
        *body(),
    ]
    unfilled = [np.ones(32), np.zeros(32), np.zeros(32), np.ones(32)]
    config = {"class_name": "Sequential", "config": {"name": "generator", "layers": layers}}
    path = write_h5(tmp_path / "generator.h5", config, named(dense=DENSE, norm=unfilled, up=HEAD, last=LAST))
    model = inspect(path, "statistics=estimate").best.model
    index = [record.type for record in model.config.generator.layers].index("batch_norm")
    wanted = (DENSE[0] ** 2).sum(0).reshape(4, 4, 2).transpose(2, 0, 1).flatten()  # the variance of normal z behind the dense layer
    np.testing.assert_allclose(model.generator[f"{index}.running_var"].numpy(), wanted, rtol=0.35)


Z_INPUT = layer("InputLayer", "z", batch_input_shape=[None, 6])
PICTURE = [Z_INPUT, layer("Dense", "dense", "z", units=32), layer("Reshape", "picture", "dense", target_shape=[4, 4, 2])]
REFUSED = {
    "no convolutions": [*PICTURE],
    "both come from z": [*PICTURE, layer("Concatenate", "twice", "picture", "picture"), *body("twice")],
    "Python code that is not run": [*PICTURE, layer("Lambda", "own", "picture", function=["code"]), *body("own")],
    "of the kind LSTM": [*PICTURE, layer("LSTM", "own", "picture"), *body("own")],
    "an activation 'softmax'": [*PICTURE, layer("Activation", "own", "picture", activation="softmax"), *body("own")],
    "begins with pictures of 8x8x3": [layer("InputLayer", "z", batch_input_shape=[None, 8, 8, 3]), *body("z")],
    "its layer 'dense' has 0 arrays": [Z_INPUT, layer("Dense", "dense", "z", units=3), layer("Flatten", "end", "dense")],
    "its label goes into": [
        layer("InputLayer", "label", batch_input_shape=[None, 1]),
        *PICTURE,
        layer("Dense", "branch", "label", units=16),
        layer("Concatenate", "both", "picture", "branch"),
        *body("both"),
    ],
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_no_chain_of_layers_does_is_refused_in_one_sentence(tmp_path: Path, sentence: str) -> None:
    layers = REFUSED[sentence]
    inputs = [record["config"]["name"] for record in layers if record["class_name"] == "InputLayer"]
    weights = {} if "arrays" in sentence else named(dense=DENSE, up=HEAD, last=LAST)
    path = write_h5(tmp_path / "it.h5", functional("it", layers, inputs), weights)
    with pytest.raises(CheckpointError, match=sentence) as caught:
        inspect(path)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("it.h5 ")


def test_a_class_of_the_authors_own_is_refused() -> None:
    contents = Contents("it.keras", "keras", {}, keras={"class_name": "Generator", "config": {"units": 3}})
    with pytest.raises(CheckpointError, match="a class of its author's own"):
        inspect_contents(contents, Options())
