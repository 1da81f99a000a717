"""The plain loop is the tutorial's: its networks, its losses, its pictures."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from dcgan.bench.plain import PlainLoop, plain_networks
from dcgan.config import Preset, Recipe
from dcgan.errors import ConfigError
from dcgan.training.design import design

RECIPE = Recipe(image_size=16, image_channels=3, z_dim=8, base_channels=4, batch_size=6, precision="fp32", threads=1)


def pictures(count: int = 20, size: int = 16) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), np.uint8)


@pytest.mark.parametrize(
    ("preset", "size", "channels"),
    [("dcgan", 16, 1), ("dcgan", 32, 3), ("dcgan", 64, 3), ("dcgan", 128, 3), ("tensorflow-tutorial", 28, 1)],
)
def test_both_sides_have_networks_of_the_same_size(preset: Preset, size: int, channels: int) -> None:
    recipe = replace(RECIPE, preset=preset, image_size=size, image_channels=channels)
    networks = design(recipe, 0)
    generator, discriminator = plain_networks(recipe)
    for spec, module in ((networks.generator, generator), (networks.discriminator, discriminator)):
        assert sorted(p.numel() for p in module.parameters()) == sorted(
            int(np.prod(shape)) for name, shape in spec.tensors.items() if "running" not in name
        )
    x = generator(torch.randn(2, 8, 1, 1))
    assert x.shape == (2, channels, size, size)
    assert discriminator(x).numel() == 2


def test_the_published_counts_of_the_pytorch_tutorial() -> None:
    """3,576,704 and 2,765,568: what its netG and netD have at 64x64 RGB, nz 100, ngf = ndf = 64."""
    generator, discriminator = plain_networks(replace(RECIPE, image_size=64, z_dim=100, base_channels=64))
    assert sum(p.numel() for p in generator.parameters()) == 3_576_704
    assert sum(p.numel() for p in discriminator.parameters()) == 2_765_568


def test_a_network_of_no_tutorial_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"paper.*pytorch-tutorial"):
        plain_networks(replace(RECIPE, preset="paper"))


def test_a_step_reports_the_losses_of_its_networks() -> None:
    torch.manual_seed(0)
    loop = PlainLoop(RECIPE, pictures(), "cpu", workers=0)
    net_g, net_d = copy.deepcopy(loop.net_g), copy.deepcopy(loop.net_d)
    logits = net_d[:-1]  # without the Sigmoid
    real = torch.rand(6, 3, 16, 16) * 2 - 1
    loop._batches = iter([real])
    torch.manual_seed(1)
    loss_d, loss_g, d_real, d_fake, d_fake_after = loop.step()

    torch.manual_seed(1)
    fake = net_g(torch.randn(6, 8, 1, 1))
    of_real, of_fake = logits(real), logits(fake)
    expected = cross_entropy(of_real, torch.ones_like(of_real)) + cross_entropy(of_fake, torch.zeros_like(of_fake))
    assert loss_d == pytest.approx(expected.item(), rel=1e-5)
    assert d_real == pytest.approx(of_real.sigmoid().mean().item(), rel=1e-5)
    assert d_fake == pytest.approx(of_fake.sigmoid().mean().item(), rel=1e-5)
    of_fake = copy.deepcopy(net_d).requires_grad_(False)
    of_fake.load_state_dict(loop.net_d.state_dict())  # D as its update left it
    after = of_fake[:-1](fake)
    assert loss_g == pytest.approx(cross_entropy(after, torch.ones_like(after)).item(), rel=1e-4)
    assert d_fake_after == pytest.approx(after.sigmoid().mean().item(), rel=1e-4)
    assert d_fake_after != d_fake
    for before, now in ((net_g, loop.net_g), (net_d, loop.net_d)):
        assert all(not torch.equal(a, b) for a, b in zip(before.parameters(), now.parameters(), strict=True))


def test_the_batches_are_whole_and_in_range() -> None:
    images = pictures(20)
    loop = PlainLoop(RECIPE, images, "cpu", workers=0)
    batches = [next(loop._batches) for _ in range(7)]  # 20 pictures are 3 whole batches an epoch
    assert {tuple(batch.shape) for batch in batches} == {(6, 3, 16, 16)}
    known = {tuple(np.round(image.transpose(2, 0, 1).ravel() / 127.5 - 1, 4)) for image in images}
    seen = [tuple(np.round(x.numpy().ravel().astype(float), 4)) for batch in batches[:3] for x in batch]
    assert set(seen) <= known and len(set(seen)) == 18
