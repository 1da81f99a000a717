"""Find directions in the background: equal requests share one computation, and at most one heavy one runs at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from dcgan.directions.finding import find_directions
from dcgan.directions.record import Found
from dcgan.errors import ConfigError
from dcgan.models import Synthesizer

HEAVY = ("pca", "attribute")
WAITING = 8  # computations at most that are running or wait
KEPT = 32  # results in memory

Key = tuple[str, str, str | None]
Find = Callable[..., Found]


class Job:
    """One computation and how far it is."""

    def __init__(self) -> None:
        self.done, self.total, self.what = 0, 0, "waiting"
        self.result: Future[Found] = Future()

    def report(self, done: int, total: int, what: str) -> None:
        self.done, self.total, self.what = done, total, what


class Jobs:
    """The computations of one app. Heavy ones have a thread of their own, so that quick ones do not wait for them."""

    def __init__(self, find: Find = find_directions) -> None:
        self._find = find
        self._heavy, self._quick = (ThreadPoolExecutor(1, thread_name_prefix=f"directions-{kind}") for kind in ("heavy", "quick"))
        self._jobs: OrderedDict[Key, Job] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, maker: Synthesizer, method: str, group: str | None) -> Job:
        """Return the computation of these directions, started now if it is new; one that failed is started again.

        Raises
        ------
        ConfigError
            Too many computations wait already.
        """
        version = maker.info.sha256 or maker.info.name
        key = (version, method, group)
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and not (job.result.done() and job.result.exception()):
                self._jobs.move_to_end(key)
                return job
            if sum(not other.result.done() for other in self._jobs.values()) >= WAITING:
                raise ConfigError("directions of several models are being computed already; try again in a minute")
            job = self._jobs[key] = Job()
            self._forget_old()
        pool = self._heavy if method in HEAVY else self._quick
        pool.submit(self._run, job, maker, method, group)
        return job

    def _run(self, job: Job, maker: Synthesizer, method: str, group: str | None) -> None:
        try:
            job.result.set_result(self._find(maker, method, group, job.report))
        except BaseException as error:  # whoever asks gets it
            job.result.set_exception(error)

    def _forget_old(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.result.done()]
        for key in ended[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[key]
