"""Records made of layers against what they are made of: residual blocks and self-attention."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dcgan.errors import ConfigError
from dcgan.models.fold import fold_batch_norm
from dcgan.networks import NetworkSpec
from dcgan.networks.blocks import Residual, SelfAttention
from dcgan.networks.builder import build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Activation, Conv, JoinLabel, Layer, MultiplyLabel, Resize
from dcgan.networks.norms import BatchNorm
from dcgan.networks.reading import layer_from_json


def test_a_residual_block_is_the_sum_of_both_ways() -> None:
    body = nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(), nn.Upsample(scale_factor=2), nn.Conv2d(4, 6, 3, padding=1)).eval()
    shortcut = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(4, 6, 1, bias=False))
    nn.init.normal_(body[0].running_mean), nn.init.uniform_(body[0].running_var), nn.init.normal_(body[0].weight)
    ways = (
        (BatchNorm(4), Activation("relu"), Resize(), Conv(4, 6, (3, 3), padding=(1, 1, 1, 1))),
        (Resize(), Conv(4, 6, (1, 1), bias=False)),
    )
    spec = NetworkSpec((4, 3, 5), (Residual(*ways), Residual((Conv(6, 6, (1, 1)), BatchNorm(6)))))
    assert spec.output_shape == (6, 6, 10) and spec.parameters == 4 * 2 + 6 * (4 * 9 + 1) + 6 * 4 + 6 * (6 + 1) + 6 * 2
    assert spec.multiply_adds == 60 * 6 * (4 * 9 + 4 + 6) and spec.layer_parameters(1) == 6 * 7 + 12
    network = initialise(build(spec), torch.Generator().manual_seed(0)).eval()
    own = {f"0.{way}.{name}": tensor for way, m in (("body", body), ("shortcut", shortcut)) for name, tensor in m.state_dict().items()}
    tensors = {**network.state_dict(), **{name: tensor for name, tensor in own.items() if "num_batches" not in name}}
    network.load(tensors)
    x = torch.randn(2, 4, 3, 5, generator=torch.Generator().manual_seed(1))
    y = body(x) + shortcut(x)
    gain = network.state_dict()["1.body.1.weight"][:, None, None] / (1 + 1e-5) ** 0.5
    torch.testing.assert_close(network(x), y + gain * F.conv2d(y, tensors["1.body.0.weight"]))  # what was drawn: biases and means of 0
    folded, merged = fold_batch_norm(spec, tensors)
    assert folded.layers[1] == Residual((Conv(6, 6, (1, 1)),)) and folded.layers[0] == spec.layers[0]
    (again := build(folded)).load(merged)
    torch.testing.assert_close(again.eval()(x), network(x))


def test_self_attention_is_that_of_its_formula() -> None:
    """Zhang et al. 2019, section 3, place by place: o_i is the mean of all v_j by exp(q_i k_j), and x + gamma o goes on."""
    spec = NetworkSpec((3, 2, 5), (SelfAttention(3, 2, 3), SelfAttention(3, 1, 4, bias=False, output=True)))
    draw = torch.Generator().manual_seed(0)
    tensors = {name: torch.randn(shape, generator=draw) for name, shape in spec.tensors.items()}
    (network := build(spec)).load(tensors)
    x = torch.randn(2, 3, 2, 5, generator=draw)
    expected = x.flatten(2).clone()
    for index in range(2):
        own = {name[2:]: tensor for name, tensor in tensors.items() if name.startswith(f"{index}.")}
        query, key, value = (
            torch.einsum("oc,ncp->nop", own[f"{name}.weight"], expected) + own.get(f"{name}.bias", torch.zeros(1))[:, None]
            for name in ("query", "key", "value")
        )
        taken = torch.empty(2, len(value[0]), 10)
        for n, i in product(range(2), range(10)):
            share = torch.stack([torch.exp(query[n, :, i] @ key[n, :, j]) for j in range(10)])
            taken[n, :, i] = sum(value[n, :, j] * share[j] for j in range(10)) / share.sum()
        expected = expected + own["gamma"] * (own["output.weight"] @ taken if index else taken)
    torch.testing.assert_close(network(x).flatten(2), expected)
    assert spec.parameters == 2 * 2 * 4 + 3 * 4 + 1 + 2 * 3 + 2 * 3 * 4 + 1
    assert spec.multiply_adds == 10 * (7 * 3 + 10 * 5) + 10 * (6 * 3 + 4 * 3 + 10 * 5)
    started = initialise(build(spec), draw)
    torch.testing.assert_close(started(x), x)  # gamma starts at 0
    assert float(started.state_dict()["0.value.weight"].std()) > 0


def test_self_attention_that_cannot_be_is_said() -> None:
    with pytest.raises(ConfigError, match="as many values as channels, found 3 and 4"):
        SelfAttention(4, 2, 3)
    with pytest.raises(ConfigError, match="cannot compare the places of a picture of 256x256"):
        NetworkSpec((1, 256, 256), (SelfAttention(1, 1, 1),))
    with pytest.raises(ConfigError, match="of a picture of 1x4"):
        NetworkSpec((1, 1, 4), (SelfAttention(1, 1, 1, pooled=True),))


@pytest.mark.parametrize("layer", [JoinLabel(3), MultiplyLabel(3, 6), Residual((Activation("relu"),))])
def test_what_a_residual_block_cannot_hold_is_said(layer: Layer) -> None:
    with pytest.raises(ConfigError, match=f"residual holds no {layer.type}"):
        Residual((layer,))
    with pytest.raises(ConfigError):
        layer_from_json({"type": "residual", "body": [], "shortcut": [layer.to_json()]})
