from __future__ import annotations

import colorsys

import numpy as np
import pytest

from dcgan.data import load, shapes
from dcgan.errors import DataError


def draw_one(shape: str, size: int = 64, **changes: float) -> np.ndarray:
    table = {"hue": 0.0, "size": 0.25, "x": 0.5, "y": 0.5, "background": 0.0} | changes
    columns = {name: np.array([value]) for name, value in table.items()}
    return shapes.draw({"shape": np.array([shapes.NAMES.index(shape)]), **columns}, size)[0].astype(int)


def test_factors_are_independent_of_the_count_and_inside_their_ranges() -> None:
    few, many = shapes.factors(10), shapes.factors(3000)
    assert all(np.array_equal(few[name], many[name][:10]) for name in few)
    for name, (low, high) in shapes.FACTORS.items():
        assert low <= many[name].min() < low + 0.01 * (high - low)
        assert high - 0.01 * (high - low) < many[name].max() < high
    drawn = np.stack([many[name] for name in shapes.FACTORS])
    assert np.abs(np.corrcoef(drawn) - np.eye(len(drawn))).max() < 0.07
    assert np.bincount(many["shape"]).tolist() == [600] * 5


def test_splits_differ() -> None:
    assert not np.array_equal(shapes.factors(10)["hue"], shapes.factors(10, "test")["hue"])


def test_the_set_is_the_one_it_always_was() -> None:
    """PCG64's raw bits for this seed, written down once; a different numpy must give the same."""
    assert shapes.factors(2)["hue"].tolist() == pytest.approx([0.8332337249084504, 0.9489636141541957], abs=1e-12)


@pytest.mark.parametrize(("hue", "background"), [(0.0, 0.0), (0.25, 0.3), (0.6, 0.4), (0.95, 0.1)])
def test_colour_and_background_are_those_of_the_table(hue: float, background: float) -> None:
    picture = draw_one("circle", hue=hue, background=background)
    assert np.abs(picture[32, 32] - np.array(colorsys.hsv_to_rgb(hue, 0.85, 1.0)) * 255).max() <= 1
    assert np.abs(picture[0, 0] - background * 255).max() <= 1


AREAS = {  # of the outline in radii, from its corners by hand (shoelace)
    "circle": np.pi * 0.95**2,
    "square": 1.7**2,
    "triangle": 3 * np.sqrt(3) * 0.6**2,
    "cross": 4 * 0.35 * 0.95 * 2 - 4 * 0.35**2,
    "star": 5 * 1.12 * 0.52 * np.sin(np.pi / 5),
}


@pytest.mark.parametrize("shape", shapes.NAMES)
@pytest.mark.parametrize("size", [16, 33, 128])
def test_area_and_position_are_right(shape: str, size: int) -> None:
    covered = draw_one(shape, size, x=0.42, y=0.6)[..., 0] / 255
    assert covered.mean() == pytest.approx(AREAS[shape] * 0.25**2, rel=0.03)
    places = (np.arange(size) + 0.5) / size
    assert (covered.sum(0) * places).sum() / covered.sum() == pytest.approx(0.42, abs=0.01)
    if shape in ("circle", "square", "cross"):
        assert (covered.sum(1) * places).sum() / covered.sum() == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize("shape", ["triangle", "star"])
def test_points_are_up_and_edges_are_smooth(shape: str) -> None:
    covered = draw_one(shape)[..., 0]
    widths = (covered > 128).sum(1)
    rows = np.flatnonzero(widths)
    assert widths[rows[0]] <= 3
    assert np.array_equal(covered, covered[:, ::-1])
    assert ((covered > 10) & (covered < 245)).sum() > 20


def test_every_shape_lies_inside_its_picture() -> None:
    table = shapes.factors(500)
    images = shapes.draw(table, 32)
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1).astype(int)
    assert np.abs(border - table["background"][:, None, None] * 255).max() <= 1


def test_the_same_picture_at_two_sizes() -> None:
    table = shapes.factors(5)
    small, large = shapes.draw(table, 32).astype(int), shapes.draw(table, 64).astype(int)
    pooled = large.reshape(5, 32, 2, 32, 2, 3).mean((2, 4))
    assert np.abs(small - pooled).max() < 40
    assert np.abs(small - pooled).mean() < 0.5


@pytest.mark.parametrize("size", [8, 256])
def test_a_size_that_is_not_drawn_is_refused(size: int) -> None:
    with pytest.raises(DataError, match=f"16 to 128.*{size}"):
        load("shapes", image_size=size)


def test_the_set_is_labelled_by_shape() -> None:
    told: list[tuple[int, int, str]] = []
    dataset = load("shapes", image_size=16, progress=lambda *report: told.append(report))
    assert dataset.images.shape == (10_000, 16, 16, 3)
    assert dataset.label_names == shapes.NAMES
    assert dataset.labels is not None
    assert np.array_equal(dataset.labels, shapes.factors()["shape"])
    assert told[-1][:2] == (10_000, 10_000)
    assert load("shapes", image_size=16, image_channels=1).images.shape == (10_000, 16, 16, 1)
