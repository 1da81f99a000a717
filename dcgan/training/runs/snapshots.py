"""Snapshots: complete model folders at growing intervals, the run's time machine."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcgan.config import Prior, Recipe
from dcgan.events import CheckpointReady
from dcgan.models.card import model_card
from dcgan.models.folder import Model, ModelConfig, write_model
from dcgan.models.library import describe
from dcgan.models.synthesizer import Synthesizer
from dcgan.training.changes import from_state, settings_changed
from dcgan.training.optimizers import below
from dcgan.training.trainer import SHEET, Networks

MAX_SNAPSHOTS = 24


@dataclass(frozen=True)
class SnapshotWriter:
    """Turns saved states into model folders.

    `training` is what a model's config.json says of its making, without the step; `labels` names the classes of a conditional model.
    """

    networks: Networks
    prior: Prior
    training: Mapping[str, Any]
    labels: tuple[str, ...] = ()

    def model(self, event: CheckpointReady) -> Model:
        """Return the averaged generator and the discriminator of a saved state."""
        recipe = Recipe.from_json(self.training["recipe"])
        now, updates_before = from_state(recipe, event.tensors)
        seen = (event.step * now.d_steps + updates_before) * (recipe.batch_size or 0)
        command = f"{self.training['command']} --steps {event.step}"  # minutes would be other steps on another machine
        training = {**self.training, "command": command, "steps": event.step, "images_seen": seen, "seconds": round(event.seconds, 1)}
        training |= {"changed": changes} if (changes := settings_changed(recipe, now)) else {}
        up, down = self.networks.generator, self.networks.discriminator
        config = ModelConfig(up, down, self.prior, up.output_range, labels=self.labels, training=training)
        return Model(config, below(event.tensors, "ema"), below(event.tensors, "d"))

    def write(self, folder: Path, event: CheckpointReady, kept: Collection[int] = ()) -> None:
        """Write `folder`/<step>, then thin what is older but for the steps `kept`; a snapshot that is there already stays."""
        target = folder / f"{event.step:06d}"
        if not target.exists():
            write_snapshot(target, self.model(event), folder.parent.name)
        thin(folder, kept)


def write_snapshot(target: Path, model: Model, name: str) -> None:
    """Write a model folder with card and preview."""
    preview = Synthesizer(model, describe(name, model.config, None, "run", None)).generate(range(SHEET))
    write_model(target, model, model_card(name, model.config), preview)


def thin(folder: Path, kept: Collection[int] = ()) -> None:
    """Remove all snapshots but MAX_SNAPSHOTS of them, and the steps `kept`: see `spaced`."""
    steps = sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())
    for step in set(steps).difference(spaced(steps, MAX_SNAPSHOTS, kept)):
        shutil.rmtree(folder / f"{step:06d}", ignore_errors=True)


def spaced(steps: Sequence[int], count: int, kept: Collection[int] = ()) -> list[int]:
    """Return at most `count` of the rising `steps`, spaced as nearly geometrically as they allow: dense early on, where most happens.

    Each time the one goes whose neighbours are closest, in ratio of steps; the first, the last and those `kept` stay, even beyond `count`.
    """
    left = list(steps)
    while len(left) > count:
        inner = [index for index in range(1, len(left) - 1) if left[index] not in kept]
        if not inner:
            break
        left.pop(min(inner, key=lambda index: (left[index + 1] + 1) / (left[index - 1] + 1)))
    return left
