"""Decoded pixels: in memory while that is quickly done again, else in a memory-mapped file of the cache."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from dcgan.config import dcgan_home
from dcgan.data.dataset import Images, digest_pixels
from dcgan.errors import DataError

MEMORY_LIMIT = 32 << 20  # bytes, some seconds of decoding; above it the pixels go to disk, where the next training finds them
CACHE_LIMIT = 16 << 30  # bytes; above it the sets that were not used for longest go
_PIXELS, _FACTS = "images.npy", "facts.json"


@dataclass(frozen=True)
class Stored:
    """Collected pixels (n, h, w, c), their digest, and what their collector wanted to keep beside them."""

    images: Images
    digest: str
    facts: dict[str, Any]


def cache_key(parts: Iterable[object]) -> str:
    """Return the name under which pixels made from `parts` are cached."""
    return hashlib.sha256(json.dumps(list(parts), default=str).encode()).hexdigest()[:32]


def cache_folder() -> Path:
    return dcgan_home() / "cache" / "data"


def find(key: str) -> Stored | None:
    """Return the pixels cached under `key`, or None where there are none whole."""
    folder = cache_folder() / key
    try:
        facts = json.loads((folder / _FACTS).read_text())
        images = np.load(folder / _PIXELS, mmap_mode="c", allow_pickle=False)  # torch asks for arrays that can be written
        now = time.time_ns()  # the system's own stamps are coarser: two sets used within milliseconds would seem used at once
        os.utime(folder, ns=(now, now))
        return Stored(images[: facts["count"]], facts["digest"], facts["facts"])
    except (OSError, ValueError, KeyError):
        return None


class Collector:
    """Room for at most `shape[0]` pictures that are filled in from the front.

    Used as a context: pixels on disk lie under a temporary name until `finish`, and are removed when it is not reached.
    """

    def __init__(self, shape: tuple[int, int, int, int], key: str) -> None:
        self._key = key
        self._folder = _make_folder(math.prod(shape)) if math.prod(shape) > MEMORY_LIMIT else None
        self.images: Images = np.empty(shape, np.uint8) if self._folder is None else _map_new(self._folder / _PIXELS, shape)

    def __enter__(self) -> Collector:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def finish(self, count: int, facts: dict[str, Any]) -> Stored:
        """Return the first `count` pictures; those on disk become visible to `find` at once and whole."""
        digest = digest_pixels(self.images[:count])
        if self._folder is None:
            return Stored(self.images[:count], digest, facts)
        if isinstance(self.images, np.memmap):
            self.images.flush()
        (self._folder / _FACTS).write_text(json.dumps({"count": count, "digest": digest, "facts": facts}))
        del self.images  # an open map would forbid the renaming on Windows
        return self._publish(self._folder)

    def _publish(self, folder: Path) -> Stored:
        target = cache_folder() / self._key
        shutil.rmtree(target, ignore_errors=True)  # only what `find` refused: a broken one
        try:
            folder.replace(target)
        except OSError as error:
            if not target.exists():  # else another process was faster, with the same pixels
                raise DataError(f"{target} cannot be written: {error}") from None
        stored = find(self._key)
        if stored is None:
            raise DataError(f"{target} was written but cannot be read back; look at the disk, or set DCGAN_HOME to another one")
        prune(target)
        return stored


def prune(newest: Path) -> None:
    """Remove cached sets other than `newest`, those not used for longest first, until the rest is below CACHE_LIMIT."""
    others = sorted((path for path in cache_folder().iterdir() if path != newest), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    total = _bytes_in(newest)
    for folder in others:
        total += _bytes_in(folder)
        if total > CACHE_LIMIT and not folder.name.startswith("."):  # a hidden one is being written
            shutil.rmtree(folder, ignore_errors=True)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*"))


def _make_folder(size: int) -> Path:
    base = cache_folder()
    try:
        base.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(base).free
        if free < size:
            found = f"{size >> 20} MB in {base}, which has {free >> 20} MB free"
            raise DataError(f"the decoded pictures need {found}; choose a smaller image_size, or set DCGAN_HOME to a larger disk")
        return Path(tempfile.mkdtemp(prefix=".part-", dir=base))
    except OSError as error:
        raise DataError(f"{base} cannot be written: {error.strerror or error}; set DCGAN_HOME to a folder that can") from None


def _map_new(path: Path, shape: tuple[int, ...]) -> Images:
    mapped: Images = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    return mapped
