"""Activations that write into the output of the layer before: nobody can tell but by the memory."""

import pytest
import torch
from torch import nn

from dcgan.networks import NetworkSpec
from dcgan.networks.blocks import Residual
from dcgan.networks.builder import Network, build
from dcgan.networks.layers import Activation, Conv, Flatten, Layer, Linear
from dcgan.networks.norms import BatchNorm, GroupNorm

LEAKY = Activation("leaky_relu", slope=0.2)
CONV = Conv(4, 4, kernel=(3, 3), stride=(1, 1), padding=(1, 1, 1, 1))
NETWORKS = {
    "behind layers and norms": (CONV, Activation("relu"), CONV, BatchNorm(4), LEAKY, CONV, GroupNorm(4, 2), LEAKY, CONV),
    "behind an input that others need": (LEAKY, Residual((Activation("relu"), CONV, BatchNorm(4), LEAKY), ()), LEAKY, CONV),
    "behind another activation": (CONV, Activation("tanh"), LEAKY, CONV, Activation("sigmoid"), Activation("relu"), CONV),
    "with a slope below 0": (CONV, Activation("leaky_relu", slope=-0.2), CONV),
    "behind features": (Flatten(), Linear(64, 8), LEAKY, Linear(8, 64), BatchNorm(64), LEAKY),
}


def activations(network: Network) -> list[nn.Module]:
    return [module for module in network.modules() if hasattr(module, "inplace")]


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_output_gradients_and_input_are_those_without(layers: tuple[Layer, ...]) -> None:
    spec = NetworkSpec((4, 4, 4), layers)
    found = []
    for overwrites in (True, False):
        torch.manual_seed(0)
        network = build(spec)
        for parameter in network.parameters():
            nn.init.normal_(parameter)
        if not overwrites:
            for module in activations(network):
                module.inplace = False
        x = torch.randn(5, 4, 4, 4, requires_grad=True)
        before = x.detach().clone()
        y = network(x)
        (gradient,) = torch.autograd.grad(y.square().sum(), x, create_graph=True)
        gradient.square().sum().backward()  # what R1 derives a second time
        torch.testing.assert_close(x.detach(), before, rtol=0, atol=0)
        found.append([y.detach(), gradient.detach(), *(parameter.grad for parameter in network.parameters())])
    for ours, plain in zip(*found, strict=True):
        torch.testing.assert_close(ours, plain)


def test_only_what_no_other_layer_needs_is_overwritten() -> None:
    said = {name: [module.inplace for module in activations(build(NetworkSpec((4, 4, 4), layers)))] for name, layers in NETWORKS.items()}
    assert said == {
        "behind layers and norms": [True, True, True],
        "behind an input that others need": [False, False, True, False],
        "behind another activation": [False, False],
        "with a slope below 0": [False],
        "behind features": [True, True],
    }


def test_other_ways_to_convolve_are_not_written_into() -> None:
    halves = Conv(4, 4, kernel=(4, 4), stride=(2, 2), padding=(1, 1, 1, 1))
    network = build(NetworkSpec((4, 8, 8), (halves, LEAKY, halves, LEAKY)))
    network.use_methods({0: "gemm"})
    assert [module.inplace for module in activations(network)] == [False, True]
    network(torch.randn(2, 4, 8, 8)).sum().backward()
    network.use_methods({})
    assert [module.inplace for module in activations(network)] == [True, True]
