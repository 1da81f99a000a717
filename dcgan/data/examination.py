"""Examine a set of pictures before it is trained on: what is in it, what is wrong with it, how far it spreads."""

from __future__ import annotations

import hashlib
import io
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from dcgan.config import Crop
from dcgan.data.collection import Collection, Member, open_collection
from dcgan.data.dataset import Images, Progress, Skipped, Survey
from dcgan.data.decoding import Header, UnreadablePicture, decode
from dcgan.data.entries import CELEBA_PICTURES, NAMES, find_entry
from dcgan.data.folders import summarize
from dcgan.data.likeness import SIDE, Variety, find_repeats, grouped, measure_mirrored, measure_variety, reduce_pictures
from dcgan.data.loading import here, load, open_source, survey
from dcgan.data.pictures import attempt_all, place_of, read_headers
from dcgan.errors import DataError

MOST = 10_000  # pictures whose pixels are looked at
SECONDS = 20.0  # after which no more of them are decoded ...
AT_ONCE = 256  # ... but these, and so many between two looks at the clock
PREVIEWED = 6  # pictures that show what a crop does
PREVIEW_SIDE = 64  # pixels
CROPS: tuple[Crop, ...] = get_args(Crop)

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PixelReport:
    """What the pixels of some pictures say.

    `identical` and `alike` are groups of files that are equal byte for byte, or look alike without being equal; `variety` is None for
    a single picture, `mirrored` for few (`measure_mirrored`).
    """

    identical: Groups = ()
    alike: Groups = ()
    variety: Variety | None = None
    mirrored: float | None = None


@dataclass(frozen=True)
class Examination:
    """What was found in a set.

    Over the headers of all files: `sides` are the smallest, the median and the largest of the pictures' shorter sides in pixels,
    `colours` the number of pictures by kind of pixels (of `decoding.KINDS`), `crop_loss` the median share of a picture's area outside
    its square. Of `looked_at` pictures, drawn at random, the pixels were decoded for `pixels`. `oblong` are some of those that are not
    square.
    """

    survey: Survey
    sides: tuple[int, int, int]
    colours: dict[str, int]
    crop_loss: float
    looked_at: int
    pixels: PixelReport
    oblong: tuple[str, ...] = ()


def examine(
    source: str,
    data_dir: Path | None = None,
    label_column: str | None = None,
    progress: Progress | None = None,
    most: int = MOST,
    seconds: float = SECONDS,
) -> Examination:
    """Examine the set `source`, which `load` would take; nothing is downloaded.

    The pixels of at most `most` pictures are looked at, and of fewer where that takes longer than `seconds`. Raises DataError where
    there is no readable picture.
    """
    if source not in NAMES:
        with closing(open_source(here(source))) as collection:
            return _examine_files(collection, label_column, progress, most, seconds)
    entry = find_entry(source, data_dir)
    if not entry.on_disk:
        raise DataError(f"{source} is not on this machine yet; fetch it with: python -m dcgan data fetch {source}")
    if source == "celeba" and entry.path is not None:
        with closing(open_collection(entry.path / CELEBA_PICTURES)) as collection:
            return _examine_files(collection, label_column, progress, most, seconds)
    return _examine_arrays(source, data_dir, progress, most)


def preview_crops(source: str, names: Sequence[str]) -> dict[Crop, Images]:
    """Return the pictures `names` of a folder, archive or Hub's set as each crop gives them, uint8 (n, 64, 64, 3)."""
    strips: dict[Crop, list[Images]] = {crop: [] for crop in CROPS}
    with closing(open_source(here(source))) as collection:
        for member in (member for member in collection.members if member.name in names):
            for crop, strip in strips.items():
                with collection.open(member) as stream:
                    strip.append(decode(stream, PREVIEW_SIDE, 3, place_of(crop, member.name)).pixels)
    return {crop: np.stack(strip) for crop, strip in strips.items()}


def _examine_arrays(source: str, data_dir: Path | None, progress: Progress | None, most: int) -> Examination:
    known, data = survey(source, data_dir), load(source, data_dir=data_dir, progress=progress)
    rows = np.sort(np.random.default_rng(0).permutation(len(data.images))[:most])
    reduced = reduce_pictures(data.images[rows])
    side, kind = round(known.median_side), "grey" if known.grey else "colour"
    digests = [picture.tobytes() for picture in data.images[rows]]
    pixels = _pixels([f"number {row}" for row in rows], reduced, digests)
    return Examination(known, (side, side, side), {kind: known.count}, 0.0, len(rows), pixels)


def _examine_files(collection: Collection, column: str | None, progress: Progress | None, most: int, seconds: float) -> Examination:
    heads, failed = read_headers(collection, collection.members, progress)
    seen = _look(collection, [member for member in collection.members if member.name in heads], progress, most, seconds)
    heads = {name: head for name, head in heads.items() if name not in dict(seen.failed)}
    known = summarize(collection, heads, (*failed, *seen.failed), column)
    sides = [head.side for head in heads.values()]
    return Examination(
        survey=known,
        sides=(min(sides), round(known.median_side), max(sides)),
        colours=dict(Counter(head.kind for head in heads.values()).most_common()),
        crop_loss=statistics.median(map(_loss, heads.values())),
        looked_at=len(seen.names),
        pixels=_pixels(seen.names, seen.reduced, seen.digests),
        oblong=tuple(name for name in seen.names if _loss(heads[name]) > 0)[:PREVIEWED],
    )


def _loss(head: Header) -> float:
    """Return the share of a picture's area that lies outside its square."""
    return 1 - head.side / max(head.width, head.height)


@dataclass(frozen=True)
class _Seen:
    names: list[str]
    reduced: Images  # (n, 16, 16, 3)
    digests: list[bytes]  # of the files
    failed: Skipped


def _look(collection: Collection, members: Sequence[Member], progress: Progress | None, most: int, seconds: float) -> _Seen:
    """Decode pictures in a drawn order until `most` are seen or the time is up."""

    def read(member: Member) -> tuple[Images, bytes]:
        with collection.open(member) as stream:
            content = stream.read()
        pixels = decode(io.BytesIO(content), 2 * SIDE, 3).pixels
        return reduce_pictures(pixels[None])[0], hashlib.sha256(content).digest()

    order = [members[k] for k in np.random.default_rng(0).permutation(len(members))[:most]]
    names, pixels, digests, failed, begun = [], [], [], [], time.monotonic()
    for start in range(0, len(order), AT_ONCE):
        if start and time.monotonic() - begun > seconds:
            break
        for member, result in attempt_all(read, order[start : start + AT_ONCE], None, ""):
            if isinstance(result, UnreadablePicture):
                failed.append((member.name, str(result)))
                continue
            names.append(member.name)
            pixels.append(result[0])
            digests.append(result[1])
        if progress:
            progress(min(start + AT_ONCE, len(order)), len(order), "looking at pictures")
    return _Seen(names, np.array(pixels, dtype=np.uint8).reshape(-1, SIDE, SIDE, 3), digests, tuple(failed))


def _pixels(names: Sequence[str], reduced: Images, digests: Sequence[bytes]) -> PixelReport:
    """Return what the pixels say; of equal files only the first counts among those that look alike."""
    copies = grouped(digests)
    later = {index for group in copies for index in group[1:]}
    alike = [[k for k in group if k not in later] for group in grouped(find_repeats(reduced))]
    return PixelReport(
        identical=_named(copies, names),
        alike=_named([group for group in alike if len(group) > 1], names),
        variety=measure_variety(reduced) if len(reduced) > 1 else None,
        mirrored=measure_mirrored(reduced),
    )


def _named(groups: Sequence[Sequence[int]], names: Sequence[str]) -> Groups:
    return tuple(tuple(sorted(names[k] for k in group)) for group in groups)
