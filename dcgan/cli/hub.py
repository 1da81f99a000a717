"""The terminal's view of the Hub: models pulled from there, and pushed to it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dcgan.cli.printing import AsJson, ModelName, print_json
from dcgan.errors import ConfigError
from dcgan.files import write_bytes

Repository = Annotated[str, typer.Argument(metavar="OWNER/NAME", help="A repository of the Hub; @REVISION is a branch, a tag or a commit.")]


def pull(
    repository: Repository,
    name: Annotated[str | None, typer.Option(help="What the model is called here (the repository's name where not given).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Move an own model of that name aside.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a model of the Hub an own one.

    It is a model folder there, or somebody's file of weights (OWNER/NAME/FILE).
    """
    from dcgan.hub import Reference
    from dcgan.models import Library
    from dcgan.models.hub import pull as make_own

    library, reference = Library(), Reference.parse(repository)
    with Console(stderr=True).status(f"fetching {reference}"):
        made, fetched = make_own(reference, name, library, force)
    folder = library.home / "models" / made
    if as_json:
        return print_json({"name": made, "path": str(folder), "repo": fetched.repo, "commit": fetched.commit})
    print(f"{made} is {fetched.repo} at {fetched.commit}: {folder}")
    return None


def push(
    model: ModelName,
    repository: Repository,
    private: Annotated[bool, typer.Option("--private", help="Only its owner sees the repository.")] = False,
    license: Annotated[str | None, typer.Option(help="The licence of the weights as the Hub writes it, such as mit.")] = None,
    dataset: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/NAME", help="The data set's name on the Hub; may be repeated.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about a model that learned from pictures of one's own.")] = False,
    data: Annotated[str | None, typer.Option(help="Those pictures, where they are not where the run found them.")] = None,
    nearest: Annotated[Path, typer.Option(metavar="FILE.png", help="The sheet to look at before the answer.")] = Path("nearest.png"),
    as_json: AsJson = False,
) -> None:
    """Make MODEL the content of a repository of the Hub.

    The repository is created where it is not there.
    """
    from dcgan.hub import Reference
    from dcgan.metrics.memorised import own_pictures
    from dcgan.models import Library
    from dcgan.models.card import HubFacts
    from dcgan.models.hub import push as send

    target, facts = Reference.parse(repository), HubFacts(license, tuple(dataset or ()))
    found, name, _ = Library().find(model)
    pictures = own_pictures(found)
    if pictures is not None and not yes:
        _ask(model, name, data or pictures, nearest)
    with Console(stderr=True).status(f"pushing {name} to {target}"):
        pushed = send(found, name, target, private, facts)
    if as_json:
        return print_json(asdict(pushed))
    print(f"{pushed.url} ({'private' if pushed.private else 'public'}) holds {name}, {pushed.files} files")
    print(f"this very state for ever: hf:{pushed.repo}@{pushed.commit}", file=sys.stderr)
    return None


def _ask(model: str, name: str, pictures: str, sheet: Path) -> None:
    """Show how near the model comes to the pictures it learned from, and ask; a script is told what to say instead."""
    from dcgan.cli.train import reporting
    from dcgan.metrics.memorised import nearest_to_training
    from dcgan.models import Library

    seen = f"they are not at {pictures}, so nothing could be compared; --data FOLDER says where they are"
    if Path(pictures).exists():
        with reporting() as report:
            found = nearest_to_training(Library().synthesizer(model), pictures, progress=report)
        write_bytes(sheet, found.sheet())
        near = f"the nearest at {found.closeness:.2f} times the usual distance from one of them to the next"
        seen = f"{sheet} shows the samples nearest to one of them, {near}"
    said = f"{name} learned from pictures of your own; {seen}"
    if not sys.stdin.isatty():
        raise ConfigError(f"{said}; if nobody's picture is given away, say --yes")
    typer.confirm(f"{said}. Push it?", abort=True, err=True)
