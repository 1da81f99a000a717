"""Work that outlasts a request: it runs in a thread, and the page asks how far it is. Of what has ended only the newest few are kept."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dcgan.errors import ConfigError, DCGANError

KEPT = 16
Progress = Callable[[int, int, str], None]
Act = Callable[[Progress], Mapping[str, Any]]
FAULT = "something went wrong here; the log of the server says what"


@dataclass
class Errand:
    """How far a piece of work is: `answer` is what it came to, `error` a sentence when it failed; both None while it runs."""

    done: int = 0
    total: int = 0
    what: str = ""
    answer: Mapping[str, Any] | None = None
    error: str | None = None

    @property
    def is_running(self) -> bool:
        return self.answer is None and self.error is None

    def report(self, done: int, total: int, what: str) -> None:
        self.done, self.total, self.what = done, total, what


class Errands:
    """At most `limit` pieces of work at a time."""

    def __init__(self, limit: int) -> None:
        self._limit, self._lock = limit, threading.Lock()
        self._errands: dict[str, Errand] = {}  # oldest first

    def start(self, act: Act) -> str | None:
        """Begin `act` and return the name to ask by; None while as many run as may."""
        errand, name = Errand(), secrets.token_urlsafe(12)
        with self._lock:
            ended = [known for known, each in self._errands.items() if not each.is_running]
            if len(self._errands) - len(ended) >= self._limit:
                return None
            for old in ended[: max(0, len(self._errands) + 1 - KEPT)]:
                del self._errands[old]
            self._errands[name] = errand
        threading.Thread(target=_run, args=(act, errand), daemon=True).start()
        return name

    def look(self, name: str) -> Errand:
        """Return how far the work called `name` is; raises ConfigError where none is."""
        errand = self._errands.get(name)
        if errand is None:
            raise ConfigError("this piece of work is not known here any more; start it again")
        return errand


def _run(act: Act, errand: Errand) -> None:
    try:
        errand.answer = act(errand.report)
    except DCGANError as error:
        errand.error = str(error)
    except Exception:  # nobody above would see it
        logging.getLogger(__name__).exception("an errand failed")
        errand.error = FAULT
