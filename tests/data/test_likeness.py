"""Repeats, variety and mirroring against sets whose answer is known."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from dcgan.data import load, shapes
from dcgan.data.likeness import DARKER, FARTHEST, FEWEST_MIRRORED, find_repeats, grouped, measure_mirrored, measure_variety, reduce_pictures


@cache
def drawn(count: int, size: int = 64) -> np.ndarray:
    """Return drawn shapes without those that look alike anyway."""
    images = shapes.draw(shapes.factors(count), size)
    return images[[k for k, first in enumerate(find_repeats(reduce_pictures(images))) if k == first]]


def saved_again(image: np.ndarray) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=60)
    return np.asarray(Image.open(stream))


def brighter(image: np.ndarray) -> np.ndarray:
    return np.asarray(ImageEnhance.Brightness(Image.fromarray(image)).enhance(1.1))


def smaller(image: np.ndarray) -> np.ndarray:
    picture = Image.fromarray(image)
    return np.asarray(picture.resize((48, 48), Image.Resampling.LANCZOS).resize(picture.size))


@pytest.mark.parametrize("alter", [saved_again, brighter, smaller])
def test_an_altered_copy_is_found_and_nothing_else(alter: Callable[[np.ndarray], np.ndarray]) -> None:
    images = drawn(200)
    n, copied = len(images), range(5, 200, 10)
    first = find_repeats(reduce_pictures(np.concatenate([images, np.stack([alter(images[k]) for k in copied])])))
    assert first[:n] == list(range(n))
    found = sum(first[n + row] == k for row, k in enumerate(copied))
    assert found >= 18 and all(first[n + row] in (k, n + row) for row, k in enumerate(copied))


@pytest.mark.parametrize("count", [100, 256, 501])  # in blocks of 500
def test_what_two_pictures_are_does_not_hang_on_the_others(count: int) -> None:
    images = reduce_pictures(shapes.draw(shapes.factors(600), 32))
    images[550:] = images[450:500]
    first = find_repeats(images)
    assert first[550:] == [first[k] for k in range(450, 500)] and find_repeats(images[:count]) == first[:count]


def test_they_are_those_that_all_distances_show() -> None:
    images = reduce_pictures(load("fashion-mnist-10k").images[:1500])
    x = images.reshape(len(images), -1) / 255
    plain = x - x.mean(1, keepdims=True)
    plain /= plain.std(1, keepdims=True) + 4 / 255
    squared = (plain**2).mean(1)[:, None] + (plain**2).mean(1) - 2 * plain @ plain.T / plain.shape[1]
    alike = (squared <= FARTHEST**2) & (np.abs(x.mean(1)[:, None] - x.mean(1)) <= DARKER)
    expected: list[int] = []
    for row in range(len(images)):
        expected.append(next((k for k in np.flatnonzero(alike[row, :row]).tolist() if expected[k] == k), row))
    assert find_repeats(images) == expected and len(grouped(expected)) >= 2


def test_copies_of_copies_are_one_group() -> None:
    images = drawn(30)
    first = find_repeats(reduce_pictures(np.concatenate([images, images[4:6], images[4:5]])))
    n = len(images)
    assert grouped(first) == [[4, n, n + 2], [5, n + 1]]


def test_plain_pictures_are_alike_only_where_they_are_as_light() -> None:
    plain = np.stack([np.full((8, 8, 1), value, np.uint8) for value in (0, 10, 128, 255)])
    assert find_repeats(reduce_pictures(plain)) == [0, 0, 2, 3]


def test_variety_of_noise_of_one_picture_and_between() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 16, 16, 3), dtype=np.uint8)
    found = measure_variety(noise)
    assert found.distance == pytest.approx(6**-0.5, rel=0.01)  # of two numbers drawn evenly from 0 to 1
    assert found.common == pytest.approx(0, abs=0.002)
    one = measure_variety(np.repeat(noise[:1], 5, axis=0))
    assert one.distance == pytest.approx(0, abs=1e-6) and one.common == pytest.approx(1)
    half = measure_variety(np.concatenate([noise // 2 + noise[:1] // 2]))
    assert half.common == pytest.approx(0.5, abs=0.03) and half.distance == pytest.approx(found.distance / 2, rel=0.02)
    grey = np.full((3, 16, 16, 3), 90, np.uint8)
    assert measure_variety(grey).distance == 0


def test_clothes_face_one_way_and_shapes_do_not() -> None:
    clothes = reduce_pictures(load("fashion-mnist-10k").images[: FEWEST_MIRRORED * 2])
    figures = reduce_pictures(shapes.draw(shapes.factors(FEWEST_MIRRORED * 2), 16))
    sideways, either = measure_mirrored(clothes), measure_mirrored(figures)
    assert sideways is not None and either is not None
    assert sideways > 1.15 and 0.9 < either < 1.08
    assert measure_mirrored(clothes[: FEWEST_MIRRORED - 1]) is None
