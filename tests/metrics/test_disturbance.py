"""Disturbances change pixels a little, differently for each picture, and are drawn from the generator that is handed in."""

from __future__ import annotations

import pytest
import torch

from dcgan.metrics.disturbance import KINDS, disturb


def pictures() -> torch.Tensor:
    """Smooth pictures: a sum of waves a channel."""
    axis = torch.linspace(-3, 3, 24)
    waves = torch.stack([torch.sin(axis[:, None] * a + axis[None, :] * b) for a, b in ((1, 0), (0, 1), (1, 1))])  # (3, 24, 24)
    return waves.mul(0.8).expand(6, 3, 24, 24).clone()


@pytest.mark.parametrize("kind", KINDS)
def test_each_changes_pictures_apart_and_not_beyond_recognition(kind: str) -> None:
    x = pictures()
    changed = disturb(x, (kind,), torch.Generator().manual_seed(1))
    assert changed.shape == x.shape and changed.dtype == x.dtype and torch.equal(x, pictures())
    assert len({tuple(picture.flatten().tolist()) for picture in changed}) > 1  # not one change for all
    assert torch.equal(changed, disturb(x, (kind,), torch.Generator().manual_seed(1)))
    likeness = torch.cosine_similarity((x.flip(3) if kind == "flip" else x).flatten(1), changed.flatten(1))
    assert float(likeness.max()) > 0.8 and not torch.equal(changed, x)


def test_a_mirrored_picture_is_mirrored_whole() -> None:
    x = pictures()
    changed = disturb(x, ("flip",), torch.Generator().manual_seed(0))
    kinds = [("as it was", "mirrored")[torch.equal(a, b.flip(2))] for a, b in zip(changed, x, strict=True)]
    assert set(kinds) == {"as it was", "mirrored"}
    assert all(kind == "mirrored" or torch.equal(a, b) for kind, a, b in zip(kinds, changed, x, strict=True))
