"""The comparisons of one field that an app runs: their trainings one after another, kept on disk, so that a restart loses none."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dcgan.config import Budget
from dcgan.errors import DCGANError, RunError
from dcgan.files import is_name, read_json, write_json
from dcgan.studio.keys import is_key
from dcgan.training.comparing import Comparison
from dcgan.training.runs.folder import RunState
from dcgan.training.runs.store import ACTIVE
from dcgan.training.worker import TrainRequest

FOLDER = "comparisons"
ENDED = ("completed", "failed")  # what is not trained again
POLL_SECONDS = 0.3
Train = Callable[[TrainRequest, str], None]  # start, or go on with, the process of a run, for the holder of a key of that digest
Halt = Callable[[str], None]
State = Callable[[str], RunState]


@dataclass(frozen=True)
class Asked:
    """A comparison as it lies on disk; `owner` is the digest of the key of whoever started it."""

    comparison: Comparison
    owner: str
    created: float
    state: str = "running"  # stopped, completed; or running, which is an interrupted one when no app is at it
    message: str = ""

    @property
    def name(self) -> str:
        return self.comparison.request.run.name

    @property
    def runs(self) -> list[str]:
        """The names of its runs, in the order of the values."""
        return [self.comparison.run_of(value).name for value in self.comparison.values]

    def to_json(self) -> dict[str, Any]:
        request = self.comparison.request
        wish: dict[str, Any] = {
            "data": request.source,
            "data_dir": str(request.data_dir) if request.data_dir else None,
            "recipe": request.recipe,
        }
        wish |= {"settings": list(request.settings), "budget": request.budget.to_json() if request.budget else {}, "from": request.model}
        wish["kid_every"] = request.kid_every
        told = {"field": self.comparison.field, "values": list(self.comparison.values), "wish": wish}
        return told | {"owner": self.owner, "created": self.created, "state": self.state, "message": self.message}

    @classmethod
    def from_json(cls, name: str, record: dict[str, Any]) -> Asked:
        wish = record["wish"]
        data_dir = Path(wish["data_dir"]) if wish["data_dir"] else None
        settings, budget = tuple(wish["settings"]), Budget(**wish["budget"])
        how = (wish["recipe"], settings, budget, wish["from"])
        request = TrainRequest(Path(name), wish["data"], data_dir, *how, kid_every=wish.get("kid_every"))
        comparison = Comparison(request, record["field"], tuple(record["values"]))
        return cls(comparison, record["owner"], record["created"], record["state"], record["message"])


class Comparisons:
    """Keeps the comparisons of `home`, and is at one of them at a time, whose runs it starts, stops and looks at by the functions given."""

    def __init__(self, home: Path, train: Train, halt: Halt, state: State) -> None:
        self._folder, self._train, self._halt, self._state_of = home / FOLDER, train, halt, state
        self._stopping = threading.Event()
        self.on: str | None = None  # the name of the comparison that this app is at
        self.run: str | None = None  # and of the run of it

    def new_name(self, field: str) -> str:
        """Return a name that no comparison has, after the field and the time."""
        stem = f"{field.replace('_', '-')}-{time.strftime('%Y%m%d-%H%M%S')}"
        return next(name for name in (stem, *(f"{stem}-{number}" for number in range(2, 100))) if not self._path(name).exists())

    def begin(self, asked: Asked) -> None:
        """Run what of a comparison is not done yet; the caller has seen to it that no training is on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._keep(replace(asked, state="running", message=""))
        self._stopping.clear()
        self.on, self.run = asked.name, asked.runs[0]
        threading.Thread(target=self._drive, args=(asked,), daemon=True).start()

    def stop(self, name: str, key: str) -> None:
        """Stop the training that a comparison is at, and let none follow; where it is not on, nothing is done."""
        self.find_own(name, key)
        if name == self.on:
            self._stopping.set()

    def find(self, name: str) -> Asked:
        """Return a comparison, in the state `interrupted` where the app that ran it is gone; a RunError where there is none."""
        record = read_json(self._path(name)) if is_name(name) else {}
        try:
            asked = Asked.from_json(name, record)
        except (KeyError, TypeError, DCGANError):
            raise RunError(f"no comparison is called {name!r}") from None
        return replace(asked, state="interrupted") if asked.state == "running" and self.on != name else asked

    def find_own(self, name: str, key: str) -> Asked:
        """Return a comparison that the holder of `key` started; a RunError for anyone else."""
        asked = self.find(name)
        if not is_key(key, asked.owner):
            raise RunError(f"{name} was started elsewhere: it is controlled from there, here it can be watched")
        return asked

    def all(self) -> list[Asked]:
        """Return the comparisons, newest first; what cannot be read is left out."""
        found = []
        for path in self._folder.glob("*.json") if self._folder.is_dir() else ():
            with contextlib.suppress(RunError):
                found.append(self.find(path.stem))
        return sorted(found, key=lambda asked: asked.created, reverse=True)

    def _drive(self, asked: Asked) -> None:
        state, message = "stopped", ""
        try:
            state = self._train_all(asked)
        except (DCGANError, OSError) as error:
            message = str(error)
            print(f"dcgan: the comparison {asked.name} was stopped: {message}", file=sys.stderr)
        finally:
            with contextlib.suppress(OSError):  # a full disk: it counts as interrupted
                self._keep(replace(asked, state=state, message=message))
            self.on = self.run = None

    def _train_all(self, asked: Asked) -> str:
        """Train what has not ended; return whether all have. One that fails, as by diverging, is a result like any other."""
        for request in asked.comparison.requests():
            self.run = request.run.name
            if self._state_of(self.run) in ENDED:
                continue
            if self._stopping.is_set():
                return "stopped"
            self._train(request, asked.owner)
            self._wait_for(self.run)
            if self._state_of(self.run) not in ENDED:
                return "stopped"
        return "completed"

    def _wait_for(self, run: str) -> None:
        is_told = False
        while self._state_of(run) in ACTIVE:
            if self._stopping.is_set() and not is_told:
                self._halt(run)
                is_told = True
            time.sleep(POLL_SECONDS)

    def _keep(self, asked: Asked) -> None:
        write_json(self._path(asked.name), asked.to_json())

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"
