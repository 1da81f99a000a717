from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from making import encode, picture_bytes, png_claiming, write_files, write_zip
from PIL import Image

from dcgan.data import load, store, survey
from dcgan.errors import DataError

MIXED = {
    "b/tall.jpg": picture_bytes((0, 0, 255), size=(20, 50), kind="JPEG"),
    "a.png": picture_bytes((255, 0, 0), size=(18, 18)),
    "deep/er/grey.png": picture_bytes(90, size=(40, 40), mode="L"),
    "cut.jpg": picture_bytes(size=(64, 64), kind="JPEG")[:-40],  # its header is whole
    "dot.png": picture_bytes(size=(1, 1)),
    "words.png": "no picture",
    "huge.png": png_claiming(60_000, 60_000),
    "notes.txt": "hello",
    "Thumbs.db": "x",
    ".DS_Store": "x",
    "__MACOSX/._a.png": "x",
}
SKIPPED = {"cut.jpg": "broken", "dot.png": "too small", "words.png": "not an image", "huge.png": "too large", "notes.txt": "not an image"}


@pytest.fixture(params=["folder", "zip"])
def mixed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_files(tmp_path / "mixed", MIXED) if request.param == "folder" else write_zip(tmp_path / "mixed.zip", MIXED)


def test_a_mixed_set_is_read_as_far_as_it_goes(mixed: Path) -> None:
    dataset = load(str(mixed), image_size=16, image_channels=3)
    assert dataset.name == "mixed"
    assert dataset.images.shape == (3, 16, 16, 3)
    middles = dataset.images[:, 8, 8].astype(int)
    assert np.abs(middles - [(255, 0, 0), (0, 0, 255), (90, 90, 90)]).max() < 4  # a.png, b/tall.jpg, deep/er/grey.png
    assert {name: reason.split(":")[0].removesuffix(" of a known format") for name, reason in dataset.skipped} == SKIPPED
    assert dataset.labels is None
    assert dataset.label_names == ()


def test_size_and_channels_are_proposed_from_the_headers(mixed: Path) -> None:
    found = survey(str(mixed))
    assert (found.count, found.median_side, found.grey) == (4, 30.0, False)  # sides 18, 20, 40, 64
    assert (found.image_size, found.image_channels) == (16, 3)
    assert load(str(mixed)).images.shape == (3, 16, 16, 3)


@pytest.mark.parametrize(("side", "size"), [(9, 16), (28, 16), (31, 16), (32, 32), (63, 32), (64, 64), (300, 64)])
def test_the_proposed_size_is_the_largest_not_above_the_median(tmp_path: Path, side: int, size: int) -> None:
    write_files(tmp_path / "set", {f"{k}.png": picture_bytes(9, size=(side, side + 3), mode="L") for k in range(3)})
    assert load(str(tmp_path / "set")).images.shape == (3, size, size, 1)


def test_transparency_is_told(tmp_path: Path) -> None:
    files = {"a.png": picture_bytes((9, 9, 9, 0), mode="RGBA"), "b.png": picture_bytes()}
    dataset = load(str(write_files(tmp_path / "set", files)))
    assert dataset.images[0].min() == 255
    assert any("1 of the pictures" in note and "white" in note for note in dataset.notes)


def test_fingerprint_is_of_the_content_not_of_the_path(tmp_path: Path) -> None:
    one = write_files(tmp_path / "one", {"a.png": picture_bytes(), "b.png": picture_bytes((1, 2, 3))})
    packed = write_zip(tmp_path / "two.zip", {"x/a.png": picture_bytes(), "x/b.png": picture_bytes((1, 2, 3))})
    other = write_files(tmp_path / "three", {"a.png": picture_bytes(), "b.png": picture_bytes((1, 2, 4))})
    labelled = shutil.copytree(one, tmp_path / "four")
    write_files(labelled, {"labels.csv": "file,label\na.png,x\nb.png,y\n"})
    first, *others = (load(str(path)).fingerprint for path in (one, packed, other, labelled))
    assert first == others[0]
    assert len({first, *others[1:]}) == 3


def test_order_is_by_name_and_complete_over_many_tasks(tmp_path: Path) -> None:
    files = {f"{k:04}.png": picture_bytes(k % 251, size=(8, 8), mode="L") for k in range(1200)}
    told: list[tuple[int, int, str]] = []
    dataset = load(
        str(write_zip(tmp_path / "many.zip", files)), image_size=8, image_channels=1, progress=lambda *report: told.append(report)
    )
    assert np.array_equal(dataset.images[:, 0, 0, 0], np.arange(1200) % 251)
    assert [report[:2] for report in told] == [(1024, 1200), (1200, 1200)]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, "no files"),
        ({"a.txt": "x", "b.png": "y"}, r"2 files.*a\.txt: not an image; b\.png: not an image"),
        ({".hidden.png": "x"}, "no files"),
    ],
)
def test_a_hopeless_folder_says_what_it_holds(tmp_path: Path, files: dict[str, bytes | str], found: str) -> None:
    folder = write_files(tmp_path, files) if files else tmp_path / "empty"
    folder.mkdir(exist_ok=True)
    for attempt in (load, survey):
        with pytest.raises(DataError, match=found):
            attempt(str(folder))


@pytest.mark.parametrize("source", ["", "no/such/folder", "a\0b"])
def test_a_path_that_is_nowhere_lists_the_names(source: str) -> None:
    with pytest.raises(DataError, match="fashion-mnist-10k"):
        load(source)


def test_a_misspelt_name_is_corrected() -> None:
    with pytest.raises(DataError, match="did you mean cifar10"):
        load("cifar-10")


@pytest.mark.parametrize("wish", [{"image_size": 4}, {"image_size": 5000}, {"image_channels": 2}, {"split": "val"}])
def test_impossible_wishes_are_refused(wish: dict[str, int]) -> None:
    with pytest.raises(DataError, match="|".join(wish)):
        load("shapes", **wish)


def test_circles_of_links_and_pipes_end(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "set", {"a.png": picture_bytes()})
    (folder / "loop").symlink_to(folder)
    (folder / "gone.png").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.png")
    dataset = load(str(folder))
    assert len(dataset.images) == 1
    assert {name for name, _ in dataset.skipped} == {"gone.png", "pipe.png"}


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MEMORY_LIMIT", 1000)


@pytest.mark.usefixtures("small_memory")
def test_a_large_set_is_mapped_and_not_decoded_twice(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_files(tmp_path / "mixed", MIXED)
    first = load(str(folder), image_size=16, image_channels=3)
    assert isinstance(first.images, np.memmap)
    assert not list((home / "cache" / "data").glob(".part-*"))
    monkeypatch.setattr("dcgan.data.pictures.decode", None)  # would fail if it were used
    again = load(str(folder), image_size=16, image_channels=3)
    assert np.array_equal(first.images, again.images)
    assert (first.fingerprint, first.skipped) == (again.fingerprint, again.skipped)


@pytest.mark.usefixtures("small_memory")
def test_mapped_and_plain_pixels_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_files(tmp_path / "mixed", MIXED)
    mapped = load(str(folder), image_size=16, image_channels=3).fingerprint
    monkeypatch.setattr(store, "MEMORY_LIMIT", 1 << 30)
    shutil.rmtree(store.cache_folder())
    plain = load(str(folder), image_size=16, image_channels=3)
    assert not isinstance(plain.images, np.memmap)
    assert plain.fingerprint == mapped


@pytest.mark.usefixtures("small_memory")
def test_a_changed_file_is_decoded_anew(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "set", {f"{k}.png": picture_bytes() for k in range(5)})
    before = load(str(folder), image_size=16).fingerprint
    (folder / "3.png").write_bytes(encode(Image.new("RGB", (16, 16), (200, 40, 91))))
    os.utime(folder / "3.png", ns=(1, 1))
    assert load(str(folder), image_size=16).fingerprint != before


@pytest.mark.usefixtures("small_memory")
def test_an_interrupted_or_broken_cache_is_made_anew(tmp_path: Path, home: Path) -> None:
    folder = write_files(tmp_path / "set", {f"{k}.png": picture_bytes() for k in range(5)})

    def interrupt(*report: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(str(folder), image_size=16, image_channels=3, progress=interrupt)
    assert not list((home / "cache" / "data").iterdir())
    good = load(str(folder), image_size=16, image_channels=3).fingerprint
    (cached,) = (home / "cache" / "data").glob("*/images.npy")
    cached.write_bytes(b"broken")
    assert load(str(folder), image_size=16, image_channels=3).fingerprint == good


@pytest.mark.usefixtures("small_memory")
def test_a_moved_archive_is_known_by_its_checksums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_files(tmp_path / "set", {f"{k}.png": picture_bytes() for k in range(5)})
    archive = Path(shutil.make_archive(str(tmp_path / "set"), "zip", source))
    first = load(str(archive), image_size=16, image_channels=3)
    moved = archive.rename(tmp_path / "other.zip")
    monkeypatch.setattr("dcgan.data.pictures.decode", None)
    again = load(str(moved), image_size=16, image_channels=3)
    assert again.fingerprint == first.fingerprint and again.name == "other"


@pytest.mark.usefixtures("small_memory")
def test_sets_not_used_for_longest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [write_files(tmp_path / name, {f"{k}.png": picture_bytes() for k in range(5)}) for name in "abc"]
    monkeypatch.setattr(store, "CACHE_LIMIT", 10_000)  # bytes: two sets of 3,968 and their facts
    keys: list[set[str]] = []
    for folder in (folders[0], folders[1], folders[0], folders[2]):
        load(str(folder), image_size=16, image_channels=3)
        keys.append({path.name for path in store.cache_folder().iterdir()})
    a, b = keys[0], keys[1] - keys[0]
    assert keys[2] == a | b and a < keys[3] and not b & keys[3] and len(keys[3]) == 2
