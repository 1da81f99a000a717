"""`bench viewers`: whether looking slows a training down. One training, started as the page starts it, watched in every other turn.

A viewer asks over the app's own routes what a page asks, as often: half of them have the Train page open, half explore the run and
follow it. What their browsers would compute they do not; they are threads of this process, whose work counts against the training.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from dcgan.bench.serving import serving
from dcgan.data import Progress
from dcgan.errors import ConfigError
from dcgan.latent import sample_z
from dcgan.training.runs.folder import RunReader

ROUTES = "/gradio_api/dcgan"
POLL_SECONDS = 1.0  # the Train page's after three minutes, and the explorer's while a run trains
LIST_SECONDS = 10.0  # the Train page's list of runs
KEY = "viewers" * 4
ENDLESS = 10**9  # steps
WARM_UP = 5  # steps before the first turn
START_SECONDS = 600.0
ALLOWED = 0.05  # the slowing that is allowed beyond the spread of the unwatched turns


@dataclass(frozen=True)
class ViewersRequest:
    """What is trained on, by which settings of the recipe `dcgan`; each of `turns` turns is `seconds` unwatched and as many watched."""

    data: str = "shapes"
    settings: tuple[str, ...] = ()
    viewers: int = 20
    turns: int = 5
    seconds: float = 30.0


@dataclass(frozen=True)
class ViewersBench:
    """Steps a second of every turn, and how many answers the viewers got."""

    request: ViewersRequest
    unwatched: list[float]
    watched: list[float]
    answers: int

    @property
    def slowing(self) -> float:
        """How much slower the median of the watched turns is, as a share; below 0 where it is faster."""
        return 1 - statistics.median(self.watched) / statistics.median(self.unwatched)

    @property
    def spread(self) -> float:
        """From the slowest unwatched turn to the fastest, over their median."""
        return (max(self.unwatched) - min(self.unwatched)) / statistics.median(self.unwatched)

    @property
    def is_fine(self) -> bool:
        return self.slowing <= ALLOWED + self.spread

    def to_json(self) -> dict[str, Any]:
        sums = {"slowing": self.slowing, "spread": self.spread, "allowed": ALLOWED, "is_fine": self.is_fine}
        medians = {f"{side}_median": statistics.median(getattr(self, side)) for side in ("unwatched", "watched")}
        turns = {"unwatched": self.unwatched, "watched": self.watched, "answers": self.answers}
        return {**vars(self.request), "settings": list(self.request.settings), **turns, **medians, **sums}


def bench_viewers(request: ViewersRequest, progress: Progress | None = None) -> ViewersBench:
    """Train and watch in turns; a ConfigError says why no training began."""
    unwatched: list[float] = []
    watched: list[float] = []
    answers = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, _training(request, Path(home)) as (url, reader):
        for turn in range(request.turns):
            for side in ("unwatched", "watched") if turn % 2 == 0 else ("watched", "unwatched"):
                if progress:
                    progress(len(unwatched) + len(watched), 2 * request.turns, f"turn {turn + 1} of {request.turns}: {side}")
                if side == "unwatched":
                    unwatched.append(_speed(reader, request.seconds))
                    continue
                with _crowd(url, reader.folder.name, request.viewers) as viewers:
                    watched.append(_speed(reader, request.seconds))
                answers += sum(viewer.answers for viewer in viewers)
    return ViewersBench(request, unwatched, watched, answers)


@contextlib.contextmanager
def _training(request: ViewersRequest, home: Path) -> Iterator[tuple[str, RunReader]]:
    """Start the app and in it a training; yield its address and the run, and stop both at the end."""
    with serving("app", "untrained-dcgan-32", home) as url:
        settings = dict(setting.partition("=")[::2] for setting in request.settings)
        wish = {"data": request.data, "settings": settings, "length": {"steps": ENDLESS}}
        found = json.loads(Viewer(url, "").ask("POST", "form/start", json.dumps(wish).encode()))
        if "run" not in found:
            raise ConfigError(f"no training began: {found.get('error', found)}")
        reader = RunReader(home / "runs" / found["run"])
        end = time.monotonic() + START_SECONDS
        while reader.status().step < WARM_UP:
            status = reader.status()
            if status.state not in ("starting", "running") or time.monotonic() > end:
                raise ConfigError(f"the training did not begin: {status.message or status.state}")
            time.sleep(POLL_SECONDS)
        try:
            yield url, reader
        finally:
            Viewer(url, "").ask("POST", f"runs/{quote(found['run'])}/orders", b'{"order": "stop"}')
            while reader.status().state == "running" and time.monotonic() < end:
                time.sleep(POLL_SECONDS)


def _speed(reader: RunReader, seconds: float) -> float:
    """Return steps a second of training time over about `seconds`, at least over one line of the run."""
    first, end = reader.status(), time.monotonic() + seconds
    while time.monotonic() < end or reader.status().step == first.step:
        time.sleep(0.2)
        if reader.status().state != "running":
            raise ConfigError(f"the training ended: {reader.status().message or reader.status().state}")
    last = reader.status()
    return (last.step - first.step) / (last.seconds - first.seconds)


@contextlib.contextmanager
def _crowd(url: str, run: str, count: int) -> Iterator[list[Viewer]]:
    """Let `count` viewers look while the block runs; they come one after another within a poll."""
    is_over = threading.Event()
    viewers = [Viewer(url, run, is_over) for _ in range(count)]
    threads = [threading.Thread(target=viewer.train_page if k % 2 else viewer.explorer) for k, viewer in enumerate(viewers)]
    for thread in threads:
        thread.start()
        time.sleep(POLL_SECONDS / count)
    try:
        yield viewers
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


class Viewer:
    """One open page, on a connection that stays open."""

    def __init__(self, url: str, run: str, is_over: threading.Event | None = None) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._run, self._is_over, self.answers = quote(run), is_over or threading.Event(), 0

    def train_page(self) -> None:
        """Read what the run says, its new sheets, and now and then the list of runs."""
        line, generation, list_at = 0, None, 0.0
        while not self._is_over.wait(POLL_SECONDS):
            with contextlib.suppress(OSError, HTTPException, ValueError):
                if time.monotonic() >= list_at:
                    self.ask("GET", "runs")
                    list_at = time.monotonic() + LIST_SECONDS
                said = json.loads(self.ask("GET", f"runs/{self._run}/since/{line}"))
                line, generation = said["next"], said["generation"]
                sheets = [event["step"] for event in said["events"] if event["event"] == "samples"]
                for step in sheets[-1:]:
                    self.ask("GET", f"runs/{self._run}/samples/{step}.jpg?g={generation}")

    def explorer(self) -> None:
        """Ask for the newest stage, and for a picture of each."""
        known = None
        while not self._is_over.wait(POLL_SECONDS):
            with contextlib.suppress(OSError, HTTPException, ValueError):
                info = json.loads(self.ask("GET", f"models/newest?model={self._run}"))
                if info.get("sha256") != known:
                    known = info["sha256"]
                    z = sample_z([0], info["z_dim"], info["prior"])
                    self.ask("POST", f"sample?model={self._run}", struct.pack("<II", 1, 1) + z.astype("<f4").tobytes())

    def ask(self, method: str, route: str, body: bytes | None = None) -> bytes:
        try:
            self._connection.request(method, f"{ROUTES}/{route}", body, {"X-DCGAN-Key": KEY})
            content = self._connection.getresponse().read()
        except (OSError, HTTPException):
            self._connection.close()  # the next request opens it again
            raise
        self.answers += 1
        return content
