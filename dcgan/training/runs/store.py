"""The runs of a machine, kept in order: found, renamed, annotated, moved aside and brought back, compared."""

from __future__ import annotations

import os
import shlex
import threading
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from dcgan.aside import Aside
from dcgan.errors import RunError
from dcgan.files import is_name, read_json, write_json
from dcgan.models import Library
from dcgan.training.runs.folder import CONFIG, OWNER, RunReader, RunState, RunStatus, open_run, slug

RECORDED = "recorded:"  # before a model's name: its recording. No run can be called so, for the colon.
NOTE, LONGEST_NOTE = "note.json", 2_000  # characters
ACTIVE: tuple[RunState, ...] = ("starting", "running", "paused")
SPEED = ("layout", "kernels", "compile")  # of a recipe: how the machine computes it, which is a difference only where somebody set it


class RunStore:
    """The runs below `home`/runs, and the recorded ones of the library's models."""

    def __init__(self, library: Library) -> None:
        self.root, self._library = library.home / "runs", library
        self._aside, self._readers = Aside(self.root), dict[str, RunReader]()
        self._lock = threading.Lock()

    def all(self) -> list[RunReader]:
        """Return the runs of this machine, newest first."""
        folders = [path for path in self.root.glob("[!.]*") if path.is_dir()] if self.root.is_dir() else []
        folders.sort(key=_begun, reverse=True)
        return [self.find(path.name) for path in folders if is_name(path.name) and _is_run(path)]

    def recorded(self) -> list[RunReader]:
        """Return the recorded runs, called `recorded:MODEL`."""
        return [self._reader(f"{RECORDED}{model}", path, recorded=True) for model, path in self._library.recordings().items()]

    def has(self, name: str) -> bool:
        """Say whether there is a run of this machine called so."""
        return is_name(name) and _is_run(self.root / name)

    def find(self, name: str) -> RunReader:
        """Return the reader of a run or of `recorded:MODEL`, or raise a RunError."""
        if name.startswith(RECORDED):
            found = self._library.recordings().get(name.removeprefix(RECORDED))
            if found is not None:
                return self._reader(name, found, recorded=True)
        if not self.has(name):
            raise RunError(f"no run is called {name!r}")
        return self._reader(name, self.root / name, recorded=False)

    def _reader(self, name: str, folder: Path, recorded: bool) -> RunReader:
        with self._lock:
            if name not in self._readers:
                self._readers[name] = RunReader(folder, name) if recorded else open_run(folder)
            return self._readers[name]

    def rename(self, name: str, new: str) -> None:
        """Give a run that is at rest another name; a RunError where that is taken or no name."""
        folder, new = self._resting(name).folder, new.strip()
        if not is_name(new):
            raise RunError("a name has no slash, backslash or colon, does not begin with a dot, and is below 256 bytes long")
        if (self.root / new).exists():
            raise RunError(f"a run called {new} is there already; choose another name")
        folder.rename(self.root / new)
        self.forget(name)

    def annotate(self, name: str, text: str) -> None:
        """Keep a note with a run; an empty one goes."""
        folder = self._own(name).folder
        if len(text) > LONGEST_NOTE:
            raise RunError(f"a note has at most {LONGEST_NOTE:,} characters, found {len(text):,}")
        if text.strip():
            write_json(folder / NOTE, {"text": text.strip()})
        else:
            (folder / NOTE).unlink(missing_ok=True)

    def move_aside(self, name: str) -> str:
        """Take a run that is at rest out of the list; return the ticket that brings it back for a day."""
        self._resting(name)
        ticket = self._aside.take(name)
        self.forget(name)
        return ticket

    def bring_back(self, ticket: str) -> str:
        """Undo `move_aside`; return the run's name."""
        return self._aside.bring_back(ticket)

    def _own(self, name: str) -> RunReader:
        if name.startswith(RECORDED):
            raise RunError(f"{name.removeprefix(RECORDED)} came with the program: its recorded run stays as it is")
        return self.find(name)

    def _resting(self, name: str) -> RunReader:
        reader = self._own(name)
        if reader.status().state in ACTIVE:
            raise RunError(f"{name} is being trained; stop it first")
        return reader

    def forget(self, name: str) -> None:
        """Let go of what was read of a run, or of a recording: what is called so may be another one from now on."""
        with self._lock:
            self._readers.pop(name, None)


def note_of(run: RunReader) -> str:
    """Return what a person wrote about a run, "" where nothing."""
    return str(read_json(run.folder / NOTE).get("text", ""))


def bytes_of(run: RunReader) -> int:
    """Return the bytes of all files of a run; those that vanish meanwhile count nothing."""
    total = 0
    for folder, _, names in os.walk(run.folder):
        for name in names:
            try:
                total += (Path(folder) / name).stat().st_size
            except OSError:
                continue
    return total


def summary(run: RunReader, status: RunStatus) -> dict[str, Any]:
    """Return what a list of runs says of one."""
    config = run.config
    data, recipe = config.get("data", {}), config.get("recipe", {})
    stem = slug(str(data.get("name") or ""))
    return {
        "name": run.name,
        "state": status.state,
        "step": status.step,
        "seconds": status.seconds,
        "data": data.get("name"),
        "says_data": bool(stem) and run.name.startswith(stem),  # its name does
        "recipe": recipe.get("name"),
        "note": note_of(run),
    }


def differences(*configs: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return setting -> (its value in each) of runs' config.json, where they differ; data and length are settings too.

    A run that has not begun, {}, differs in nothing: its values are None.
    """
    told = [_settings(config) if config else {} for config in configs]
    begun = [settings for settings in told if settings]
    keys = dict.fromkeys(key for settings in begun for key in settings)
    unlike = [key for key in keys if any(settings.get(key) != begun[0].get(key) for settings in begun)]
    return {key: tuple(settings.get(key) for settings in told) for key in unlike}


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    data, asked = config.get("data", {}), asked_of(config)
    recipe = {key: value for key, value in config.get("recipe", {}).items() if key not in SPEED or key in asked}
    return {**recipe, **config.get("budget", {}), "data": data.get("name"), "from": config.get("parent")}


def asked_of(config: Mapping[str, Any]) -> set[str]:
    """Return the names of the settings that a run's command stated; the others the recipe or the machine decided."""
    words = shlex.split(str(config.get("command", "")))
    return {setting.partition("=")[0] for option, setting in pairwise(words) if option == "--set"}


def _begun(folder: Path) -> float:
    """Return when a run began: its config.json says; while that is not written, the folder."""
    return float(read_json(folder / CONFIG).get("created") or folder.stat().st_ctime)


def _is_run(path: Path) -> bool:
    return (path / CONFIG).exists() or (path / OWNER).exists()
