"""The terminal's view of a comparison."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dcgan.cli.printing import AsJson, DataDir, new_table, print_json, show
from dcgan.config import Budget
from dcgan.errors import ConfigError

STOPPED = 130


def compare(
    field: Annotated[str, typer.Argument(metavar="FIELD", help="The setting that differs, such as activation_g.")],
    values: Annotated[list[str], typer.Argument(metavar="VALUE VALUE…", help="Two to four values of it.")],
    data: Annotated[str, typer.Option(help="A data set's name, a folder or a zip of pictures.")],
    data_dir: DataDir = None,
    recipe: Annotated[str | None, typer.Option(help="What all have in common; see `recipes`.")] = None,
    steps: Annotated[int | None, typer.Option(help="How long each: steps.")] = None,
    minutes: Annotated[float | None, typer.Option(help="How long each: minutes of training.")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value that all have in common.")] = None,
    name: Annotated[str | None, typer.Option(help="The runs are called NAME-VALUE (FIELD-VALUE where not given).")] = None,
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="Curves, sheets and numbers side by side.")] = Path("comparison.html"),
    as_json: AsJson = False,
) -> int:
    """Train once for each VALUE of FIELD, all else equal.

    The results are shown side by side; the same command continues.
    """
    from dcgan.cli.train import train_with_progress
    from dcgan.files import write_bytes
    from dcgan.training.comparing import Comparison, results, table
    from dcgan.training.comparison_page import comparison_page
    from dcgan.training.worker import TrainRequest

    if not out.parent.is_dir():
        raise ConfigError(f"cannot write {out}: there is no folder {out.parent}")
    stem = Path(name or field.replace("_", "-"))
    request = TrainRequest(stem, data, data_dir, recipe, tuple(settings or ()), Budget(steps=steps, minutes=minutes))
    comparison = Comparison(request, field, tuple(values))
    comparison.check_networks()
    for number, wanted in enumerate(comparison.requests()):
        print(f"{number + 1} of {len(values)}: {field} {values[number]}", file=sys.stderr)
        if train_with_progress(wanted).stopped:
            return STOPPED
    trained = results(comparison)
    write_bytes(out, comparison_page(comparison, trained).encode())
    if as_json:
        print_json(table(trained))
    else:
        keys = ("value", "run", "step", "loss_d", "loss_g", "d_real", "d_fake", "diversity", "swd")
        shown = new_table(*keys)
        for record in table(trained):
            shown.add_row(*(str(record.get(key, "-")) for key in keys))
        show(shown)
    print(f"{out}: curves and sheets side by side", file=sys.stderr)
    return 0
