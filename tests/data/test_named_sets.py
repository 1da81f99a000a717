from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import os
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from making import picture_bytes, write_files, write_mnist
from PIL import Image

from dcgan.data import catalog, download, fashion10k, fetch, load, survey
from dcgan.data.make_fashion10k import main, make_fashion10k
from dcgan.errors import DataError

NAMES = ["fashion-mnist-10k", "fashion-mnist", "mnist", "cifar10", "celeba", "shapes"]
OFFLINE = "dcgan.data.download.urllib.request.urlopen"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise OSError("no network here")

    monkeypatch.setattr(OFFLINE, refuse)


def test_the_catalog_says_what_is_here(tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist")
    entries = {entry.name: entry for entry in catalog(tmp_path)}
    assert list(entries) == NAMES
    assert {name for name, entry in entries.items() if entry.on_disk} == {"fashion-mnist-10k", "mnist", "shapes"}
    assert entries["mnist"].path == tmp_path / "mnist"
    assert entries["cifar10"].path is None
    assert all(entry.terms and entry.description for entry in entries.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_survey_agrees_with_the_catalog_and_needs_no_files(name: str) -> None:
    found, entry = survey(name), next(entry for entry in catalog() if entry.name == name)
    assert (found.count, found.image_channels, found.terms) == (entry.count, entry.channels, entry.terms)
    assert found.image_size == (64 if name in ("celeba", "shapes") else 32)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("where", ["data/mnist", "data", "data/MNIST/raw", "home/data/mnist", "home/data/mnist/MNIST/raw", "debian/mnist"])
def test_mnist_is_found_where_it_may_lie(tmp_path: Path, where: str, zipped: bool) -> None:
    images, labels = write_mnist(tmp_path / where, zipped=zipped)
    dataset = load("mnist", data_dir=tmp_path / "data")
    assert np.array_equal(dataset.images[:, 2:30, 2:30, 0], images)
    assert dataset.images.shape == (12, 32, 32, 1)
    assert dataset.images[:, :2].max() == dataset.images[:, :, 30:].max() == 0
    assert np.array_equal(dataset.labels, labels)
    assert dataset.label_names == tuple("0123456789")


def test_data_dir_goes_before_home(tmp_path: Path) -> None:
    write_mnist(tmp_path / "home/data/mnist", 20)
    write_mnist(tmp_path / "data/mnist", 30)
    assert len(load("mnist", data_dir=tmp_path / "data").images) == 30
    assert len(load("mnist").images) == 20


@pytest.mark.parametrize("folder", ["mnist", "MNIST/raw"])
def test_mnist_is_not_taken_for_fashion(tmp_path: Path, folder: str) -> None:
    write_mnist(tmp_path / folder)
    with pytest.raises(DataError, match="fashion-mnist could not be downloaded"):
        load("fashion-mnist", data_dir=tmp_path / folder)


def test_splits(tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist", 12)
    with pytest.raises(DataError, match="t10k-images"):
        load("mnist", data_dir=tmp_path, split="test")
    write_mnist(tmp_path / "mnist", 7, part="t10k")
    assert len(load("mnist", data_dir=tmp_path, split="test").images) == 7
    with pytest.raises(DataError, match="no test split"):
        load("fashion-mnist-10k", split="test")


@pytest.mark.parametrize("size", [16, 28, 64])
def test_other_sizes_and_channels(tmp_path: Path, size: int) -> None:
    images, _ = write_mnist(tmp_path / "mnist", 3)
    found = load("mnist", data_dir=tmp_path, image_size=size, image_channels=3).images
    assert found.shape == (3, size, size, 3)
    assert np.array_equal(found[..., 0], found[..., 2])
    expected = [np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS)) for image in images]
    assert np.array_equal(found[..., 1], expected)


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist", 12)
    write_mnist(tmp_path / "other", 13)
    (tmp_path / "other/train-labels-idx1-ubyte.gz").replace(tmp_path / "mnist/train-labels-idx1-ubyte.gz")
    with pytest.raises(DataError, match=r"\(12, 28, 28\).*\(13,\)"):
        load("mnist", data_dir=tmp_path)


def cifar_batch(k: int) -> tuple[bytes, np.ndarray, list[int]]:
    pixels = np.random.default_rng(k).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
    batch = {"data": np.stack([pixels[..., c].reshape(4, -1) for c in range(3)], 1).reshape(4, -1), "labels": [k, 1, 2, 9]}
    return pickle.dumps(batch, protocol=4), pixels, batch["labels"]


def write_cifar(folder: Path, packed: bool) -> tuple[np.ndarray, np.ndarray]:
    batches = {f"cifar-10-batches-py/data_batch_{k}": cifar_batch(k) for k in range(1, 6)}
    if packed:
        folder.mkdir(parents=True)
        with tarfile.open(folder / "cifar-10-python.tar.gz", "w:gz") as archive:
            for name, (data, _, _) in batches.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    else:
        write_files(folder, {name: data for name, (data, _, _) in batches.items()})
    return np.concatenate([pixels for _, pixels, _ in batches.values()]), np.concatenate([labels for _, _, labels in batches.values()])


@pytest.mark.parametrize("packed", [False, True])
def test_cifar(tmp_path: Path, packed: bool) -> None:
    pixels, labels = write_cifar(tmp_path / "cifar10", packed)
    dataset = load("cifar10", data_dir=tmp_path)
    assert np.array_equal(dataset.images, pixels)
    assert np.array_equal(dataset.labels, labels)
    assert dataset.label_names[9] == "truck"
    grey = load("cifar10", data_dir=tmp_path, image_channels=1).images[..., 0]
    assert np.array_equal(grey[0], np.asarray(Image.fromarray(pixels[0]).convert("L")))


class Evil:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def test_a_forged_batch_runs_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "was-here"
    write_broken_cifar(tmp_path, pickle.dumps(Evil(trace)))
    with pytest.raises(DataError, match="fetch cifar10 again"):
        load("cifar10", data_dir=tmp_path)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Evil(trace)))  # it would have been seen
    assert trace.exists()


@pytest.mark.parametrize("data", [b"no pickle", b"", pickle.dumps({"data": [1, 2], "labels": [0]}), pickle.dumps([1])])
def test_a_broken_batch_is_refused(tmp_path: Path, data: bytes) -> None:
    write_broken_cifar(tmp_path, data)
    with pytest.raises(DataError, match="fetch cifar10 again") as caught:
        load("cifar10", data_dir=tmp_path)
    assert "data_batch_3" in str(caught.value)


def write_broken_cifar(folder: Path, data: bytes) -> None:
    write_cifar(folder / "cifar10", packed=False)
    (folder / "cifar10/cifar-10-batches-py/data_batch_3").write_bytes(data)


def write_celeba(folder: Path) -> None:
    pictures = {f"img_align_celeba/00000{k}.jpg": picture_bytes((k * 60, 0, 0), size=(178, 218), kind="JPEG") for k in (1, 2, 3)}
    table = "3\nSmiling Male \n000001.jpg -1  1 \n000002.jpg  1  1 \n000003.jpg  1 -1 \n"
    write_files(folder, pictures | {"list_attr_celeba.txt": table})


def test_celeba(tmp_path: Path) -> None:
    write_celeba(tmp_path / "celeba")
    dataset = load("celeba", data_dir=tmp_path, label_column="Smiling")
    assert dataset.images.shape == (3, 64, 64, 3)
    assert np.abs(dataset.images[:, 32, 32, 0].astype(int) - [60, 120, 180]).max() < 4
    assert dataset.labels is not None
    assert dataset.labels.tolist() == [0, 1, 1]
    assert (dataset.name, dataset.terms) == ("celeba", next(entry.terms for entry in catalog() if entry.name == "celeba"))
    assert survey("celeba", tmp_path).label_columns == ("Smiling", "Male")


@pytest.mark.parametrize("name", ["mnist", "shapes", "fashion-mnist-10k"])
def test_a_set_without_columns_refuses_one(tmp_path: Path, name: str) -> None:
    write_mnist(tmp_path / "mnist")
    for attempt in (load, survey):
        with pytest.raises(DataError, match=f"{name} has no label column 'Male'"):
            attempt(name, data_dir=tmp_path, label_column="Male")


@pytest.mark.parametrize(
    ("name", "file"), [("mnist", "train-images-idx3-ubyte.gz"), ("cifar10", "cifar-10-python.tar.gz"), ("celeba", "img_align")]
)
def test_without_a_network_the_way_out_is_told(home: Path, name: str, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gdown", None)  # as if it were not installed: no other way to Google Drive
    with pytest.raises(DataError) as caught:
        load(name)
    assert file in str(caught.value)
    assert str(home / "data" / name) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror of files, of which the first address is dead; the checksums are those of the true files."""
    folder = tmp_path / "served"
    for part in ("train", "t10k"):
        write_mnist(folder, part=part)
    monkeypatch.undo()
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("dcgan.data.entries.DEBIAN", tmp_path / "debian")
    remotes = tuple(
        download.Remote(file.name, ((tmp_path / "dead" / file.name).as_uri(), file.as_uri()), hashlib.md5(file.read_bytes()).hexdigest())
        for file in sorted(folder.iterdir())
    )
    monkeypatch.setattr(download, "_remotes", lambda name: remotes)
    return folder


def test_a_download_tries_all_mirrors_and_reports(served: Path, home: Path) -> None:
    told: list[tuple[int, int, str]] = []
    assert fetch("mnist", progress=lambda *report: told.append(report)) == home / "data/mnist"
    assert sorted(path.name for path in (home / "data/mnist").iterdir()) == sorted(path.name for path in served.iterdir())
    assert told[-1] == (told[-1][1], (served / "train-labels-idx1-ubyte.gz").stat().st_size, "downloading train-labels-idx1-ubyte.gz")
    assert len(load("mnist").images) == 12


def test_a_wrong_download_is_not_kept(served: Path, home: Path) -> None:
    (served / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"forged"))
    with pytest.raises(DataError, match="another file than expected"):
        fetch("mnist")
    assert not [path for path in (home / "data/mnist").iterdir() if "labels" in path.name and "train" in path.name]


def test_torchvision_still_names_the_addresses() -> None:
    assert [remote.name for remote in download._remotes("cifar10")] == ["cifar-10-python.tar.gz"]
    for name in ("mnist", "fashion-mnist"):
        assert {remote.name.split("-idx")[0] for remote in download._remotes(name)} == {
            f"{part}-{what}" for part in ("train", "t10k") for what in ("images", "labels")
        }


def test_sets_that_need_no_fetching() -> None:
    assert fetch("fashion-mnist-10k") == fashion10k.PATH
    assert fetch("shapes").name == "shapes.py"


def test_an_unknown_name_cannot_be_fetched() -> None:
    with pytest.raises(DataError, match=r"imagenet.*fashion-mnist-10k"):
        fetch("imagenet")


def test_the_shipped_set() -> None:
    dataset = load("fashion-mnist-10k", image_size=28)
    assert dataset.images.shape == (10_000, 28, 28, 1)
    assert dataset.labels is not None
    assert np.bincount(dataset.labels).tolist() == [1000] * 10
    assert dataset.label_names[9] == "Ankle boot"
    assert 0.28 < dataset.images.mean() / 255 < 0.30  # Fashion-MNIST's mean is 0.2860
    assert fashion10k.PATH.stat().st_size < 5_000_000
    assert "Copyright (c) 2017 Zalando SE" in fashion10k.PATH.with_name("LICENSE-fashion-mnist.txt").read_text()
    boots, trousers = dataset.images[dataset.labels == 9] > 0, dataset.images[dataset.labels == 1] > 0
    assert trousers.any(1).sum(1).mean() < boots.any(1).sum(1).mean() - 8  # columns that are used: trousers are narrow


def test_the_maker_takes_the_first_of_each_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.data.make_fashion10k.PER_CLASS", 2)
    images, _ = write_mnist(tmp_path / "source", 30)
    sheets = np.load(io.BytesIO(lzma.decompress(make_fashion10k(tmp_path / "source"))))
    assert np.array_equal(sheets, np.stack([images[:10], images[10:20]], axis=1))
    assert main([str(tmp_path / "source"), str(tmp_path / "made")]) == 0
    assert (tmp_path / "made").read_bytes() == make_fashion10k(tmp_path / "source")


def test_the_maker_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main([str(tmp_path), str(tmp_path / "made")]) == 2
    write_mnist(tmp_path / "few")
    assert main([str(tmp_path / "few"), str(tmp_path / "made")]) == 2
    assert all(line.startswith("dcgan: ") for line in capsys.readouterr().err.splitlines())
    assert not (tmp_path / "made").exists()


def test_a_broken_shipped_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "half.npy.xz").write_bytes(fashion10k.PATH.read_bytes()[:100_000])
    with pytest.raises(DataError, match=r"half\.npy\.xz"):
        fashion10k.read_fashion10k(tmp_path / "half.npy.xz")


def test_reading_sets_loads_neither_torchvision_nor_gradio() -> None:
    heavy = ("torch", "torchvision", "gradio")
    code = f"import sys; from dcgan.data import load; load('fashion-mnist-10k'); print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
