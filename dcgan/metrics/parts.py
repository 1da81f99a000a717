"""The two parts of a data set that an evaluation needs: one to compare with, one held out from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt

from dcgan.config import Crop
from dcgan.data import Dataset, Progress, has_test_split, load
from dcgan.errors import DataError
from dcgan.images import Images
from dcgan.models import Synthesizer

FEWEST = 16  # pictures a part
LEARNED = 20_000  # pictures at most that a classifier is trained on

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Part:
    """Some pictures of a set, and their labels where it has them."""

    images: Images
    labels: Labels | None


@dataclass(frozen=True, eq=False)
class Parts:
    """`compared` and `held_out` hold n pictures each, none of them in both. `learned` are rows of `data` outside `held_out`."""

    data: Dataset
    compared: Part
    held_out: Part
    learned: Labels
    note: str

    @property
    def n(self) -> int:
        return len(self.compared.images)


def trained_crop(model: Synthesizer) -> Crop:
    """Return which square of its pictures a model was trained on: what it is compared with is cut alike."""
    crop: Crop = ((model.model.config.training or {}).get("recipe") or {}).get("crop", "center")
    return crop if crop in get_args(Crop) else "center"


def load_parts(
    source: str,
    image_size: int,
    image_channels: int,
    samples: int,
    seed: int = 0,
    data_dir: Path | None = None,
    label_column: str | None = None,
    crop: Crop = "center",
    progress: Progress | None = None,
) -> Parts:
    """Return two parts of `samples` pictures each, or of as many as there are, chosen by `seed`.

    A named set with a test split holds out pictures of that, all others are split at random. Raises DataError.
    """
    data = load(
        source,
        image_size=image_size,
        image_channels=image_channels,
        data_dir=data_dir,
        label_column=label_column,
        crop=crop,
        progress=progress,
    )
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(data.images))
    if has_test_split(source):
        test = load(source, image_size=image_size, image_channels=image_channels, split="test", data_dir=data_dir, progress=progress)
        n = min(samples, len(data.images), len(test.images))
        held_out, learned = _part(test, draw.permutation(len(test.images))[:n]), order[:LEARNED]
        note = "Held out are pictures of the set's test split."
    else:
        n = min(samples, len(data.images) // 2)
        held_out, learned = _part(data, order[n : 2 * n]), np.concatenate([order[:n], order[2 * n :]])[:LEARNED]
        note = "Held out are pictures outside the compared part; the model may have been trained on both."
    if n < FEWEST:
        raise DataError(f"{source} is split into two parts of at least {FEWEST} pictures, found {len(data.images)} and samples {samples}")
    return Parts(data, _part(data, order[:n]), held_out, np.sort(learned), note)


def _part(data: Dataset, rows: Labels) -> Part:
    rows = np.sort(rows)  # a memory-mapped set is read from front to back
    return Part(np.asarray(data.images[rows]), data.labels[rows] if data.labels is not None else None)
