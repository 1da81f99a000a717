"""Make the file of the shipped set: `python -m dcgan.data.make_fashion10k SOURCE [TARGET]`; the same bytes each time."""

from __future__ import annotations

import io
import lzma
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dcgan.data.fashion10k import CLASSES, PATH, PER_CLASS
from dcgan.data.mnist import read_mnist
from dcgan.errors import DataError, DCGANError

_PRESET = 9 | lzma.PRESET_EXTREME  # 3.7 MB; deflate has 4.4, a sheet as PNG 3.9


def make_fashion10k(source: Path) -> bytes:
    """Return the file's bytes: the first 1,000 training pictures of each class, in the order of the files in `source`."""
    images, labels = read_mnist(source)
    scarcest = int(np.bincount(labels, minlength=CLASSES).min())
    if scarcest < PER_CLASS:
        raise DataError(f"{source} has a class of {scarcest} pictures, {PER_CLASS} are needed; name the folder of the whole Fashion-MNIST")
    sheets = np.stack([images[np.flatnonzero(labels == kind)[:PER_CLASS], ..., 0] for kind in range(CLASSES)])
    stream = io.BytesIO()
    np.save(stream, sheets)
    return lzma.compress(stream.getvalue(), preset=_PRESET)


def main(argv: Sequence[str]) -> int:
    if len(argv) not in (1, 2):
        print("dcgan: usage: python -m dcgan.data.make_fashion10k SOURCE [TARGET]", file=sys.stderr)
        return 2
    target = Path(argv[1]) if len(argv) == 2 else PATH
    try:
        target.write_bytes(make_fashion10k(Path(argv[0])))
    except (DCGANError, OSError) as error:
        print(f"dcgan: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
