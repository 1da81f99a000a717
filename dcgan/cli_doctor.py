"""The terminal's view of the doctor: a generator judged by its own pictures, and a run by what it went through."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dcgan.cli_printing import AsJson, diagnosis_line, print_json

Subject = Annotated[str, typer.Argument(metavar="MODEL", help="A name, a model folder, a run folder or a checkpoint file.")]


def doctor(model: Subject, as_json: AsJson = False) -> None:
    """Say what is wrong with MODEL, or that nothing is found: NaN, even areas, noise, mode collapse; of a run also what happened to it."""
    import torch

    from dcgan.metrics.verdict import judge
    from dcgan.models import Library

    torch.set_num_threads(1)
    found, name, _ = Library().find(model)
    verdict, said = judge(found), _history(model)
    if as_json:
        return print_json({"model": name, **verdict.to_json(), "diagnoses": said})
    for diagnosis in said:
        print(diagnosis_line(diagnosis))
    for finding in verdict.findings:
        print(f"{name}: {finding.finding}. {finding.sentence}")
    if verdict.portrait is not None:
        seen = verdict.portrait
        measures = f"contrast {seen.contrast:.3f}, variety {seen.variety:.3f}, twin {seen.twin:.3f}, smoothness {seen.smoothness:.3f}"
        print(f"{'' if verdict.findings else f'{name}: nothing wrong is found. '}{measures} (n = {seen.n} pictures)")
    return None


def _history(model: str) -> list[dict[str, Any]]:
    """Return the diagnoses of the run that MODEL names, by its folder or its name; of a model that is no run none."""
    from dcgan.models import Library
    from dcgan.training.hindsight import diagnoses
    from dcgan.training.run_folder import EVENTS, RunReader

    folders = [path for path in (Path(model), Library().home / "runs" / model) if (path / EVENTS).exists()]
    return diagnoses(RunReader(folders[0])) if folders else []
