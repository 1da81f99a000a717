"""What the form of the Train page means: its fields, what becomes of them on this data and machine, and how long it will take."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from dcgan.config import IMAGE_SIZES, Budget, Recipe, apply_settings
from dcgan.data import Survey, catalog, survey
from dcgan.data.entries import NAMES
from dcgan.errors import ConfigError
from dcgan.models import Library, Model
from dcgan.networks.tables import layers_of
from dcgan.training.advice import advice
from dcgan.training.design import class_names, networks_for, shaped_like, starting_model
from dcgan.training.processes import PATIENT, ROOT
from dcgan.training.recipes import RECIPES, best_device, fill, named_recipe
from dcgan.training.schedule import Costs, whole_training
from dcgan.training.trainer import Networks
from dcgan.training.worker import DEFAULT_BUDGET

TRIAL_SECONDS = 120
NOT_SET = ("name", "preset")  # which a recipe is, not a setting of one
CHOICES: dict[str, tuple[int, ...]] = {"image_size": IMAGE_SIZES, "image_channels": (1, 3)}


@dataclass(frozen=True)
class StartRequest:
    """What the form of the Train page says."""

    source: str
    recipe: str = "dcgan"
    settings: tuple[str, ...] = ()  # key=value, as for --set
    budget: Budget = DEFAULT_BUDGET
    model: str | None = None  # --from: a model's name, or NAME@STEP
    kid_every: int | None = None  # steps, as for --kid-every


@dataclass(frozen=True)
class Estimate:
    """What a short trial says of a training on this machine; `steps` and `total_seconds` are for the whole budget, from the start of its
    process to its last score, without reading its data and without KID. `beside` is a run that was being trained meanwhile."""

    seconds_per_step: float
    images_per_second: float
    steps: int
    total_seconds: float
    beside: str | None = None


@dataclass(frozen=True)
class Plan:
    """What a request comes to: the recipe without gaps, the data as far as it is known unread, and the two networks."""

    recipe: Recipe
    data: Survey
    networks: Networks

    def to_json(self) -> dict[str, Any]:
        """Return what the page shows before anything starts."""
        return {
            "recipe": self.recipe.to_json(),
            "count": self.data.count,
            "own_size": [self.data.image_size, self.data.image_channels],
            "notes": list(self.data.notes),
            "label_columns": list(self.data.label_columns),
            "advice": advice(self.recipe, self.networks.generator, self.networks.discriminator),
            "networks": {"generator": layers_of(self.networks.generator), "discriminator": layers_of(self.networks.discriminator)},
        }


@dataclass(frozen=True)
class Planner:
    """Reads requests, for one app: where its data lies, whether strangers ask, and the device that would train."""

    library: Library
    data_dir: Path | None
    public: bool

    def form(self) -> dict[str, Any]:
        """Return what the form offers: data sets (those on disk first), recipes, and the fields of a recipe."""
        entries = sorted(catalog(self.data_dir), key=lambda entry: not entry.on_disk)
        return {
            "public": self.public,
            "data": [{"name": entry.name, "title": entry.title, "on_disk": entry.on_disk} for entry in entries],
            "recipes": {name: recipe.to_json() for name, recipe in RECIPES.items()},
            "fields": recipe_fields(),
        }

    def plan(self, request: StartRequest) -> Plan:
        """Return what a request comes to, found without decoding the data; a DCGANError says what does not go together."""
        self._refuse_paths(request.source)
        recipe = apply_settings(named_recipe(request.recipe), request.settings)
        model = self._starting_model(request.model)
        if model is not None:
            recipe = shaped_like(recipe, model, request.model or "", request.settings)
        found = survey(request.source, data_dir=self.data_dir, label_column=recipe.label_column)
        filled = fill(recipe, recipe.image_size or found.image_size, recipe.image_channels or found.image_channels, best_device())
        return Plan(filled, found, networks_for(filled, model, class_names(filled, found)))

    def _starting_model(self, name: str | None) -> Model | None:
        if name is None:
            return None
        self.library.find(name, allow_paths=False)  # names only: the page opens no other file
        return starting_model(name)

    def _refuse_paths(self, source: str) -> None:
        if not source.strip():
            raise ConfigError("choose a data set, or type the path of a folder or zip of pictures")
        if self.public and source not in NAMES:
            raise ConfigError("paths cannot be typed on a public server; choose one of the data sets")

    def estimate(self, request: StartRequest) -> Estimate:
        """Run a short trial of these settings in a process of its own (some seconds)."""
        plan = self.plan(request)
        command = [sys.executable, "-m", "dcgan.training.trial", json.dumps(plan.recipe.to_json())]
        started, surroundings = time.perf_counter(), {**PATIENT, **os.environ}  # those of a training that the app starts
        try:
            answer = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=TRIAL_SECONDS, check=True)
            record = json.loads(answer.stdout)
            start = time.perf_counter() - started - record.pop("tried")  # a training's process has as much to import
            costs = Costs(**{**record, "start": max(0.0, start)})
        except (subprocess.SubprocessError, ValueError, KeyError, TypeError):
            raise ConfigError("the trial did not come to an end: the network is too large for this machine; take a smaller width") from None
        batch = plan.recipe.batch_size or 1
        minutes, steps = request.budget.minutes, request.budget.steps_total(max(1, round(plan.data.count / batch)))
        made, seconds = whole_training(costs, steps, math.inf if minutes is None else minutes * 60)
        return Estimate(costs.step, batch / costs.step, made, seconds)


def recipe_fields() -> list[dict[str, Any]]:
    """Return {key, kind, choices} of every setting of a recipe, in its order; kind is whole, number, flag, choice or text."""
    hints = get_type_hints(Recipe)
    return [{"key": field.name, **_kind(field.name, hints[field.name])} for field in fields(Recipe) if field.name not in NOT_SET]


def _kind(key: str, hint: Any) -> dict[str, Any]:
    parts = [part for part in (get_args(hint) if get_origin(hint) is not Literal else (hint,)) or (hint,) if part is not NoneType]
    if key in CHOICES:
        return {"kind": "choice", "choices": [str(choice) for choice in CHOICES[key]]}
    if get_origin(parts[0]) is Literal:
        return {"kind": "choice", "choices": list(get_args(parts[0]))}
    return {"kind": {bool: "flag", int: "whole", float: "number"}.get(parts[0], "text"), "choices": []}
