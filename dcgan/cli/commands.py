"""python -m dcgan: the command line.

Exit status 0 on success, 2 for wrong usage or input (one line `dcgan: …` on stderr), 1 for a fault of ours, 130 stopped by the user.
"""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from dcgan import __version__
from dcgan.cli.bench import bench_app
from dcgan.cli.compare import compare
from dcgan.cli.data import check
from dcgan.cli.directions import attributes_app, directions
from dcgan.cli.doctor import doctor
from dcgan.cli.export import export
from dcgan.cli.generate import generate
from dcgan.cli.hub import pull, push
from dcgan.cli.importing import import_, inspect
from dcgan.cli.morph import arithmetic, interpolate
from dcgan.cli.printing import AsJson, DataDir, ModelName, new_table, print_json, show
from dcgan.cli.recipes import networks, recipes
from dcgan.cli.runs import runs_app
from dcgan.cli.shelve import shelve
from dcgan.config import Budget
from dcgan.errors import ConfigError, DCGANError
from dcgan.system import keep_memory

app = typer.Typer(add_completion=False, rich_markup_mode=None, help="Explore and train deep convolutional GANs.")
data_app = typer.Typer(rich_markup_mode=None, help="The data sets: what there is and what is on disk.")
data_app.command()(check)

STOPPED = 130
FULL = (errno.ENOSPC, errno.EDQUOT)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    keep_memory()  # networks over many pictures: scoring 1,000 takes half the time
    try:
        status = app(list(argv) if argv is not None else None, prog_name="python -m dcgan", standalone_mode=False)
    except typer.TyperException as error:
        return _complain(error.format_message())
    except DCGANError as error:
        return _complain(str(error))
    except OSError as error:
        is_full = error.errno in FULL
        if not is_full and not error.filename:
            raise
        remedy = "make room" if is_full else "look at that path and at its permissions"
        return _complain(f"{error.strerror}{f' for {error.filename}' if error.filename else ''}; {remedy}, then run the same command again")
    except (typer.Abort, KeyboardInterrupt):
        return STOPPED
    return status if isinstance(status, int) else 0


def _complain(message: str) -> int:
    print("dcgan: " + " ".join(message.split()), file=sys.stderr)
    return 2


def _version(wanted: bool) -> None:
    if wanted:
        print(f"dcgan {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Explore and train deep convolutional GANs."""
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(2)


def models(as_json: AsJson = False) -> None:
    """List the models: shipped, own, runs, and an untrained one."""
    from dcgan.models import Library

    found = Library().models()
    if as_json:
        keys = ("name", "path", "image", "z", "labels", "parameters", "source")
        records = [{**info.to_json(), "image": [info.height, info.width, info.channels], "z": [info.z_dim, info.prior]} for info in found]
        return print_json([{key: record[key] for key in keys} for record in records])
    table = new_table("name", "picture", "z", "parameters", "data", "steps", "source")
    for info in found:
        kind = {1: "grey", 3: "RGB", 4: "RGBA"}[info.channels]
        row = (info.name, f"{info.width}x{info.height} {kind}", f"{info.z_dim} {info.prior}", f"{info.parameters:,}")
        table.add_row(*row, info.data or "-", f"{info.steps:,}" if info.steps is not None else "-", info.source)
    show(table)
    return None


@data_app.callback(invoke_without_command=True)
def data(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the data sets and what is on disk."""
    from dcgan.data import catalog

    if context.invoked_subcommand:
        return None
    entries = catalog(data_dir)
    if as_json:
        keys = ("name", "title", "count", "channels", "terms", "on_disk")
        return print_json([{**{key: getattr(entry, key) for key in keys}, "path": str(entry.path or "")} for entry in entries])
    table = new_table("name", "what", "pictures", "on disk", "terms")
    for entry in entries:
        there = "ready" if entry.on_disk else f"no: python -m dcgan data fetch {entry.name}"
        table.add_row(entry.name, entry.title, f"{entry.count:,}", there, entry.terms)
    show(table)
    print("Also: any folder of pictures, or a zip of them (with an optional labels.csv).")
    return None


@data_app.command()
def fetch(name: Annotated[str, typer.Argument(metavar="NAME", help="As `data` lists it.")], data_dir: DataDir = None) -> None:
    """Download or prepare the data set NAME."""
    from dcgan import data as room

    with _progress() as report:
        path = room.fetch(name, data_dir, report)
    print(f"{name} is ready: {path}")


def train(
    data: Annotated[str | None, typer.Option(help="A data set's name, a folder or zip of pictures, or hf:OWNER/NAME.")] = None,
    data_dir: DataDir = None,
    recipe: Annotated[str | None, typer.Option(help="Its name, as `recipes` lists it (dcgan where nothing is said).")] = None,
    steps: Annotated[int | None, typer.Option(help="How long: steps.")] = None,
    epochs: Annotated[float | None, typer.Option(help="How long: passes over the data.")] = None,
    minutes: Annotated[float | None, typer.Option(help="How long: minutes of training (10 where nothing is said).")] = None,
    run: Annotated[Path | None, typer.Option(help="The run folder; one that exists is continued.")] = None,
    model: Annotated[str | None, typer.Option("--from", help="Start from the networks of MODEL.")] = None,
    save_every: Annotated[int | None, typer.Option(min=1, help="Steps between saved states (about 30 seconds where not given).")] = None,
    kid_every: Annotated[int | None, typer.Option(min=1, help="Measure KID every so many steps and at the end.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value of the recipe, such as batch_size=32.")] = None,
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
    as_json: AsJson = False,
) -> int:
    """Train a DCGAN, or continue the run in --run."""
    from dcgan.cli.train import train_with_progress
    from dcgan.training.runs.folder import new_run_folder
    from dcgan.training.worker import TrainRequest

    length = {"steps": steps, "epochs": epochs, "minutes": minutes}
    budget = Budget(**length) if any(value is not None for value in length.values()) else None  # type: ignore[arg-type]
    if run is None and data is None:
        raise ConfigError("say what to train on with --data NAME, FOLDER or ZIP, or which run to continue with --run DIR")
    folder = run if run is not None else new_run_folder(data or "")
    request = TrainRequest(folder, data, data_dir, recipe, tuple(settings or ()), budget, model, save_every, kid_every, parent)
    outcome = train_with_progress(request)
    if as_json:
        print_json(outcome.to_json())
    return STOPPED if outcome.stopped else 0


def evaluate(
    model: ModelName,
    data: Annotated[str, typer.Option(help="The real pictures: a data set's name, a folder or a zip.")],
    data_dir: DataDir = None,
    samples: Annotated[int, typer.Option(min=1, max=100_000, help="Pictures a side, as far as the data allow.")] = 5000,
    features: Annotated[str, typer.Option(help="auto, efficientnet-lite0, efficientnet-lite2, random or inception.")] = "auto",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first sample and of every random choice.")] = 0,
    label_column: Annotated[str | None, typer.Option(help="The column of labels.csv whose classes are counted.")] = None,
    nearest: Annotated[Path | None, typer.Option(metavar="FILE.png", help="A sheet: 8 samples beside their nearest real pictures.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score MODEL against real pictures: KID, diversity and more."""
    from dcgan.cli.evaluate import evaluate_with_progress

    options = {"samples": samples, "features": features, "seed": seed, "data_dir": data_dir, "label_column": label_column}
    evaluate_with_progress(model, data, nearest, as_json, **options)


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    from dcgan.cli.train import reporting

    with reporting() as report:
        yield report


# In the order in which `--help` lists them: looking, training and what became of it, models from and for elsewhere.
LOOKING = (models, generate, interpolate, arithmetic, directions)
TRAINING = (recipes, networks, train, compare, doctor, evaluate, shelve)
GIVING = (inspect, import_, export, pull, push)
for command in (*LOOKING, *TRAINING, *GIVING):
    app.command(command.__name__.rstrip("_"))(command)
for name, group in {"data": data_app, "runs": runs_app, "attributes": attributes_app, "bench": bench_app}.items():
    app.add_typer(group, name=name)
