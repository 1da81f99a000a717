"""A training bound to its run folder: start it or continue it, write what it says, obey what it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dcgan.config import Budget, Recipe, TrainingConfig, apply_settings
from dcgan.data import Dataset, Progress, draw_pictures, load
from dcgan.errors import ConfigError, DCGANError, RunError
from dcgan.events import Started, TrainEvent
from dcgan.networks import NetworkSpec
from dcgan.system import is_alive
from dcgan.training.control import FileControl
from dcgan.training.design import class_names, networks_for, shaped_like, starting_model
from dcgan.training.loop import Start, train
from dcgan.training.recipes import best_device, fill, named_recipe
from dcgan.training.runs.folder import RunReader
from dcgan.training.runs.origin import absolute, command_line, machine
from dcgan.training.runs.snapshots import SnapshotWriter
from dcgan.training.runs.writer import RunWriter
from dcgan.training.trainer import Networks
from dcgan.training.tuning import resolve

DEFAULT_BUDGET = Budget(minutes=10)


@dataclass(frozen=True)
class TrainRequest:
    """What a person asked for; None and () where nothing was said."""

    run: Path
    source: str | None = None
    data_dir: Path | None = None
    recipe: str | None = None
    settings: tuple[str, ...] = ()
    budget: Budget | None = None
    model: str | None = None  # --from
    save_every: int | None = None
    kid_every: int | None = None
    parent: int | None = None  # a process id; when that process is gone, save and stop


class RunTraining:
    """Use as a context: it holds the run's lock. `prepare()`, then iterate over `events()`."""

    def __init__(self, request: TrainRequest) -> None:
        self.request = request
        self.writer = RunWriter(request.run)
        self.device = best_device()

    def __enter__(self) -> RunTraining:
        self.writer.__enter__()
        self.control = FileControl(self.request.run)
        if self.request.parent is not None:
            threading.Thread(target=self._watch_parent, args=(self.request.parent,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.writer.__exit__(*error)

    def _watch_parent(self, parent: int) -> None:
        while is_alive(parent):
            time.sleep(1)
        self.writer.is_orphaned = True
        self.control.stop()

    def is_complete(self) -> bool:
        """Say whether the run reached its end and no more was asked for; a RunError if another training was asked for."""
        stored = self.writer.config
        if not stored:
            return False
        _refuse_differences(stored, self.request)
        more = self.request.budget is not None and self.request.budget.to_json() != stored["budget"]
        events = RunReader(self.request.run).since(0).lines
        last: dict[str, Any] = next((line for line in reversed(events) if line.get("event") in ("finished", "resumed", "failed")), {})
        return last.get("reason") == "completed" and not more

    def prepare(self, progress: Progress | None = None) -> None:
        """Load the data and decide everything that was left open; write config.json. Raises a DCGANError for bad input."""
        if self.writer.config:
            self._continue(progress)
        else:
            self._create(progress)
        self.total_steps = self.config.budget.steps_total(self.config.recipe.steps_per_epoch(len(self.data.images)))

    def _create(self, progress: Progress | None) -> None:
        request = self.request
        if request.source is None:
            raise ConfigError(f"{request.run} is a new run: say what to train on with --data NAME, FOLDER or ZIP")
        recipe = apply_settings(named_recipe(request.recipe or "dcgan"), request.settings)
        model = starting_model(request.model)
        if model is not None:
            recipe = shaped_like(recipe, model, request.model or "", request.settings)
        self.data = _load(request.source, request.data_dir, recipe, progress)
        _, height, _, channels = self.data.images.shape
        recipe = fill(recipe, height, channels, self.device)
        self.labels = class_names(recipe, self.data)
        self.networks = networks_for(recipe, model, self.labels)
        budget = request.budget or DEFAULT_BUDGET
        recipe = resolve(recipe, self.networks, self.data, self.device, budget)
        self.config = TrainingConfig(recipe, budget, request.save_every, request.kid_every)
        self.start = Start(model=model)
        self._begun = self._record()
        self.writer.write_config(self._begun)

    def _continue(self, progress: Progress | None) -> None:
        stored, request = self.writer.config, self.request
        recipe = Recipe.from_json(stored["recipe"])
        _refuse_differences(stored, request)
        data_dir = request.data_dir or (Path(stored["data"]["data_dir"]) if stored["data"]["data_dir"] else None)
        source = stored["data"]["source"]
        if Path(source).is_absolute() and not Path(source).exists():
            raise RunError(f"the pictures of {request.run.name} are no longer at {source}; put them back there to go on")
        self.data = _load(source, data_dir, recipe, progress)
        if self.data.fingerprint != stored["data"]["fingerprint"]:
            raise RunError(f"the data {source} changed since {request.run} began; choose another --run for the new data")
        self.labels = class_names(recipe, self.data)
        self.networks = Networks(NetworkSpec.from_json(stored["generator"]), NetworkSpec.from_json(stored["discriminator"]))
        budget = request.budget or Budget(**stored["budget"])
        kid_every = request.kid_every or stored.get("kid_every")
        self.config = TrainingConfig(recipe, budget, request.save_every or stored["save_every"], kid_every)
        self.start = self.writer.saved() or Start(model=starting_model(stored["parent"]))
        self._begun = {**stored, "budget": budget.to_json(), "save_every": self.config.save_every, "kid_every": kid_every}

    def events(self) -> Iterator[TrainEvent]:
        """Train, writing each event before it is passed on.

        What was asked for anew is kept with the first: a lengthening that does not begin leaves the run as long as it was.
        """
        snapshots = SnapshotWriter(self.networks, self.config.recipe.prior, self._training_record(), self.labels)
        with self._writing():
            self.writer.begin(self.start.step, snapshots)
        step = self.start.step
        start = replace(self.start, repeats=self.writer.repeats)
        try:
            for event in train(self.config, self.networks, self.data, self.device, self.control, start):
                step = event.step
                with self._writing():
                    if isinstance(event, Started):
                        self.writer.write_config(self._begun)
                    self.writer.write(event)
                yield event
        except DCGANError as error:
            self.writer.write_failure(step, str(error))
            raise

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RunError(f"cannot write into {self.request.run}: {error.strerror or error}; what was saved before is whole") from None

    def _record(self) -> dict[str, Any]:
        """Return config.json of a new run."""
        request, data = self.request, self.data
        return {
            "format_version": 1,
            "recipe": self.config.recipe.to_json(),
            "budget": self.config.budget.to_json(),
            "save_every": self.config.save_every,
            "kid_every": self.config.kid_every,
            "data": {
                "source": absolute(request.source or ""),
                "data_dir": str(request.data_dir.resolve()) if request.data_dir else None,
                "name": data.name,
                "images": len(data.images),
                "labels": list(self.labels),
                "fingerprint": data.fingerprint,
                "terms": data.terms,
                "notes": list(data.notes),
                "skipped": [list(entry) for entry in data.skipped[:1000]],
            },
            "machine": machine(self.device),
            "generator": self.networks.generator.to_json(),
            "discriminator": self.networks.discriminator.to_json(),
            "parent": request.model,
            "command": command_line(request.source or "", request.recipe, request.model, request.settings),
            "created": time.time(),
        }

    def _training_record(self) -> dict[str, Any]:
        """Return what a model's config.json says of its making, but for how long that took."""
        record = self.writer.config
        return {
            "recipe": record["recipe"],
            "data": record["data"]["name"],
            "data_images": record["data"]["images"],
            "terms": record["data"]["terms"],
            "seed": record["recipe"]["seed"],
            "threads": record["recipe"]["threads"],
            "parent": record["parent"],
            "command": record["command"],
            **record["machine"],
        }


def _load(source: str, data_dir: Path | None, recipe: Recipe, progress: Progress | None) -> Dataset:
    data = load(
        source,
        image_size=recipe.image_size,
        image_channels=recipe.image_channels,
        data_dir=data_dir,
        label_column=recipe.label_column,
        crop=recipe.crop,
        progress=progress,
    )
    return data if recipe.pictures is None else draw_pictures(data, recipe.pictures, recipe.seed)


def _refuse_differences(stored: dict[str, Any], request: TrainRequest) -> None:
    """Raise a RunError that names every setting stated now that is not what the run began with."""
    recipe = Recipe.from_json(stored["recipe"])
    wanted = apply_settings(recipe, request.settings)
    if request.recipe is not None and request.recipe != recipe.name:
        wanted = apply_settings(named_recipe(request.recipe), request.settings)
    changed = [key for key, value in wanted.to_json().items() if value not in (None, "auto") and value != recipe.to_json()[key]]
    if request.source is not None and absolute(request.source) != stored["data"]["source"]:
        changed.append("data")
    if request.model is not None and request.model != stored["parent"]:
        changed.append("from")
    if changed:
        raise RunError(
            f"{request.run} was begun otherwise: {', '.join(changed)} differ; choose another --run, or leave them away to continue"
        )
