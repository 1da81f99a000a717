"""Data sets of the Hub: Parquet with an image column, and pictures that are files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_stand_in import Fault, HubStandIn
from PIL import Image

from dcgan.cli import main
from dcgan.data import fetch, load, survey
from dcgan.errors import DCGANError

PIXELS = np.random.default_rng(1).integers(0, 256, (9, 16, 16), np.uint8)
NAMES = ["cat", "dog", "no label"]


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def parquet(pixels: np.ndarray, named: bool = True, column: str = "img") -> bytes:
    """A file as the Hub's own library writes it."""
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    features = {column: {"_type": "Image"}, "animal": {"_type": "ClassLabel", "names": NAMES}}
    schema = pa.schema([("id", pa.int64()), (column, image), ("animal", pa.int64())])
    if named:
        schema = schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    rows = [{"id": k, column: {"bytes": encoded(each), "path": None}, "animal": k % 2} for k, each in enumerate(pixels)]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), buffer)
    return buffer.getvalue()


def test_parquet_becomes_pictures_with_their_labels(hub: HubStandIn, home: Path) -> None:
    two = {f"data/train-{k:05d}-of-00002.parquet": parquet(part) for k, part in enumerate((PIXELS[:5], PIXELS[5:]))}
    hub.add("ada/animals", {**two, "data/test-00000-of-00001.parquet": parquet(PIXELS[:1]), "animals.py": b"import os"})
    data = load("hf:ada/animals", image_size=16, image_channels=1)
    assert np.array_equal(data.images[..., 0], PIXELS) and data.name == "hf:ada/animals"
    assert [data.label_names[k] for k in data.labels] == [NAMES[k % 2] for k in (0, 1, 2, 3, 4, 0, 1, 2, 3)]
    assert not any("test-" in line or ".py" in line for line in hub.requests if "/resolve/" in line)
    before = len(hub.requests)
    assert survey("hf:ada/animals").count == 9 and load("hf:ada/animals").fingerprint and len(hub.requests) == before


def test_parquet_without_names_of_classes_has_no_labels(hub: HubStandIn) -> None:
    hub.add("ada/plain", {"a.parquet": parquet(PIXELS, named=False, column="face")})
    assert load("hf:ada/plain", image_size=16).labels is None


def test_pictures_that_are_files_come_with_their_table(hub: HubStandIn) -> None:
    pictures = {f"train/{k}.jpg": encoded(pixels, "JPEG") for k, pixels in enumerate(PIXELS)}
    table = "file,label\n" + "".join(f"{name},{'odd' if k % 2 else 'even'}\n" for k, name in enumerate(pictures))
    hub.add("ada/files", {**pictures, "labels.csv": table.encode(), "README.md": b"", "script.py": b""})
    data = load("hf:ada/files@main", image_size=16)
    assert len(data.images) == 9 and set(data.label_names) == {"odd", "even"}


def test_a_page_asks_to_fetch_it_first(hub: HubStandIn, capsys: pytest.CaptureFixture[str]) -> None:
    hub.add("ada/animals", {"train.parquet": parquet(PIXELS)})
    with pytest.raises(DCGANError, match="python -m dcgan data fetch hf:ada/animals"):
        survey("hf:ada/animals")
    assert hub.requests == []
    assert main(["data", "fetch", "hf:ada/animals"]) == 0
    assert "hf:ada/animals is ready" in capsys.readouterr().out and survey("hf:ada/animals").count == 9


def test_a_run_names_the_set_and_goes_on_without_the_hub(hub: HubStandIn, tmp_path: Path) -> None:
    hub.add("ada/animals", {"train.parquet": parquet(PIXELS)})
    tiny = ("base_channels=4", "batch_size=4", "threads=1", "precision=fp32", "image_size=16")
    train = ["train", "--run", str(tmp_path / "run"), *(part for setting in tiny for part in ("--set", setting))]
    assert main([*train, "--data", "hf:ada/animals", "--steps", "2"]) == 0
    hub.faults.append(Fault(".*", status=500, times=99))
    assert main([*train, "--steps", "3"]) == 0
    config = json.loads((tmp_path / "run" / "config.json").read_text("utf-8"))
    assert config["data"]["source"] == "hf:ada/animals"


@pytest.mark.parametrize(
    ("files", "source", "words"),
    [
        ({"README.md": b""}, "hf:ada/set", "holds no pictures"),
        ({"a.parquet": b"PAR1 nothing"}, "hf:ada/set", "cannot be read as Parquet"),
        ({"a/train-0.parquet": b"", "b/train-0.parquet": b""}, "hf:ada/set", "several sets: a, b; name one: hf:ada/set/a"),
        ({"x.png": b""}, "hf:ada", "OWNER/REPO"),
        ({"x.png": b""}, "hf:ada/other", "the Hub shows no ada/other"),
    ],
)
def test_what_cannot_be_had_is_a_sentence(hub: HubStandIn, home: Path, files: dict[str, bytes], source: str, words: str) -> None:
    hub.add("ada/set", files)
    with pytest.raises(DCGANError, match=words):
        fetch(source)
    assert not (home / "data" / "hf").exists() or not any((home / "data" / "hf").iterdir())


def test_parquet_without_pictures_names_its_columns(hub: HubStandIn) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": ["a"], "number": [1]}), buffer)
    hub.add("ada/words", {"a.parquet": buffer.getvalue()})
    with pytest.raises(DCGANError, match="no column of pictures; its columns are text, number"):
        load("hf:ada/words")


def test_a_full_disk_leaves_nothing(hub: HubStandIn, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    hub.add("ada/animals", {"train.parquet": parquet(PIXELS)})
    monkeypatch.setattr("dcgan.data.hub_sets.write_json", full)
    with pytest.raises(DCGANError, match="No space left on device"):
        fetch("hf:ada/animals")
    assert not any((home / "data" / "hf").iterdir())
