"""The doctor's word on a training that is over: what its run folder recorded, or what its steps show to a doctor who hears them now."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from dcgan.config import Recipe
from dcgan.events import StepDone
from dcgan.training.doctor import Doctor
from dcgan.training.runs.folder import RunReader

USUAL_DISTANCE = 0.7  # of two real pictures, in [-1, 1] units: 0.70 for faces, 0.73 clothes, 0.74 digits, 0.52 coloured shapes


def diagnoses(reader: RunReader) -> list[dict[str, Any]]:
    """Return the diagnoses of a run as events.jsonl has them; of one that no doctor watched, what the lines of its steps show.

    Such lines know nothing of the real pictures: their distance is then taken to be the usual one.
    """
    lines = reader.since(0).lines
    said = [line for line in lines if line.get("event") == "diagnosis"]
    if said or "recipe" not in reader.config:
        return said
    doctor = Doctor(Recipe.from_json(reader.config["recipe"]), USUAL_DISTANCE)
    names = [field.name for field in fields(StepDone)]
    for line in lines:
        if line.get("event") == "checkpoint":
            doctor.note_saved(line["step"])
        elif "event" not in line:
            numbers: dict[str, Any] = {name: float("nan") if line.get(name) is None else line[name] for name in names}
            said += [{"event": "diagnosis", **asdict(found)} for found in doctor.hear(StepDone(**numbers))]
    return said
