"""The set `fashion-mnist-10k`, which ships with the package. `make_fashion10k` makes its file.

The file is a .npy array uint8 (class, k, 28, 28) in an .xz stream: sorted by class the pictures compress best, and need no labels.
"""

from __future__ import annotations

import io
import lzma
from pathlib import Path

import numpy as np

from dcgan.data.dataset import Images, Labels
from dcgan.errors import DataError

PATH = Path(__file__).parent / "shipped" / "fashion-mnist-10k.npy.xz"
CLASSES, PER_CLASS = 10, 1000


def read_fashion10k(path: Path = PATH) -> tuple[Images, Labels]:
    """Return the pictures uint8 (10000, 28, 28, 1) and labels (10000,), the classes in turn."""
    try:
        sheets: Images = np.load(io.BytesIO(lzma.decompress(path.read_bytes())), allow_pickle=False)  # (class, k, h, w)
        if sheets.shape != (CLASSES, PER_CLASS, 28, 28) or sheets.dtype != np.uint8:
            raise ValueError(f"it holds {sheets.dtype} {sheets.shape}")
    except (OSError, ValueError, EOFError, lzma.LZMAError) as error:
        raise DataError(f"{path} is missing or broken ({error}); install the package again") from None
    images = np.ascontiguousarray(sheets.transpose(1, 0, 2, 3)).reshape(-1, 28, 28, 1)
    return images, np.tile(np.arange(CLASSES, dtype=np.int64), PER_CLASS)
