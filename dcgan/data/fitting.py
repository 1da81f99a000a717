"""Bring an array of square pictures to the asked size and channels."""

from __future__ import annotations

import numpy as np
from PIL import Image

from dcgan.data.dataset import Images, Progress

_ROWS_AT_ONCE = 1000  # pictures between two reports of progress


def fit(images: Images, size: int, channels: int, progress: Progress | None = None) -> Images:
    """Return `images` (n, h, h, c) as (n, size, size, channels).

    28 px becomes 32 by a frame of 2 px of 0, the background of MNIST and its relatives, so that every pixel stays as it is;
    all else is resized with Lanczos' filter.
    """
    if channels < images.shape[3]:
        images = to_grey(images)
    if (images.shape[1], size) == (28, 32):
        images = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))
    elif images.shape[1] != size:
        images = _resize(images, size, progress)
    return np.repeat(images, channels // images.shape[3], axis=3) if channels > images.shape[3] else images


def to_grey(images: Images) -> Images:
    """Return the luma (n, h, w, 1) of RGB pictures (ITU-R 601-2, in Pillow's integer form)."""
    weights = np.array([19595, 38470, 7471], dtype=np.uint32)
    grey = np.empty((*images.shape[:3], 1), dtype=np.uint8)
    for start in range(0, len(images), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        grey[rows, ..., 0] = (images[rows].astype(np.uint32) @ weights + 0x8000) >> 16
    return grey


def _resize(images: Images, size: int, progress: Progress | None) -> Images:
    count, channels = len(images), images.shape[3]
    resized = np.empty((count, size, size, channels), dtype=np.uint8)
    for k, image in enumerate(images):
        picture = Image.fromarray(image[..., 0] if channels == 1 else image)
        resized[k] = np.asarray(picture.resize((size, size), Image.Resampling.LANCZOS)).reshape(size, size, channels)
        if progress and (k + 1) % _ROWS_AT_ONCE == 0:
            progress(k + 1, count, "resizing")
    return resized
