"""A silhouette is the same wherever the thing is, and enough to name it."""

from __future__ import annotations

import torch

from dcgan.data import load
from dcgan.images import to_x
from dcgan.metrics.silhouette import SIDE, silhouettes


def test_shapes_are_named_by_their_silhouette() -> None:
    data = load("shapes", image_size=32)
    assert data.labels is not None
    rows, labels = silhouettes(to_x(torch.from_numpy(data.images[:600]))), torch.from_numpy(data.labels[:600])
    named = labels[:500][torch.cdist(rows[500:], rows[:500]).argmin(1)]
    assert float((named == labels[500:]).float().mean()) > 0.95


def test_an_uneven_ground_does_not_change_the_name() -> None:
    """Generators leave faint traces all over a picture: here up to 0.06 of a range of 2, beside things that differ by 0.7 and more."""
    data = load("shapes", image_size=32)
    assert data.labels is not None
    x, labels = to_x(torch.from_numpy(data.images[:600])), torch.from_numpy(data.labels[:600])
    uneven = x[500:] + 0.06 * torch.rand(x[500:].shape, generator=torch.Generator().manual_seed(0))
    named = labels[:500][torch.cdist(silhouettes(uneven), silhouettes(x[:500])).argmin(1)]
    assert float((named == labels[500:]).float().mean()) > 0.9


def test_place_and_colour_make_no_difference() -> None:
    picture = torch.full((1, 3, 32, 32), -0.5)
    picture[:, 0, 8:14, 10:16] = 0.9
    moved = picture.roll((5, 3), (2, 3))
    coloured = picture.flip(1) * -1
    one = silhouettes(picture)
    assert one.shape == (1, SIDE * SIDE) and one.max() > 0.9
    torch.testing.assert_close(silhouettes(moved), one, atol=1e-4, rtol=0)
    torch.testing.assert_close(silhouettes(coloured), one, atol=1e-4, rtol=0)


def test_an_empty_picture_has_none() -> None:
    rows = silhouettes(torch.zeros(2, 1, 16, 16))
    assert bool(torch.isfinite(rows).all()) and not bool(rows.any())
