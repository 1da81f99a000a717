"""Studio: what the running app knows. Loaded models, runs, and what a visitor may do. No gradio, no HTTP."""

from __future__ import annotations

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

from dcgan.config import Budget, Recipe, apply_settings
from dcgan.data import Survey, survey
from dcgan.errors import CheckpointError, ConfigError, RunError
from dcgan.files import write_json
from dcgan.models import Library, ModelInfo, Synthesizer, write_model
from dcgan.models.card import model_card
from dcgan.models.foreign import read_foreign
from dcgan.models.library import describe, newest_snapshot
from dcgan.system import detached
from dcgan.training.control import OrderName, send_order
from dcgan.training.recipes import best_device, fill, named_recipe
from dcgan.training.run_folder import LOG, OWNER, RunReader, new_run_folder, open_run, read_json
from dcgan.training.worker import DEFAULT_BUDGET

LOADED = 8  # models kept in memory
PREVIEW = 64  # seeds on an adopted model's preview
DEFAULT_MODEL = "fashion-mnist-32"
ROOT = Path(__file__).resolve().parents[1]
ACTIVE = ("starting", "running", "paused")
TRIAL_SECONDS = 120


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
        self.data_dir, self.public = data_dir, public
        self.library = Library()
        self.device = best_device()
        self._named = model  # the one path that may be asked for: the person who started the app chose it
        self._loaded: OrderedDict[str, Synthesizer] = OrderedDict()
        self._readers: dict[str, RunReader] = {}
        self._lock = threading.RLock()
        self.default_model = model or self._first_model()

    def _first_model(self) -> str:
        models = self.library.models()
        return next((info.name for info in models if info.name == DEFAULT_MODEL), models[0].name)

    # Models

    def models(self) -> list[ModelInfo]:
        """Return every model that can be opened by name."""
        found = self.library.models()
        if self._named and all(info.name != self._named for info in found):
            found.insert(0, replace(self.synthesizer(self._named).info, name=self._named))
        return found

    def synthesizer(self, model: str) -> Synthesizer:
        """Return the model, loaded once and kept while it is among the newest asked for; a run's newest snapshot is taken up."""
        key = f"{model}@{self._version(model)}"
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = self.library.synthesizer(model, allow_paths=model == self._named)
            self._loaded.move_to_end(key)
            while len(self._loaded) > LOADED:
                self._loaded.popitem(last=False)
            return self._loaded[key]

    def _version(self, model: str) -> str:
        if not re.fullmatch(r"[\w.-]+", model):
            return ""
        snapshot = newest_snapshot(self.library.home / "runs" / model)
        return snapshot.name if snapshot else ""

    def adopt(self, file: Path, filename: str) -> str:
        """Take a dropped checkpoint file into the own models and return its name; a CheckpointError says what was wrong.

        The same file dropped again is the same model.
        """
        suffix = Path(filename).suffix.lower()
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(filename).stem).strip("-")[:40] or "model"
        name = f"{stem}-{hashlib.sha256(file.read_bytes()).hexdigest()[:6]}"
        folder = self.library.home / "models" / name
        if folder.exists():
            return name
        named = file.with_name(f"{file.name}{suffix}")
        file.rename(named)
        try:
            model = read_foreign(named, allow_pickle=not self.public)
        except CheckpointError as error:
            raise CheckpointError(str(error).replace(named.name, filename)) from None
        finally:
            named.unlink(missing_ok=True)
        synthesizer = Synthesizer(model, describe(name, model.config, None, "own", None))
        preview = synthesizer.generate(range(PREVIEW))
        write_model(folder, model, model_card(name, model.config), preview, half=False)
        return name

    # Runs

    def runs(self) -> list[RunReader]:
        """Return the runs of this machine, newest first."""
        root = self.library.home / "runs"
        folders = [path for path in root.glob("[!.]*") if path.is_dir()] if root.is_dir() else []
        return [self.run(path.name) for path in sorted(folders, key=lambda path: path.stat().st_ctime, reverse=True) if _is_run(path)]

    def run(self, name: str) -> RunReader:
        """Return the reader of a run, or raise a RunError."""
        if not re.fullmatch(r"[A-Za-z0-9_][\w.-]*", name):
            raise RunError(f"no run is called {name!r}")
        with self._lock:
            if name not in self._readers:
                self._readers[name] = open_run(self.library.home / "runs" / name)
            return self._readers[name]

    def start_run(self, request: StartRequest, key: str) -> str:
        """Start a training in a process of its own and return the run's name; whoever holds `key` controls it."""
        self._refuse_a_second()
        self._filled(request)
        folder = new_run_folder(request.source)
        write_json(folder / OWNER, {"key_sha256": _digest(key)})
        settings = [part for setting in request.settings for part in ("--set", setting)]
        length = [part for unit, value in request.budget.to_json().items() for part in (f"--{unit}", str(value))]
        data_dir = ["--data-dir", str(self.data_dir)] if self.data_dir else []
        self._start(folder, ["--data", request.source, *data_dir, "--recipe", request.recipe, *settings, *length])
        return folder.name

    def continue_run(self, run: str, key: str) -> None:
        """Start the process of a run that was stopped or interrupted again."""
        self._refuse_others(run, key)
        self._refuse_a_second()
        self._start(self.run(run).folder, [])

    def _start(self, folder: Path, options: list[str]) -> None:
        command = [sys.executable, "-m", "dcgan", "train", "--run", str(folder), "--parent", str(os.getpid()), *options]
        with (folder / LOG).open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **detached())  # type: ignore[call-overload]
        # A process that nobody waits for stays in the table after its end and would look alive.
        threading.Thread(target=process.wait, daemon=True).start()

    def _refuse_a_second(self) -> None:
        for reader in self.runs():
            if reader.status().state in ACTIVE:
                raise RunError(f"{reader.name} is being trained; stop it first, two trainings at once would slow both")

    def order(self, run: str, key: str, order: OrderName, values: dict[str, float]) -> None:
        """Tell a run to pause, resume, stop or change its learning rates; a RunError without the key of whoever started it."""
        self._refuse_others(run, key)
        send_order(self.run(run).folder, order, values)

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
        proposed = {key: getattr(filled, key) for key in ("image_size", "image_channels", "base_channels", "batch_size")}
        return {**proposed, "count": found.count, "notes": list(found.notes)}

    def _filled(self, request: StartRequest) -> tuple[Recipe, Survey]:
        """Return the recipe without gaps, and what the data holds, found without decoding it."""
        self._refuse_paths(request.source)
        recipe = apply_settings(named_recipe(request.recipe), request.settings)
        found = survey(request.source, data_dir=self.data_dir, label_column=recipe.label_column)
        size, channels = recipe.image_size or found.image_size, recipe.image_channels or found.image_channels
        return fill(recipe, size, channels, self.device), found

    def _refuse_paths(self, source: str) -> None:
        if not source.strip():
            raise ConfigError("choose a data set, or type the path of a folder or zip of pictures")
        if self.public and not re.fullmatch(r"[\w-]+", source):
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


def _is_run(path: Path) -> bool:
    return (path / "config.json").exists() or (path / OWNER).exists()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
