"""How good a model's pictures are, in numbers."""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dcgan.config import dcgan_home
from dcgan.data import Progress
from dcgan.data.dataset import digest_pixels
from dcgan.errors import ConfigError
from dcgan.files import write_bytes
from dcgan.images import Images, enlarge, grid, png_bytes, to_rgb
from dcgan.metrics.classes import ClassReport, report_classes
from dcgan.metrics.extractors import Extractor, extractor, packages_of
from dcgan.metrics.kernel import Features, frechet_distance, kid, mean_distance, nearest
from dcgan.metrics.parts import Parts, load_parts, trained_crop
from dcgan.models import Synthesizer

CLOSEST, NEIGHBOURS = 8, 3  # samples shown, and the pictures beside each
CHUNK = 500  # samples made at once
TILE = 64  # pixels a side at least on the sheet of neighbours
CAVEAT = (
    "Nearest neighbours in pixels or features are trivially fooled by small changes of a picture (Radford et al. 2015, section 6): "
    "near ones do not prove that a picture was memorised, far ones do not disprove it."
)


@dataclass(frozen=True)
class Neighbours:
    """The samples closest to a compared picture: their seeds, the Euclidean distances in features to the 3 nearest, and the pictures.

    `distance_held_out` is the median distance of a held-out picture to its nearest compared one. `tiles` is uint8 (8 * 4, h, w, 3), each
    sample before its three.
    """

    seeds: tuple[int, ...]
    distances: tuple[tuple[float, ...], ...]
    distance_held_out: float
    tiles: Images = field(repr=False, compare=False)

    @property
    def closeness(self) -> float:
        """The closest sample's distance over `distance_held_out`; a copy is near 0."""
        return self.distances[0][0] / max(self.distance_held_out, 1e-9)

    def sheet(self) -> bytes:
        """Return a PNG: a row for each sample, then its nearest real pictures."""
        factor = max(1, TILE // self.tiles.shape[1])
        return png_bytes(enlarge(grid(self.tiles, columns=1 + NEIGHBOURS), factor), {"Description": CAVEAT})

    def to_json(self) -> dict[str, Any]:
        return {"seeds": self.seeds, "distances": self.distances, "distance_held_out": self.distance_held_out, "caveat": CAVEAT}


@dataclass(frozen=True)
class Evaluation:
    """The scores of one model against one data set.

    `kid` compares n samples with n pictures of the set, `floor` as many held-out pictures with the same ones; `_se` are standard errors
    over `blocks` blocks of `block` pictures (None for a single one). All other scores are over `samples` pictures a side; `fid` and
    `fid_floor` are there with Inception's features only. `diversity` is the mean distance between samples, `diversity_samples`, over that
    between pictures of the set, `diversity_data`. Distances have the features' own unit.
    """

    model: str
    data: str
    features: str
    features_title: str
    samples: int
    seed: int
    n: int
    blocks: int
    block: int
    kid: float
    kid_se: float | None
    floor: float
    floor_se: float | None
    fid: float | None
    fid_floor: float | None
    diversity: float | None
    diversity_samples: float
    diversity_data: float
    classes: ClassReport | None
    nearest: Neighbours
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            **{key: value for key, value in self.__dict__.items() if key not in ("classes", "nearest")},
            "classes": asdict(self.classes) if self.classes else None,
            "nearest": self.nearest.to_json(),
        }

    def summary(self) -> dict[str, Any]:
        """Return what a model card says: the scores of all samples, how many, and by what measured; no pictures, no single class."""
        numbers = ("kid", "kid_se", "floor", "floor_se", "diversity")
        kept = ("data", "samples", "seed", "features", "features_title", "n", "blocks", "block", *numbers)
        classes = {key: getattr(self.classes, key) for key in ("accuracy", "agreement")} if self.classes else {}
        return {**{key: getattr(self, key) for key in kept}, **classes}


def evaluate(
    model: Synthesizer,
    data: str,
    *,
    samples: int = 5000,
    features: str = "auto",
    seed: int = 0,
    data_dir: Path | None = None,
    label_column: str | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Compare the pictures of seeds `seed` to `seed` + n - 1 with those of a data set; n is `samples`, or what the set allows.

    Parameters
    ----------
    data
        A named data set, a folder or a zip of pictures, brought to the model's size and channels.
    features
        One of `extractors.NAMES`, or "auto": efficientnet-lite0 where its packages are installed, else random.
    label_column
        The column of labels.csv whose classes are counted; by default the one that the model was trained with.

    Raises
    ------
    DCGANError
        The data cannot be read or are too few, or the features cannot be had.
    """
    network = extractor(features)
    info = model.info
    column = label_column or _trained_column(model, data)
    parts = load_parts(data, _side(model), 1 if info.channels == 1 else 3, samples, seed, data_dir, column, trained_crop(model), progress)
    made, wanted = make_samples(model, parts.n, seed, progress)
    fake = network.features(made, progress, "features of the samples")
    real, held_out = (_cached(network, part.images, progress) for part in (parts.compared, parts.held_out))
    score, floor = kid(real, fake, seed), kid(real, held_out, seed)
    spread, spread_data = mean_distance(fake), mean_distance(real)
    return Evaluation(
        model=info.name,
        data=parts.data.name,
        features=network.name,
        features_title=network.title,
        samples=parts.n,
        seed=seed,
        n=score.n,
        blocks=score.blocks,
        block=score.block,
        kid=score.value,
        kid_se=score.error,
        floor=floor.value,
        floor_se=floor.error,
        fid=_fid(network, real, fake),
        fid_floor=_fid(network, real, held_out),
        diversity=spread / spread_data if spread_data > 0 else None,
        diversity_samples=spread,
        diversity_data=spread_data,
        classes=report_classes(parts, made, _matched(wanted, model, parts), progress),
        nearest=closest(made, fake, parts.compared.images, real, seed, float(np.median(nearest(held_out, real, 1)[0]))),
        notes=_notes(parts, samples, features, network),
    )


def _side(model: Synthesizer) -> int:
    info = model.info
    if info.height != info.width:
        raise ConfigError(f"{info.name} makes pictures of {info.width}x{info.height}; only models of square pictures can be evaluated")
    return info.width


def _fid(network: Extractor, real: Features, fake: Features) -> float | None:
    """Return FID, which is defined for Inception's features alone."""
    return frechet_distance(real, fake) if network.name == "inception" else None


def _trained_column(model: Synthesizer, data: str) -> str | None:
    """Return the label column of the model's training, if it was trained on this set."""
    training = model.model.config.training or {}
    column = (training.get("recipe") or {}).get("label_column")
    return column if isinstance(column, str) and Path(str(training.get("data"))).stem == Path(data).stem else None


def make_samples(model: Synthesizer, n: int, seed: int, progress: Progress | None) -> tuple[Images, npt.NDArray[np.int64] | None]:
    """Return n pictures, uint8 (n, h, w, 1 or 3), and the classes asked for where the model is conditional."""
    wanted, parts = model.labels(n), []
    for start in range(0, n, CHUNK):
        rows = range(start, min(start + CHUNK, n))
        labels = None if wanted is None else wanted[rows.start : rows.stop]
        parts.append(model.generate(range(seed + rows.start, seed + rows.stop), labels=labels))
        if progress:
            progress(rows.stop, n, "making samples")
    images = np.concatenate(parts)
    return to_rgb(images) if images.shape[3] == 4 else images, wanted


def _matched(wanted: npt.NDArray[np.int64] | None, model: Synthesizer, parts: Parts) -> npt.NDArray[np.int64] | None:
    """Return the wanted classes as numbers of the set's classes, or None where the model's are others."""
    names = parts.data.label_names
    if wanted is None or not set(model.info.labels) <= set(names):
        return None
    return np.array([names.index(name) for name in model.info.labels])[wanted]


def _cached(network: Extractor, images: Images, progress: Progress | None) -> Features:
    """Return the features of real pictures, from the cache where these very pictures went through this network before."""
    key = hashlib.sha256(f"{network.title}:{images.shape}:{digest_pixels(images)}".encode()).hexdigest()[:32]
    path = dcgan_home() / "cache" / "features" / f"{key}.npy"
    try:
        found: Features = np.load(path, allow_pickle=False)
        if len(found) == len(images):
            return found
    except (OSError, ValueError):
        pass  # not there, or not whole: it is made anew
    features = network.features(images, progress, "features of the data")
    buffer = io.BytesIO()
    np.save(buffer, features)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, buffer.getvalue())
    return features


def closest(made: Images, fake: Features, images: Images, real: Features, seed: int, typical: float) -> Neighbours:
    """Return the samples, of seeds from `seed` on, that lie closest to a real picture in features; `typical` is `distance_held_out`."""
    distances, rows = nearest(fake, real, NEIGHBOURS)
    order = distances[:, 0].argsort(kind="stable")[:CLOSEST]
    tiles = [tile for k in order for tile in (made[k], *images[rows[k]])]
    return Neighbours(
        seeds=tuple(int(seed + k) for k in order),
        distances=tuple(tuple(map(float, distances[k])) for k in order),
        distance_held_out=typical,
        tiles=to_rgb(np.stack(tiles)),
    )


def _notes(parts: Parts, samples: int, features: str, network: Extractor) -> tuple[str, ...]:
    notes = [parts.note]
    if parts.n < samples:
        notes.append(f"{samples:,} samples were asked for; the data allow {parts.n:,} a part.")
    if features == "auto" and network.name == "random":
        better = packages_of("efficientnet-lite0")
        notes.append(f"The features are those of a random network; better ones come with pip install {better}.")
    return tuple(notes)
