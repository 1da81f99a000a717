"""The training processes that an app started, each of which ends when the app does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dcgan.config import Budget
from dcgan.files import read_json
from dcgan.system import detached
from dcgan.training.runs.folder import EVENTS, LOG, OWNER, WORKER, RunReader, RunStatus
from dcgan.training.worker import TrainRequest

ROOT = Path(__file__).resolve().parents[2]
# Threads that spin while they wait take cores from those they wait for, beside an app and a browser. 60 steps of `quick` by two threads on
# two busy cores took 62.6 and 36.3 s, without spinning 6.8 and 5.6 s. On quiet cores it costs about a quarter of a small network's speed.
PATIENT = {"OMP_WAIT_POLICY": "passive"}
STOPPED = (130, -signal.SIGTERM)  # how a process ends that is told to


@dataclass(frozen=True)
class Worker:
    """A process, and when its run's events file had last changed before it began."""

    process: subprocess.Popen[bytes]
    before: int

    def said_nothing(self, folder: Path) -> bool:
        return _changed(folder) == self.before


class Workers:
    """Starts processes and remembers them."""

    def __init__(self) -> None:
        self._workers: dict[Path, Worker] = {}

    def start(self, folder: Path, home: Path, options: Sequence[str] = ()) -> None:
        """Start `python -m dcgan train --run folder` with `options`. It runs where `dcgan` is found, so all paths must be absolute."""
        command = [sys.executable, "-m", "dcgan", "train", "--run", str(folder), "--parent", str(os.getpid()), *options]
        surroundings, before = {**PATIENT, **os.environ, "DCGAN_HOME": str(home)}, _changed(folder)
        with (folder / LOG).open("wb") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
                command, cwd=ROOT, env=surroundings, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **detached()
            )
        self._workers[folder] = Worker(process, before)
        # A process that nobody waits for stays in the table after its end and would look alive.
        threading.Thread(target=process.wait, daemon=True).start()

    def stop_early(self, folder: Path) -> bool:
        """End a process that does not look for orders yet, because it is still loading torch; return whether that was so."""
        worker = self._workers.get(folder)
        if worker is None or worker.process.poll() is not None or read_json(folder / WORKER).get("pid") == worker.process.pid:
            return False
        worker.process.terminate()
        return True

    def status(self, reader: RunReader) -> RunStatus:
        """Return what a run is doing. Whether a process lives that has said nothing yet, only who started it knows."""
        status, worker = reader.status(), self._workers.get(reader.folder)
        if worker is None or status.state in ("running", "paused"):
            return status
        ended = worker.process.poll()
        if ended is None and worker.said_nothing(reader.folder):
            return replace(status, state="starting")
        if ended in STOPPED and status.state == "starting":
            return replace(status, state="stopped")
        if ended and ended not in STOPPED and status.message is None and worker.said_nothing(reader.folder):
            how = f"was ended by signal {-ended}, perhaps for lack of memory" if ended < 0 else f"ended with status {ended}"
            state = "failed" if status.state == "starting" else status.state
            return replace(status, state=state, message=f"The training process {how} before its first step; see {LOG} of {reader.name}")
        return status


def options_again(reader: RunReader) -> list[str]:
    """Return the options with which a run goes on: as long again where it is done, all of its own where it never began."""
    if not reader.config:
        return list(read_json(reader.folder / OWNER).get("options", []))
    if reader.status().state != "completed":
        return []
    return options_of(TrainRequest(reader.folder, budget=Budget(**{unit: 2 * value for unit, value in reader.config["budget"].items()})))


def options_of(request: TrainRequest) -> list[str]:
    """Return what stands behind `train --run DIR` on a command line that asks for `request`."""
    settings = [part for setting in request.settings for part in ("--set", setting)]
    length = [part for unit, value in (request.budget.to_json() if request.budget else {}).items() for part in (f"--{unit}", str(value))]
    named: dict[str, object] = {"--data": request.source, "--data-dir": request.data_dir, "--recipe": request.recipe}
    named |= {"--from": request.model, "--kid-every": request.kid_every}
    return [*(part for option, value in named.items() if value for part in (option, str(value))), *settings, *length]


def _changed(folder: Path) -> int:
    """Return when the events file was changed, in ns; 0 where there is none."""
    events = folder / EVENTS
    return events.stat().st_mtime_ns if events.exists() else 0
