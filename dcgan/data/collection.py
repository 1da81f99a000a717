"""A folder or a zip archive, seen alike: names of picture files, and their bytes. Nothing is copied or extracted."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from dcgan.data.dataset import Skipped
from dcgan.data.decoding import EXTENSIONS, UnreadablePicture
from dcgan.errors import DataError

TABLES = ("labels.csv", "list_attr_celeba.txt")
MOST_MEMBERS = 1_000_000
MOST_BYTES = 512 << 20  # of one unpacked file; no picture that Pillow would take is larger
MOST_TIMES = 100  # an archive may unpack to this many times its size; pictures hardly shrink at all
_UNPACKED_ANYWAY = 1 << 30  # bytes below which the ratio does not matter
_JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True)
class Member:
    """One file: its path inside the collection with `/` between the parts, and what tells whether it changed."""

    name: str
    size: int
    stamp: int  # modification time in ns, or the CRC in an archive


@dataclass(frozen=True)
class TableFile:
    """A label table. Inside the collection, `folder` is its path from the root; beside it, `prefix` is the root's path from the table."""

    name: str
    data: bytes
    folder: str = ""
    prefix: str = ""


@dataclass(frozen=True)
class Collection:
    """The picture files of `root`, sorted by name, and the label table that lies in it or beside it."""

    root: Path
    members: tuple[Member, ...]
    skipped: Skipped
    table: TableFile | None = None
    archive: zipfile.ZipFile | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        return (self.root.stem if self.archive else self.root.name) or "pictures"

    def open(self, member: Member) -> IO[bytes]:
        """Return the bytes of `member` as a stream; raises UnreadablePicture."""
        try:
            if self.archive is None:
                return (self.root / member.name).open("rb")
            return io.BytesIO(_read_packed(self.archive, member.name))
        except OSError as error:
            raise UnreadablePicture(f"cannot be opened: {error.strerror or error}") from None

    def close(self) -> None:
        if self.archive is not None:
            self.archive.close()


def open_collection(path: Path) -> Collection:
    """Return what the folder or zip archive at `path` holds; raises DataError."""
    try:
        if path.is_dir():
            return _open_folder(path)
        if path.is_file():
            return _open_archive(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    raise DataError(f"there is no {path}; give a folder or a .zip archive of pictures, or the name of a data set")


def sort_out(names: Iterable[str]) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """Return the names of picture files, of files that are none with the reason, and of label tables, each sorted."""
    pictures, others, tables = [], [], []
    for name in sorted(names):
        path = PurePosixPath(name)
        if any(part.startswith(".") or part.lower() in _JUNK for part in path.parts):
            continue
        if path.name.lower() in TABLES:
            tables.append(name)
        elif path.suffix.lower() in EXTENSIONS:
            pictures.append(name)
        else:
            others.append((name, "not an image"))
    return pictures, others, sorted(tables, key=lambda name: (name.count("/"), name))


def _open_folder(root: Path) -> Collection:
    pictures, skipped, tables = sort_out(_walk(root))
    members = []
    for name in pictures:
        try:
            facts = (root / name).stat()
        except OSError as error:
            skipped.append((name, f"cannot be opened: {error.strerror or error}"))
            continue
        if stat.S_ISREG(facts.st_mode):  # opening a pipe would wait for ever
            members.append(Member(name, facts.st_size, facts.st_mtime_ns))
        else:
            skipped.append((name, "not a regular file"))
    return Collection(root, tuple(members), tuple(skipped), _find_table(root, tables))


def _walk(root: Path) -> Iterator[str]:
    """Yield every file below `root`, through links too, but into no folder twice (links may run in circles)."""
    seen: set[str] = set()
    for folder, below, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            below.clear()
            continue
        seen.add(real)
        yield from ((Path(folder) / name).relative_to(root).as_posix() for name in files)


def _find_table(root: Path, inside: list[str]) -> TableFile | None:
    if inside:
        return TableFile(inside[0], (root / inside[0]).read_bytes(), folder=_parent(inside[0]))
    beside = [root.resolve().parent / name for name in TABLES]
    found = next((path for path in beside if path.is_file()), None)
    return TableFile(str(found), found.read_bytes(), prefix=root.resolve().name) if found else None


def _parent(name: str) -> str:
    parent = str(PurePosixPath(name).parent)
    return "" if parent == "." else parent


def _open_archive(path: Path) -> Collection:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        hint = "it is broken or cut off; make or fetch it again" if path.suffix.lower() == ".zip" else "give a folder or a .zip archive"
        raise DataError(f"{path} is not a zip archive that can be read ({error}): {hint}") from None
    infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    _check_amount(path, list(infos.values()))
    refused = {name: reason for name, info in infos.items() if (reason := _refuse(info))}
    pictures, skipped, tables = sort_out(infos.keys() - refused.keys())
    members = tuple(Member(name, infos[name].file_size, infos[name].CRC) for name in pictures)
    table = TableFile(tables[0], _read_table(archive, path, tables[0]), folder=_parent(tables[0])) if tables else None
    return Collection(path, members, (*sorted(refused.items()), *skipped), table, archive)


def _check_amount(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise DataError(f"{path} holds {len(infos):,} files, at most {MOST_MEMBERS:,} are read; split it")
    unpacked, packed = sum(info.file_size for info in infos), path.stat().st_size
    if unpacked > max(_UNPACKED_ANYWAY, MOST_TIMES * packed):
        raise DataError(f"{path} would unpack from {packed:,} to {unpacked:,} bytes, which no set of pictures does; it is not read")


def _refuse(info: zipfile.ZipInfo) -> str | None:
    """Return why a member is not read, if it is not. Nothing is ever extracted; a name like these is a sign of malice."""
    parts = PurePosixPath(info.filename.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in info.filename.split("/")[0]:
        return "its name leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link"
    if info.file_size > MOST_BYTES:
        return f"too large: {info.file_size:,} bytes"
    return "encrypted" if info.flag_bits & 1 else None


def _read_packed(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as stream:
            return stream.read(MOST_BYTES)  # what is really there, whatever the directory declares
    except Exception as error:  # zipfile lets its decompressors' errors through: zlib.error, lzma.LZMAError, EOFError, …
        raise UnreadablePicture(f"broken in the archive: {error}") from None


def _read_table(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    try:
        return _read_packed(archive, name)
    except UnreadablePicture as error:
        raise DataError(f"{name} in {path} is {error}; make the archive again") from None
