"""The way in: a data set by its name, its folder or its zip archive."""

from __future__ import annotations

import difflib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from dcgan.config import Crop
from dcgan.data.collection import Collection, open_collection
from dcgan.data.dataset import Dataset, Progress, Survey
from dcgan.data.entries import NAMES
from dcgan.data.folders import load_pictures, survey_pictures
from dcgan.data.named import Wish, load_named, survey_named
from dcgan.errors import DataError

_HUB, _TERMS = "hf:", "those that its page on the Hugging Face Hub states"
_SIZES = (8, 1024)  # pixels a side that can be asked for


def load(
    source: str,
    *,
    image_size: int | None = None,
    image_channels: int | None = None,
    data_dir: Path | None = None,
    label_column: str | None = None,
    crop: Crop = "center",
    split: str = "train",
    progress: Progress | None = None,
) -> Dataset:
    """Return the set `source`: a name in the catalog, a folder, a .zip archive, or hf:OWNER/NAME.

    Parameters
    ----------
    image_size, image_channels
        What the pictures are brought to, in pixels a side and 1 (grey) or 3 (RGB). None takes what `survey` proposes.
    data_dir
        Where a named set is looked for first. One that lies nowhere is downloaded.
    label_column
        The column of labels.csv that gives the labels.
    crop
        Which square is cut out of a picture that is none: in the middle, at the top, or at a place drawn once for each picture.
    split
        "train" or "test", for the named sets that have both.

    Raises DataError for whatever cannot be read or asked for.
    """
    wish = Wish(image_size, image_channels, label_column, crop, split)
    _check(wish)
    if source in NAMES:
        return load_named(source, wish, data_dir, progress)
    if split != "train":
        raise DataError(f"{source} has no {split} split, only named sets have one; load it with split train")
    with closing(open_source(_fetched(source, progress=progress))) as collection:
        data = load_pictures(collection, image_size, image_channels, label_column, progress, crop)
    return replace(data, name=source, terms=_TERMS) if source.startswith(_HUB) else data


def survey(source: str, data_dir: Path | None = None, label_column: str | None = None) -> Survey:
    """Return what `source` holds, without decoding or downloading it; raises DataError."""
    if source in NAMES:
        return survey_named(source, data_dir, label_column)
    with closing(open_source(here(source))) as collection:
        return survey_pictures(collection, label_column)


def _check(wish: Wish) -> None:
    if wish.size is not None and not _SIZES[0] <= wish.size <= _SIZES[1]:
        raise DataError(f"image_size is from {_SIZES[0]} to {_SIZES[1]} pixels, found {wish.size}")
    if wish.channels not in (None, 1, 3):
        raise DataError(f"image_channels is 1 (grey) or 3 (RGB), found {wish.channels}")
    if wish.split not in ("train", "test"):
        raise DataError(f"split is train or test, found {wish.split!r}")


def here(source: str) -> str:
    """Return where the pictures of a Hub's set lie on this machine, or raise a DataError; any other source stays."""
    return _fetched(source, fetching=False)


def _fetched(source: str, fetching: bool = True, progress: Progress | None = None) -> str:
    """Return where the pictures of a Hub's set lie; any other source stays."""
    if not source.startswith(_HUB):
        return source
    from dcgan.data.hub_sets import hub_set

    return str(hub_set(source, fetching, progress))


def open_source(source: str) -> Collection:
    """Open a folder or archive; raises DataError."""
    path = Path(source).expanduser()
    if not source or "\0" in source or not path.exists():
        close = difflib.get_close_matches(source, NAMES, n=1)
        hint = f"did you mean {close[0]}?" if close else f"the named sets are {', '.join(NAMES)}"
        raise DataError(f"{source!r} is neither a named data set nor a folder or .zip archive on this machine; {hint}")
    return open_collection(path)
