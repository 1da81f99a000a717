"""DiffAugment, against slow references."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from dcgan.config import POLICIES
from dcgan.training.augment import augment, color, cutout, translation

ALL = pytest.mark.parametrize("change", [color, translation, cutout])
Change = Callable[[Tensor, torch.Generator], Tensor]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int, channels: int = 3, side: int = 16) -> Tensor:
    """Pictures of which no two pixels are equal, and none is 0."""
    return torch.rand(n, channels, side, side, generator=generator(9)) + 0.1


def shifted(picture: Tensor, down: int, right: int) -> Tensor:
    rolled = picture.roll((down, right), (1, 2))
    side = picture.shape[1]
    rolled[:, : max(down, 0)], rolled[:, side + min(down, 0) :] = 0, 0
    rolled[:, :, : max(right, 0)], rolled[:, :, side + min(right, 0) :] = 0, 0
    return rolled


def test_colour_is_brightness_then_saturation_then_contrast() -> None:
    x = pictures(5)
    draws = torch.rand(3, 5, generator=generator())
    for index, found in enumerate(color(x, generator())):
        wanted = x[index] + draws[0, index] - 0.5
        grey = wanted.mean(0)
        wanted = grey + (wanted - grey) * 2 * draws[1, index]
        wanted = wanted.mean() + (wanted - wanted.mean()) * (draws[2, index] + 0.5)
        torch.testing.assert_close(found, wanted)


def test_colour_leaves_a_grey_picture_its_shades() -> None:
    x = pictures(5, channels=1)
    changed = color(x, generator())
    for before, after in zip(x, changed, strict=True):
        slope = (after - after.mean()).norm() / (before - before.mean()).norm()
        assert 0.5 <= float(slope) <= 1.5
        torch.testing.assert_close(after - after.mean(), slope * (before - before.mean()))


def test_translation_is_a_roll_with_zeros() -> None:
    x, found = pictures(120), []
    for before, after in zip(x, translation(x, generator()), strict=True):
        shifts = [(down, right) for down in range(-3, 4) for right in range(-3, 4) if torch.equal(after, shifted(before, down, right))]
        assert len(shifts) == 1
        found += shifts
    for axis in zip(*found, strict=True):
        assert set(axis) == {-2, -1, 0, 1, 2}  # an eighth of 16, each way


def test_cutout_hides_a_square_of_half_the_side_and_nothing_else() -> None:
    x, centres = pictures(150), set()
    for before, after in zip(x, cutout(x, generator()), strict=True):
        for down in range(17):
            for right in range(17):
                wanted = before.clone()
                wanted[:, max(0, down - 4) : down + 4, max(0, right - 4) : right + 4] = 0
                if torch.equal(after, wanted):
                    centres.add((down, right))
    assert {down for down, _ in centres} == {right for _, right in centres} == set(range(17))
    assert 100 < len(centres) <= 150


def test_a_whole_hole_is_a_quarter_of_the_picture() -> None:
    shares = (cutout(pictures(300), generator()) == 0).float().mean((1, 2, 3))
    assert float(shares.max()) == 0.25 and 1 / 16 <= float(shares.min()) < 0.15


@ALL
def test_the_generator_decides(change: Change) -> None:
    x, before = pictures(4), torch.get_rng_state()
    assert torch.equal(change(x, generator(1)), change(x, generator(1)))
    assert not torch.equal(change(x, generator(1)), change(x, generator(2)))
    assert torch.equal(torch.get_rng_state(), before)


@ALL
@pytest.mark.parametrize("side", [16, 28])
def test_shape_and_layout_stay(change: Change, side: int) -> None:
    x = pictures(4, side=side).contiguous(memory_format=torch.channels_last)
    changed = change(x, generator())
    assert changed.shape == x.shape and changed.dtype == x.dtype
    assert changed.is_contiguous(memory_format=torch.channels_last)


@ALL
def test_gradients_are_those_of_differences(change: Change) -> None:
    x = pictures(2, side=8).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: change(x, generator(3)), x)


def test_policies_follow_each_other() -> None:
    x = pictures(4)
    draws = generator(5)
    wanted = cutout(translation(color(x, draws), draws), draws)
    assert torch.equal(augment(x, POLICIES, generator(5)), wanted)
    assert augment(x, (), generator(5)) is x


def test_with_a_probability_some_pictures_stay_as_they_are() -> None:
    x = pictures(400, side=8)
    found, changed = augment(x, ("color",), generator(6), 0.7), color(x, generator(6))
    share = sum(torch.equal(after, wanted) for after, wanted in zip(found, changed, strict=True)) / 400
    assert abs(share - 0.7) < 4 * (0.7 * 0.3 / 400) ** 0.5
    assert sum(torch.equal(after, before) for after, before in zip(found, x, strict=True)) / 400 == pytest.approx(1 - share)
