"""The terminal's view of making a shelf model: a run becomes a model folder that can replay how it learned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dcgan.cli.printing import DataDir


def shelve(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder (its newest snapshot), or RUN/best.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The model folder to make; its name becomes the model's.")],
    license: Annotated[str | None, typer.Option(help="The licence of the weights as the Hub writes it, such as mit.")] = None,
    dataset: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/NAME", help="The data set's name on the Hub; may be repeated.")
    ] = None,
    data_license: Annotated[str | None, typer.Option(metavar="TEXT", help="The terms of the training data, for the card.")] = None,
    snapshots: Annotated[bool, typer.Option("--snapshots", help="Add about 8 earlier generators.")] = False,
    data: Annotated[str | None, typer.Option(help="Score the model against this set, as `evaluate` does, for the card.")] = None,
    data_dir: DataDir = None,
    samples: Annotated[int, typer.Option(min=1, max=100_000, help="Pictures a side of the scores.")] = 5000,
    force: Annotated[bool, typer.Option("--force", help="Move a FOLDER that is there already aside.")] = False,
) -> None:
    """Make a model folder of RUN, with card and recording."""
    from dcgan.cli.evaluate import card_scores
    from dcgan.models.card import HubFacts
    from dcgan.training.runs import recording

    facts = HubFacts(license, tuple(dataset or ()))
    scores = card_scores(run, data, data_dir, samples) if data is not None else None
    made = recording.shelve(run, folder, facts, data_license, snapshots, force, scores)
    parts = f"{made.lines:,} step lines and {made.sheets} sheets in {made.recording_bytes / 1e6:.2f} MB"
    print(f"{folder}: the model of step {made.step:,}; recorded: {parts}; {made.snapshots} earlier generators")
