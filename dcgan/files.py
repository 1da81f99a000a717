"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dcgan.errors import DCGANError

PIECE = 1 << 20  # bytes read at once
NAME = re.compile(r"[^./\\:\0][^/\\:\0]*")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file by a temporary name, fsync and one rename, so that a reader or a crash never sees half of it.

    An OSError names `path`, not the temporary name.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None
        raise


def write_json(path: Path, record: Any) -> None:
    """Write JSON as `write_bytes` does; a number that is not finite is a fault."""
    write_bytes(path, (json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, which may be larger than the memory."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def is_name(text: str) -> bool:
    """Say whether `text` can be the name of a folder that is not hidden: one part of a path, which leads nowhere else."""
    return bool(NAME.fullmatch(text)) and len(os.fsencode(text)) < 256


def plain_stem(filename: str, otherwise: str) -> str:
    """Return the name of a file without its suffix, in letters, digits, hyphens and underscores, at most 40 of them."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", Path(filename).stem).strip("-")[:40] or otherwise


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object, or {} where there is none that can be read."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


@contextlib.contextmanager
def new_folder(path: Path, force: bool = False) -> Iterator[Path]:
    """Yield a temporary folder that becomes `path` when the block ends well.

    An existing `path` is a DCGANError, or with `force` is moved aside to `<name>.old-<time>`.
    """
    if path.exists() and not force:
        raise DCGANError(f"{path} is there already; choose another name, or say --force to move it aside")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.exists() and force:
            path.rename(path.with_name(f"{path.name}.old-{time.strftime('%Y%m%d-%H%M%S')}"))
        temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
