"""A run as a zip file: written to be carried elsewhere, and read with nothing believed that it says of itself."""

from __future__ import annotations

import json
import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from dcgan.config import Recipe
from dcgan.errors import DCGANError, RunError
from dcgan.files import is_name, new_folder, read_json
from dcgan.models.library import BEST_FILE
from dcgan.training.runs.folder import CONFIG, EVENTS, PREVIOUS_STATE, STATE, RunReader
from dcgan.training.runs.store import NOTE, RunStore

# What a run folder holds that is of use elsewhere. Nothing else is written, and nothing else is read.
MEMBER = re.compile(
    rf"{re.escape(CONFIG)}|{re.escape(EVENTS)}|{re.escape(NOTE)}|{re.escape(BEST_FILE)}|{re.escape(STATE)}|{re.escape(PREVIOUS_STATE)}"
    r"|samples/\d{6,12}\.jpg|snapshots/\d{6,12}/(config\.json|README\.md|preview\.png|(generator|discriminator)\.safetensors)"
)
MOST_MEMBERS = 2_000
MOST_BYTES = 4 * 10**9  # unpacked
MOST_TIMES = 50  # unpacked to packed; weights and JPEGs hardly shrink, events.jsonl about tenfold
PIECE = 1 << 20


def export_run(run: RunReader, target: Path) -> None:
    """Write a run as a zip file, its files below one folder of the run's name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(run.folder.rglob("*")):
            member = path.relative_to(run.folder).as_posix()
            if MEMBER.fullmatch(member) and path.is_file() and not path.is_symlink():
                packing = zipfile.ZIP_DEFLATED if path.suffix in (".json", ".jsonl", ".md") else zipfile.ZIP_STORED
                archive.write(path, f"{run.name.replace(':', '-')}/{member}", packing)


def import_run(source: Path, store: RunStore) -> str:
    """Take a run in that `export_run` wrote; return its name, with a number behind it where that is taken.

    Raises
    ------
    RunError
        The file is no zip archive of a run, or holds something that a run does not.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = _members(archive, source.stat().st_size)
            store.root.mkdir(parents=True, exist_ok=True)
            name = _free_name(store.root, next(iter(members.values())).filename.partition("/")[0])
            with new_folder(store.root / name) as temporary:
                room = MOST_BYTES
                for member, info in members.items():
                    target = temporary / member
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(info) as packed, target.open("wb") as file:
                        room -= _copy(packed, file, room)
                _check(temporary)
            return name
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError, RuntimeError) as error:
        raise RunError(f"this is not a run as a zip file that can be read ({error}); export the run again") from None


def _members(archive: zipfile.ZipFile, packed: int) -> dict[str, zipfile.ZipInfo]:
    """Return path below the run's folder -> entry, each of which a run may hold."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if not 1 <= len(infos) <= MOST_MEMBERS:
        raise RunError(f"a run as a zip file holds 1 to {MOST_MEMBERS:,} files, found {len(infos):,}")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > min(MOST_BYTES, max(MOST_TIMES * packed, 10**7)):
        raise RunError(f"the archive would unpack from {packed:,} to {unpacked:,} bytes, which no run does; it is not read")
    members = {}
    for info in infos:
        folder, _, member = info.filename.partition("/")
        if not is_name(folder) or not MEMBER.fullmatch(member) or stat.S_ISLNK(info.external_attr >> 16) or info.flag_bits & 1:
            raise RunError(f"the archive holds {PurePosixPath(info.filename).name!r}, which is no part of a run; it is not read")
        members[member] = info
    if len(members) < len(infos) or len({info.filename.partition("/")[0] for info in infos}) > 1:
        raise RunError("the archive holds more than one run; export each by itself")
    return members


def _copy(packed: IO[bytes], file: IO[bytes], room: int) -> int:
    """Copy what is really there, at most `room` bytes, and return how much that was."""
    copied = 0
    while piece := packed.read(PIECE):
        copied += len(piece)
        if copied > room:
            raise RunError(f"the archive unpacks to more than {MOST_BYTES:,} bytes, which no run does; it is not read")
        file.write(piece)
    return copied


def _check(folder: Path) -> None:
    """Raise a RunError unless config.json and events.jsonl are those of a run."""
    try:
        config = read_json(folder / CONFIG)
        Recipe.from_json(config["recipe"])
        known = isinstance(config["data"]["name"], str) and isinstance(config["budget"], dict)
        lines = [json.loads(line) for line in (folder / EVENTS).read_bytes().splitlines()] if (folder / EVENTS).exists() else []
    except (DCGANError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"the archive holds no run that this version can read: {error}") from None
    if not known or not all(isinstance(line, dict) and isinstance(line.get("step", 0), int) for line in lines):
        raise RunError("the archive holds no run that this version can read: its lines are not those of a training")


def _free_name(root: Path, name: str) -> str:
    number = 1
    while (root / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return name if number == 1 else f"{name}-{number}"
