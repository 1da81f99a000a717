"""The paper's rules broken: what changes in a preset's layers, what stays, and what is refused."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import torch

from dcgan.config import HiddenActivation, Preset, Recipe
from dcgan.errors import ConfigError
from dcgan.networks.builder import build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Activation, Conv, ConvTranspose, Layer, Linear, MaxPool, Resize
from dcgan.networks.norms import BatchNorm
from dcgan.networks.spec import NetworkSpec
from dcgan.training.design import design
from dcgan.training.trainer import Networks

PRESETS = get_args(Preset)
CONVOLUTIONAL = [preset for preset in PRESETS if preset != "dense"]
WEIGHTED = (Linear, Conv, ConvTranspose)


def designed(preset: Preset = "dcgan", size: int | None = None, classes: int = 0, **changes: Any) -> Networks:
    size = size or (28 if preset == "tensorflow-tutorial" else 32)
    return design(Recipe(preset=preset, image_size=size, image_channels=3, base_channels=4, z_dim=6, **changes), classes)


def found(network: NetworkSpec, kind: type[Layer] | tuple[type[Layer], ...]) -> list[Any]:
    return [layer for layer in network.layers if isinstance(layer, kind)]


def hidden_activations(network: NetworkSpec, outputs: int) -> set[str]:
    activations = [layer.kind for layer in found(network, Activation)]
    return set(activations[: len(activations) - outputs])


CHANGES: list[dict[str, Any]] = [
    *({"activation_g": kind, "activation_d": kind} for kind in get_args(HiddenActivation)),
    {"output": "sigmoid"},
    {"hidden_dense": 2},
    {"biases": True},
    {"biases": False},
    {"input_bias_d": True},
    *({"batch_norm_g": norms, "batch_norm_d": norms} for norms in ("none", "paper", "everywhere")),
    {"hidden_dense": 1, "batch_norm_g": "none", "batch_norm_d": "everywhere", "spectral_norm": True, "activation_d": "elu"},
]
OF_CONVOLUTIONS: list[dict[str, Any]] = [
    *({"upsampling": way} for way in ("transposed", "resize")),
    *({"downsampling": way} for way in ("stride", "pool")),
    {"upsampling": "resize", "downsampling": "pool", "hidden_dense": 1, "batch_norm_g": "everywhere"},
]
CASES = [(preset, change) for preset in PRESETS for change in (*CHANGES, *(OF_CONVOLUTIONS if preset in CONVOLUTIONAL else ()))]


@pytest.mark.parametrize(("preset", "change"), CASES, ids=str)
def test_every_change_of_every_preset_is_a_network_of_the_same_ends(preset: Preset, change: dict[str, Any]) -> None:
    plain, changed = designed(preset, classes=3), designed(preset, classes=3, **change)
    for before, after in ((plain.generator, changed.generator), (plain.discriminator, changed.discriminator)):
        assert (after.input_shape, after.output_shape, after.classes) == (before.input_shape, before.output_shape, before.classes)
        network = initialise(build(after), torch.Generator().manual_seed(0))
        network.use_generator(torch.Generator().manual_seed(1))
        output = network(torch.randn(2, *after.input_shape), torch.tensor([2, 0]))
        assert output.shape == (2, *after.output_shape) and output.isfinite().all()


@pytest.mark.parametrize("preset", ["dcgan", "paper"])
@pytest.mark.parametrize("classes", [0, 3])
def test_batch_norm_by_the_paper_is_what_these_presets_have(preset: Preset, classes: int) -> None:
    asked = designed(preset, classes=classes, batch_norm_g="paper", batch_norm_d="paper")
    assert asked == designed(preset, classes=classes)


@pytest.mark.parametrize("preset", PRESETS)
def test_batch_norm_everywhere_leaves_only_ds_number_without(preset: Preset) -> None:
    networks = designed(preset, batch_norm_g="everywhere", batch_norm_d="everywhere")
    assert len(found(networks.generator, BatchNorm)) == len(found(networks.generator, WEIGHTED))
    assert len(found(networks.discriminator, BatchNorm)) == len(found(networks.discriminator, WEIGHTED)) - 1


@pytest.mark.parametrize("preset", PRESETS)
def test_without_batch_norm_every_weight_has_a_bias(preset: Preset) -> None:
    networks = designed(preset, batch_norm_g="none", batch_norm_d="none")
    for network, plain in ((networks.generator, designed(preset).generator), (networks.discriminator, designed(preset).discriminator)):
        assert not found(network, BatchNorm)
        had_norm = len(found(plain, BatchNorm))
        assert sum(layer.bias for layer in found(network, WEIGHTED)) >= had_norm
        assert all(layer.bias for layer in found(network, WEIGHTED)[1:-1])


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("kind", get_args(HiddenActivation))
def test_activations_change_within_and_not_at_the_end(preset: Preset, kind: HiddenActivation) -> None:
    networks = designed(preset, activation_g=kind, activation_d=kind)
    assert hidden_activations(networks.generator, 1) == {kind} == hidden_activations(networks.discriminator, 0)
    assert networks.generator.layers[-1] == Activation("tanh")


@pytest.mark.parametrize("preset", CONVOLUTIONAL)
def test_resizing_needs_no_doubling_convolution(preset: Preset) -> None:
    resized, transposed = (designed(preset, upsampling=way).generator for way in ("resize", "transposed"))
    assert not [layer for layer in found(resized, ConvTranspose) if layer.stride != (1, 1)] and not found(transposed, Resize)
    assert len(found(resized, Resize)) == len([layer for layer in found(transposed, ConvTranspose) if layer.stride == (2, 2)])


@pytest.mark.parametrize("preset", ["dcgan", "paper", "upsample-conv"])
def test_pooling_needs_no_stride(preset: Preset) -> None:
    network, plain = designed(preset, downsampling="pool").discriminator, designed(preset).discriminator
    assert all(layer.stride == (1, 1) for layer in found(network, Conv))
    assert len(found(network, MaxPool)) == len([layer for layer in found(plain, Conv) if layer.stride == (2, 2)])


def test_biases_are_all_or_none() -> None:
    for biases in (True, False):
        networks = designed(biases=biases)
        layers = found(networks.generator, WEIGHTED) + found(networks.discriminator, WEIGHTED)
        assert {layer.bias for layer in layers} == {biases}


@pytest.mark.parametrize("sees", [False, True])
def test_only_a_bias_at_its_input_lets_d_see_contrast(sees: bool) -> None:
    d = build(designed("dcgan", input_bias_d=sees).discriminator).train()
    draws = torch.Generator().manual_seed(0)
    x = torch.randn(32, *d.spec.input_shape, generator=draws)
    for weight in d.parameters():
        torch.nn.init.normal_(weight, 0.0, 0.5, generator=draws)
    change = (d(0.5 * x) - d(x)).abs().max().item()
    assert change > 0.1 if sees else change < 1e-3


def test_a_sigmoid_gives_pictures_from_0_to_1() -> None:
    assert designed(output="sigmoid").generator.output_range == (0.0, 1.0)
    assert designed().generator.output_range == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"preset": "dense", "upsampling": "resize"}, "no convolutions, so upsampling"),
        ({"preset": "dense", "downsampling": "stride"}, "no convolutions, so downsampling"),
        ({"preset": "upsample-conv", "size": 28, "downsampling": "pool"}, "even sides only"),
        ({"preset": "dcgan", "size": 28}, "image_size is one of"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        designed(**changes)


@pytest.mark.parametrize(("rule", "deviation"), [("xavier", (2 / (60 + 50)) ** 0.5), ("he", (2 / 60) ** 0.5), ("normal", 0.02)])
def test_weights_start_by_the_rule(rule: Any, deviation: float) -> None:
    network = initialise(build(NetworkSpec((60,), (Linear(60, 50),))), torch.Generator().manual_seed(0), rule)
    assert network.state_dict()["0.weight"].std() == pytest.approx(deviation, rel=0.05)
    assert not network.state_dict()["0.bias"].any()


def test_he_keeps_the_size_of_numbers_through_transposed_convolutions() -> None:
    layers = (ConvTranspose(64, 32, (4, 4), (2, 2), (1, 1, 1, 1)), Activation("relu"), ConvTranspose(32, 16, (4, 4), (2, 2), (1, 1, 1, 1)))
    network = initialise(build(NetworkSpec((64, 8, 8), layers)), torch.Generator().manual_seed(0), "he")
    x = torch.randn(8, 64, 8, 8, generator=torch.Generator().manual_seed(1))
    assert network(x)[:, :, 8:24, 8:24].square().mean().sqrt().item() == pytest.approx(2**0.5, rel=0.15)  # before a ReLU, after one


def test_orthogonal_rows() -> None:
    network = initialise(build(NetworkSpec((60,), (Linear(60, 50),))), torch.Generator().manual_seed(0), "orthogonal")
    weight = network.state_dict()["0.weight"]
    torch.testing.assert_close(weight @ weight.T, torch.eye(50), atol=1e-5, rtol=0)
