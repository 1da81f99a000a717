"""Walks and planes: properties that must hold for any points."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dcgan.errors import ConfigError
from dcgan.latent import Method, lerp, plane, sample_z, slerp, walk
from dcgan.latent.paths import between

Z = npt.NDArray[np.float32]
values = st.floats(-8, 8, width=32)
points = arrays(np.float32, st.tuples(st.integers(1, 6), st.just(5)), elements=values)
pairs = arrays(np.float32, (2, 5), elements=values)
times = st.floats(0, 1)
methods = st.sampled_from(["slerp", "lerp"])


def slow_slerp(a: Z, b: Z, t: float) -> list[float]:
    """Turn in the plane of a and b, by Gram and Schmidt, with plain numbers: another way to the same point."""
    norm_a, norm_b = math.sqrt(sum(float(x) ** 2 for x in a)), math.sqrt(sum(float(x) ** 2 for x in b))
    u = [float(x) / norm_a for x in a]
    inner = sum(x * float(y) / norm_b for x, y in zip(u, b, strict=True))
    rest = [float(y) / norm_b - inner * x for x, y in zip(u, b, strict=True)]
    height = math.sqrt(sum(x * x for x in rest))
    angle, length = math.atan2(height, inner) * t, norm_a + t * (norm_b - norm_a)
    return [length * (math.cos(angle) * x + math.sin(angle) * y / height) for x, y in zip(u, rest, strict=True)]


@given(seeds=st.tuples(st.integers(0, 999), st.integers(1000, 2000)), t=times)
def test_slerp_is_a_turn(seeds: tuple[int, int], t: float) -> None:
    a, b = sample_z(seeds, 6)
    np.testing.assert_allclose(slerp(a, b, [t])[0], slow_slerp(a, b, t), atol=1e-5)


@given(pair=pairs, method=methods)
def test_ends_are_exact(pair: Z, method: Method) -> None:
    np.testing.assert_array_equal(between(method, *pair, [0.0, 1.0]), pair)


@given(pair=pairs, t=times, method=methods)
def test_both_ways_are_symmetric_and_finite(pair: Z, t: float, method: Method) -> None:
    there, back = between(method, *pair, [t]), between(method, *pair[::-1], [1.0 - t])
    assert np.isfinite(there).all()
    np.testing.assert_allclose(there, back, atol=1e-3)


@given(pair=pairs, t=times)
def test_slerp_keeps_an_equal_norm(pair: Z, t: float) -> None:
    a, b = pair
    if min(np.linalg.norm(a), np.linalg.norm(b)) < 0.1 or np.linalg.norm(a / np.linalg.norm(a) + b / np.linalg.norm(b)) < 1e-3:
        return  # opposite: the line through 0 is taken
    b = b * (np.linalg.norm(a) / np.linalg.norm(b))
    assert np.linalg.norm(slerp(a, b, [t])[0]) == pytest.approx(np.linalg.norm(a), rel=1e-4)


@given(pair=pairs, factor=st.sampled_from([1.0, 2.0, -1.0, -0.5, 0.0]))
def test_slerp_is_the_line_at_0_and_180_degrees(pair: Z, factor: float) -> None:
    a, t = pair[0], np.linspace(0, 1, 7)
    np.testing.assert_allclose(slerp(a, a * np.float32(factor), t), lerp(a, a * np.float32(factor), t), atol=1e-4)


@given(keys=points, frames=st.integers(1, 9), method=methods, loop=st.booleans())
def test_a_walk_goes_through_its_key_points_segment_by_segment(keys: Z, frames: int, method: Method, loop: bool) -> None:
    way = walk(keys, frames, method, loop)
    if len(keys) == 1:
        np.testing.assert_array_equal(way, keys)
        return
    assert len(way) == (len(keys) * frames if loop else (len(keys) - 1) * frames + 1)
    np.testing.assert_array_equal(way[::frames], keys)
    for j in range(len(keys) if loop else len(keys) - 1):
        segment = [between(method, keys[j], keys[(j + 1) % len(keys)], [i / frames])[0] for i in range(frames)]
        np.testing.assert_array_equal(way[j * frames : (j + 1) * frames], segment)


@given(count=st.integers(2, 9), frames=st.integers(1, 16), loop=st.booleans(), method=methods)
def test_no_frame_stands_twice(count: int, frames: int, loop: bool, method: Method) -> None:
    way = walk(sample_z(range(count), 20), frames, method, loop and count > 2)
    assert len(np.unique(way, axis=0)) == len(way)


@given(corners=arrays(np.float32, (4, 5), elements=values), rows=st.integers(2, 5), columns=st.integers(2, 5), method=methods)
def test_a_plane_has_its_corners_and_edges(corners: Z, rows: int, columns: int, method: Method) -> None:
    filled = plane(corners, rows, columns, method)
    assert filled.shape == (rows, columns, 5) and np.isfinite(filled).all()
    np.testing.assert_array_equal(filled[[0, 0, -1, -1], [0, -1, 0, -1]], corners)
    np.testing.assert_array_equal(filled[0], between(method, corners[0], corners[1], np.linspace(0, 1, columns)))
    middle = between(method, filled[0, 1], filled[-1, 1], np.linspace(0, 1, rows))
    np.testing.assert_array_equal(filled[:, 1], middle)


def test_nothing_to_walk_through_is_refused() -> None:
    for wrong in (np.zeros((0, 4)), np.zeros(4)):
        with pytest.raises(ConfigError, match="key points"):
            walk(wrong)
    with pytest.raises(ConfigError, match="1 frame or more"):
        walk(np.zeros((2, 4)), 0)
    with pytest.raises(ConfigError, match="4 corners"):
        plane(np.zeros((3, 4)), 2, 2)
