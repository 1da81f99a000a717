"""A run is a folder. `RunReader` reads one that may be growing, in this process or another."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from dcgan.config import dcgan_home
from dcgan.errors import RunError
from dcgan.files import read_json
from dcgan.models.library import BEST_FILE
from dcgan.system import is_alive
from dcgan.training.control import STEPS

RunState = Literal["starting", "running", "paused", "stopped", "completed", "interrupted", "failed", "recorded"]
HEARTBEAT_SECONDS = 2.0
HEARTBEAT_LOST = 60.0  # seconds without one after which a process id alone no longer counts
CONFIG, EVENTS, WORKER, OWNER, LOG, LOCK = "config.json", "events.jsonl", "worker.json", "owner.json", "worker.log", "lock"
COMPLAINT = "dcgan: "  # how the command line begins the one line that says what is wrong
SEEN = "seen.json"  # what the newest ordered step saw; for viewers only
STATE, PREVIOUS_STATE = "state.safetensors", "state.previous.safetensors"
REAL = "real.jpg"  # real pictures, on a sheet like those of `samples`


@dataclass(frozen=True)
class Increment:
    """Lines of events.jsonl from a given line on. Another `generation`: the run was resumed, lines were cut, start again at 0."""

    lines: list[dict[str, Any]]
    next: int
    generation: int


@dataclass(frozen=True)
class RunStatus:
    """What a run is doing. `message`: why it failed, or why a run that was at rest did not go on.

    `is_orphaned`: it stopped since the app that had started it was gone.
    """

    state: RunState
    step: int
    seconds: float
    message: str | None = None
    is_orphaned: bool = False


class RunReader:
    """Reads a run folder incrementally: only what came since is read again. Any number of threads may ask.

    `recorded_as` is the name of a shelf model's recording: a run that is over, and nobody's to continue.
    """

    def __init__(self, folder: Path, recorded_as: str | None = None) -> None:
        self.folder, self.name = folder, recorded_as or folder.name
        self._is_recording = recorded_as is not None
        self._inode: int | None = None
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._offsets: list[int] = [0]  # start of every line, and the end of the last
        self._last_line = b""
        self._generation = 0
        self._last_step: dict[str, Any] = {}
        self._last_event: dict[str, Any] = {}
        self._paused = False

    @property
    def config(self) -> dict[str, Any]:
        """config.json, or {} while a run is being prepared."""
        return read_json(self.folder / CONFIG)

    @property
    def best(self) -> dict[str, Any] | None:
        """The best stage so far, see `training.best`; None before one is measured."""
        return read_json(self.folder / BEST_FILE) or None

    def seen(self, known: str = "") -> dict[str, Any]:
        """Return what the newest ordered step saw and its `version`; the version alone where it is `known`, {} where there is none."""
        path = self.folder / SEEN
        try:
            version = str(path.stat().st_mtime_ns)
        except OSError:
            return {}
        return {"version": version} if version == known else {**read_json(path), "version": version}

    def since(self, line: int) -> Increment:
        """Return the lines from number `line` (counted from 0) on."""
        with self._lock:
            self._catch_up()
            count = len(self._offsets) - 1
            if line >= count:
                return Increment([], count, self._generation)
            with (self.folder / EVENTS).open("rb") as file:
                file.seek(self._offsets[max(0, line)])
                content = file.read(self._offsets[-1] - self._offsets[max(0, line)])
            return Increment([json.loads(text) for text in content.splitlines()], count, self._generation)

    def status(self) -> RunStatus:
        """Return what the run is doing, from its last lines and from whether its process lives."""
        with self._lock:
            self._catch_up()
            step, seconds = int(self._last_step.get("step", 0)), float(self._last_step.get("seconds", 0.0))
            state, message = self._state()
            return RunStatus(state, step, seconds, message, state == "stopped" and bool(self._last_event.get("orphaned")))

    def _state(self) -> tuple[RunState, str | None]:
        if self._is_recording:
            return "recorded", None
        if self._worker_lives():
            if not self._last_event:
                return "starting", None
            return ("paused" if self._paused else "running"), None
        complaint, event = self._complaint(), self._last_event.get("event")
        if event == "finished":
            return ("completed" if self._last_event["reason"] == "completed" else "stopped"), complaint
        if complaint is not None:
            return "failed", complaint
        if event == "failed":
            return "failed", self._last_event.get("message")
        return ("interrupted", None) if self._last_event else self._never_began()

    def _never_began(self) -> tuple[RunState, str | None]:
        """A process needs a moment to import torch before it says that it lives."""
        young = time.time() - self.folder.stat().st_mtime < HEARTBEAT_LOST if self.folder.exists() else False
        return ("starting" if young and not (self.folder / WORKER).exists() else "interrupted"), None

    def _worker_lives(self) -> bool:
        """Say whether the process lives. One that slept, with its laptop or by a signal, has no fresh heartbeat, but its lock."""
        worker = read_json(self.folder / WORKER)
        if not is_alive(int(worker.get("pid", 0))):
            return False
        return time.time() - float(worker.get("heartbeat", 0)) < HEARTBEAT_LOST or self._is_locked()

    def _is_locked(self) -> bool:
        """Say whether a process writes into the folder: the kernel knows."""
        if not (self.folder / LOCK).exists():
            return False
        try:
            with FileLock(self.folder / LOCK, timeout=0):
                return False
        except Timeout:
            return True
        except OSError:  # somebody else's folder
            return False

    def _complaint(self) -> str | None:
        """Return the sentence with which the newest start ended before it wrote anything, from the worker's stderr."""
        log, events = self.folder / LOG, self.folder / EVENTS
        if not log.exists() or (events.exists() and events.stat().st_mtime > log.stat().st_mtime):
            return None
        said = [line for line in log.read_text("utf-8", "replace").splitlines() if line.startswith(COMPLAINT)]
        return said[-1].removeprefix(COMPLAINT) if said else None

    def sample_steps(self) -> list[int]:
        """Return the steps of which there is a sheet, rising."""
        folder = self.folder / "samples"
        return sorted(int(path.stem) for path in folder.glob("[0-9]*.jpg")) if folder.is_dir() else []

    def sample_path(self, step: int) -> Path:
        return self.folder / "samples" / f"{step:06d}.jpg"

    def judgement_path(self, step: int) -> Path:
        """Return the file of D's outputs for the real pictures and for the sheet of `step`: {"real": […], "fake": […]}."""
        return self.folder / "samples" / f"{step:06d}.json"

    def _catch_up(self) -> None:
        """Note where new whole lines begin; after a resume has replaced the file, begin again."""
        try:
            with (self.folder / EVENTS).open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                file.seek(self._offsets[-1] - len(self._last_line))
                # A file that was replaced twice may have the first one's inode again, and be longer: its lines are others.
                if inode != self._inode or file.read(len(self._last_line)) != self._last_line:
                    self._forget()
                    self._inode = inode
                file.seek(self._offsets[-1])
                content = file.read()
        except OSError:
            return
        for text in content.splitlines(keepends=True):
            if text.endswith(b"\n"):
                self._offsets.append(self._offsets[-1] + len(text))
                self._last_line = text
                self._note(json.loads(text))

    def _note(self, record: dict[str, Any]) -> None:
        event = record.get("event")
        if event is None:
            self._last_step = record
            return
        if event in ("started", "resumed", "finished", "failed"):
            self._last_event, self._paused = record, False
            self._generation = record.get("generation", self._generation)
        elif event == "order" and record["order"] in ("pause", "resume", *STEPS):
            self._paused = record["order"] != "resume"


def open_run(folder: Path) -> RunReader:
    """Return the reader of a run folder, or raise a RunError."""
    if not (folder / CONFIG).exists() and not (folder / OWNER).exists():
        raise RunError(f"{folder} is not a run: it has no {CONFIG}")
    return RunReader(folder)


def slug(text: str) -> str:
    """Return a text as the names of runs have it: small letters, digits, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-").lower()


def new_run_folder(source: str) -> Path:
    """Make and return a new folder below `$DCGAN_HOME/runs`, named after the data and the time."""
    stem = slug(Path(source).stem) or "run"
    root = dcgan_home() / "runs"
    root.mkdir(parents=True, exist_ok=True)
    name = f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}"
    for suffix in ("", *(f"-{number}" for number in range(2, 100))):
        try:
            (root / f"{name}{suffix}").mkdir()
        except FileExistsError:
            continue
        return root / f"{name}{suffix}"
    raise RunError(f"{root} already has 99 runs called {name}")
