from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest
from making import picture_bytes, write_files, write_zip

from dcgan.data import collection, load
from dcgan.errors import DataError

GOOD = {"good.png": picture_bytes()}


def skipped(path: Path) -> dict[str, str]:
    return dict(load(str(path), image_size=16).skipped)


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png"])
def test_names_that_lead_out_are_listed_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    path = write_zip(tmp_path / "in" / "set.zip", GOOD | {name: picture_bytes()})
    assert list(skipped(path).values()) == ["its name leads out of the archive"]
    assert not list(tmp_path.rglob("*evil*"))


def test_links_are_not_followed(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "set.zip", GOOD)
    link = zipfile.ZipInfo("link.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "good.png")
    assert skipped(path) == {"link.png": "a link"}


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "_UNPACKED_ANYWAY", 1 << 20)
    with pytest.raises(DataError, match="would unpack"):
        load(str(write_zip(tmp_path / "bomb.zip", GOOD | {"zeros.png": bytes(4 << 20)})))


def test_one_member_that_is_too_large_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "MOST_BYTES", 1 << 20)
    assert skipped(write_zip(tmp_path / "set.zip", GOOD | {"zeros.png": bytes(2 << 20)})) == {"zeros.png": "too large: 2,097,152 bytes"}


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "MOST_MEMBERS", 3)
    with pytest.raises(DataError, match="4 files, at most 3"):
        load(str(write_zip(tmp_path / "set.zip", {f"{k}.png": picture_bytes() for k in range(4)})))


def test_a_member_that_lies_about_its_size_or_content_is_listed(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "set.zip", GOOD | {"lies.png": picture_bytes((9, 9, 9))}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = data.index(picture_bytes((9, 9, 9))) + 45
    data[at] ^= 0xFF  # the sum that the archive holds is now wrong
    path.write_bytes(data)
    assert skipped(path)["lies.png"].startswith("broken in the archive")


def test_an_encrypted_member_is_listed(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "set.zip", GOOD | {"secret.png": picture_bytes()})
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1  # general purpose bit 0 of the last entry of the directory
    path.write_bytes(data)
    assert skipped(path) == {"secret.png": "encrypted"}


@pytest.mark.parametrize("keep", [0, 10, -30])
def test_a_cut_archive_is_refused(tmp_path: Path, keep: int) -> None:
    path = write_zip(tmp_path / "cut.zip", GOOD)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"cut\.zip is not a zip archive.*broken or cut off"):
        load(str(path))


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"one.png": picture_bytes()})
    with pytest.raises(DataError, match=r"one\.png is not a zip archive.*give a folder"):
        load(str(tmp_path / "one.png"))


def test_an_archive_in_place_is_left_closed_and_whole(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "set.zip", GOOD)
    before = path.read_bytes()
    load(str(path))
    assert path.read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["set.zip"]
