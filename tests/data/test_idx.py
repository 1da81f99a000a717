from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from making import idx_bytes

from dcgan.data.idx import read_idx
from dcgan.errors import DataError

VALUES = np.arange(2 * 3 * 4).reshape(2, 3, 4)


@pytest.mark.parametrize("zipped", [False, True])
def test_values_and_shape_are_read(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / ("a-ubyte.gz" if zipped else "a-ubyte")
    path.write_bytes(gzip.compress(idx_bytes(VALUES)) if zipped else idx_bytes(VALUES))
    assert np.array_equal(read_idx(path), VALUES)


BROKEN = {
    "empty": b"",
    "no magic": b"\x89PNG\r\n\x1a\n" + bytes(30),
    "floats, not bytes": b"\0\0\x0d\x01" + bytes(40),
    "cut inside the header": idx_bytes(VALUES)[:10],
    "one byte short": idx_bytes(VALUES)[:-1],
    "one byte long": idx_bytes(VALUES) + b"x",
    "a claim of 2^60 bytes": b"\0\0\x08\x03" + b"\0\x10\0\0" * 3,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_broken_file_is_named(tmp_path: Path, data: bytes, zipped: bool) -> None:
    path = tmp_path / ("broken.gz" if zipped else "broken")
    path.write_bytes(gzip.compress(data) if zipped else data)
    with pytest.raises(DataError, match="broken"):
        read_idx(path)


@pytest.mark.parametrize("keep", [5, 30, -4])
def test_a_cut_gzip_stream_is_named(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "half.gz"
    path.write_bytes(gzip.compress(idx_bytes(VALUES))[:keep])
    with pytest.raises(DataError, match=r"half\.gz"):
        read_idx(path)


def test_what_is_no_gzip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plain.gz"
    path.write_bytes(idx_bytes(VALUES))
    with pytest.raises(DataError, match=r"plain\.gz"):
        read_idx(path)
