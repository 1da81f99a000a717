"""Decode the pictures of a collection, in threads, each once."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from dcgan.config import Crop
from dcgan.data.collection import Collection, Member
from dcgan.data.dataset import Progress, Skipped
from dcgan.data.decoding import MIDDLE, Decoded, Header, UnreadablePicture, decode, read_header
from dcgan.data.store import Collector, Stored, cache_key, find

_AT_ONCE = 1024  # pictures handed to the threads together: bounds the decoded ones that wait
_PER_TASK = 64  # a task for each would cost as much as decoding it
_TINY = 8192  # bytes; 10,000 JPEGs of 2 KB take 2.0 s with one thread and 2.8 to 3.7 s with two
_DECODER = 1  # raise it when decoding gives other pixels, so that older caches are not read
_T = TypeVar("_T")


@dataclass(frozen=True)
class Pixels:
    """Decoded pictures: their pixels, the names in the same order, what failed, and how many were partly transparent."""

    stored: Stored
    names: tuple[str, ...]
    failed: Skipped
    transparent: int


def read_headers(collection: Collection, members: Sequence[Member], progress: Progress | None) -> tuple[dict[str, Header], Skipped]:
    """Return name -> header of the readable pictures, and the others with their reasons."""

    def read(member: Member) -> Header:
        with collection.open(member) as stream:
            return read_header(stream)

    heads, failed = {}, []
    for member, result in attempt_all(read, members, progress, "reading headers"):
        if isinstance(result, Header):
            heads[member.name] = result
        else:
            failed.append((member.name, str(result)))
    return heads, tuple(failed)


def place_of(crop: Crop, name: str) -> tuple[float, float]:
    """Return where the square of the picture `name` lies, as `decode` takes it; "random" is the same place each time."""
    if crop == "random":
        drawn = zlib.crc32(name.encode())
        return (drawn & 0xFFFF) / 0xFFFF, (drawn >> 16) / 0xFFFF
    return (0.5, 0.0) if crop == "top" else MIDDLE


def decode_pictures(
    collection: Collection, members: Sequence[Member], size: int, channels: int, progress: Progress | None, crop: Crop = "center"
) -> Pixels:
    """Return the pixels of `members` as squares of `size`, from the cache where a large set was decoded before."""
    key = _key_of(collection, members, size, channels, crop)
    stored = find(key) or _decode_new(collection, members, Collector((len(members), size, size, channels), key), progress, crop)
    failed = tuple((str(name), str(reason)) for name, reason in stored.facts["failed"])
    gone = {name for name, _ in failed}
    return Pixels(stored, tuple(member.name for member in members if member.name not in gone), failed, stored.facts["transparent"])


def _decode_new(collection: Collection, members: Sequence[Member], collector: Collector, progress: Progress | None, crop: Crop) -> Stored:
    size, channels = collector.images.shape[2:]

    def read(member: Member) -> Decoded:
        with collection.open(member) as stream:
            return decode(stream, size, channels, place_of(crop, member.name))

    failed, transparent, count = [], 0, 0
    with collector:
        for member, result in attempt_all(read, members, progress, "decoding pictures"):
            if isinstance(result, Decoded):
                collector.images[count] = result.pixels
                count, transparent = count + 1, transparent + result.transparent
            else:
                failed.append((member.name, str(result)))
        return collector.finish(count, {"failed": failed, "transparent": transparent})


def _key_of(collection: Collection, members: Sequence[Member], size: int, channels: int, crop: Crop) -> str:
    """Return what stands for the pixels: an archive's checksums wherever it lies, a folder's dates only at its place."""
    files = [(member.name, member.size, member.stamp) for member in members]
    cut = [crop] if crop != "center" else []
    return cache_key([_DECODER, "" if collection.archive else str(collection.root.resolve()), size, channels, files, *cut])


def attempt_all(
    work: Callable[[Member], _T], members: Sequence[Member], progress: Progress | None, what: str
) -> Iterator[tuple[Member, _T | UnreadablePicture]]:
    """Yield each member with the result of `work` on it or with its failure, in order, done by several threads."""

    def attempt(part: Sequence[Member]) -> list[_T | UnreadablePicture]:
        return [_attempt_one(work, member) for member in part]

    with ThreadPoolExecutor(_count_threads(members)) as pool:
        for start in range(0, len(members), _AT_ONCE):
            window = members[start : start + _AT_ONCE]
            parts = [window[k : k + _PER_TASK] for k in range(0, len(window), _PER_TASK)]
            yield from zip(window, chain.from_iterable(pool.map(attempt, parts)), strict=True)
            if progress:
                progress(start + len(window), len(members), what)


def _attempt_one(work: Callable[[Member], _T], member: Member) -> _T | UnreadablePicture:
    try:
        return work(member)
    except UnreadablePicture as reason:
        return reason


def _count_threads(members: Sequence[Member]) -> int:
    """Return one thread for tiny files: Pillow lets go of the interpreter only while it decodes, and waiting for it costs more."""
    mean = sum(member.size for member in members) / max(1, len(members))
    return 1 if mean < _TINY else min(8, os.cpu_count() or 1)
