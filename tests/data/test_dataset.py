"""Parts of a set."""

from __future__ import annotations

import numpy as np
import pytest

from dcgan.data import Dataset, draw_pictures
from dcgan.errors import DataError


def numbered(count: int) -> Dataset:
    """A set whose picture k is k everywhere, with the label k mod 3."""
    images = np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None, None], (count, 4, 4, 1))
    return Dataset("numbered", images, np.arange(count) % 3, ("a", "b", "c"), "whole", (), (), "")


def test_drawn_pictures_keep_order_and_labels_and_depend_on_the_seed() -> None:
    data = numbered(50)
    drawn, same, other = draw_pictures(data, 20, 1), draw_pictures(data, 20, 1), draw_pictures(data, 20, 2)
    rows = drawn.images[:, 0, 0, 0].astype(int)
    assert len(set(rows)) == 20 and (np.diff(rows) > 0).all() and drawn.labels is not None and (drawn.labels == rows % 3).all()
    assert same.fingerprint == drawn.fingerprint and (same.images == drawn.images).all()
    assert len({drawn.fingerprint, other.fingerprint, draw_pictures(data, 50, 1).fingerprint, "whole"}) == 4
    assert (draw_pictures(data, 50, 1).images == data.images).all()


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(DataError, match="numbered has 5 pictures, and pictures=6"):
        draw_pictures(numbered(5), 6, 0)
