"""Data sets of the Hugging Face Hub, by `hf:OWNER/NAME[/FOLDER][@REVISION]`: their pictures become a folder under `$DCGAN_HOME/data/hf`.

Read are pictures that are files, or Parquet files with an image column, as the Hub's own library writes them. Nothing in a repository
is run.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from dcgan.config import dcgan_home
from dcgan.data.collection import TABLES, sort_out
from dcgan.data.dataset import Progress
from dcgan.errors import DataError
from dcgan.files import new_folder, write_json
from dcgan.hub import SCHEME, Reference, download, listed, listing, refuse_more_than, speaking_to_the_hub

MAX_BYTES = 10 * 10**9  # of all files of a set together
MOST_FILES = 50_000  # pictures that are files of their own: each is a request
ORIGIN = ".hub.json"  # in the folder: the repository and the commit
BATCH = 256  # rows of Parquet at once
MAGIC = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"BM": ".bmp", b"RIFF": ".webp"}
PARQUET = "Parquet files are read with pyarrow: pip install pyarrow"


def hub_set(source: str, fetching: bool = True, progress: Progress | None = None) -> Path:
    """Return the folder of pictures that `source` means; fetched once, then it stays as it is.

    Parameters
    ----------
    fetching
        False refuses what is not here yet, with the command that fetches it.

    Raises
    ------
    DCGANError
        The Hub cannot be reached or refuses, or the repository holds no pictures that can be read here.
    """
    reference = Reference.parse(source)
    folder = dcgan_home() / "data" / "hf" / re.sub(r"[^A-Za-z0-9._-]+", "--", str(reference))
    if folder.is_dir():
        return folder
    if not fetching:
        raise DataError(f"{source} is not on this machine yet; fetch it with: python -m dcgan data fetch {source}")
    with speaking_to_the_hub(reference.repo):
        commit, sizes = listing(reference, "dataset")
        wanted = _wanted(reference, sizes)
        total = sum(sizes[name] for name in wanted)
        arrived = partial(_tell, progress, total) if progress else None
        snapshot = download(reference.repo, commit, wanted, "dataset", arrived)
    try:
        with new_folder(folder) as temporary:
            if wanted[0].endswith(".parquet"):
                _unpack([snapshot / name for name in wanted], temporary, source, progress)
            else:
                _copy(snapshot, wanted, temporary)
            write_json(temporary / ORIGIN, {"repo": reference.repo, "commit": commit})
    except OSError as error:
        raise DataError(f"{source} cannot be unpacked into {folder}: {error.strerror or error}") from None
    return folder


def _tell(progress: Progress, total: int, done: int) -> None:
    progress(min(done, total), total, "downloading")


def _wanted(reference: Reference, sizes: Mapping[str, int]) -> list[str]:
    """Return the files to fetch: Parquet files of the training split, or pictures with their table of labels."""
    below = f"{reference.file}/" if reference.file else ""
    names = [name for name in sorted(sizes) if name.startswith(below) or name == reference.file]
    parquet = [name for name in names if name.endswith(".parquet")]
    pictures, _, tables = sort_out(names)
    if parquet:
        wanted = [name for name in parquet if re.search(r"(^|[/_.-])train", name)] or parquet
        folders = sorted({name.rpartition("/")[0] for name in wanted})
        if len(folders) > 1:
            raise DataError(f"{reference.repo} has several sets: {listed(folders)}; name one: {SCHEME}{reference.repo}/{folders[0]}")
    elif pictures:
        wanted = [*pictures, *tables]
    else:
        raise DataError(f"{reference} holds no pictures and no Parquet files; it has {listed(names)}")
    if len(wanted) > MOST_FILES:
        raise DataError(f"{reference} has {len(wanted):,} files, at most {MOST_FILES:,} are fetched one by one; name a folder of it")
    refuse_more_than(MAX_BYTES, reference, sizes, wanted)
    return wanted


def _copy(snapshot: Path, names: Sequence[str], folder: Path) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(snapshot / name, folder / name)


def _unpack(paths: Sequence[Path], folder: Path, source: str, progress: Progress | None) -> None:
    """Write the pictures of Parquet files as files, and their labels where they have named ones as labels.csv."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise DataError(f"{source}: {PARQUET}") from None
    rows: list[tuple[str, str]] = []
    try:
        files = [ParquetFile(path) for path in paths]
        total, count = sum(file.metadata.num_rows for file in files), 0
        for file in files:
            for content, label in _rows(file, source):
                name = f"{count:06d}{_suffix(content)}"
                (folder / name).write_bytes(content)
                rows += [(name, label)] if label is not None else []
                count += 1
                if progress and count % BATCH == 0:
                    progress(count, total, "unpacking")
    except ArrowException as error:
        raise DataError(f"{source} cannot be read as Parquet: {error}") from None
    if rows:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([("file", "label"), *rows])
        (folder / TABLES[0]).write_text(text.getvalue(), "utf-8")


def _rows(file: Any, source: str) -> Iterator[tuple[bytes, str | None]]:
    """Yield each picture's bytes and its label's name, None where it has none."""
    schema = file.schema_arrow
    image = _image_column(schema, source)
    names = _label_names(schema)
    label = next((column for column in names if column in schema.names), None)
    for batch in file.iter_batches(BATCH, columns=[image, *([label] if label else [])]):
        for row in batch.to_pylist():
            content = row[image]["bytes"] if isinstance(row[image], dict) else row[image]
            number = row[label] if label else None
            if content:
                yield content, names[label][number] if label and number is not None and 0 <= number < len(names[label]) else None


def _image_column(schema: Any, source: str) -> str:
    """Return the first column that holds encoded pictures: bytes, or a struct with bytes in it."""
    for field in schema:
        kind = field.type
        inner = {kind.field(k).name: str(kind.field(k).type) for k in range(kind.num_fields)} if str(kind).startswith("struct") else {}
        if str(kind) in ("binary", "large_binary") or inner.get("bytes") in ("binary", "large_binary"):
            return str(field.name)
    raise DataError(f"{source} has no column of pictures; its columns are {listed(list(schema.names))}")


def _label_names(schema: Any) -> dict[str, list[str]]:
    """Return the names of the classes by column, as the Hub's library notes them in a Parquet file."""
    try:
        features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return {column: fact["names"] for column, fact in features.items() if isinstance(fact, dict) and fact.get("_type") == "ClassLabel"}


def _suffix(content: bytes) -> str:
    return next((suffix for magic, suffix in MAGIC.items() if content.startswith(magic)), ".png")
