"""Tiny files for the tests, written by other means than the code under test: struct, zlib, and Pillow's writers."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def idx_bytes(values: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    return header + bytes(values.astype(np.uint8).ravel().tolist())


def write_mnist(folder: Path, count: int = 12, part: str = "train", zipped: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Write a set in MNIST's layout; return its pictures (n, 28, 28) and labels."""
    rng = np.random.default_rng(count)
    images, labels = rng.integers(0, 256, (count, 28, 28)), np.arange(count) % 10
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in (("images-idx3", images), ("labels-idx1", labels)):
        path = folder / f"{part}-{name}-ubyte{'.gz' if zipped else ''}"
        path.write_bytes(gzip.compress(idx_bytes(values)) if zipped else idx_bytes(values))
    return images.astype(np.uint8), labels


def picture_bytes(
    colour: Any = (200, 40, 90), size: tuple[int, int] = (16, 16), mode: str = "RGB", kind: str = "PNG", **options: Any
) -> bytes:
    return encode(Image.new(mode, size, colour), kind, **options)


def encode(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def write_files(folder: Path, files: dict[str, bytes | str]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def write_zip(path: Path, files: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG whose header claims a size that its few bytes of pixels do not have."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
