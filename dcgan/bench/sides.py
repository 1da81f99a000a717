"""The two sides of a comparison, each in a process of its own: its peak memory is its own, and while it waits it costs nothing."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import torch

from dcgan.bench.arithmetic import synchronize
from dcgan.bench.plain import PlainLoop
from dcgan.config import Recipe
from dcgan.data import Dataset, load
from dcgan.errors import DCGANError
from dcgan.system import peak_memory
from dcgan.training.trainer import Networks, Trainer
from dcgan.training.tuning import use_process

SideName = Literal["ours", "plain"]
TOGETHER = 10  # steps that are timed as one on an accelerator, which would stand still if it were asked after each


@dataclass(frozen=True)
class Job:
    """What both sides train: a recipe without gaps, its networks, and where the pictures are."""

    recipe: Recipe
    networks: Networks
    source: str
    data_dir: Path | None
    device: str
    workers: int  # of the plain loop's DataLoader

    def load(self) -> Dataset:
        recipe = self.recipe
        size, channels, column = recipe.image_size, recipe.image_channels, recipe.label_column
        return load(self.source, image_size=size, image_channels=channels, data_dir=self.data_dir, label_column=column)


@dataclass(frozen=True)
class Memory:
    """Bytes at most held by a side: its process (None where the system does not say), and of an accelerator (None on a CPU).

    The process is the one that trains, libraries and pictures included; a DataLoader's workers are not counted.
    """

    process: int | None
    device: int | None


class Side:
    """A process that trains when it is told to. Use as a context."""

    def __init__(self, name: SideName, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self.name = name
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, name, job))
        self._process.start()
        other.close()

    def __enter__(self) -> Side:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        if error[0] is not None:
            self._process.terminate()
        self._process.join()

    def seconds(self, steps: int) -> list[float]:
        """Make `steps` steps; return the seconds of each (on an accelerator the mean of every TOGETHER)."""
        answer = self._ask(steps)
        assert isinstance(answer, list)
        return answer

    def memory(self) -> Memory:
        answer = self._ask(None)
        assert isinstance(answer, Memory)
        return answer

    def _ask(self, order: int | None) -> object:
        try:
            self._connection.send(order)
            return self._connection.recv()
        except (EOFError, OSError):
            self._process.join()
            status = self._process.exitcode
            raise DCGANError(
                f"the process of the side {self.name!r} ended with status {status}, perhaps for lack of memory; "
                "its own words stand above; try a smaller --set batch_size=32"
            ) from None


def _serve(connection: Connection, name: SideName, job: Job) -> None:
    """Answer each number of steps with their seconds, and None with the memory, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which closes its end
    step = _stepper(name, job)
    with contextlib.suppress(EOFError, OSError):
        while True:
            steps = connection.recv()
            connection.send(_memory(job.device) if steps is None else timed(step, steps, job.device))


def _stepper(name: SideName, job: Job) -> Callable[[], object]:
    data = job.load()
    if name == "plain":
        assert job.recipe.threads is not None
        torch.set_num_threads(job.recipe.threads)
        return PlainLoop(job.recipe, data.images, job.device, job.workers).step
    use_process(job.recipe)
    trainer, numbers = Trainer(job.recipe, job.networks, data, job.device), iter(range(1 << 62))
    return lambda: trainer.step(next(numbers))


def timed(step: Callable[[], object], steps: int, device: str) -> list[float]:
    """Make at least `steps` steps; return the seconds a step, on an accelerator as means over TOGETHER."""
    together = 1 if device == "cpu" else TOGETHER
    seconds = []
    for _ in range(0, steps, together):
        synchronize(device)
        start = time.perf_counter()
        for _ in range(together):
            step()
        synchronize(device)
        seconds.append((time.perf_counter() - start) / together)
    return seconds


def _memory(device: str) -> Memory:
    return Memory(peak_memory(), None if device == "cpu" else torch.accelerator.max_memory_reserved())
