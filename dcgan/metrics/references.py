"""A generator's pictures beside the real ones that it should be like: as far apart, of all their kinds, and none of them copied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from dcgan.data import Dataset, Progress, load
from dcgan.errors import DataError
from dcgan.images import to_x
from dcgan.metrics.portrait import Portrait, portrait
from dcgan.metrics.silhouette import Classes
from dcgan.models.synthesizer import ModelInfo

REFERENCES = 1024  # real pictures at most that are compared with
SMALL = 16  # pixels a side at which nearest pictures are looked for
LEAST = 8  # real pictures to say anything of


@dataclass(frozen=True)
class Likeness:
    """Pictures beside `pictures` real ones of `data`.

    `real` is the portrait of as many real pictures, within classes where the model's is. `nearness` is the median distance of a picture to
    the nearest real one, over that of a real one to the nearest other: about 1 in a good model, 0 in copies. `classes` are the shares of
    the data's classes among the pictures and among the real ones, as the most similar silhouette names them; {} where there are none.
    """

    data: str
    pictures: int
    real: Portrait
    nearness: float
    classes: dict[str, tuple[float, float]]


class References:
    """Real pictures to compare with, chosen by `seed`; they are brought to the model's size."""

    def __init__(self, data: Dataset, seed: int = 0) -> None:
        if len(data.images) < LEAST:
            raise DataError(f"{data.name} holds {len(data.images)} pictures, at least {LEAST} are compared")
        chosen = np.random.default_rng(seed).permutation(len(data.images))[:REFERENCES]
        self.name, self.x = data.name, to_x(torch.from_numpy(np.asarray(data.images[np.sort(chosen)])))
        self.labels = None if data.labels is None else torch.from_numpy(np.asarray(data.labels)[np.sort(chosen)])
        self._classes = None if self.labels is None else Classes(data.label_names, self.labels, self.x)
        self._small = small(self.x)
        own = torch.cdist(self._small, self._small).fill_diagonal_(torch.inf)
        self._usual_nearness = float(own.min(1).values.median())

    def compare(self, x: Tensor, conditional: bool) -> Likeness:
        """Compare pictures x (n, c, h, w); classes count for nothing where they were asked for."""
        nearest = torch.cdist(small(x), self._small).min(1).values
        labels = self.labels if conditional else None
        return Likeness(
            data=self.name,
            pictures=len(self.x),
            real=portrait(self.x[: len(x)], None if labels is None else labels[: len(x)]),
            nearness=float(nearest.median()) / max(self._usual_nearness, 1e-12),
            classes={} if self._classes is None else self._classes.beside(x),
        )


def references(source: str, info: ModelInfo, data_dir: Path | None = None, progress: Progress | None = None) -> References:
    """Load the pictures of `source` as a model of this `info` makes them; a DataError says why that cannot be."""
    return References(load(source, image_size=info.width, image_channels=info.channels, data_dir=data_dir, progress=progress))


def small(x: Tensor) -> Tensor:
    """Return pictures (n, c, h, w) at 16 px a side, as rows: a copy shares them, and fine noise does not hide it."""
    return F.adaptive_avg_pool2d(x, SMALL).flatten(1)
