"""Survey and load the sets of the catalog."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from dcgan.config import Crop
from dcgan.data import shapes
from dcgan.data.cifar import read_cifar
from dcgan.data.collection import TABLES, TableFile, open_collection
from dcgan.data.dataset import Dataset, Images, Labels, Progress, Survey, fingerprint
from dcgan.data.download import fetch
from dcgan.data.entries import CELEBA_PICTURES, CatalogEntry, find_entry
from dcgan.data.fashion10k import read_fashion10k
from dcgan.data.fitting import fit, to_grey
from dcgan.data.folders import load_pictures
from dcgan.data.mnist import read_mnist
from dcgan.data.tables import parse_table
from dcgan.errors import DataError


@dataclass(frozen=True)
class Wish:
    """What a caller of `load` asked for; None leaves it to the set."""

    size: int | None = None
    channels: int | None = None
    label_column: str | None = None
    crop: Crop = "center"
    split: str = "train"


_READERS: dict[str, Callable[[Path, str], tuple[Images, Labels]]] = {
    "fashion-mnist-10k": lambda path, split: read_fashion10k(path),
    "fashion-mnist": read_mnist,
    "mnist": read_mnist,
    "cifar10": read_cifar,
}
_WITHOUT_TEST = ("fashion-mnist-10k", "celeba")


def has_test_split(source: str) -> bool:
    """Say whether `source` is a named set that `load` gives with split test too."""
    return source in _READERS.keys() | {"shapes"} and source not in _WITHOUT_TEST


def survey_named(name: str, data_dir: Path | None, label_column: str | None) -> Survey:
    """Return what the catalog knows of a set, whether it is on this machine or not."""
    entry = find_entry(name, data_dir)
    columns = _celeba_columns(entry.path) if name == "celeba" and entry.path else ()
    if label_column not in (None, *columns):
        _refuse_column(name, label_column, columns)
    return Survey(
        name=name,
        count=entry.count,
        median_side=entry.size_hint,
        grey=entry.channels == 1,
        image_size=entry.image_size,
        image_channels=entry.channels,
        label_names=(f"not {label_column}", label_column) if label_column else entry.label_names,
        label_columns=columns,
        skipped=(),
        notes=(),
        terms=entry.terms,
    )


def load_named(name: str, wish: Wish, data_dir: Path | None, progress: Progress | None) -> Dataset:
    """Return a set of the catalog, downloaded first if it is nowhere on this machine."""
    entry = find_entry(name, data_dir)
    if wish.split == "test" and name in _WITHOUT_TEST:
        raise DataError(f"{name} has no test split here; load it with split train")
    wish = replace(wish, size=wish.size or entry.image_size, channels=wish.channels or entry.channels)
    if name == "celeba":
        return _load_celeba(entry, wish, fetch(name, data_dir, progress), progress)
    if wish.label_column is not None:
        _refuse_column(name, wish.label_column, ())
    images, labels = _draw_shapes(wish, progress) if name == "shapes" else _read_fitted(entry, wish, data_dir, progress)
    return Dataset(
        name=name,
        images=images,
        labels=labels,
        label_names=entry.label_names,
        fingerprint=fingerprint(images, labels),
        skipped=(),
        notes=(),
        terms=entry.terms,
    )


def _read_fitted(entry: CatalogEntry, wish: Wish, data_dir: Path | None, progress: Progress | None) -> tuple[Images, Labels]:
    images, labels = _READERS[entry.name](fetch(entry.name, data_dir, progress), wish.split)
    return fit(images, wish.size or entry.image_size, wish.channels or entry.channels, progress), labels


def _draw_shapes(wish: Wish, progress: Progress | None) -> tuple[Images, Labels]:
    table = shapes.factors(shapes.COUNT, wish.split)
    images = shapes.draw(table, wish.size or shapes.NATIVE_SIZE, progress)
    return to_grey(images) if wish.channels == 1 else images, table["shape"]


def _load_celeba(entry: CatalogEntry, wish: Wish, path: Path, progress: Progress | None) -> Dataset:
    with closing(open_collection(path / CELEBA_PICTURES)) as collection:
        dataset = load_pictures(collection, wish.size, wish.channels, wish.label_column, progress, wish.crop)
    return replace(dataset, name=entry.name, terms=entry.terms)


def _celeba_columns(path: Path) -> tuple[str, ...]:
    table = path / TABLES[1]
    return parse_table(TableFile(str(table), table.read_bytes())).columns if table.is_file() else ()


def _refuse_column(name: str, column: str | None, columns: tuple[str, ...]) -> None:
    choice = f"it can be {', '.join(columns)}" if columns else "leave label_column out"
    raise DataError(f"{name} has no label column {column!r}; {choice}")
