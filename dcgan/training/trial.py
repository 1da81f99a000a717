"""How fast would it go? `python -m dcgan.training.trial RECIPE_JSON` makes a few real steps on noise, a sheet, a saved state and a score.

It prints the seconds of each as one JSON object, `schedule.Costs` but for the start, and those of the whole as "tried".

In a process of its own, because it wants the run's thread count while the server serves with one.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from dcgan.config import Budget, Recipe, TrainingConfig
from dcgan.data import Dataset
from dcgan.events import CheckpointReady, SamplesReady
from dcgan.system import lower_priority
from dcgan.training.design import design
from dcgan.training.gauges import Gauges
from dcgan.training.recipes import best_device
from dcgan.training.runs.snapshots import SnapshotWriter
from dcgan.training.runs.writer import RunWriter
from dcgan.training.schedule import Costs
from dcgan.training.trainer import Trainer
from dcgan.training.tuning import resolve, use_process

WARM_UP = 2
LEAST, MOST = 3, 24  # steps that are timed: as many as go into PATIENCE seconds
PATIENCE = 4.0
CLASSES = tuple("0123456789")  # of the noise; a step's time hardly depends on their number


def main(argv: list[str]) -> int:
    lower_priority()  # as a training that the app starts has it
    started = time.perf_counter()
    costs = asdict(_costs(Recipe.from_json(json.loads(argv[0]))))
    print(json.dumps({**costs, "tried": time.perf_counter() - started}))
    return 0


def _costs(recipe: Recipe) -> Costs:
    """Return what the machine does beside all else that it does now: of steps the median of a few."""
    size, channels, batch = recipe.image_size, recipe.image_channels, recipe.batch_size
    assert size and channels and batch
    use_process(recipe)
    labels = CLASSES if recipe.conditional else ()
    networks = design(recipe, len(labels))
    noise = np.random.default_rng(0).integers(0, 256, (batch, size, size, channels), np.uint8)
    data = Dataset("noise", noise, np.arange(batch) % len(CLASSES), CLASSES, "", (), (), "")
    device = best_device()
    recipe = resolve(recipe, networks, data, device)
    trainer = Trainer(recipe, networks, data, device)
    for step in range(WARM_UP):
        trainer.seconds_of(step)
    times: list[float] = []
    while len(times) < LEAST or (len(times) < MOST and sum(times) < PATIENCE):
        times.append(trainer.seconds_of(WARM_UP + len(times)))
    training = {"recipe": recipe.to_json(), "data": data.name, "data_images": batch, "terms": "", "command": "", "threads": recipe.threads}
    with tempfile.TemporaryDirectory(prefix="dcgan-trial-") as folder, RunWriter(Path(folder)) as writer:
        writer.begin(0, SnapshotWriter(networks, recipe.prior, training, labels))
        gauges = Gauges(trainer, TrainingConfig(recipe, Budget(steps=1)), 0, 0.0, lambda: 0.0)
        sheet = _seconds(lambda: writer.write(SamplesReady(1, 0.0, trainer.samples())))
        state = _seconds(lambda: writer.write(CheckpointReady(1, 0.0, trainer.tensors())))
        score = _seconds(lambda: list(gauges.score(1, now=True)))
    return Costs(statistics.median(times), sheet=sheet, state=state, score=score)


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
