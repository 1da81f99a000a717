"""The named data sets: what they are, and where they lie on this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dcgan.config import dcgan_home
from dcgan.data import cifar, fashion10k, mnist, shapes

DEBIAN = Path("/usr/share/datasets")
CELEBA_PICTURES = "img_align_celeba"

_FASHION_NAMES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


@dataclass(frozen=True)
class CatalogEntry:
    """A named set. `size_hint` is the pictures' own side in pixels, `image_size` what they are trained at unless one is given.

    `path` is where it lies, None where it does not or needs no file; `on_disk` says that it can be loaded without the network.
    """

    name: str
    title: str
    description: str
    terms: str
    size_hint: int
    image_size: int
    channels: int
    count: int
    downloadable: bool
    label_names: tuple[str, ...] = ()
    path: Path | None = None
    on_disk: bool = False


_ENTRIES = (
    CatalogEntry(
        name="fashion-mnist-10k",
        title="Fashion-MNIST 10k",
        description="Grey pictures of clothes, 1,000 of each of 10 kinds; comes with this program",
        terms="MIT, (c) 2017 Zalando SE",
        size_hint=28, image_size=32, channels=1, count=10_000, downloadable=False, label_names=_FASHION_NAMES,
    ),
    CatalogEntry(
        name="fashion-mnist",
        title="Fashion-MNIST",
        description="Grey pictures of clothes of 10 kinds",
        terms="MIT, (c) 2017 Zalando SE",
        size_hint=28, image_size=32, channels=1, count=60_000, downloadable=True, label_names=_FASHION_NAMES,
    ),
    CatalogEntry(
        name="mnist",
        title="MNIST",
        description="Handwritten digits",
        terms="CC BY-SA 3.0, Yann LeCun and Corinna Cortes",
        size_hint=28, image_size=32, channels=1, count=60_000, downloadable=True, label_names=tuple("0123456789"),
    ),
    CatalogEntry(
        name="cifar10",
        title="CIFAR-10",
        description="Small colour photographs of 10 kinds of animals and vehicles",
        terms="No licence stated; Alex Krizhevsky asks to cite his report of 2009",
        size_hint=32, image_size=32, channels=3, count=50_000, downloadable=True, label_names=cifar.LABEL_NAMES,
    ),
    CatalogEntry(
        name="celeba",
        title="CelebA",
        description="Faces of celebrities with 40 attributes",
        terms="Non-commercial research only; the pictures may not be passed on",
        size_hint=178, image_size=64, channels=3, count=202_599, downloadable=True,
    ),
    CatalogEntry(
        name="shapes",
        title="Shapes",
        description="Coloured shapes, drawn by this program with known position, size and colour",
        terms="Free to use for anything",
        size_hint=shapes.NATIVE_SIZE, image_size=shapes.NATIVE_SIZE, channels=3, count=shapes.COUNT, downloadable=False,
        label_names=shapes.NAMES,
    ),
)  # fmt: skip

NAMES = tuple(entry.name for entry in _ENTRIES)

# Where the files lie below a folder: our own layout, then torchvision's.
_LAYOUTS: dict[str, tuple[Callable[[Path], bool], tuple[str, ...]]] = {
    "fashion-mnist": (mnist.holds_mnist, ("", "raw", "FashionMNIST/raw")),
    "mnist": (mnist.holds_mnist, ("", "raw", "MNIST/raw")),
    "cifar10": (cifar.holds_cifar, ("", cifar.FOLDER)),
    "celeba": (lambda folder: (folder / CELEBA_PICTURES).is_dir(), ("", "celeba")),
}


def catalog(data_dir: Path | None = None) -> list[CatalogEntry]:
    """Return all named sets with where they lie, `data_dir` being searched first."""
    return [find_entry(name, data_dir) for name in NAMES]


def find_entry(name: str, data_dir: Path | None = None) -> CatalogEntry:
    """Return the entry of a name that is in NAMES."""
    entry = next(entry for entry in _ENTRIES if entry.name == name)
    path = _locate(name, data_dir)
    return replace(entry, path=path, on_disk=path is not None or name == "shapes")


def own_folder(name: str) -> Path:
    """Return where a set is downloaded to."""
    return dcgan_home() / "data" / name


def _locate(name: str, data_dir: Path | None) -> Path | None:
    if name == "fashion-mnist-10k":
        return fashion10k.PATH
    if name not in _LAYOUTS:
        return None
    holds, below = _LAYOUTS[name]
    places = (root / sub for root in _roots(name, data_dir) for sub in below)
    return next((place for place in places if holds(place)), None)


def _roots(name: str, data_dir: Path | None) -> Iterator[Path]:
    if data_dir is not None:
        yield data_dir / name
        if not _belongs_to_other(name, data_dir):
            yield data_dir
    yield own_folder(name)
    yield DEBIAN / name


def _belongs_to_other(name: str, folder: Path) -> bool:
    """Say whether a folder is named for another set: MNIST and Fashion-MNIST have the same file names."""
    named = {re.sub("[^a-z0-9]", "", part.lower()) for part in folder.resolve().parts[-2:]}
    return bool(named & {other.replace("-", "") for other in _LAYOUTS if other != name})
