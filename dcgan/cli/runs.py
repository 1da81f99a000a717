"""The terminal's view of the runs: list and compare them, hand them out and take them in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dcgan.cli.printing import AsJson, new_table, print_json, show
from dcgan.errors import ConfigError

runs_app = typer.Typer(rich_markup_mode=None, help="The training runs of this machine.")
Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's name, as `runs` lists it.")]


@runs_app.callback(invoke_without_command=True)
def runs(context: typer.Context, as_json: AsJson = False) -> None:
    """List the runs, newest first, with what they are doing and the room they take."""
    if context.invoked_subcommand:
        return None
    from dcgan.models import Library
    from dcgan.training.runs.store import RunStore, bytes_of, summary

    readers = RunStore(Library()).all()
    found = [{**summary(reader, reader.status()), "path": str(reader.folder), "bytes": bytes_of(reader)} for reader in readers]
    if as_json:
        return print_json(found)
    table = new_table("name", "state", "step", "data", "recipe", "MB", "note")
    for run in found:
        table.add_row(
            run["name"],
            run["state"],
            f"{run['step']:,}",
            run["data"] or "-",
            run["recipe"] or "-",
            f"{run['bytes'] / 1e6:.1f}",
            run["note"],
        )
    show(table)
    return None


@runs_app.command()
def compare(first: Run, second: Run, as_json: AsJson = False) -> None:
    """Say in which settings two runs differ."""
    from dcgan.models import Library
    from dcgan.training.runs.store import RunStore, differences

    store = RunStore(Library())
    found = differences(store.find(first).config, store.find(second).config)
    if as_json:
        return print_json({key: list(values) for key, values in found.items()})
    table = new_table("setting", first, second)
    for key, values in found.items():
        table.add_row(key, *map(str, values))
    show(table)
    return None


@runs_app.command("export")
def export_to(run: Run, file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The file to write.")]) -> None:
    """Write RUN as a zip file, to be taken in elsewhere.

    `runs import` and the Train page take it in.
    """
    from dcgan.models import Library
    from dcgan.training.runs.archive import export_run
    from dcgan.training.runs.store import RunStore

    reader = RunStore(Library()).find(run)
    if file.exists() or not file.parent.is_dir():
        raise ConfigError(f"cannot write {file}: {'it is there already' if file.exists() else f'there is no folder {file.parent}'}")
    export_run(reader, file)
    print(f"{file}: {run}, {file.stat().st_size / 1e6:.1f} MB")


@runs_app.command("import")
def import_from(file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="What `runs export` wrote.")]) -> None:
    """Take a run in that was exported."""
    from dcgan.models import Library
    from dcgan.training.runs.archive import import_run
    from dcgan.training.runs.store import RunStore

    name = import_run(file, RunStore(Library()))
    print(f"{name} is here; continue it with: python -m dcgan train --run {RunStore(Library()).find(name).folder}")
