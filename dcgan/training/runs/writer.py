"""RunWriter: the one that writes into a run folder, holding its lock."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from dcgan.errors import RunError
from dcgan.events import (
    CheckpointReady,
    Diagnosis,
    Finished,
    Judged,
    KidMeasured,
    OrderDone,
    SamplesReady,
    Scored,
    Started,
    StepDone,
    StepSeen,
    TrainEvent,
)
from dcgan.files import read_json, write_bytes, write_json
from dcgan.images import grid, jpeg_bytes
from dcgan.models.library import BEST_FILE
from dcgan.training.changes import cut_back, to_repeat
from dcgan.training.control import CONTROL
from dcgan.training.loop import Start
from dcgan.training.runs.best import MEASURING, best_of
from dcgan.training.runs.folder import CONFIG, EVENTS, HEARTBEAT_SECONDS, LOCK, LOG, OWNER, PREVIOUS_STATE, REAL, SEEN, STATE, WORKER
from dcgan.training.runs.lines import StepLines, kid_record, rounded, score_record, step_record, to_line
from dcgan.training.runs.snapshots import SnapshotWriter, spaced
from dcgan.training.witness import sight

MAX_SHEETS = 300
PREPARED = {LOCK, WORKER, OWNER, LOG, CONTROL}  # what may lie in a run folder before its config.json


class RunWriter:
    """Writes what a training says. Use as a context; a second writer of the same folder is a RunError.

    The lock is the operating system's, so it is free again when the process is gone, however it went.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _make(folder)
        self._lock = FileLock(folder / LOCK)
        self.is_orphaned = False  # the process that had asked for the training is gone
        self._done, self._steps = threading.Event(), StepLines(0)

    def __enter__(self) -> RunWriter:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise RunError(f"{self.folder} is being trained by another process; wait for it, or choose another --run") from None
        self._started = time.time()
        self._beat()
        self._heart = threading.Thread(target=self._keep_beating, daemon=True)
        self._heart.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._heart.join()
        (self.folder / WORKER).unlink(missing_ok=True)
        with contextlib.suppress(AttributeError):
            self._events.close()
        self._lock.release()

    def _keep_beating(self) -> None:
        while not self._done.wait(HEARTBEAT_SECONDS):
            self._beat()

    def _beat(self) -> None:
        # Without fsync: viewers only, and a disk must not be woken every two seconds.
        temporary = self.folder / f".{WORKER}"
        with contextlib.suppress(OSError):
            temporary.write_text(json.dumps({"pid": os.getpid(), "started": self._started, "heartbeat": time.time()}))
            temporary.replace(self.folder / WORKER)

    @property
    def config(self) -> dict[str, Any]:
        return read_json(self.folder / CONFIG)

    def write_config(self, config: dict[str, Any]) -> None:
        write_json(self.folder / CONFIG, config)

    def saved(self) -> Start | None:
        """Return the newest whole state, or None where none was written."""
        for name in (STATE, PREVIOUS_STATE):
            with contextlib.suppress(OSError, SafetensorError, KeyError, TypeError):
                path = self.folder / name
                with safe_open(path, "pt") as file:
                    metadata = file.metadata()
                return Start(load_file(path), int(metadata["step"]), float(metadata["seconds"]))
        return None

    def begin(self, step: int, snapshots: SnapshotWriter) -> None:
        """Cut the folder back to `step` and open it for writing."""
        (self.folder / "samples").mkdir(exist_ok=True)
        (self.folder / "snapshots").mkdir(exist_ok=True)
        self._snapshots = snapshots
        self._generation, self._steps = self._cut_back(step), StepLines(step)
        (self.folder / SEEN).unlink(missing_ok=True)
        for path in (self.folder / "samples").glob("[0-9]*.*"):
            if int(path.stem) > step:
                path.unlink()
        for path in (self.folder / "snapshots").iterdir():
            if not path.name.isdigit() or int(path.name) > step:
                shutil.rmtree(path, ignore_errors=True)
        self._keep_best()
        self._events = (self.folder / EVENTS).open("ab", buffering=0)

    def _cut_back(self, step: int) -> int:
        """Keep the lines up to `step`; return the number of this start, 0 for the first."""
        path = self.folder / EVENTS
        self._measured: list[dict[str, Any]] = []  # what says how good a stage is
        self._remedied: set[int] = set()  # the steps that diagnoses send back to
        self.repeats: tuple[OrderDone, ...] = ()  # changes that were made after the state of `step`
        if not path.exists():
            return 0
        records = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
        kept = cut_back(records, step)
        self.repeats = tuple(to_repeat(kept, step))
        self._measured = [record for record in kept if record.get("event") in MEASURING and self._has_stage(record["step"])]
        self._remedied = {record["remedy"]["from_step"] for record in kept if record.get("event") == "diagnosis" and record["remedy"]}
        write_bytes(path, "".join(to_line(record) for record in kept).encode())
        return 1 + max((int(record.get("generation", 0)) for record in records), default=-1)

    def write(self, event: TrainEvent) -> None:
        """Write one event to where it belongs."""
        line = self._steps.add(step_record(event)) if isinstance(event, StepDone) else self._steps.rest()
        if line:
            self._say(line)
        if isinstance(event, StepDone):
            return
        if isinstance(event, StepSeen):
            write_json(self.folder / SEEN, sight(event, self.config))
        elif isinstance(event, SamplesReady):
            self._write_sheet(event)
        elif isinstance(event, CheckpointReady):
            self._write_state(event)
        elif isinstance(event, Scored):
            self._say_measured(score_record(event))
        elif isinstance(event, KidMeasured):
            self._say_measured(kid_record(event))
        elif isinstance(event, Judged):
            self._write_judgement(event)
        elif isinstance(event, Started):
            name = "resumed" if event.resumed else "started"
            self._say({"event": name, "step": event.step, "generation": self._generation, "time": round(time.time(), 3)})
        elif isinstance(event, Diagnosis):
            self._say({"event": "diagnosis", **asdict(event)})
            self._remedied |= {event.remedy.from_step} if event.remedy else set()
        elif isinstance(event, OrderDone):
            self._say({"event": "order", **asdict(event)})
        else:
            assert isinstance(event, Finished)
            self._say({"event": "finished", **asdict(event), **({"orphaned": True} if self.is_orphaned else {})})

    def write_failure(self, step: int, message: str) -> None:
        with contextlib.suppress(OSError):  # a full disk may take no more words; the process says them as well
            if line := self._steps.rest():
                self._say(line)
            self._say({"event": "failed", "step": step, "message": message})

    def _say(self, record: dict[str, Any]) -> None:
        """Add a line, or nothing of it: a disk that fills up takes a part first and refuses the rest."""
        end, rest = self._events.seek(0, os.SEEK_END), memoryview(to_line(record).encode())
        try:
            while rest:
                rest = rest[self._events.write(rest) :]
        except OSError:
            self._events.truncate(end)
            raise

    def _write_sheet(self, event: SamplesReady) -> None:
        folder = self.folder / "samples"
        path = folder / f"{event.step:06d}.jpg"
        if path.exists():
            return
        write_bytes(path, jpeg_bytes(grid(event.images)))
        self._say({"event": "samples", "step": event.step, "seconds": round(event.seconds, 3)})
        steps = sorted(int(sheet.stem) for sheet in folder.glob("*.jpg"))
        for step in set(steps).difference(spaced(steps, MAX_SHEETS)):  # the newest stays
            for suffix in (".jpg", ".json"):
                (folder / f"{step:06d}{suffix}").unlink(missing_ok=True)

    def _write_judgement(self, event: Judged) -> None:
        """Write what D says of a sheet that is there, and once the real pictures beside it."""
        folder = self.folder / "samples"
        if not (folder / f"{event.step:06d}.jpg").exists():
            return
        if not (self.folder / REAL).exists():
            write_bytes(self.folder / REAL, jpeg_bytes(grid(event.images)))
        said = {name: [rounded(value, 4) for value in values] for name, values in (("real", event.real), ("fake", event.fake))}
        write_bytes(folder / f"{event.step:06d}.json", json.dumps(said, separators=(",", ":")).encode())
        self._say({"event": "judged", "step": event.step})

    def _write_state(self, event: CheckpointReady) -> None:
        """Write the snapshot, then the state: a state is never ahead of its snapshot."""
        best = [self._best["step"]] if self._best else []
        self._snapshots.write(self.folder / "snapshots", event, {*best, *self._remedied})
        tensors: dict[str, Tensor] = {name: tensor.detach().cpu().contiguous() for name, tensor in event.tensors.items()}
        content = save(tensors, {"step": str(event.step), "seconds": repr(event.seconds)})
        path = self.folder / STATE
        if path.exists():
            path.replace(self.folder / PREVIOUS_STATE)
        write_bytes(path, content)
        self._say({"event": "checkpoint", "step": event.step, "seconds": round(event.seconds, 3)})

    def _has_stage(self, step: int) -> bool:
        return (self.folder / "snapshots" / f"{step:06d}").is_dir()

    def _say_measured(self, record: dict[str, Any]) -> None:
        self._say(record)
        self._measured.append(record)
        self._keep_best()

    def _keep_best(self) -> None:
        """Say in best.json which of the stages that were measured is the best."""
        self._best = best_of(self._measured)
        if self._best:
            write_json(self.folder / BEST_FILE, self._best)
        else:
            (self.folder / BEST_FILE).unlink(missing_ok=True)


def _make(folder: Path) -> None:
    """Make the folder of a run; a RunError where it cannot be one, or holds something else that training would mix with."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise RunError(f"{folder} cannot be a run folder: {error.strerror or error}; choose another --run") from None
    if CONFIG not in found and not set(found) <= PREPARED:
        raise RunError(f"{folder} is not a run and not empty (it holds {found[0]}); choose another --run")
