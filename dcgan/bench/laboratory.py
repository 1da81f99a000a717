"""`bench laboratory`: how long the longer answers of Explore and Morph take, asked over the app's own routes as the pages ask.

Every turn starts the app anew with an empty $DCGAN_HOME, so nothing that is measured was kept from before. The first picture is not
counted, nor is what a browser then needs to draw; that `bench latency` measures.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from dcgan.bench.serving import serving
from dcgan.config import Prior
from dcgan.data import Progress
from dcgan.errors import ConfigError
from dcgan.latent import sample_z

ROUTES = "/gradio_api/dcgan"
PICTURES, CHUNK = 64, 8  # a sheet, and how many of it the page asks for at a time
KEYS, FRAMES = 9, 16  # figure 4 of the paper, and the Morph page's first film
POLL_SECONDS = 0.5  # how often the page asks whether directions are found
ANSWER_SECONDS = 600


@dataclass(frozen=True)
class Task:
    """What is timed, how often in a turn, and the seconds that it should stay below for 64x64 pixels on two cores."""

    what: str
    times: int
    limit: float


TASKS = {
    "sheet": Task(f"a sheet of {PICTURES}", 8, 0.25),
    "walk": Task(f"a walk of {KEYS} points x {FRAMES} frames, all ways, decoded", 4, 1.5),
    "sefa": Task("SeFa", 1, 1.0),
    "pca": Task("PCA of early activations", 1, 20.0),
}


@dataclass(frozen=True)
class LaboratoryBench:
    """The seconds of every measurement, by task."""

    model: str
    turns: int
    seconds: dict[str, list[float]]

    def median(self, task: str) -> float:
        return statistics.median(self.seconds[task])

    def slowest(self, task: str) -> float:
        return max(self.seconds[task])

    def to_json(self) -> dict[str, Any]:
        tasks = {
            name: {
                "what": TASKS[name].what,
                "n": len(seconds),
                "median_s": self.median(name),
                "slowest_s": self.slowest(name),
                "limit_s": TASKS[name].limit,
            }
            for name, seconds in self.seconds.items()
        }
        return {"model": self.model, "turns": self.turns, "tasks": tasks}


def bench_laboratory(model: str, turns: int = 3, progress: Progress | None = None) -> LaboratoryBench:
    """Measure every task in `turns` fresh apps; a wrong model is a CheckpointError before anything is started."""
    from dcgan.models import Library

    found, _, _ = Library().find(model)
    path = str(Path(found.path).resolve()) if found.path else model  # the app that is measured has another home
    seconds: dict[str, list[float]] = {name: [] for name in TASKS}
    for turn in range(turns):
        with tempfile.TemporaryDirectory() as home:
            if progress:
                progress(turn * len(TASKS), turns * len(TASKS), f"turn {turn + 1} of {turns}: starting")
            with serving("app", path, Path(home)) as url:
                visitor = Visitor(url, found.config.z_dim, found.config.prior)
                visitor.sheet(1)
                for place, (name, task) in enumerate(TASKS.items()):
                    if progress:
                        progress(turn * len(TASKS) + place, turns * len(TASKS), f"turn {turn + 1} of {turns}: {task.what}")
                    seconds[name] += [_timed(getattr(visitor, name)) for _ in range(task.times)]
    return LaboratoryBench(model, turns, seconds)


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Visitor:
    """Asks an app over one connection, as a page does; seeds are new ones every time."""

    def __init__(self, url: str, z_dim: int, prior: Prior) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=ANSWER_SECONDS)
        self._z_dim, self._prior = z_dim, prior
        self._seeds: Iterator[int] = itertools.count()

    def sheet(self, pictures: int = PICTURES) -> None:
        """Get the pictures of new seeds, a few at a time."""
        for count in [CHUNK] * (pictures // CHUNK) or [pictures]:
            z = sample_z(self._next(count), self._z_dim, self._prior)
            self._ask("POST", "sample", struct.pack("<II", 1, count) + z.astype("<f4").tobytes())

    def walk(self) -> None:
        """Get a film through new seeds, by every way that the page plays, and unpack its frames."""
        asked = {"keys": [{"seed": seed} for seed in self._next(KEYS)], "frames": FRAMES, "loop": False}
        _, content = self._ask("POST", "film", json.dumps(asked).encode())
        for path in json.loads(content)["paths"]:
            with Image.open(io.BytesIO(base64.b64decode(path["sheet"]))) as sheet:
                sheet.load()

    def sefa(self) -> None:
        self._directions("sefa")

    def pca(self) -> None:
        self._directions("pca")

    def _directions(self, method: str) -> None:
        while self._ask("GET", f"directions?method={method}")[0] == 202:
            time.sleep(POLL_SECONDS)

    def _next(self, count: int) -> list[int]:
        return list(itertools.islice(self._seeds, count))

    def _ask(self, verb: str, route: str, body: bytes | None = None) -> tuple[int, bytes]:
        self._connection.request(verb, f"{ROUTES}/{route}", body)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise ConfigError(f"the app does not answer {route}: {content[:200].decode(errors='replace')}")
        return answer.status, content
