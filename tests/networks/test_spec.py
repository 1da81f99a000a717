"""Specs against what is known otherwise: the tutorials' counts, torch's own shapes and sums."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.networks import NetworkSpec, discriminator, generator
from dcgan.networks.blocks import Residual, SelfAttention
from dcgan.networks.builder import build
from dcgan.networks.init import initialise
from dcgan.networks.layers import (
    Activation,
    AvgPool,
    Conv,
    ConvTranspose,
    Dropout,
    Flatten,
    JoinLabel,
    Linear,
    MaxPool,
    MultiplyLabel,
    Reshape,
    Resize,
)
from dcgan.networks.norms import BatchNorm, GroupNorm, PixelNorm
from dcgan.networks.reading import LAYER_TYPES
from dcgan.networks.weighted import Weighted


def tutorial_generator(z_dim: int = 100, width: int = 64, channels: int = 3) -> nn.Sequential:
    """The PyTorch tutorial's generator, written from its description."""
    layers: list[nn.Module] = [nn.ConvTranspose2d(z_dim, width * 8, 4, 1, 0, bias=False), nn.BatchNorm2d(width * 8), nn.ReLU(True)]
    for power in (8, 4, 2):
        before, after = width * power, width * power // 2
        layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False), nn.Tanh())


def test_tutorial_counts() -> None:
    assert generator("dcgan", 64, 3, 64, 100).parameters == 3_576_704
    assert discriminator("dcgan", 64, 3, 64).parameters == 2_765_568


def test_generator_equals_the_tutorials_module() -> None:
    network = initialise(build(generator("dcgan", 64, 3, 8, 10)), torch.Generator().manual_seed(1)).eval()
    truth = tutorial_generator(10, 8).eval()
    values = [tensor for name, tensor in network.state_dict().items()]
    slots = [tensor for name, tensor in truth.state_dict().items() if "num_batches" not in name]
    for slot, value in zip(slots, values, strict=True):
        slot.copy_(value)
    z = torch.randn(3, 10, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(network(z), truth(z[:, :, None, None]))


@pytest.mark.parametrize("size", [16, 32, 64, 128])
@pytest.mark.parametrize("preset", ["dcgan", "paper"])
@pytest.mark.parametrize("channels", [1, 3])
def test_presets_run_at_every_size(preset: str, size: int, channels: int) -> None:
    up, down = generator(preset, size, channels, 4, 7), discriminator(preset, size, channels, 4)
    for spec in (up, down):
        module = initialise(build(spec), torch.Generator().manual_seed(0))
        assert spec.parameters == sum(parameter.numel() for parameter in module.parameters())
        x = torch.randn(2, *spec.input_shape)
        for layer, shape in zip(module, spec.shapes, strict=True):
            x = layer(x)
            assert tuple(x.shape[1:]) == shape
    assert up.output_shape == (channels, size, size) == down.input_shape
    assert down.output_shape == (1,)


def test_the_papers_figure_1() -> None:
    spec = generator("paper", 64, 3, 128, 100)
    pictures = [shape for shape in dict.fromkeys(spec.shapes) if len(shape) == 3]
    assert pictures == [(1024, 4, 4), (512, 8, 8), (256, 16, 16), (128, 32, 32), (3, 64, 64)]


def test_output_range_and_unbounded_logits() -> None:
    network = initialise(build(generator("dcgan", 16, 1, 4, 8)), torch.Generator().manual_seed(0))
    assert network(torch.randn(8, 8) * 100).abs().max() <= 1
    judge = initialise(build(discriminator("dcgan", 16, 1, 4)), torch.Generator().manual_seed(0)).eval()
    assert judge(torch.randn(4, 1, 16, 16) * 1e6).abs().max() > 1


def test_starting_weights_have_the_papers_spread() -> None:
    network = initialise(build(generator("dcgan", 64, 3, 32, 100)), torch.Generator().manual_seed(3))
    weights = torch.cat([m.weight.detach().flatten() for m in network if isinstance(m, Weighted)])
    gains = torch.cat([m.weight.detach() for m in network if isinstance(m, nn.BatchNorm2d)])
    assert weights.std() == pytest.approx(0.02, rel=0.01) and abs(weights.mean()) < 1e-4
    assert gains.std() == pytest.approx(0.02, rel=0.15) and gains.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("padding", "torch_padding", "output_padding"), [((2, 1, 2, 1), 2, 1), ((1, 1, 1, 1), 1, 0), ((0, -1, 0, -1), 0, 1)]
)
def test_transposed_padding_is_torchs(padding: tuple[int, int, int, int], torch_padding: int, output_padding: int) -> None:
    spec = NetworkSpec((2, 5, 5), (ConvTranspose(2, 3, (5, 5), (2, 2), padding),))
    network = initialise(build(spec), torch.Generator().manual_seed(0))
    truth = nn.functional.conv_transpose2d(
        x := torch.randn(1, 2, 5, 5), network[0].weight, network[0].bias, 2, torch_padding, output_padding
    )
    torch.testing.assert_close(network(x), truth)
    assert spec.output_shape == tuple(truth.shape[1:])


def test_tensorflows_same_cuts_one_before_and_two_after() -> None:
    spec = NetworkSpec((2, 7, 7), (ConvTranspose(2, 3, (5, 5), (2, 2), (1, 2, 1, 2)),))
    network = initialise(build(spec), torch.Generator().manual_seed(0))
    x = torch.randn(1, 2, 7, 7)
    full = nn.functional.conv_transpose2d(x, network[0].weight, network[0].bias, 2)
    assert spec.output_shape == (3, 14, 14)
    torch.testing.assert_close(network(x), full[:, :, 1:-2, 1:-2])


def test_uneven_convolution_padding() -> None:
    spec = NetworkSpec((2, 7, 7), (Conv(2, 3, (5, 5), (2, 2), (1, 2, 1, 2)),))
    network = initialise(build(spec), torch.Generator().manual_seed(0))
    x = torch.randn(1, 2, 7, 7)
    padded = nn.functional.pad(x, (1, 2, 1, 2))
    torch.testing.assert_close(network(x), nn.functional.conv2d(padded, network[0].weight, network[0].bias, 2))


@pytest.mark.parametrize("border", ["reflect", "replicate"])
def test_a_border_is_torchs_padding_mode(border: str) -> None:
    truth = nn.Conv2d(2, 3, 3, padding=(1, 2), padding_mode=border)
    network = build(NetworkSpec((2, 5, 6), (Conv(2, 3, (3, 3), padding=(1, 1, 2, 2), border=border),)))  # type: ignore[arg-type]
    network.load({f"0.{name}": tensor for name, tensor in truth.state_dict().items()})
    x = torch.randn(2, 2, 5, 6)
    torch.testing.assert_close(network(x), truth(x))


def test_group_norm_of_single_channels_is_torchs_instance_norm() -> None:
    truth = nn.InstanceNorm2d(3, eps=1e-3, affine=True)
    nn.init.uniform_(truth.weight)
    network = build(NetworkSpec((3, 4, 5), (GroupNorm(3, 3, eps=1e-3),)))
    network.load({f"0.{name}": tensor for name, tensor in truth.state_dict().items()})
    x = torch.randn(2, 3, 4, 5)
    torch.testing.assert_close(network(x), truth(x))


def test_pixel_norm_leaves_a_mean_square_of_one_at_every_pixel() -> None:
    x = torch.randn(2, 3, 4, 5)
    y = build(NetworkSpec((3, 4, 5), (PixelNorm(),)))(x)
    torch.testing.assert_close(y, F.normalize(x, dim=1) * 3**0.5)


def everything() -> NetworkSpec:
    """One of each layer."""
    layers = (
        MultiplyLabel(3, 6),
        JoinLabel(3),
        Linear(9, 36),
        BatchNorm(36),
        Activation("elu", 0.5),
        Reshape((4, 3, 3)),
        JoinLabel(3, (2, 3, 3)),
        Resize((2, 2), "bilinear"),
        Conv(6, 6, (3, 3), padding=(1, 1, 1, 1), spectral_norm=True, border="reflect"),
        GroupNorm(6, 3),
        Activation("leaky_relu", 0.2),
        PixelNorm(),
        Dropout(0.25),
        ConvTranspose(6, 4, (4, 4), (2, 2), (1, 1, 1, 1), bias=False, spectral_norm=True),
        Activation("selu"),
        MaxPool(),
        AvgPool((3, 3), (1, 1)),
        Residual((BatchNorm(4), Activation("relu"), Conv(4, 3, (3, 3), padding=(1, 1, 1, 1))), (Conv(4, 3, (1, 1), spectral_norm=True),)),
        SelfAttention(3, 2, 4, output=True, pooled=True),
        Resize(),
        Activation("gelu"),
        Flatten(),
        Linear(192, 2, spectral_norm=True),
        Activation("silu"),
        Activation("mish"),
        Activation("sigmoid"),
    )
    return NetworkSpec((6,), layers)


def test_one_of_each_layer_builds_and_survives_json() -> None:
    spec = everything()
    assert {layer.type for layer in spec.layers} == set(LAYER_TYPES)
    assert NetworkSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    network = build(spec)
    assert {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()} == spec.tensors
    network.use_generator(torch.Generator().manual_seed(0))
    assert network(torch.randn(3, 6), torch.tensor([2, 0, 1])).shape == (3, *spec.output_shape)


def test_spectral_norm_comes_to_a_largest_singular_value_of_one() -> None:
    spec = NetworkSpec((5,), (Linear(5, 4, bias=False, spectral_norm=True),))
    network = initialise(build(spec), torch.Generator().manual_seed(0))
    for _ in range(50):
        network(torch.randn(2, 5))
    rows = network.eval()(torch.eye(5)).T  # the weight as it is used, (4, 5)
    assert torch.linalg.svdvals(rows)[0].item() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_spectral_norm_is_exact_under_autocast(dtype: torch.dtype) -> None:
    spec = NetworkSpec((3, 8, 8), (Conv(3, 6, (4, 4), (2, 2), (1, 1, 1, 1), spectral_norm=True),))
    exact, short = (initialise(build(spec), torch.Generator().manual_seed(0)) for _ in range(2))
    x = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    for _ in range(5):
        wanted = exact(x)
        with torch.autocast("cpu", dtype=dtype):
            found = short(x)
    assert torch.equal(short.state_dict()["0.u"], exact.state_dict()["0.u"])
    assert found.dtype == dtype and torch.allclose(found.float(), wanted, atol=0.02)


def test_multiply_adds_by_hand() -> None:
    assert NetworkSpec((3, 8, 8), (Conv(3, 5, (4, 4), (2, 2), (1, 1, 1, 1)),)).multiply_adds == 5 * 4 * 4 * 3 * 16
    assert NetworkSpec((3, 4, 4), (ConvTranspose(3, 5, (4, 4), (2, 2), (1, 1, 1, 1)),)).multiply_adds == 3 * 4 * 4 * 5 * 16
    assert NetworkSpec((7,), (Linear(7, 9),)).multiply_adds == 63


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ((Linear(5, 3),), "layer 0: linear takes"),
        ((Reshape((6, 1, 1)), Conv(6, 2, (3, 3))), "layer 1: conv leaves nothing"),
        ((Reshape((6, 1, 1)), Conv(5, 2, (1, 1))), "takes 5 channels"),
        ((Reshape((7, 1, 1)),), "takes 7 numbers"),
        ((BatchNorm(5),), "takes 5 channels"),
        ((Reshape((6, 1, 1)), GroupNorm(5, 5)), "takes 5 channels"),
        ((Reshape((6, 1, 1)), Conv(6, 2, (3, 3), padding=(1, 1, 1, 1), border="reflect")), "reflect 1 pixels"),
        ((), "1 to 500 layers"),
        ((Reshape((6, 1, 1)), Residual((Conv(6, 5, (1, 1)),))), r"layer 1: residual adds .* \(5, 1, 1\) of its body and \(6, 1, 1\)"),
        ((Reshape((6, 1, 1)), Residual((Flatten(), Linear(5, 6)))), "layer 1: body, layer 1: linear takes"),
        ((Residual((Activation("relu"),) * 500),), "1 to 500 layers, found 501"),
        ((Reshape((6, 1, 1)), Residual((Resize((9999, 9999)), AvgPool((9999, 9999), (1, 1))))), "body, the network is too large"),
    ],
)
def test_layers_that_do_not_fit_are_named(layers: tuple[object, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        NetworkSpec((6,), layers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "evil"},
        {"kernel": [3]},
        {"kernel": [3, "4"]},
        {"bias": "yes"},
        {"in_channels": -1},
        {"in_channels": 1 << 40},
        {"surprise": 1},
        {"border": "mirror"},
        {"padding": [1, 1]},
        {"type": "residual", "body": 3},
        {"type": "residual", "body": [{"type": "evil"}]},
        {"type": "residual", "body": [[]]},
    ],
)
def test_spoilt_json_is_a_config_error(change: dict[str, object]) -> None:
    record = NetworkSpec((3, 8, 8), (Conv(3, 5, (4, 4)),)).to_json()
    record["layers"] = [change if change.get("type") == "residual" else record["layers"][0] | change]
    with pytest.raises(ConfigError):
        NetworkSpec.from_json(record)


def test_loading_is_strict_and_changes_nothing_on_failure() -> None:
    spec = generator("dcgan", 16, 1, 4, 8)
    network = initialise(build(spec), torch.Generator().manual_seed(0))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    spoilt = {name: tensor + 1 for name, tensor in before.items()}
    last = list(spoilt)[-1]
    spoilt[last] = spoilt[last] * float("nan")
    with pytest.raises(ConfigError, match="not finite"):
        network.load(spoilt)
    del spoilt[last]
    with pytest.raises(ConfigError, match="missing"):
        network.load(spoilt)
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


def test_a_spec_is_a_value() -> None:
    assert generator("dcgan", 16, 1, 4, 8) == generator("dcgan", 16, 1, 4, 8)
    assert hash(everything()) == hash(everything())
    assert replace(everything(), input_shape=(6,)) == everything()
