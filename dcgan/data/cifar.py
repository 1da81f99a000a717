"""CIFAR-10 in its "python version": pickled batches, in a folder or still in the archive.

The pickles are read by an unpickler that knows nothing but numpy arrays, so that a forged file runs no code.
"""

from __future__ import annotations

import io
import pickle
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from dcgan.data.dataset import Images, Labels
from dcgan.errors import DataError

ARCHIVE, FOLDER = "cifar-10-python.tar.gz", "cifar-10-batches-py"
LABEL_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

_BATCHES = {"train": tuple(f"data_batch_{k}" for k in range(1, 6)), "test": ("test_batch",)}
_BATCH_BYTES = 1 << 26  # a real one has 31 MB


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return np.empty(0).__reduce__()[0]
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def holds_cifar(folder: Path) -> bool:
    return (folder / ARCHIVE).is_file() or all((folder / name).is_file() for name in _BATCHES["train"])


def read_cifar(folder: Path, split: str = "train") -> tuple[Images, Labels]:
    """Return pictures uint8 (n, 32, 32, 3) and labels (n,) of one split; raises DataError."""
    source = folder if (folder / _BATCHES[split][0]).is_file() else folder / ARCHIVE
    try:
        contents = _read_batches(source, split)
    except (OSError, EOFError, KeyError, tarfile.TarError, zlib.error) as error:
        raise DataError(f"{source} cannot be read: {error}; delete it and fetch cifar10 again") from None
    batches = []
    for name, data in zip(_BATCHES[split], contents, strict=True):
        try:
            batches.append(_parse(data))
        except (pickle.UnpicklingError, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise DataError(f"{name} in {source} is no CIFAR-10 batch ({error}); delete {source} and fetch cifar10 again") from None
    return np.concatenate([images for images, _ in batches]), np.concatenate([labels for _, labels in batches])


def _read_batches(source: Path, split: str) -> list[bytes]:
    if source.is_dir():
        return [(source / name).read_bytes() for name in _BATCHES[split]]
    with tarfile.open(source) as archive:
        return [_read_member(archive, f"{FOLDER}/{name}") for name in _BATCHES[split]]


def _read_member(archive: tarfile.TarFile, name: str) -> bytes:
    stream = archive.extractfile(name)  # KeyError if it is not there
    if stream is None:
        raise KeyError(name)
    return stream.read(_BATCH_BYTES)


def _parse(data: bytes) -> tuple[Images, Labels]:
    batch = _ArraysOnly(io.BytesIO(data), encoding="latin1").load()
    pixels = np.asarray(batch["data"], dtype=np.uint8).reshape(-1, 3, 32, 32)  # written channel by channel
    labels = np.asarray(batch["labels"], dtype=np.int64)
    if len(labels) != len(pixels) or not 0 <= labels.min() <= labels.max() <= 9:
        raise ValueError(f"{len(pixels)} pictures and {len(labels)} labels of 0 to 9 do not match")
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)), labels
