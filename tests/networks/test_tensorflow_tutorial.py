"""The preset tensorflow-tutorial against the tutorial's code and Keras's definitions, https://www.tensorflow.org/tutorials/generative/dcgan"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.config import Preset
from dcgan.errors import ConfigError
from dcgan.networks import discriminator, generator
from dcgan.networks.builder import Network, build
from dcgan.networks.init import initialise
from dcgan.networks.layers import Dropout
from dcgan.networks.norms import BatchNorm


def seeded(network: Network) -> Network:
    return initialise(network, torch.Generator().manual_seed(0))


def test_shapes_are_those_that_the_tutorial_asserts() -> None:
    shapes = generator("tensorflow-tutorial", 28, 1, 64, 100).shapes
    assert list(dict.fromkeys(shape for shape in shapes if len(shape) == 3)) == [
        (256, 7, 7),
        (128, 7, 7),
        (64, 14, 14),
        (1, 28, 28),
    ]
    shapes = discriminator("tensorflow-tutorial", 28, 1, 64).shapes
    assert list(dict.fromkeys(shapes)) == [(64, 14, 14), (128, 7, 7), (6272,), (1,)]


def test_parameter_counts_are_keras_s() -> None:
    """Dense and convolutions have in x out x kernel weights, batch norm 4 numbers a channel of which 2 are trained."""
    weights = [100 * 12544, 256 * 128 * 25, 128 * 64 * 25, 64 * 1 * 25]
    channels = 12544 + 128 + 64
    spec = generator("tensorflow-tutorial", 28, 1, 64, 100)
    assert spec.parameters == sum(weights) + 2 * channels == 2_305_472
    assert spec.size == sum(weights) + 4 * channels == 2_330_944  # Keras's "Total params"
    assert discriminator("tensorflow-tutorial", 28, 1, 64).parameters == (25 * 64 + 64) + (64 * 128 * 25 + 128) + (6272 + 1) == 212_865


def same_up(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    """Conv2DTranspose, padding "same", by its definition: the gradient of the "same" convolution that goes the other way."""
    size = x.shape[-1] * stride
    wide = torch.zeros(len(x), weight.shape[1], size, size, requires_grad=True)
    (gradient,) = torch.autograd.grad(same_down(wide, weight, stride), wide, x)
    return gradient


def same_down(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    """Conv2D, padding "same": the output has ceil(in / stride) pixels, and of an odd number of zeros one more stands after."""
    outputs = -(-x.shape[-1] // stride)
    total = max((outputs - 1) * stride + weight.shape[-1] - x.shape[-1], 0)
    before = total // 2
    return F.conv2d(F.pad(x, (before, total - before) * 2), weight, stride=stride)


def test_the_generator_computes_what_the_tutorials_does() -> None:
    network = seeded(build(generator("tensorflow-tutorial", 28, 3, 4, 10))).eval()
    tensors = network.state_dict()
    weights = [tensor for name, tensor in tensors.items() if name.endswith("weight") and tensor.dim() > 1]
    gains = [tensor for name, tensor in tensors.items() if name.endswith("weight") and tensor.dim() == 1]

    def normed(x: Tensor, gain: Tensor) -> Tensor:
        shape = (1, -1, *[1] * (x.dim() - 2))
        return F.leaky_relu(x * gain.view(shape) / (1 + 1e-3) ** 0.5, 0.3)  # statistics 0 and 1, Keras's epsilon and slope

    z = torch.randn(2, 10, generator=torch.Generator().manual_seed(1))
    x = normed(z @ weights[0].T, gains[0]).view(2, 16, 7, 7)
    x = normed(same_up(x, weights[1], 1), gains[1])
    x = normed(same_up(x, weights[2], 2), gains[2])
    torch.testing.assert_close(network(z), torch.tanh(same_up(x, weights[3], 2)), atol=1e-6, rtol=1e-4)


def test_the_discriminator_computes_what_the_tutorials_does() -> None:
    network = seeded(build(discriminator("tensorflow-tutorial", 28, 1, 4))).eval()
    first, first_bias, second, second_bias, last, last_bias = network.state_dict().values()
    x = torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    y = F.leaky_relu(same_down(x, first, 2) + first_bias.view(1, -1, 1, 1), 0.3)
    y = F.leaky_relu(same_down(y, second, 2) + second_bias.view(1, -1, 1, 1), 0.3)
    torch.testing.assert_close(network(x), y.flatten(1) @ last.T + last_bias)


def test_keras_defaults() -> None:
    layers = generator("tensorflow-tutorial", 28, 1, 4, 10).layers
    assert {(layer.eps, layer.momentum) for layer in layers if isinstance(layer, BatchNorm)} == {(1e-3, 0.01)}
    judge = discriminator("tensorflow-tutorial", 28, 1, 4).layers
    assert [layer.probability for layer in judge if isinstance(layer, Dropout)] == [0.3, 0.3]


@pytest.mark.parametrize(
    ("preset", "size", "sizes"), [("tensorflow-tutorial", 32, "28"), ("dcgan", 28, "16, 32, 64, 128"), ("paper", 17, "16, ")]
)
def test_another_size_is_one_sentence(preset: Preset, size: int, sizes: str) -> None:
    for make in (lambda: generator(preset, size, 1, 4, 8), lambda: discriminator(preset, size, 1, 4)):
        with pytest.raises(ConfigError, match=f"image_size is one of {sizes}.*with the network {preset}, found {size}"):
            make()


@pytest.mark.parametrize("preset", ["dcgan", "paper", "tensorflow-tutorial"])
def test_spectral_norm_is_on_every_weight_of_d(preset: Preset) -> None:
    size = 28 if preset == "tensorflow-tutorial" else 16
    spec = discriminator(preset, size, 1, 4, 3, spectral_norm=True)
    kernels = {name.split(".")[0] for name, shape in spec.tensors.items() if name.endswith("weight") and len(shape) > 1}
    kernels.remove("0")  # the labels' table
    assert {name.split(".")[0] for name in spec.tensors if name.endswith(".u")} == kernels
