"""From this machine to the Hub: one commit that is a whole model folder."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, is_offline_mode
from huggingface_hub.errors import RemoteEntryNotFoundError, RevisionNotFoundError
from huggingface_hub.hf_api import RepoFile

from dcgan.errors import HubError
from dcgan.hub import TIMEOUT, Reference, patiently, speaking_to_the_hub
from dcgan.models.card import HubFacts
from dcgan.models.folder import Model
from dcgan.models.hub.hub_card import hub_card
from dcgan.models.portable import KNOWN, write_portable


@dataclass(frozen=True)
class Pushed:
    """Where the model is now; `commit` pins it for ever: hf:OWNER/REPO@COMMIT."""

    repo: str
    url: str
    commit: str
    private: bool
    files: int


def push(model: Model, name: str, target: Reference, private: bool = False, facts: HubFacts | None = None) -> Pushed:
    """Make `model` the content of a repository, which is created where it is not there; files that we do not know stay in it.

    Parameters
    ----------
    name
        The model's name here, for a card that is not written yet.
    target
        With a revision: the branch, created where it is not there.
    private
        Only its owner sees it. A public repository of that name is refused.
    facts
        What the card's header shall say besides what it says already.

    Raises
    ------
    DCGANError
        The Hub cannot be reached or refuses, or the model cannot be written.
    """
    if target.file is not None:
        raise HubError(f"a model is pushed to a repository as a whole, OWNER/REPO, found {target}")
    if is_offline_mode():
        raise HubError("HF_HUB_OFFLINE is set: nothing can be pushed; unset it and try again")
    with tempfile.TemporaryDirectory(prefix="dcgan-push-") as folder:
        staged = Path(folder) / "model"
        write_portable(model, name, staged)
        card = staged / "README.md"
        card.write_text(hub_card(card.read_text("utf-8"), name, target.repo, model.config, facts), "utf-8")
        with speaking_to_the_hub(target.repo):
            return _send(staged, target, private)


def _send(folder: Path, target: Reference, private: bool) -> Pushed:
    api, repo, branch = HfApi(), target.repo, target.revision
    patiently(lambda: api.create_repo(repo, private=private or None, exist_ok=True))
    is_private = bool(patiently(lambda: api.model_info(repo, timeout=TIMEOUT)).private)
    if private and not is_private:
        raise HubError(f"{repo} is there already and public: make it private in its settings on the Hub, or choose another name")
    if branch is not None:
        patiently(lambda: api.create_branch(repo, branch=branch, exist_ok=True))
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in paths]
    stale = [name for name in _there(api, target) if KNOWN.fullmatch(name) and name not in names]
    operations: list[CommitOperationAdd | CommitOperationDelete] = [
        *(CommitOperationDelete(name, is_folder=False) for name in stale),
        *(CommitOperationAdd(name, path) for name, path in zip(names, paths, strict=True)),
    ]
    # Repeated as a whole, because what a first attempt did commit is then found to be there.
    made = patiently(lambda: api.create_commit(repo, operations, commit_message="A DCGAN explorer model", revision=branch))
    return Pushed(repo, f"{api.endpoint}/{repo}" + (f"/tree/{branch}" if branch else ""), made.oid, is_private, len(names))


def _there(api: HfApi, target: Reference) -> list[str]:
    """Return the files of a repository, of one without a commit none."""
    try:
        tree = patiently(lambda: list(api.list_repo_tree(target.repo, revision=target.revision, recursive=True)))
    except (RevisionNotFoundError, RemoteEntryNotFoundError):
        return []
    return [entry.path for entry in tree if isinstance(entry, RepoFile)]
