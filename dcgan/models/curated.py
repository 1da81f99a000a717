"""Seeds that somebody chose by eye, with the model that they were chosen for: `morph.json` in its folder.

{"film": [seed, …],                                                                      key points worth a walk
 "figure_7": {"a": [seed, …], "b": …, "c": …, "names": {language: {"a": name, …}}},      a - b + c
 "figure_8": {"left": [seed, …], "right": …, "samples": …}}                              a turn, and whom it is applied to

Each may be missing, as may the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dcgan.config import MAX_SEED
from dcgan.errors import CheckpointError
from dcgan.files import read_json
from dcgan.models.synthesizer import ModelInfo

FILE = "morph.json"
SLOTS = {"figure_7": ("a", "b", "c"), "figure_8": ("left", "right", "samples")}
MOST = 64


def curated(info: ModelInfo) -> dict[str, Any]:
    """Return what was chosen for a model, {} where nothing was; a file that says something else is a CheckpointError."""
    path = Path(info.path) / FILE
    record = read_json(path)
    lists = [record[key] for key in ("film",) if key in record]
    for figure, slots in SLOTS.items():
        if figure in record:
            lists += [record[figure].get(slot) for slot in slots] if isinstance(record[figure], dict) else [None]
    if not all(_are_seeds(seeds) for seeds in lists):
        raise CheckpointError(f"{path} holds something else than lists of 1 to {MOST} seeds")
    return record


def _are_seeds(seeds: object) -> bool:
    return isinstance(seeds, list) and 1 <= len(seeds) <= MOST and all(type(seed) is int and 0 <= seed <= MAX_SEED for seed in seeds)
