"""The sliced Wasserstein distance: its properties, and its parts against slow ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

import dcgan
from dcgan.data import load
from dcgan.errors import ConfigError
from dcgan.images import Images, to_x
from dcgan.metrics import sliced_wasserstein, swd
from dcgan.metrics.swd import laplacian_pyramid


@pytest.fixture(scope="module")
def clothes() -> Images:
    return load("fashion-mnist-10k").images[:256]


def noise(n: int, size: int, seed: int = 0) -> Images:
    return np.random.default_rng(seed).integers(0, 256, (n, size, size, 3), np.uint8)


def test_zero_symmetric_and_seeded(clothes: Images) -> None:
    a, b = clothes[:100], clothes[100:200]
    assert sliced_wasserstein(a, a.copy()) == 0
    assert sliced_wasserstein(a, b) == pytest.approx(sliced_wasserstein(b, a), rel=1e-6)
    assert sliced_wasserstein(a, b, seed=1) == sliced_wasserstein(a, b, seed=1) != sliced_wasserstein(a, b, seed=2)


def test_it_grows_with_blur_and_with_noise(clothes: Images) -> None:
    a, b = clothes[:128], clothes[128:]

    def blurred(radius: float) -> Images:
        return np.stack([np.asarray(Image.fromarray(p[..., 0]).filter(ImageFilter.GaussianBlur(radius)))[..., None] for p in b])

    def noisy(deviation: float) -> Images:
        return np.clip(b + np.random.default_rng(0).normal(0, deviation, b.shape), 0, 255).astype(np.uint8)

    for worse in ((blurred(1), blurred(3)), (noisy(15), noisy(60))):
        distances = [sliced_wasserstein(a, pictures) for pictures in (b, *worse)]
        assert distances == sorted(distances) and distances[2] > 2 * distances[0]


def test_a_trained_generator_comes_before_an_untrained_one(clothes: Images) -> None:
    trained, untrained = (dcgan.load(name).generate(range(256)) for name in ("fashion-mnist-32", "untrained-dcgan-32-grey"))
    assert 5 * sliced_wasserstein(clothes, trained) < sliced_wasserstein(clothes, untrained)


def test_the_pyramid_sums_up_to_the_picture() -> None:
    """Its finer level is the picture less the coarser one enlarged, and the blur is the outer product of 1 4 6 4 1 over 256."""
    x = to_x(torch.from_numpy(noise(2, 32))).contiguous()
    fine, coarse = laplacian_pyramid(x)
    assert fine.shape == (2, 3, 32, 32) and coarse.shape == (2, 3, 16, 16)
    row = np.array([1, 4, 6, 4, 1]) / 16
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (2, 2), (2, 2)), mode="reflect")
    for i, j in ((0, 0), (3, 7), (15, 15)):
        window = padded[1, 2, 2 * i : 2 * i + 5, 2 * j : 2 * j + 5]
        assert float(coarse[1, 2, i, j]) == pytest.approx(float(row @ window @ row), abs=1e-5)
    flat = torch.full((1, 1, 32, 32), 0.3)
    assert laplacian_pyramid(flat)[0].abs().max() < 1e-6 and torch.allclose(laplacian_pyramid(flat)[1], flat[..., ::2, ::2])


def test_one_level_by_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swd, "PATCHES", 3)
    monkeypatch.setattr(swd, "PROJECTIONS", 4)
    a, b = noise(5, 16), noise(5, 16, 1) // 2
    draw = torch.Generator().manual_seed(6)
    places = torch.randint(0, 10, (2, 5, 3), generator=draw).numpy()
    directions = torch.randn(4, 147, generator=draw).numpy().astype(float)
    sides = []
    for images in (a, b):
        x = (images.astype(float) / 127.5 - 1).transpose(0, 3, 1, 2)
        sides.append([x[n, :, r : r + 7, c : c + 7] for n in range(5) for r, c in zip(places[0, n], places[1, n], strict=True)])
    both = np.array(sides)  # (2, patches, c, 7, 7)
    both = (both - both.mean((0, 1, 3, 4), keepdims=True)) / both.std((0, 1, 3, 4), keepdims=True)
    gaps = []
    for direction in directions:
        one, other = (sorted(float(patch.ravel() @ direction) / np.linalg.norm(direction) for patch in side) for side in both)
        gaps += [abs(p - q) for p, q in zip(one, other, strict=True)]
    assert sliced_wasserstein(a, b, seed=6) == pytest.approx(np.mean(gaps), rel=2e-3)  # std with n - 1 there


@pytest.mark.parametrize("shape", [(4, 8, 8, 3), (4, 16, 20, 3), (0, 16, 16, 3)])
def test_other_pictures_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="16"):
        sliced_wasserstein(np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))
    with pytest.raises(ConfigError, match="equal numbers"):
        sliced_wasserstein(noise(3, 16), noise(4, 16))
