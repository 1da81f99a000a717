"""What `auto` becomes: chosen by measurement, once, and kept."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from dcgan.config import Budget, Recipe, dcgan_home
from dcgan.data import Dataset
from dcgan.errors import ConfigError
from dcgan.networks import convolution
from dcgan.training import kernels, tuning
from dcgan.training.design import design
from dcgan.training.trainer import Trainer
from dcgan.training.tuning import TUNED, resolve

RECIPE = Recipe(image_size=16, image_channels=1, base_channels=4, batch_size=8, threads=1, z_dim=8)
PLAIN = replace(RECIPE, precision="fp32", layout="channels_last", kernels="native", compile="off")


@pytest.fixture(autouse=True)
def home(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path))
    monkeypatch.setattr(tuning, "STARVED", 0.0)  # however busy the tests' machine is


@pytest.fixture
def data() -> Dataset:
    pictures = np.random.default_rng(0).integers(0, 256, (32, 16, 16, 1), np.uint8)
    return Dataset("noise", pictures, None, (), "", (), (), "")


def resolved(recipe: Recipe, data: Dataset, budget: Budget | None = None) -> Recipe:
    return resolve(recipe, design(recipe, 0), data, "cpu", budget)


def test_every_auto_becomes_a_choice_that_a_trainer_takes(data: Dataset) -> None:
    found = resolved(RECIPE, data)
    assert found.precision in ("fp32", "bf16") and found.layout != "auto" and found.kernels != "auto" and found.compile == "off"
    assert torch.isfinite(Trainer(found, design(found, 0), data, "cpu").step(0)).all()
    assert {name: value for name, value in found.to_json().items() if name not in TUNED} == {
        name: value for name, value in RECIPE.to_json().items() if name not in TUNED
    }


def test_what_was_measured_is_remembered(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    found = resolved(RECIPE, data)
    monkeypatch.setattr(tuning, "_Tuner", lambda *_: pytest.fail("measured again"))
    assert resolved(RECIPE, data) == found
    assert resolved(replace(RECIPE, seed=5, learning_rate_d=1e-3), data) == replace(found, seed=5, learning_rate_d=1e-3)


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_what_was_measured_on_busy_cores_is_not_remembered(share: float, data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def seconds(*_: Any) -> float:
        clock[0] += 1.0
        return share

    monkeypatch.setattr(tuning, "STARVED", 0.6)
    monkeypatch.setattr(tuning.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(Trainer, "seconds_of", seconds)
    assert resolved(replace(PLAIN, precision="auto"), data).precision in ("fp32", "bf16")
    assert (dcgan_home() / "cache" / "tuning.json").exists() == (share > 0.6)


def test_a_spoilt_memory_is_measured_anew(data: Dataset) -> None:
    resolved(RECIPE, data)
    path = dcgan_home() / "cache" / "tuning.json"
    path.write_text(path.read_text().replace('"compile": "off"', '"compile": "auto"'))
    assert resolved(RECIPE, data).compile == "off"


def test_what_is_said_is_not_measured(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "_Tuner", lambda *_: pytest.fail("measured"))
    assert resolved(PLAIN, data) == PLAIN


@pytest.mark.parametrize("choice", ["precision=bf16", "precision=fp32", "layout=contiguous", "layout=channels_last"])
def test_the_faster_is_taken_whichever_it_is(choice: str, data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _, fast = choice.partition("=")
    monkeypatch.setattr(Trainer, "seconds_of", lambda self, *_: 1.0 if getattr(self.recipe, name) == fast else 2.0)
    assert getattr(resolved(replace(PLAIN, **{name: "auto"}), data), name) == fast


def test_a_layout_is_judged_with_its_own_kernels(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    cost = {("channels_last", "native"): 3.0, ("channels_last", "d2=gemm"): 1.0, ("contiguous", "native"): 2.0}
    monkeypatch.setattr(tuning, "fastest_kernels", lambda *_: "d2=gemm")
    monkeypatch.setattr(Trainer, "seconds_of", lambda self, *_: cost[self.recipe.layout, self.recipe.kernels])
    recipe = replace(PLAIN, layout="auto", kernels="auto")
    found = resolved(recipe, data)
    assert (found.layout, found.kernels) == ("channels_last", "d2=gemm")
    cost["channels_last", "d2=gemm"] = 2.5
    found = resolved(replace(recipe, z_dim=7), data)
    assert (found.layout, found.kernels) == ("contiguous", "native")


def test_compiling_must_repay_its_warm_up(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = replace(PLAIN, compile="auto")

    def seconds(trainer: Trainer, step: int, *_: Any) -> float:
        if trainer.recipe.compile == "on":
            return 0.5 if step else 1000.0  # twice as fast, after a warm-up of 1,000 s
        return 1.0

    monkeypatch.setattr(Trainer, "seconds_of", seconds)
    monkeypatch.setattr(tuning, "_has_compiler", lambda _: True)
    assert resolved(recipe, data, Budget(minutes=25)).compile == "off"
    assert resolved(recipe, data, Budget(minutes=100)).compile == "on"
    monkeypatch.setattr(tuning, "_has_compiler", lambda _: False)
    assert resolved(replace(recipe, z_dim=7), data, Budget(minutes=100)).compile == "off"


@pytest.mark.parametrize(("second", "rounds"), [(0.01, 4), (10.0, 1)])
def test_the_fastest_kernel_is_chosen_by_layer(second: float, rounds: int, data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, first = [0.0], []

    def halve(x: torch.Tensor, weight: torch.Tensor, method: str, before: int) -> torch.Tensor:
        wanted = "winograd" if len(weight) > 4 else "native"  # D's second layer, and its first
        first.extend([method] * (len(weight) == 4))
        clock[0] += second if method == wanted else 2 * second
        return F.conv2d(x, weight, stride=2, padding=1)

    def double(x: torch.Tensor, weight: torch.Tensor, method: str, before: int) -> torch.Tensor:
        clock[0] += second if method == "native" else 0.99 * second  # too little
        return F.conv_transpose2d(x, weight, stride=2, padding=1)

    monkeypatch.setattr(kernels, "halve", halve)
    monkeypatch.setattr(kernels, "double", double)
    monkeypatch.setattr("time.process_time", lambda: clock[0])
    assert kernels.fastest_kernels(PLAIN, design(PLAIN, 0), "cpu") == "d2=winograd"
    assert first.count("native") == rounds * len(kernels.AT_PICTURES)  # a layer that takes long is not timed again


def test_other_kernels_train_the_same(data: Dataset) -> None:
    networks = design(PLAIN, 0)
    plain, other = (
        Trainer(replace(PLAIN, kernels=way), networks, data, "cpu") for way in ("native", "g4=winograd,g7=gemm,d0=outer,d2=winograd")
    )
    for step in range(3):
        torch.testing.assert_close(plain.step(step), other.step(step), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("text", ["winograd", "g1", "x3=gemm", "g1=fast", "g1=gemm,", ""])
def test_kernels_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="kernels"):
        replace(RECIPE, kernels=text)


def test_kernels_for_a_layer_without_them_are_refused(data: Dataset) -> None:
    recipe = replace(PLAIN, kernels="g0=gemm")
    with pytest.raises(ConfigError, match="layer 0"):
        Trainer(recipe, design(recipe, 0), data, "cpu")
    with pytest.raises(ConfigError, match="second derivatives"):
        replace(RECIPE, kernels="d2=gemm", r1=1.0)


def test_kernels_in_a_recipe_are_read_by_network() -> None:
    recipe = replace(RECIPE, kernels="g4=winograd,d2=gemm,d12=outer")
    assert recipe.kernels_of("g") == {4: "winograd"} and recipe.kernels_of("d") == {2: "gemm", 12: "outer"}
    assert set(convolution.METHODS) == {"native", "outer", "gemm", "winograd"}
