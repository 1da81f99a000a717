"""Strides, paddings and the image size are overridden layer by layer, the rest is found anew."""

from __future__ import annotations

import pytest
import torch
from authors import Author
from gallery import GALLERY, smooth
from torch import nn

from dcgan.errors import CheckpointError, ConfigError
from dcgan.models.importing import Contents, Inspection, Options, apply_options, inspect_contents
from dcgan.networks.norms import BatchNorm


@pytest.fixture(scope="module")
def contents() -> Contents:
    torch.manual_seed(3)
    return Contents("netG.pth", "torch", GALLERY["tutorial 32, z 64"].trained().state_dict(), ordered=True)


def read(contents: Contents, *settings: str) -> Inspection:
    return inspect_contents(contents, apply_options(Options(), settings))


def test_the_rows_are_the_convolutions_with_the_pictures_behind_them(contents: Contents) -> None:
    rows = read(contents).best.rows
    assert [row.size for row in rows] == [(4, 4), (8, 8), (16, 16), (32, 32)]
    assert [(row.stride, row.padding, row.output_padding) for row in rows] == [(None, 0, None), *[(2, 1, 0)] * 3]
    assert rows[0].kind == "transposed" and rows[0].weight == tuple(next(iter(contents.tensors.values())).shape)


@pytest.mark.slow
def test_a_gap_leaves_its_layer_to_be_found(contents: Contents) -> None:
    rows = read(contents, "strides=?,?,?,1", "paddings=?,?,?,0").best.rows
    assert [row.size for row in rows] == [(4, 4), (8, 8), (16, 16), (19, 19)]
    assert [row.stride for row in rows] == [None, 2, 2, 1]


def test_a_stated_eps_is_that_of_all_norms(contents: Contents) -> None:
    layers = read(contents, "eps=2e-5").best.model.config.generator.layers
    assert [layer.eps for layer in layers if isinstance(layer, BatchNorm)] == [2e-5] * 3


def test_what_cannot_be_is_refused(contents: Contents) -> None:
    with pytest.raises(CheckpointError, match="no strides and paddings of its kernels"):
        read(contents, "strides=?,?,?,9")
    with pytest.raises(ConfigError, match=r"found '\?\?'"):
        apply_options(Options(), ["strides=??,2"])


@pytest.mark.parametrize("name", [pytest.param("tutorial 32, z 64", marks=pytest.mark.slow), "last 3x3"])
def test_of_a_larger_picture_than_stated_the_corner_or_the_middle_is_kept(name: str) -> None:
    author = GALLERY[name]
    network = author.trained(seed=3).eval()
    contents = Contents("netG.pth", "torch", network.state_dict(), ordered=True)
    z = torch.randn(2, author.z_dim, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = author.call(network, z, None)
        corner, *others = [reading.model.build_generator()(z) for reading in read(contents, "image_size=20").readings]
    torch.testing.assert_close(corner, whole[..., :20, :20], atol=1e-3, rtol=0)
    assert any(torch.allclose(other, whole[..., 6:26, 6:26], atol=1e-3) for other in others)


@pytest.mark.slow
def test_an_output_padding_below_zero_cuts_behind_the_layer(contents: Contents) -> None:
    z = torch.randn(2, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = read(contents).best.model.build_generator()(z)
        cut = read(contents, "output_paddings=?,?,?,-9").best.model.build_generator()(z)
    torch.testing.assert_close(cut, whole[..., :23, :23])


def test_a_slope_below_zero_can_be_stated() -> None:
    author = Author(lambda: smooth(nn.LeakyReLU(-0.2)), 100, (32, 32))
    network = author.trained().eval()
    contents = Contents("netG.pth", "torch", network.state_dict(), ordered=True)
    z = torch.randn(2, 100, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        made = read(contents, "activations=leaky_relu:-0.2").best.model.build_generator()(z)
        torch.testing.assert_close(made, author.call(network, z, None), atol=1e-3, rtol=0)
    with pytest.raises(ConfigError, match="from -1 to 100"):
        apply_options(Options(), ["activations=leaky_relu:-2"])


def test_a_last_convolution_that_halves_the_picture_can_be_stated() -> None:
    layers = [nn.ConvTranspose2d(32, 16, 4, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.ConvTranspose2d(16, 12, 4, 2, 1, bias=False)]
    author = Author(lambda: nn.Sequential(*layers, nn.BatchNorm2d(12), nn.ReLU(), nn.Conv2d(12, 1, 3, 2, 1), nn.Tanh()), 32, (4, 4))
    network = author.trained().eval()
    contents = Contents("netG.pth", "torch", network.state_dict(), ordered=True)
    z = torch.randn(2, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        made = read(contents, "strides=?,?,2", "image_size=4").best.model.build_generator()(z)
        torch.testing.assert_close(made, author.call(network, z, None), atol=1e-3, rtol=0)
