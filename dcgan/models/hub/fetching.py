"""From the Hub to this machine: only files that we know, of one commit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dcgan.errors import CheckpointError, HubError
from dcgan.files import read_json, write_bytes, write_json
from dcgan.hub import SCHEME, Reference, download, listed, listing, refuse_more_than, speaking_to_the_hub
from dcgan.models.card import NOT_OURS
from dcgan.models.library import Library
from dcgan.models.portable import KNOWN, MODEL_FILES, write_portable

ORIGIN = "hub.json"  # in an own model's folder: the repository and the commit that it was pulled from
MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
NEEDED = {"config.json", "generator.safetensors"}
FOREIGN = (".safetensors", ".pth", ".pt", ".ckpt", ".pkl", ".bin", ".tar", ".keras", ".h5")  # what may hold somebody's generator
MAX_BYTES = 2 * 10**9  # of all files of a model together


@dataclass(frozen=True)
class Fetched:
    """What was asked for, on this machine: a model folder, or somebody's file of weights. `commit` is the whole hash."""

    path: Path
    repo: str
    commit: str


def fetch(reference: Reference, whole: bool = False) -> Fetched:
    """Bring a repository's model onto this machine, or find it there: files are kept in `$DCGAN_HOME/cache/hub` and fetched once.

    Parameters
    ----------
    whole
        Also the recorded run and the earlier generators, where there are some.

    Raises
    ------
    HubError
        The Hub cannot be reached or refuses, or the repository holds nothing that can be read here.
    """
    with speaking_to_the_hub(reference.repo):
        commit, sizes = listing(reference)
        wanted = _wanted(reference, sizes, whole)
        folder = download(reference.repo, commit, wanted)
    return Fetched(folder if set(wanted) >= NEEDED else folder / wanted[0], reference.repo, commit)


def pull(reference: Reference, name: str | None, library: Library, force: bool = False) -> tuple[str, Fetched]:
    """Make a repository's model an own one and return its name; the same commit again is the same model.

    Without `name` it is the repository's name, or with the owner's and the commit's before and behind it where other models have that.

    Raises
    ------
    DCGANError
        As of `fetch`; or another model has the name, or what was fetched is damaged. Nothing is written then.
    """
    if name is not None and (not MODEL_NAME.fullmatch(name) or ".old-" in name):
        raise HubError(f"a model's name is made of letters, digits and . _ -, found {name!r}; choose one with --name")
    fetched = fetch(reference, whole=True)
    origin = {"repo": fetched.repo, "commit": fetched.commit, "file": None if fetched.path.is_dir() else fetched.path.name}
    owner, _, repository = fetched.repo.partition("/")
    choices = (name,) if name else (repository, f"{owner}-{repository}", f"{owner}-{repository}-{fetched.commit[:7]}")
    name = choices[0] if force else _free(choices, origin, library)
    folder = library.home / "models" / name
    if not force and folder.exists():
        return name, fetched
    try:
        write_portable(library.read_fetched(fetched.path), name, folder, force)
    except CheckpointError as error:
        raise CheckpointError(str(error).replace(str(fetched.path), fetched.repo)) from None
    write_json(folder / ORIGIN, origin)
    if fetched.path.is_file():
        _name_source(folder / "README.md", fetched)
    return name, fetched


def _name_source(card: Path, fetched: Fetched) -> None:
    """Say in the card of somebody's weights whose they are."""
    link = f"[{fetched.repo}](https://huggingface.co/{fetched.repo}/tree/{fetched.commit})"
    said = f"{NOT_OURS} The weights are those of `{fetched.path.name}` in {link}, whose author's terms hold."
    write_bytes(card, card.read_text("utf-8").replace(NOT_OURS, said).encode())


def _free(choices: Sequence[str], origin: Mapping[str, str | None], library: Library) -> str:
    """Return the first name that no model has, but the very model that is meant; a HubError if there is none."""
    models, taken = library.home / "models", library.names()
    for name in choices:
        if read_json(models / name / ORIGIN) == origin or not ((models / name).exists() or name in taken):
            return name
    raise HubError(f"a model is called {choices[-1]} already; choose another name with --name, or say --force to move an own one aside")


def _wanted(reference: Reference, sizes: Mapping[str, int], whole: bool) -> list[str]:
    """Return the files to fetch: those of a model folder, else the one that was named, or that alone can hold a generator."""
    foreign = [name for name in sizes if name.lower().endswith(FOREIGN)]
    if reference.file is not None:
        if reference.file not in foreign:
            raise HubError(f"{reference.repo} has no file of weights {reference.file!r}; it has {listed(foreign)}")
        wanted = [reference.file]
    elif sizes.keys() >= NEEDED:
        wanted = [name for name in sizes if name in MODEL_FILES or (whole and KNOWN.fullmatch(name))]
    elif len(foreign) == 1:
        wanted = foreign
    elif foreign:
        raise HubError(f"{reference.repo} has several files of weights: {listed(foreign)}; name one: {SCHEME}{reference.repo}/{foreign[0]}")
    else:
        raise HubError(f"{reference.repo} is no model folder and has no file of weights; it has {listed(list(sizes))}")
    refuse_more_than(MAX_BYTES, reference, sizes, wanted)
    return wanted
