"""The examination of folders and archives made of known pictures, and what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from making import encode, picture_bytes, png_claiming, write_files, write_zip
from PIL import Image

from dcgan.data import examination
from dcgan.data.examination import examine, preview_crops
from dcgan.data.remarks import SENTENCES, remarks
from dcgan.errors import DataError


def blocks(seed: int, size: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    """Return a picture of coarse random blocks: nothing looks like it."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).convert(mode)


def mixed() -> dict[str, bytes | str]:
    """Return files of every kind: 12 good ones, of them a copy and a smaller one saved again, and 4 that cannot be used."""
    files: dict[str, bytes | str] = {f"{k}.png": encode(blocks(k)) for k in range(7)}
    files["copy.png"] = files["3.png"]
    files["again.jpg"] = encode(blocks(5).resize((72, 48)), "JPEG", quality=80)
    files["grey.png"] = encode(blocks(20, mode="L"))
    files["clear.png"] = encode(blocks(21, mode="RGBA"))
    files["print.jpg"] = encode(blocks(22, (32, 96), "CMYK"), "JPEG")
    files["notes.txt"] = "not a picture"
    files["cut.png"] = encode(blocks(8))[:-200]
    files["tiny.png"] = picture_bytes(size=(5, 9))
    files["bomb.png"] = png_claiming(60_000, 60_000)
    return files


def keys(found: examination.Examination) -> dict[str, dict[str, object]]:
    return {remark.key: dict(remark.values) for remark in remarks(found)}


@pytest.mark.parametrize("zipped", [False, True])
def test_every_kind_of_file_is_counted(tmp_path: Path, zipped: bool) -> None:
    path = write_zip(tmp_path / "own.zip", mixed()) if zipped else write_files(tmp_path / "own", mixed())
    found = examine(str(path))
    assert found.survey.count == found.looked_at == 12
    assert found.sides == (32, 64, 64)
    assert found.colours == {"colour": 9, "grey": 1, "transparent": 1, "cmyk": 1}
    assert {name for name, _ in found.survey.skipped} == {"notes.txt", "cut.png", "tiny.png", "bomb.png"}
    assert found.pixels.identical == (("3.png", "copy.png"),)
    assert found.pixels.alike == (("5.png", "again.jpg"),)
    assert found.crop_loss == pytest.approx(1 / 3)
    assert found.pixels.mirrored is None and found.pixels.variety is not None
    said = keys(found)
    assert (
        next(iter(said)) == "count" and {"mixed", "transparent", "others", "unreadable", "identical", "alike", "crop", "few"} <= said.keys()
    )
    assert said["unreadable"]["count"] == 3 and said["others"]["name"] == "notes.txt" and said["crop"]["percent"] == 33
    assert all("{" not in remark.sentence() and "\n" not in remark.sentence() for remark in remarks(found))


def test_one_picture_none_and_no_picture_at_all(tmp_path: Path) -> None:
    one = write_files(tmp_path / "one", {"a.png": picture_bytes()})
    assert [remark.key for remark in remarks(examine(str(one)))] == ["one"]
    (tmp_path / "empty").mkdir()
    broken = write_files(tmp_path / "broken", {"a.png": b"hello", "b.txt": "x", "c.jpg": encode(blocks(1), "JPEG")[:300]})
    torn = tmp_path / "torn.zip"
    torn.write_bytes(write_zip(tmp_path / "whole.zip", mixed()).read_bytes()[:-50])
    for path in (tmp_path / "empty", broken, torn, tmp_path / "nowhere"):
        with pytest.raises(DataError) as caught:
            examine(str(path))
        assert path.name in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(DataError, match="data fetch hf:some/set"):
        examine("hf:some/set")


def test_labels_and_variety_are_said(tmp_path: Path) -> None:
    one = np.asarray(blocks(1, (16, 16))).astype(int)
    noise = np.random.default_rng(2).integers(-100, 101, (24, 16, 16, 3))

    def around(share: float, name: str) -> dict[str, dict[str, object]]:
        made = [Image.fromarray((one + share * part).clip(0, 255).astype(np.uint8)) for part in noise]
        return keys(examine(str(write_files(tmp_path / name, {f"{'ab'[k % 2]}/{k}.png": encode(each) for k, each in enumerate(made)}))))

    said = around(0.1, "same")
    assert said["labels"] == {"count": 2, "names": "a, b"}
    assert 0 < float(str(said["same"]["distance"])) < 0.05
    apart = {f"{k}.png": encode(blocks(k)) for k in range(40)}
    said = keys(examine(str(write_files(tmp_path / "apart", apart))))
    assert "unframed" in said and next(iter(said)) == "count_one_size"
    assert "framed" in around(1.0, "framed")


def test_a_large_set_is_looked_at_in_part_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_files(tmp_path / "own", {f"{k}.png": encode(blocks(k)) for k in range(20)})
    found = examine(str(folder), most=10)
    assert (found.survey.count, found.looked_at) == (20, 10)
    assert keys(found)["sampled"] == {"looked": 10, "count": 20}
    monkeypatch.setattr(examination, "AT_ONCE", 5)
    assert examine(str(folder), seconds=0).looked_at == 5
    assert examine(str(folder)).looked_at == 20


def test_every_sentence_can_be_said() -> None:
    source = Path(examination.__file__).with_name("remarks.py").read_text("utf-8")
    assert all(source.count(f'"{key}"') >= 2 for key in SENTENCES)


def test_the_preview_shows_what_each_crop_keeps(tmp_path: Path) -> None:
    tall = Image.new("RGB", (64, 192), "green")
    tall.paste("red", (0, 0, 64, 64))
    folder = write_files(tmp_path / "own", {"tall.png": encode(tall), "wide.png": encode(tall.rotate(90, expand=True))})
    found = examine(str(folder))
    assert set(found.oblong) == {"tall.png", "wide.png"}
    strips = preview_crops(str(folder), ["tall.png"])
    assert list(strips) == ["center", "top", "random"]
    assert strips["top"][0, 32, 32].tolist() == [255, 0, 0] and strips["center"][0, 32, 32].tolist() == [0, 128, 0]
    assert strips["random"].shape == (1, 64, 64, 3)
