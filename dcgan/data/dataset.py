"""What a data set is, once it is read: pixels, labels, and what is worth telling about them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dcgan.errors import DataError

Images = npt.NDArray[np.uint8]  # (n, h, w, c)
Labels = npt.NDArray[np.int64]  # (n,)
Progress = Callable[[int, int, str], None]  # done, total, what
Skipped = tuple[tuple[str, str], ...]  # (file, reason)

_HASHED_AT_ONCE = 1 << 24  # bytes: a memory-mapped set is hashed without being held in memory


@dataclass(frozen=True, eq=False)
class Dataset:
    """A set of square pictures of one size.

    `images` is uint8 (n, h, w, c) with c 1 (grey) or 3 (RGB), an `np.memmap` when large; `labels` is int64 (n,) or None,
    and indexes `label_names`. `fingerprint` is the sha256 of shape, pixels and labels: of the content, not of the path.
    `skipped` names the files that are not in the set, and why; `notes` are sentences for the user; `terms` is one line.
    """

    name: str
    images: Images
    labels: Labels | None
    label_names: tuple[str, ...]
    fingerprint: str
    skipped: Skipped
    notes: tuple[str, ...]
    terms: str


@dataclass(frozen=True)
class Survey:
    """What a set holds, found without decoding its pixels.

    `median_side` is the median of the pictures' shorter sides in pixels; `image_size` and `image_channels` are what `load`
    takes when it is given none. `label_columns` are the columns that `label_column` can choose from.
    """

    name: str
    count: int
    median_side: float
    grey: bool
    image_size: int
    image_channels: int
    label_names: tuple[str, ...]
    label_columns: tuple[str, ...]
    skipped: Skipped
    notes: tuple[str, ...]
    terms: str


def digest_pixels(images: Images) -> str:
    """Return the sha256 hex of the pixels in C order, read a slice at a time."""
    digest = hashlib.sha256()
    rows = max(1, _HASHED_AT_ONCE // max(1, images[:1].nbytes))
    for start in range(0, len(images), rows):
        digest.update(np.ascontiguousarray(images[start : start + rows]).data)
    return digest.hexdigest()


def fingerprint(images: Images, labels: Labels | None, pixels: str | None = None) -> str:
    """Return the sha256 hex over shape, pixels and labels; `pixels` is their digest where it is known already."""
    digest = hashlib.sha256(f"{images.shape}:{pixels or digest_pixels(images)}".encode())
    if labels is not None:
        digest.update(labels.astype("<i8").tobytes())
    return digest.hexdigest()


def draw_pictures(data: Dataset, count: int, seed: int) -> Dataset:
    """Return `count` pictures of a set, drawn by `seed` and in the set's order; a DataError where it has fewer."""
    if count > len(data.images):
        raise DataError(
            f"{data.name} has {len(data.images)} pictures, and pictures={count} asks for more; leave that setting away to take all"
        )
    rows = np.sort(np.random.default_rng(seed).permutation(len(data.images))[:count])
    images, labels = np.asarray(data.images[rows]), None if data.labels is None else data.labels[rows]
    return replace(data, images=images, labels=labels, fingerprint=fingerprint(images, labels))
