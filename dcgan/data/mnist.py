"""MNIST and Fashion-MNIST: pairs of IDX files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dcgan.data.dataset import Images, Labels
from dcgan.data.idx import read_idx
from dcgan.errors import DataError

_PARTS = {"train": "train", "test": "t10k"}


def find_file(folder: Path, split: str, what: str) -> Path | None:
    """Return the file of `what` (images or labels), plain or gzipped, under the original name or Kaggle's."""
    rank = 3 if what == "images" else 1
    stems = (f"{_PARTS[split]}-{what}-idx{rank}-ubyte", f"{_PARTS[split]}-{what}.idx{rank}-ubyte")
    paths = (folder / (stem + end) for stem in stems for end in ("", ".gz"))
    return next((path for path in paths if path.is_file()), None)


def holds_mnist(folder: Path) -> bool:
    return all(find_file(folder, "train", what) for what in ("images", "labels"))


def read_mnist(folder: Path, split: str = "train") -> tuple[Images, Labels]:
    """Return pictures uint8 (n, h, w, 1) and labels (n,) of one split; raises DataError."""
    paths = [find_file(folder, split, what) for what in ("images", "labels")]
    if paths[0] is None or paths[1] is None:
        names = " and ".join(f"{_PARTS[split]}-{what}.gz" for what in ("images-idx3-ubyte", "labels-idx1-ubyte"))
        raise DataError(f"{folder} lacks the {split} pictures; put {names} there")
    images, labels = read_idx(paths[0]), read_idx(paths[1])
    if images.ndim != 3 or labels.shape != images.shape[:1] or images.shape[1] != images.shape[2] or not len(images):
        found = f"{paths[0]} holds {images.shape} and {paths[1].name} {labels.shape} values"
        raise DataError(f"{found}, expected (n, 28, 28) and (n,); fetch them again")
    if labels.max() > 9:
        raise DataError(f"{paths[1]} holds the label {labels.max()}, expected 0 to 9; fetch it again")
    return images[..., None], labels.astype(np.int64)
