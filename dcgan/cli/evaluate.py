"""The terminal's view of an evaluation: progress on stderr, tables on stdout."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from dcgan.cli.printing import new_table, print_json, show
from dcgan.cli.train import reporting
from dcgan.errors import ConfigError
from dcgan.files import write_bytes
from dcgan.metrics.classes import ClassReport
from dcgan.metrics.evaluation import CAVEAT, CLOSEST, NEIGHBOURS, Evaluation, Neighbours, evaluate
from dcgan.models import Library


def evaluate_with_progress(model: str, data: str, sheet: Path | None, as_json: bool, **options: Any) -> None:
    """Score MODEL with a progress bar, print what came of it, and write the neighbours' sheet where one is wanted."""
    if sheet is not None and (sheet.suffix.lower() != ".png" or not sheet.parent.is_dir()):
        raise ConfigError(f"--nearest is a .png file in a folder that is there, found {sheet}")
    synthesizer = Library().synthesizer(model)
    with reporting() as report:
        result = evaluate(synthesizer, data, progress=report, **options)
    if sheet is not None:
        write_bytes(sheet, result.nearest.sheet())
    if as_json:
        return print_json(result.to_json())
    _show_scores(result)
    if result.classes is not None:
        _show_classes(result.classes, result.samples)
    _show_neighbours(result.nearest, sheet)
    for note in result.notes:
        print(f"note: {note}")
    return None


def card_scores(run: Path, data: str, data_dir: Path | None, samples: int) -> dict[str, Any]:
    """Return the scores of a run's model and how they are had again, for a card."""
    synthesizer = Library().synthesizer(str(run))
    with reporting() as report:
        found = evaluate(synthesizer, data, data_dir=data_dir, samples=samples, progress=report).summary()
    said = ["--data", Path(data).name if Path(data).exists() else data]
    return {**found, "options": shlex.join([*said, "--samples", str(samples), "--features", found["features"]])}


def _show_scores(result: Evaluation) -> None:
    print(f"{result.model} against {result.data}; features: {result.features_title}; seeds from {result.seed}")
    table = new_table("score", "samples", "floor", "n")
    n = f"{result.n:,} a side, {result.blocks} block{'' if result.blocks == 1 else 's'} of {result.block}"
    table.add_row("KID", _with_error(result.kid, result.kid_se), _with_error(result.floor, result.floor_se), n)
    if result.fid is not None:
        table.add_row("FID", f"{result.fid:.2f}", f"{result.fid_floor:.2f}", f"{result.samples:,} a side")
    show(table)
    ratio = "-" if result.diversity is None else f"{result.diversity:.3f}"
    means = f"mean distance of {result.diversity_samples:.3f} between samples, {result.diversity_data:.3f} between pictures of the data"
    print(f"diversity {ratio}: {means}; n {result.samples:,} each")


def _with_error(value: float, error: float | None) -> str:
    return f"{value:.5f} ± {error:.5f}" if error is not None else f"{value:.5f}"


def _show_classes(report: ClassReport, n: int) -> None:
    print(f"\nclasses as a small classifier names {n:,} samples; it is right for {report.accuracy:.1%} of {n:,} held-out pictures")
    table = new_table("name", "of samples", "of data", "probability")
    for share in report.shares:
        table.add_row(share.name, f"{share.samples:.1%}", f"{share.data:.1%}", "-" if share.sureness is None else f"{share.sureness:.2f}")
    show(table)
    print(f"mean probability {report.sureness:.3f}, of held-out pictures {report.sureness_data:.3f}; n {n:,} each")
    if report.agreement is not None:
        print(f"named as asked for: {report.agreement:.1%} of {n:,} samples")


def _show_neighbours(neighbours: Neighbours, sheet: Path | None) -> None:
    print(f"\nthe {CLOSEST} samples nearest to a compared picture; distances (held-out median {neighbours.distance_held_out:.3f})")
    table = new_table("seed", *(f"nearest {k}" for k in range(1, NEIGHBOURS + 1)))
    for seed, distances in zip(neighbours.seeds, neighbours.distances, strict=True):
        table.add_row(str(seed), *(f"{distance:.3f}" for distance in distances))
    show(table)
    print(CAVEAT + (f" Each beside its {NEIGHBOURS}: {sheet}" if sheet else ""))
