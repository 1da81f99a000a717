"""The terminal's view of the doctor: a generator judged by its own pictures, and a run by what it went through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dcgan.cli.printing import AsJson, DataDir, ModelName, diagnosis_line, print_json

if TYPE_CHECKING:
    from dcgan.metrics.portrait import Portrait
    from dcgan.metrics.references import Likeness

Beside = Annotated[str | None, typer.Option(help="Real pictures to compare with: a data set's name, a folder or a zip.")]


def doctor(model: ModelName, data: Beside = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say what is wrong with MODEL, or that nothing is found.

    Looked for are NaN, even areas, noise and mode collapse; of a run it also says what happened to it.
    """
    import torch

    from dcgan.cli.train import reporting
    from dcgan.metrics.references import references
    from dcgan.metrics.verdict import judge
    from dcgan.models import Library
    from dcgan.models.library import describe

    torch.set_num_threads(1)
    found, name, _ = Library().find(model)
    with reporting() as report:
        beside = None if data is None else references(data, describe(name, found.config, None, "file", None), data_dir, report)
    verdict, said = judge(found, beside), _history(model)
    if as_json:
        return print_json({"model": name, **verdict.to_json(), "diagnoses": said})
    for diagnosis in said:
        print(diagnosis_line(diagnosis))
    for finding in verdict.findings:
        print(f"{name}: {finding.finding}. {finding.sentence}")
    if verdict.portrait is not None:
        print(f"{'' if verdict.findings else f'{name}: nothing wrong is found. '}{_measures(verdict.portrait)}")
    if verdict.likeness is not None and verdict.portrait is not None:
        _tell_likeness(verdict.likeness, verdict.portrait)
    return None


def _measures(seen: Portrait) -> str:
    of = "" if seen.group == seen.n else f" of {seen.group} in a class"
    worth = f"different {seen.different:.1f}{of}, crowd {seen.crowd:.2f}, gap {seen.gap:.2f}"
    texture = f"smoothness {seen.smoothness:.3f}, evenness {seen.evenness:.3f}"
    return f"contrast {seen.contrast:.3f}, variety {seen.variety:.3f}, {worth}, {texture} (n = {seen.n} pictures)"


def _tell_likeness(likeness: Likeness, seen: Portrait) -> None:
    real = likeness.real
    print(f"{likeness.data}: {_measures(real)}")
    spread = f"diversity {seen.spread / max(real.spread, 1e-12):.3f} of the real"
    print(f"{spread}; nearest real picture at {likeness.nearness:.2f} of the usual distance (n = {likeness.pictures:,} real pictures)")
    if likeness.classes:
        shares = ", ".join(f"{name} {made:.0%} ({share:.0%})" for name, (made, share) in likeness.classes.items())
        print(f"shares by silhouette, of the real ones in brackets: {shares}")


def _history(model: str) -> list[dict[str, Any]]:
    """Return the diagnoses of the run that MODEL names, by its folder or its name; of a model that is no run none."""
    from dcgan.models import Library
    from dcgan.training.doctor.hindsight import diagnoses
    from dcgan.training.runs.folder import EVENTS, RunReader

    folders = [path for path in (Path(model), Library().home / "runs" / model) if (path / EVENTS).exists()]
    return diagnoses(RunReader(folders[0])) if folders else []
