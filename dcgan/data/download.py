"""Fetch the named sets that can be downloaded. torchvision keeps the addresses and checksums; it is imported only here."""

from __future__ import annotations

import hashlib
import http.client
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from dcgan.data.dataset import Progress
from dcgan.data.entries import NAMES, find_entry, own_folder
from dcgan.errors import DataError

_BLOCK = 1 << 18  # bytes
_TIMEOUT = 30  # seconds without a byte


@dataclass(frozen=True)
class Remote:
    """A file, where it can be had, and the md5 that it must have."""

    name: str
    urls: tuple[str, ...]
    md5: str


def fetch(name: str, data_dir: Path | None = None, progress: Progress | None = None) -> Path:
    """Return where the set lies, downloaded into `$DCGAN_HOME/data/NAME` if it lay nowhere.

    hf:OWNER/NAME is a set of the Hugging Face Hub. For a set that is drawn, not stored, that is the module that draws it. Raises
    DataError, which says where to put the files by hand, if there is no network.
    """
    if name.startswith("hf:"):
        from dcgan.data.hub_sets import hub_set  # the Hub's client takes half a second to import

        return hub_set(name, progress=progress)
    if name not in NAMES:
        raise DataError(f"there is no data set {name!r}; the names are {', '.join(NAMES)}")
    entry = find_entry(name, data_dir)
    if entry.path is not None:
        return entry.path
    if not entry.downloadable:
        return Path(__file__).with_name(f"{name}.py")
    folder = own_folder(name)
    if name == "celeba":
        return _fetch_celeba(folder)
    remotes = _remotes(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for remote in remotes:
            _fetch_file(remote, folder / remote.name, progress)
    except OSError as error:
        by_hand = f"put {', '.join(remote.name for remote in remotes)} into {folder} by hand"
        raise DataError(f"{name} could not be downloaded ({error}); {by_hand}, or name their folder with --data-dir") from None
    return folder


def _remotes(name: str) -> tuple[Remote, ...]:
    from torchvision import datasets  # seconds to import

    if name == "cifar10":
        cifar = datasets.CIFAR10
        return (Remote(cifar.filename, (cifar.url,), cifar.tgz_md5),)
    family = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}[name]
    return tuple(Remote(file, tuple(mirror + file for mirror in family.mirrors), md5) for file, md5 in family.resources)


def _fetch_file(remote: Remote, target: Path, progress: Progress | None) -> None:
    """Download one file from the first address that gives it whole; raises OSError with the last reason."""
    if target.is_file():  # only ever whole: it is renamed last
        return
    part = target.with_name(target.name + ".part")
    try:
        _try_urls(remote, part, progress)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _try_urls(remote: Remote, part: Path, progress: Progress | None) -> None:
    failure = OSError(f"no address is known for {remote.name}")
    for url in remote.urls:
        try:
            found = _stream(url, part, remote.name, progress)
            if found == remote.md5:
                return
            failure = OSError(f"{url} gave another file than expected, md5 {found}")
        except (OSError, http.client.HTTPException) as error:
            failure = OSError(f"{url}: {getattr(error, 'reason', None) or error}")
    raise failure


def _stream(url: str, part: Path, what: str, progress: Progress | None) -> str:
    """Write what `url` gives to `part` and return its md5 hex."""
    digest = hashlib.md5(usedforsecurity=False)
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer, part.open("wb") as out:
        total, done = int(answer.headers.get("Content-Length") or 0), 0
        while block := answer.read(_BLOCK):
            out.write(block)
            digest.update(block)
            done += len(block)
            if progress:
                progress(done, max(total, done), f"downloading {what}")
    return digest.hexdigest()


def _fetch_celeba(folder: Path) -> Path:
    """Let torchvision fetch it: it comes in six files from Google Drive, by the package gdown."""
    from torchvision.datasets import CelebA

    try:
        CelebA(str(folder.parent), split="all", download=True)
    except Exception as error:  # gdown has its own errors for quotas and refusals, and torchvision raises RuntimeError
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        by_hand = f"put img_align_celeba/ and list_attr_celeba.txt into {folder} by hand, or name their folder with --data-dir"
        raise DataError(f"celeba could not be downloaded ({reason}); {by_hand}") from None
    return folder
