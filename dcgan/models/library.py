"""Where models are found: shipped ones, own ones, runs, files, and networks before their first step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import torch

from dcgan.config import dcgan_home
from dcgan.errors import CheckpointError
from dcgan.files import read_json
from dcgan.models.folder import Model, ModelConfig, read_config, read_model
from dcgan.models.importing import read_foreign
from dcgan.models.synthesizer import ModelInfo, Source, Synthesizer
from dcgan.models.untrained import SUGGESTED, untrained

BEST, BEST_FILE = "best", "best.json"  # RUN/best is the snapshot that RUN/best.json names
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
RECORDING = "recording"  # of a model's training, in its folder
SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints"


class Library:
    """The models that a name can mean. Own models live in `$DCGAN_HOME/models`, runs in `$DCGAN_HOME/runs`."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = home or dcgan_home()

    def models(self) -> list[ModelInfo]:
        """Return what there is: shipped, own, runs (newest first), untrained. A folder that cannot be read is left out."""
        found = []
        for name, path, source in self._folders():
            try:
                config = read_config(path)
                found.append(
                    describe(name, ModelConfig.from_json(config), path, source, (config.get("sha256") or {}).get("generator.safetensors"))
                )
            except Exception:
                continue
        model = untrained(SUGGESTED)
        return [*found, describe(SUGGESTED, model.config, None, "untrained", None)]

    def names(self) -> list[str]:
        return [name for name, _, _ in self._folders()]

    def own(self) -> list[str]:
        """Return the names of the own models."""
        return [name for name, _, source in self._models() if source == "own"]

    def new_folder(self, name: str) -> Path:
        """Return the folder of an own model that is to be called `name`; a CheckpointError where that is no plain name."""
        if not NAME.fullmatch(name):
            raise CheckpointError(f"a model's name has letters, digits, - . _ and begins with a letter or digit; found {name!r}")
        taken = {other for other, _, source in self._folders() if source != "own"}
        if name in taken:
            raise CheckpointError(f"{name} is the name of a shipped model or a run; choose another")
        return self.home / "models" / name

    def synthesizer(self, model: str, allow_paths: bool = True) -> Synthesizer:
        """Return the Synthesizer of MODEL: a name, and where `allow_paths` also a model folder, a run folder (its
        newest snapshot; with /best behind it the best by its measures) or a checkpoint file. NAME@STEP is an earlier stage.

        It runs on a GPU of CUDA's kind where there is one. Other accelerators train: Metal does not take the orders of several threads.
        """
        loaded, name, source = self.find(model, allow_paths)
        info = describe(name, loaded.config, loaded.path, source, loaded.sha256)
        return Synthesizer(loaded, info, "cuda" if torch.cuda.is_available() else "cpu")

    def find(self, model: str, allow_paths: bool = True) -> tuple[Model, str, Source]:
        """Return (model, name, source) of MODEL, or raise a CheckpointError that lists the names there are."""
        if model.startswith("untrained"):
            return untrained(model), model, "untrained"
        for name, path, source in self._folders():
            if name == model:
                return read_model(path), name, source
            if source == "run" and model == f"{name}/{BEST}":
                return read_model(best_snapshot(self.home / "runs" / name)), model, source
            if model.startswith(f"{name}@"):
                return read_model(self._stage(name, model.removeprefix(f"{name}@"))), model, source
        if model.startswith("hf:"):
            return self._from_hub(model, allow_paths)
        path = Path(model)
        if allow_paths and path.is_dir():
            return self._from_folder(path)
        if allow_paths and path.is_file():
            return read_foreign(path), path.stem, "file"
        if allow_paths and path.name == BEST and path.parent.is_dir():
            return read_model(best_snapshot(path.parent)), f"{path.parent.resolve().name}/{BEST}", "run"
        raise CheckpointError(f"no model is called {model!r}; there are {', '.join(self.names()) or 'none'}, {SUGGESTED}, or give a path")

    def stages(self, name: str) -> dict[int, Path]:
        """Return step -> model folder of the stages that are kept of a run's or a model's training, rising; {} where none are."""
        kept = (path.parent if source == "run" else path / "snapshots" for known, path, source in self._folders() if known == name)
        folder = next(kept, None)
        found = [path for path in folder.iterdir() if path.name.isdigit()] if folder is not None and folder.is_dir() else []
        return {int(path.name): path for path in sorted(found, key=lambda path: int(path.name))}

    def _stage(self, name: str, step: str) -> Path:
        stages = self.stages(name)
        if not step.isdecimal() or int(step) not in stages:
            raise CheckpointError(f"{name} has no stage @{step}; there are {', '.join(f'@{known}' for known in stages) or 'none'}")
        return stages[int(step)]

    def recordings(self) -> dict[str, Path]:
        """Return model -> the recorded run that made it, for those that carry one; shipped ones first."""
        kept = {name: path / RECORDING for name, path, _ in self._models()}
        return {name: path for name, path in kept.items() if (path / "events.jsonl").exists()}

    def _from_hub(self, model: str, allowed: bool) -> tuple[Model, str, Source]:
        if not allowed:
            raise CheckpointError(f"{model} is not opened by its address alone: pull it first, then it is one of the own models")
        from dcgan.hub import Reference
        from dcgan.models.hub import fetch

        reference = Reference.parse(model)
        return self.read_fetched(fetch(reference).path), f"hf:{reference}", "file"

    def read_fetched(self, path: Path) -> Model:
        """Read what came from the Hub: a model folder, or somebody's file of weights."""
        return read_model(path) if path.is_dir() else read_foreign(path)

    def _from_folder(self, path: Path) -> tuple[Model, str, Source]:
        if (path / "generator.safetensors").exists():
            return read_model(path), path.resolve().name, "file"
        snapshot = newest_snapshot(path)
        if snapshot is None:
            raise CheckpointError(f"{path} is neither a model folder (config.json, generator.safetensors) nor a run with a snapshot")
        return read_model(snapshot), path.resolve().name, "run"

    def _models(self) -> Iterator[tuple[str, Path, Source]]:
        """Yield what `_folders` does but for the runs, which come last, and may be many."""
        return takewhile(lambda folder: folder[2] != "run", self._folders())

    def _folders(self) -> Iterator[tuple[str, Path, Source]]:
        """Yield (name, model folder, source), each name once."""
        seen = set()
        for root, source in ((SHIPPED, "shipped"), (self.home / "models", "own"), (self.home / "runs", "run")):
            paths = [path for path in sorted(root.glob("[!.]*")) if path.is_dir()] if root.is_dir() else []
            if source == "run":
                paths.sort(key=lambda path: path.stat().st_mtime, reverse=True)
            for path in paths:
                folder = newest_snapshot(path) if source == "run" else path
                if folder is not None and path.name not in seen and ".old-" not in path.name:
                    seen.add(path.name)
                    yield path.name, folder, source  # type: ignore[misc]


def newest_snapshot(run: Path) -> Path | None:
    """Return the highest snapshot of a run folder, or None: a run is a model by its newest snapshot."""
    folder = run / "snapshots"
    steps = [path for path in folder.iterdir() if path.name.isdigit()] if folder.is_dir() else []
    return max(steps, key=lambda path: int(path.name), default=None)


def best_snapshot(run: Path) -> Path:
    """Return the snapshot that best.json of a run folder names, or raise a CheckpointError."""
    step = read_json(run / BEST_FILE).get("step")
    if not isinstance(step, int):
        raise CheckpointError(f"{run} has no best snapshot: a run is scored about every minute and at its end; {run} alone is its newest")
    return run / "snapshots" / f"{step:06d}"


def describe(name: str, config: ModelConfig, path: Path | None, source: Source, sha256: str | None) -> ModelInfo:
    """Return the ModelInfo of a configuration."""
    channels, height, width = config.generator.output_shape
    training = config.training or {}
    return ModelInfo(
        name=name,
        path=str(path or ""),
        source=source,
        height=height,
        width=width,
        channels=channels,
        z_dim=config.z_dim,
        prior=config.prior,
        parameters=config.generator.parameters,
        data=training.get("data"),
        steps=training.get("steps"),
        seconds=training.get("seconds"),
        sha256=sha256,
        labels=config.labels,
        scores=config.discriminator is not None and path is not None and (path / "discriminator.safetensors").exists(),
    )
