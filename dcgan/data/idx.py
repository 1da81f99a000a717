"""Read IDX files, the format of MNIST and its relatives, plain or gzipped.

Source: "The IDX file format", http://yann.lecun.com/exdb/mnist/ : two zero bytes, the type (8 is uint8), the number of
dimensions, each dimension as a big-endian uint32, then the values in C order.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np
import numpy.typing as npt

from dcgan.errors import DataError

_UINT8 = 8
_LARGEST = 1 << 32  # bytes; a header that claims more is broken, and believing it would eat the memory


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """Return the uint8 array in `path`; raises DataError, which names the file, if it is not a whole IDX file."""
    try:
        with _open(path) as stream:
            shape = _read_shape(path, stream)
            return _read_values(path, stream, shape)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is cut off or broken ({error}); delete it and fetch it again") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _read_shape(path: Path, stream: IO[bytes]) -> tuple[int, ...]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] != _UINT8 or not 1 <= magic[3] <= 4:
        raise DataError(f"{path} is not an IDX file of bytes: it begins with {magic.hex() or 'nothing'}, expected 000008 and 01 to 04")
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DataError(f"{path} is cut off inside its header; delete it and fetch it again")
    return struct.unpack(f">{magic[3]}I", sizes)


def _read_values(path: Path, stream: IO[bytes], shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    expected = math.prod(shape)
    if expected > _LARGEST:
        raise DataError(f"{path} claims {shape} values, which is more than any set of this kind has; fetch it again")
    data = stream.read(expected + 1)
    if len(data) != expected:
        found = len(data) if len(data) < expected else "more"
        raise DataError(f"{path} is cut off or broken: its header says {expected} bytes, found {found}; delete it and fetch it again")
    return np.frombuffer(bytearray(data), dtype=np.uint8).reshape(shape)  # that can be written, as torch asks for
