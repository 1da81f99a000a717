"""Before a model is given away: is somebody's own picture in it?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from dcgan.data import Progress, load
from dcgan.data.entries import NAMES
from dcgan.errors import DataError
from dcgan.files import read_json
from dcgan.images import Images, to_x
from dcgan.metrics.evaluation import CHUNK, NEIGHBOURS, Neighbours, closest, make_samples
from dcgan.metrics.kernel import Features, nearest
from dcgan.metrics.parts import trained_crop
from dcgan.models import Model, Synthesizer

SAMPLES, PICTURES = 1000, 5000  # compared at most, in seconds


def own_pictures(model: Model) -> str | None:
    """Return what a model that learned from a folder or zip of one's own was trained on, else None.

    It is the path where the run that made the model lies around it, else only the name.
    """
    run = read_json(model.path.parent.parent / "config.json") if model.path is not None else {}
    data = (run.get("data") or {}).get("source") or (model.config.training or {}).get("data")
    return None if not data or data in NAMES or str(data).startswith("hf:") else str(data)


def nearest_to_training(
    model: Synthesizer,
    source: str,
    samples: int = SAMPLES,
    pictures: int = PICTURES,
    seed: int = 0,
    data_dir: Path | None = None,
    progress: Progress | None = None,
) -> Neighbours:
    """Return the samples that lie closest to a training picture, and those pictures.

    Of `source` as many as `pictures` are compared, chosen by `seed`, all of them reduced to 16x16 pixels. `distance_held_out` is here
    the median distance of a training picture to its nearest other one; a sample much closer than that to its own looks copied.

    Raises
    ------
    DataError
        `source` cannot be read, or holds fewer pictures than are shown.
    """
    info = model.info
    channels = 1 if info.channels == 1 else 3
    data = load(source, image_size=info.width, image_channels=channels, data_dir=data_dir, crop=trained_crop(model), progress=progress)
    if len(data.images) <= NEIGHBOURS:
        raise DataError(f"{source} holds {len(data.images)} pictures, at least {NEIGHBOURS + 1} are compared")
    rows = np.sort(np.random.default_rng(seed).permutation(len(data.images))[:pictures])
    images = np.asarray(data.images[rows])
    made, _ = make_samples(model, samples, seed, progress)
    real, fake = _reduced(images), _reduced(made)
    typical = float(np.median(nearest(real, real, 2)[0][:, 1]))
    return closest(made, fake, images, real, seed, typical)


def _reduced(images: Images) -> Features:
    """Return pictures of 16x16 pixels as points (n, d): a copy shares them, and fine noise does not hide it."""
    pieces = (torch.from_numpy(images[start : start + CHUNK]) for start in range(0, len(images), CHUNK))
    return torch.cat([F.adaptive_avg_pool2d(to_x(piece), 16).flatten(1) for piece in pieces]).numpy()
