"""ONNX files, judged by onnxruntime."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from odd_models import odd_network, random_model, synthesizer, with_pixel_norm

from dcgan.cli import main
from dcgan.models import Model
from dcgan.models.exporting import export
from dcgan.models.exporting.onnx_graph import onnx_model
from dcgan.networks import generator

MODELS = {
    "dcgan": random_model(generator("dcgan", 16, 1, 4, 12)),
    "paper": random_model(generator("paper", 32, 3, 2, 12)),
    "tensorflow with labels": random_model(generator("tensorflow-tutorial", 28, 1, 4, 12, 4)),
    "odd": random_model(odd_network(), (0.0, 1.0)),
    "pixel norm": random_model(with_pixel_norm(generator("dcgan", 16, 1, 4, 12))),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_onnxruntime_makes_the_same_pictures_at_any_batch(model: Model, tmp_path: Path) -> None:
    written = export(model, "mine", tmp_path / "mine.onnx")
    assert "checked with onnxruntime" in written.notes[-1]
    session = onnxruntime.InferenceSession(tmp_path / "mine.onnx", providers=["CPUExecutionProvider"])
    ours = synthesizer(model)
    for n in (1, 3, 7):
        z, labels = ours.z(range(n)), ours.labels(n, [1] if model.config.labels else None)
        (x,) = session.run(["x"], {"z": z} if labels is None else {"z": z, "labels": labels})
        np.testing.assert_allclose(x, ours.raw(z, labels), atol=1e-4)


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    export(MODELS["odd"], "mine", tmp_path / "mine.onnx")
    proto = onnx.load(tmp_path / "mine.onnx")
    said = {entry.key: entry.value for entry in proto.metadata_props}
    assert said == {"name": "mine", "prior": "normal", "range": "0 1", "labels": "kind 0\nkind 1\nkind 2"}
    weights = {tensor.name for tensor in proto.graph.initializer}
    assert {"1.weight", "5.weight", "10.running_var"} <= weights and "1.u" not in weights
    assert [value.name for value in proto.graph.input] == ["z", "labels"]


def test_a_wrong_graph_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(spec: object, tensors: dict[str, torch.Tensor], metadata: object) -> object:
        return onnx_model(MODELS["dcgan"].config.generator, {name: tensor * 1.1 for name, tensor in tensors.items()}, {})

    monkeypatch.setattr("dcgan.models.exporting.onnx_graph.onnx_model", wrong)
    with pytest.raises(Exception, match="nothing was written"):
        export(MODELS["dcgan"], "mine", tmp_path / "mine.onnx")
    assert not (tmp_path / "mine.onnx").exists()


def test_without_the_package_one_line_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["export", "untrained-dcgan-16-grey", "--to", str(tmp_path / "mine.onnx")]) == 2
    assert "pip install" in capsys.readouterr().err and "onnx" in sys.modules
