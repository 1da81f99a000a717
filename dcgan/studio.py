"""Studio: what the running app knows. Loaded models, runs, and what a visitor may do. No gradio, no HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dcgan.config import Budget, Recipe, apply_settings, dcgan_home
from dcgan.data import Survey, survey
from dcgan.data.entries import NAMES
from dcgan.errors import ConfigError, DCGANError, RunError
from dcgan.files import read_json, write_json
from dcgan.models import Library, ModelInfo, Synthesizer
from dcgan.models.adoption import adopt
from dcgan.models.library import newest_snapshot
from dcgan.training.control import OrderName, send_order
from dcgan.training.design import class_names, design
from dcgan.training.processes import ROOT, Workers
from dcgan.training.recipes import best_device, fill, named_recipe
from dcgan.training.run_folder import CONFIG, OWNER, RunReader, RunStatus, new_run_folder, open_run
from dcgan.training.worker import DEFAULT_BUDGET

LOADED = 8  # models kept in memory
DEFAULT_MODEL = "fashion-mnist-32"
ACTIVE = ("starting", "running", "paused")
TRIAL_SECONDS = 120
NAME = re.compile(r"[^./\\:\0][^/\\:\0]*")


@dataclass(frozen=True)
class StartRequest:
    """What the form of the Train page says."""

    source: str
    recipe: str = "dcgan"
    settings: tuple[str, ...] = ()  # key=value, as for --set
    budget: Budget = DEFAULT_BUDGET


@dataclass(frozen=True)
class Estimate:
    """What a short trial says of a training on this machine; `steps` and `total_seconds` are for the whole budget."""

    seconds_per_step: float
    images_per_second: float
    steps: int
    total_seconds: float


class Studio:
    """The state of one app.

    Parameters
    ----------
    public
        True where strangers come in: no typed paths, safetensors only, small uploads.
    """

    def __init__(self, data_dir: Path | None = None, model: str | None = None, public: bool = False) -> None:
        self.data_dir, self.public = data_dir.resolve() if data_dir else None, public
        self.library = Library(dcgan_home().resolve())
        self.device = best_device()
        self._named = model  # the one path that may be asked for: the person who started the app chose it
        self._loaded: OrderedDict[str, Synthesizer] = OrderedDict()
        self._readers: dict[str, RunReader] = {}
        self._workers = Workers()
        # Three locks: loading a model and reading a data set take seconds, in which viewers of runs must get their answers.
        self._loading, self._starting, self._lock = threading.Lock(), threading.Lock(), threading.Lock()
        self.default_model = model or self._first_model()

    def _first_model(self) -> str:
        models = self.library.models()
        return next((info.name for info in models if info.name == DEFAULT_MODEL), models[0].name)

    # Models

    def models(self, also: str = "") -> list[ModelInfo]:
        """Return every model that can be opened by name; of the untrained ones, which are endless, one, and the one called `also`."""
        found = self.library.models()
        if also.startswith("untrained") and all(info.name != also for info in found):
            with contextlib.suppress(DCGANError):
                found.append(self.synthesizer(also).info)
        if self._named and all(info.name != self._named for info in found):
            found.insert(0, replace(self.synthesizer(self._named).info, name=self._named))
        return found

    def synthesizer(self, model: str) -> Synthesizer:
        """Return the model, loaded once and kept while it is among the newest asked for; a run's newest snapshot is taken up."""
        key = f"{model}@{self._version(model)}"
        with self._loading:
            if key not in self._loaded:
                self._loaded[key] = self.library.synthesizer(model, allow_paths=model == self._named)
            self._loaded.move_to_end(key)
            while len(self._loaded) > LOADED:
                self._loaded.popitem(last=False)
            return self._loaded[key]

    def _version(self, model: str) -> str:
        runs = [self.library.home / "runs" / model] if _is_name(model) else []
        named = [Path(model)] if model == self._named else []
        snapshots = (newest_snapshot(folder) for folder in (*runs, *named))
        return next((snapshot.name for snapshot in snapshots if snapshot), "")

    def adopt(self, file: Path, filename: str) -> str:
        """Take a dropped checkpoint file into the own models and return its name; a CheckpointError says what was wrong.

        The same file dropped again is the same model.
        """
        return adopt(file, filename, self.library.home / "models", allow_pickle=not self.public)

    # Runs

    def runs(self) -> list[RunReader]:
        """Return the runs of this machine, newest first."""
        root = self.library.home / "runs"
        folders = [path for path in root.glob("[!.]*") if path.is_dir()] if root.is_dir() else []
        folders.sort(key=lambda path: path.stat().st_ctime, reverse=True)
        return [self.run(path.name) for path in folders if _is_name(path.name) and _is_run(path)]

    def run(self, name: str) -> RunReader:
        """Return the reader of a run, or raise a RunError."""
        if not _is_name(name) or not _is_run(self.library.home / "runs" / name):
            raise RunError(f"no run is called {name!r}")
        with self._lock:
            if name not in self._readers:
                self._readers[name] = open_run(self.library.home / "runs" / name)
            return self._readers[name]

    def status(self, run: str) -> RunStatus:
        """Return what a run is doing, or raise a RunError."""
        return self._workers.status(self.run(run))

    def start_run(self, request: StartRequest, key: str) -> str:
        """Start a training in a process of its own and return the run's name; whoever holds `key` controls it."""
        with self._starting:
            self._refuse_a_second()
            self._filled(request)
            source = request.source if request.source in NAMES else str(Path(request.source).expanduser().resolve())
            folder = new_run_folder(source).resolve()
            settings = [part for setting in request.settings for part in ("--set", setting)]
            length = [part for unit, value in request.budget.to_json().items() for part in (f"--{unit}", str(value))]
            data_dir = ["--data-dir", str(self.data_dir)] if self.data_dir else []
            options = ["--data", source, *data_dir, "--recipe", request.recipe, *settings, *length]
            write_json(folder / OWNER, {"key_sha256": _digest(key), "options": options})
            self._workers.start(folder, self.library.home, options)
        return folder.name

    def continue_run(self, run: str, key: str) -> None:
        """Start the process of a run that was stopped or interrupted again."""
        self._refuse_others(run, key)
        with self._starting:
            self._refuse_a_second()
            reader = self.run(run)
            options = [] if reader.config else read_json(reader.folder / OWNER).get("options", [])  # it was stopped before it began
            self._workers.start(reader.folder, self.library.home, options)

    def _refuse_a_second(self) -> None:
        for reader in self.runs():
            if self._workers.status(reader).state in ACTIVE:
                raise RunError(f"{reader.name} is being trained; stop it first, two trainings at once would slow both")

    def order(self, run: str, key: str, order: OrderName, values: dict[str, float]) -> None:
        """Tell a run to pause, resume, stop or change its learning rates; a RunError without the key of whoever started it."""
        self._refuse_others(run, key)
        folder = self.run(run).folder
        if order == "stop" and self._workers.stop_early(folder):
            return
        with self._lock:  # two orders at once are two orders
            send_order(folder, order, values)

    def may_control(self, run: str, key: str) -> bool:
        """Say whether `key` is that of whoever started the run; runs of the command line are controlled there."""
        owner = read_json(self.run(run).folder / OWNER).get("key_sha256", "")
        return bool(key) and hmac.compare_digest(str(owner), _digest(key))

    def _refuse_others(self, run: str, key: str) -> None:
        if not self.may_control(run, key):
            raise RunError(f"{run} was started elsewhere: it is controlled from there, here it can be watched")

    def propose(self, source: str, recipe: str) -> dict[str, Any]:
        """Return what a recipe's open settings become on this data and machine, with `count` pictures and `notes` on the data."""
        filled, found = self._filled(StartRequest(source, recipe))
        keys = ("image_size", "image_channels", "base_channels", "batch_size", "learning_rate_d", "learning_rate_g")
        return {**{key: getattr(filled, key) for key in keys}, "count": found.count, "notes": list(found.notes)}

    def _filled(self, request: StartRequest) -> tuple[Recipe, Survey]:
        """Return the recipe without gaps, and what the data holds, found without decoding it."""
        self._refuse_paths(request.source)
        recipe = apply_settings(named_recipe(request.recipe), request.settings)
        found = survey(request.source, data_dir=self.data_dir, label_column=recipe.label_column)
        size, channels = recipe.image_size or found.image_size, recipe.image_channels or found.image_channels
        filled = fill(recipe, size, channels, self.device)
        design(filled, len(class_names(filled, found)))  # refuses what does not go together
        return filled, found

    def _refuse_paths(self, source: str) -> None:
        if not source.strip():
            raise ConfigError("choose a data set, or type the path of a folder or zip of pictures")
        if self.public and source not in NAMES:
            raise ConfigError("paths cannot be typed on a public server; choose one of the data sets")

    def estimate(self, request: StartRequest) -> Estimate:
        """Run a short trial of these settings in a process of its own (some seconds)."""
        recipe, found = self._filled(request)
        command = [sys.executable, "-m", "dcgan.training.trial", json.dumps(recipe.to_json())]
        try:
            answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TRIAL_SECONDS, check=True)
            seconds = float(json.loads(answer.stdout)["seconds_per_step"])
        except (subprocess.SubprocessError, ValueError, KeyError):
            raise ConfigError("the trial did not come to an end: the network is too large for this machine; take a smaller width") from None
        batch = recipe.batch_size or 1
        minutes, steps = request.budget.minutes, request.budget.steps_total(max(1, round(found.count / batch)))
        total = minutes * 60 if minutes is not None else (steps or 0) * seconds
        return Estimate(seconds, batch / seconds, int(total / seconds) if steps is None else steps, total)


def _is_name(text: str) -> bool:
    """Say whether `text` can be the name of a run: one part of a path, which leads nowhere else."""
    return bool(NAME.fullmatch(text)) and len(os.fsencode(text)) < 256


def _is_run(path: Path) -> bool:
    return (path / CONFIG).exists() or (path / OWNER).exists()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
