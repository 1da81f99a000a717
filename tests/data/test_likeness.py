"""Repeats, variety and mirroring against sets whose answer is known."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from dcgan.data import load, shapes
from dcgan.data.likeness import FEWEST_CODED, FEWEST_MIRRORED, find_repeats, grouped, measure_mirrored, measure_variety, reduce_pictures


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


@pytest.mark.parametrize("count", [60, FEWEST_CODED + 144])  # by distance alone, and by codes too
@pytest.mark.parametrize("alter", [saved_again, brighter, smaller])
def test_an_altered_copy_is_found_and_nothing_else(count: int, alter: object) -> None:
    images = drawn(count)
    n = len(images)
    copied = np.stack([alter(image) for image in images[:20]])  # type: ignore[operator]
    first = find_repeats(reduce_pictures(np.concatenate([images, copied])))
    assert first[:n] == list(range(n))
    found = sum(first[n + k] == k for k in range(20))
    assert found >= 18 and all(first[n + k] in (k, n + k) for k in range(20))


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
