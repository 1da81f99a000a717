"""The terminal's view of the Hub: models pulled from there, and pushed to it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dcgan.cli_printing import AsJson, print_json

Repository = Annotated[str, typer.Argument(metavar="OWNER/NAME", help="A repository of the Hub; @REVISION is a branch, a tag or a commit.")]


def pull(
    repository: Repository,
    name: Annotated[str | None, typer.Option(help="What the model is called here (the repository's name where not given).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Move an own model of that name aside.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a model of the Hub an own one: a model folder there, or somebody's file of weights (OWNER/NAME/FILE)."""
    from dcgan.models import Library
    from dcgan.models.hub import Reference
    from dcgan.models.hub import pull as make_own

    library = Library()
    made, fetched = make_own(Reference.parse(repository), name, library, force)
    folder = library.home / "models" / made
    if as_json:
        return print_json({"name": made, "path": str(folder), "repo": fetched.repo, "commit": fetched.commit})
    print(f"{made} is {fetched.repo} at {fetched.commit}: {folder}")
    return None


def push(
    model: Annotated[str, typer.Argument(metavar="MODEL")],
    repository: Repository,
    private: Annotated[bool, typer.Option("--private", help="Only its owner sees the repository.")] = False,
    license: Annotated[str | None, typer.Option(help="The licence of the weights as the Hub writes it, such as mit.")] = None,
    dataset: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/NAME", help="The data set's name on the Hub; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make MODEL the content of a repository of the Hub, which is created where it is not there."""
    from dcgan.models import Library
    from dcgan.models.card import HubFacts
    from dcgan.models.hub import Reference
    from dcgan.models.hub import push as send

    target = Reference.parse(repository)
    found, name, _ = Library().find(model)
    pushed = send(found, name, target, private, HubFacts(license, tuple(dataset or ())))
    if as_json:
        return print_json(
            {"repo": pushed.repo, "url": pushed.url, "commit": pushed.commit, "private": pushed.private, "files": pushed.files}
        )
    kind = "private" if pushed.private else "public"
    print(f"{pushed.url} ({kind}) holds {name}, {pushed.files} files")
    print(f"this very state for ever: hf:{pushed.repo}@{pushed.commit}", file=sys.stderr)
    return None
