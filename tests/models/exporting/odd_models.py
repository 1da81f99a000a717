"""Models of random weights, whose pictures are not flat, and a network with everything that networks can have."""

from __future__ import annotations

import torch

from dcgan.models import Model, ModelConfig, Synthesizer
from dcgan.models.library import describe
from dcgan.networks.blocks import Residual, SelfAttention
from dcgan.networks.builder import build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Activation, AvgPool, Conv, ConvTranspose, Flatten, JoinLabel, Linear, Reshape, Resize
from dcgan.networks.norms import BatchNorm, GroupNorm, PixelNorm
from dcgan.networks.spec import NetworkSpec


def random_model(spec: NetworkSpec, image_range: tuple[float, float] = (-1.0, 1.0)) -> Model:
    """A generator whose every tensor is random and whose pictures are not flat."""
    draw = torch.Generator().manual_seed(4)
    network = initialise(build(spec), draw)
    tensors = {}
    for name, tensor in network.state_dict().items():
        noise = torch.randn(tensor.shape, generator=draw)
        tensors[name] = noise.abs() + 0.5 if name.endswith("running_var") else noise * 0.3
        if name.endswith(".u"):
            tensors[name] = noise / noise.norm()
    labels = tuple(f"kind {k}" for k in range(spec.classes))
    return Model(ModelConfig(spec, image_range=image_range, labels=labels), tensors)


def synthesizer(model: Model) -> Synthesizer:
    return Synthesizer(model, describe("random", model.config, None, "file", None))


def odd_network() -> NetworkSpec:
    """One of every kind of layer, odd paddings, a rectangle of 18x21."""
    layers = (
        JoinLabel(3),
        Linear(8, 4 * 3 * 4, spectral_norm=True),
        BatchNorm(48, affine=False),
        Activation("gelu"),
        Reshape((4, 3, 4)),
        JoinLabel(3, embedding=(1, 3, 4)),
        ConvTranspose(5, 6, (5, 5), (2, 2), (1, 2, 2, 1)),
        Activation("leaky_relu", 0.2),
        JoinLabel(3),
        Conv(9, 5, (3, 3), padding=(1, 1, 1, 1), spectral_norm=True),
        BatchNorm(5, eps=1e-3),
        Activation("silu"),
        Activation("mish"),
        Resize((2, 2), "bilinear"),
        Conv(5, 5, (3, 4), padding=(1, 1, 2, 1), bias=False, border="reflect"),
        GroupNorm(5, 5),
        Activation("elu", 0.7),
        ConvTranspose(5, 4, (3, 3), (2, 2), (0, -1, 1, 0)),
        AvgPool((2, 2), (2, 2)),
        Activation("selu"),
        GroupNorm(4, 2, affine=False),
        Residual(
            (BatchNorm(4), Activation("relu"), Resize(), Conv(4, 4, (5, 3), padding=(3, 1, 1, 1), border="reflect")),
            (Resize(), Conv(4, 4, (1, 1), spectral_norm=True)),
        ),
        Residual((Conv(4, 4, (3, 3), padding=(1, 1, 1, 1)), BatchNorm(4), Activation("mish"), GroupNorm(4, 2))),
        SelfAttention(4, 3, 4),
        SelfAttention(4, 2, 5, bias=False, output=True, pooled=True),
        Resize((3, 3), "nearest"),
        Conv(4, 3, (3, 3), (2, 2), (1, 0, 0, 3), border="replicate"),
        Activation("sigmoid"),
        Flatten(),
    )
    shape = NetworkSpec((5,), layers[:-1]).output_shape
    return NetworkSpec((5,), (*layers, Reshape(shape)))


def with_pixel_norm(spec: NetworkSpec) -> NetworkSpec:
    """Return a network with a pixel norm before its last convolution."""
    return NetworkSpec(spec.input_shape, (*spec.layers[:-2], PixelNorm(), *spec.layers[-2:]))
