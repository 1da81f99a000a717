"""Survey and load the pictures of a folder or zip archive."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import numpy as np

from dcgan.config import Crop
from dcgan.data.collection import Collection, Member
from dcgan.data.dataset import Dataset, Progress, Skipped, Survey, fingerprint
from dcgan.data.decoding import Header
from dcgan.data.labelling import Labelling, label_pictures
from dcgan.data.pictures import Pixels, decode_pictures, read_headers
from dcgan.errors import DataError

TERMS = "Your own pictures: their terms are yours to know."
_PROPOSED_SIZES = (16, 32, 64)


def survey_pictures(collection: Collection, label_column: str | None = None, progress: Progress | None = None) -> Survey:
    """Read the headers of all pictures; raises DataError if none is readable or the label column does not exist."""
    return summarize(collection, *read_headers(collection, collection.members, progress), label_column)


def summarize(collection: Collection, heads: Mapping[str, Header], failed: Skipped, label_column: str | None) -> Survey:
    """Return what the headers of a collection's pictures come to; raises as `survey_pictures`."""
    skipped = (*collection.skipped, *failed)
    _check_any(collection, len(heads), skipped)
    labelling = label_pictures(list(heads), collection.table, label_column)
    size, channels = _propose(heads)
    return Survey(
        name=collection.title,
        count=len(heads),
        median_side=_median_side(heads),
        grey=channels == 1,
        image_size=size,
        image_channels=channels,
        label_names=labelling.names,
        label_columns=labelling.columns,
        skipped=skipped,
        notes=labelling.notes,
        terms=TERMS,
    )


def load_pictures(
    collection: Collection,
    size: int | None,
    channels: int | None,
    label_column: str | None = None,
    progress: Progress | None = None,
    crop: Crop = "center",
) -> Dataset:
    """Decode all readable pictures to squares; raises DataError if there are none or the label column does not exist.

    Where `size` or `channels` is None, the headers of all pictures are read first to choose it.
    """
    labelling = label_pictures([member.name for member in collection.members], collection.table, label_column)
    members, unlabelled = _keep_labelled(collection.members, labelling)
    skipped = (*collection.skipped, *unlabelled)
    if size is None or channels is None:
        heads, failed = read_headers(collection, members, progress)
        _check_any(collection, len(heads), (*skipped, *failed))
        proposed = _propose(heads)
        size, channels = size or proposed[0], channels or proposed[1]
    pixels = decode_pictures(collection, members, size, channels, progress, crop)
    skipped = (*skipped, *pixels.failed)
    _check_any(collection, len(pixels.names), skipped)
    return _assemble(collection.title, pixels, labelling, skipped)


def propose_size(median_side: float) -> int:
    """Return the largest of 16, 32, 64 that is not above `median_side`, and 16 below that."""
    return max((size for size in _PROPOSED_SIZES if size <= median_side), default=_PROPOSED_SIZES[0])


def _propose(heads: Mapping[str, Header]) -> tuple[int, int]:
    return propose_size(_median_side(heads)), 1 if all(head.grey for head in heads.values()) else 3


def _median_side(heads: Mapping[str, Header]) -> float:
    return statistics.median(head.side for head in heads.values())


def _keep_labelled(members: Sequence[Member], labelling: Labelling) -> tuple[Sequence[Member], Skipped]:
    if not labelling.names:
        return members, ()
    kept = [member for member in members if member.name in labelling.classes]
    return kept, tuple((member.name, "has no label") for member in members if member.name not in labelling.classes)


def _check_any(collection: Collection, readable: int, skipped: Skipped) -> None:
    if readable:
        return
    reasons = "; ".join(f"{name}: {reason}" for name, reason in skipped[:3])
    found = f"{len(skipped):,} files, none of them usable ({reasons})" if skipped else "no files"
    wanted = "give a folder or .zip archive of PNG, JPEG or WebP pictures"
    raise DataError(f"{collection.root} holds no readable picture, found {found}; {wanted}")


def _assemble(name: str, pixels: Pixels, labelling: Labelling, skipped: Skipped) -> Dataset:
    labels = np.array([labelling.classes[name] for name in pixels.names], dtype=np.int64) if labelling.names else None
    white = f"{pixels.transparent:,} of the pictures have transparent parts; they were drawn on white."
    return Dataset(
        name=name,
        images=pixels.stored.images,
        labels=labels,
        label_names=labelling.names,
        fingerprint=fingerprint(pixels.stored.images, labels, pixels.stored.digest),
        skipped=skipped,
        notes=(*labelling.notes, white) if pixels.transparent else labelling.notes,
        terms=TERMS,
    )
