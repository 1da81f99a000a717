"""Work that outlasts a request: it runs in a thread, and the page asks how far it is. Nothing is kept but the newest few."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
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

    def report(self, done: int, total: int, what: str) -> None:
        self.done, self.total, self.what = done, total, what


class Errands:
    """At most `limit` pieces of work at a time."""

    def __init__(self, limit: int) -> None:
        self._limit, self._lock = limit, threading.Lock()
        self._errands: OrderedDict[str, Errand] = OrderedDict()

    def start(self, act: Act) -> str | None:
        """Begin `act` and return the name to ask by; None while as many run as may."""
        errand, name = Errand(), secrets.token_urlsafe(12)
        with self._lock:
            running = [each for each in self._errands.values() if each.answer is None and each.error is None]
            if len(running) >= self._limit:
                return None
            self._errands[name] = errand
            while len(self._errands) > KEPT:
                self._errands.popitem(last=False)
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
