"""Compare: trainings that differ in one field, run one after another with the same seed, data order and fixed z."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from dcgan.config import Recipe, apply_settings, dcgan_home
from dcgan.data import survey
from dcgan.errors import ConfigError
from dcgan.networks import NetworkSpec
from dcgan.training.design import class_names, design
from dcgan.training.recipes import best_device, fill, named_recipe
from dcgan.training.runs.folder import RunReader
from dcgan.training.worker import TrainRequest

FEWEST, MOST = 2, 4  # values
KEPT = ("precision", "layout")  # found fastest for the first and kept for all, so that speed is all that they change
MEASURES = ("loss_d", "loss_g", "d_real", "d_fake", "diversity")
POINTS = 120  # of a curve
LAST = 0.1  # share of the lines at the end that a number in the table is the mean of


@dataclass(frozen=True)
class Comparison:
    """Trainings of `request`, whose run is a stem of names, that differ in `field` alone.

    Raises
    ------
    ConfigError
        Not two to four different values, or a field that is set otherwise as well.
    """

    request: TrainRequest
    field: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.field not in {field.name for field in fields(Recipe)} - {"name", "preset"}:
            raise ConfigError(f"no setting is called {self.field!r}; `python -m dcgan recipes --json` shows them all")
        if not FEWEST <= len(set(self.values)) == len(self.values) <= MOST:
            raise ConfigError(f"compare {FEWEST} to {MOST} different values of {self.field}, found {', '.join(self.values) or 'none'}")
        if any(setting.startswith(f"{self.field}=") for setting in self.request.settings):
            raise ConfigError(f"{self.field} is what differs; leave --set {self.field} away")
        if len({self.run_of(value) for value in self.values}) < len(self.values):
            raise ConfigError(f"the values {', '.join(self.values)} cannot be told apart in the names of their runs")

    def check_networks(self) -> None:
        """Raise a ConfigError for a value that cannot be, before any training starts."""
        for value in self.values:
            recipe = apply_settings(named_recipe(self.request.recipe or "dcgan"), self.settings_of(value))
            found = survey(self.request.source or "", data_dir=self.request.data_dir, label_column=recipe.label_column)
            filled = fill(recipe, recipe.image_size or found.image_size, recipe.image_channels or found.image_channels, best_device())
            design(filled, len(class_names(filled, found)))

    def settings_of(self, value: str) -> tuple[str, ...]:
        """Return the settings of the training with `value`."""
        return (*self.request.settings, f"{self.field}={value}")

    def run_of(self, value: str) -> Path:
        """Return the folder of the training with `value`."""
        slug = re.sub(r"[^A-Za-z0-9.]+", "-", value).strip("-.") or "none"
        return dcgan_home() / "runs" / f"{self.request.run.name}-{slug}"

    def requests(self) -> Iterator[TrainRequest]:
        """Yield the trainings in turn; each is to be run before the next is asked for, and the first that began decides for all."""
        kept: tuple[str, ...] = ()
        for value in self.values:
            yield replace(self.request, run=self.run_of(value), settings=(*self.settings_of(value), *kept))
            if not kept:
                kept = self._kept(RunReader(self.run_of(value)).config.get("recipe", {}))

    def _kept(self, recipe: dict[str, Any]) -> tuple[str, ...]:
        """Return the settings that the first training found for all; those of other names stay what they are."""
        own = {setting.partition("=")[0] for setting in self.settings_of(self.values[0])}
        return tuple(f"{key}={recipe[key]}" for key in KEPT if key in recipe and key not in own)


@dataclass(frozen=True)
class Trained:
    """What came of one training: its curves by measure (at most POINTS means over steps each), its last sheet, and its numbers."""

    value: str
    run: Path
    steps: list[float]
    curves: dict[str, list[float]]
    sheet: Path
    numbers: dict[str, Any]


def results(comparison: Comparison) -> list[Trained]:
    """Read what was trained, in the order of the values."""
    return [_trained(value, RunReader(comparison.run_of(value))) for value in comparison.values]


def _trained(value: str, run: RunReader) -> Trained:
    lines = _steps(run)
    parts = np.array_split(np.arange(len(lines)), min(POINTS, len(lines)))
    columns = {key: _column(lines, key) for key in ("step", *MEASURES)}
    curves = {key: [float(column[part].mean()) for part in parts] for key, column in columns.items()}
    return Trained(value, run.folder, curves.pop("step"), curves, run.sample_path(run.sample_steps()[-1]), numbers(run))


def numbers(run: RunReader) -> dict[str, Any]:
    """Return what a table of runs says of one: means of MEASURES over its last lines, how long, how large, its best score."""
    lines, status, config = _steps(run), run.status(), run.config
    last = lines[-max(1, int(len(lines) * LAST)) :]
    means = {key: round(float(_column(last, key).mean()), 4) for key in MEASURES if last}
    sizes = {
        f"parameters_{key[0]}": NetworkSpec.from_json(config[key]).parameters for key in ("generator", "discriminator") if key in config
    }
    best = {key: value for key, value in (run.best or {}).items() if key in ("kid", "swd")}
    return {**means, "step": status.step, "seconds": round(status.seconds, 1), **sizes, **best}


def _steps(run: RunReader) -> list[dict[str, Any]]:
    return [line for line in run.since(0).lines if "event" not in line]


def _column(lines: Sequence[dict[str, Any]], key: str) -> np.ndarray[Any, Any]:
    return np.array([np.nan if line.get(key) is None else line[key] for line in lines], float)


def table(trained: Sequence[Trained]) -> list[dict[str, Any]]:
    """Return a record for each training: its value, its run's name and its numbers."""
    return [{"value": one.value, "run": one.run.name, **one.numbers} for one in trained]
