"""A repository on this machine: what it holds, and its files, kept in `$DCGAN_HOME/cache/hub` and fetched once."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from huggingface_hub import HfApi, constants, get_cached_repo_tree, is_offline_mode, snapshot_download
from huggingface_hub.errors import CachedRepoTreeNotFoundError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils.tqdm import tqdm

from dcgan.config import dcgan_home
from dcgan.errors import HubError
from dcgan.hub.reference import Reference
from dcgan.hub.talking import patiently

Kind = Literal["model", "dataset"]
LISTED = 6  # files named in a refusal


def listing(reference: Reference, kind: Kind = "model") -> tuple[str, dict[str, int]]:
    """Return the commit that is meant and the sizes of its files in bytes; of a commit that was fetched before, from this machine.

    To be called inside `speaking_to_the_hub`, as `download` is.
    """
    api, repo, revision = HfApi(), reference.repo, reference.revision or constants.DEFAULT_REVISION
    cache, offline = _cache(), is_offline_mode()
    commit = patiently(
        lambda: api.resolve_revision(repo, repo_type=kind, revision=revision, cache_dir=cache, local_files_only=offline)
    ).resolved
    try:
        tree: Sequence[object] = get_cached_repo_tree(repo, repo_type=kind, revision=commit, cache_dir=cache)
    except CachedRepoTreeNotFoundError:
        tree = patiently(lambda: list(api.list_repo_tree(repo, repo_type=kind, revision=commit, recursive=True)))
    return commit, {entry.path: entry.size for entry in tree if isinstance(entry, RepoFile)}


def download(repo: str, commit: str, names: Sequence[str], kind: Kind = "model", arrived: Callable[[int], None] | None = None) -> Path:
    """Return the folder that holds the files `names` of a commit, as links into the cache; `arrived` hears how many bytes have come."""
    bar = _telling(arrived) if arrived else None
    patterns, cache, offline = [glob.escape(name) for name in names], _cache(), is_offline_mode()
    folder = patiently(
        lambda: snapshot_download(
            repo,
            repo_type=kind,
            revision=commit,
            cache_dir=cache,
            allow_patterns=patterns,
            local_files_only=offline,
            tqdm_class=bar,
        )
    )
    return Path(folder)


def _telling(arrived: Callable[[int], None]) -> type[tqdm]:
    """Return a bar that draws nothing and tells its bytes; the client moves one for what comes and one for what is written."""

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)  # type: ignore[no-untyped-call]
            self.counts, self.done = options.get("unit") == "B", 0

        def update(self, n: float | None = 1) -> None:
            self.done += int(n or 0)
            if self.counts:
                arrived(self.done)
            super().update(n)

    return Bar


def refuse_more_than(most: float, reference: Reference, sizes: Mapping[str, int], names: Sequence[str]) -> None:
    """Raise a HubError where the files `names` have more than `most` bytes together."""
    total = sum(sizes[name] for name in names)
    if total > most:
        raise HubError(f"the files of {reference} have {total / 1e9:.1f} GB, at most {most / 1e9:.0f} GB are fetched")


def listed(names: Sequence[str]) -> str:
    """Return some of the names, for a sentence."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return (", ".join(names[:LISTED]) or "none") + more


def _cache() -> Path:
    return dcgan_home() / "cache" / "hub"
