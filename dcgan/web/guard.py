"""What stands between our routes and the outside: same origin, a number of connections, a rate.

Gradio's own limits do not cover routes handed to `launch(app_kwargs=…)`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from dcgan.errors import DCGANError
from dcgan.web.bodies import failure, refusal

DEFAULT_PORTS = {"http": 80, "https": 443}


def same_origin(headers: Headers) -> bool:
    """Tell whether a request comes from a page of this server; programs that are not browsers send no Origin and may pass.

    A proxy may rewrite Host and pass the original on. A foreign page cannot set that header: a WebSocket has no headers of
    its own, and a cross-site fetch with one is asked for first, which we never allow.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    hosts = (headers.get("host", ""), headers.get("x-forwarded-host", "").partition(",")[0].strip())  # the first proxy's word
    try:
        parts = urlsplit(origin)
        found = _host_and_port(parts.netloc, parts.scheme)
        return any(found == _host_and_port(host, parts.scheme) for host in hosts if host)
    except ValueError:  # a port that is no number, brackets around no address
        return False


def _host_and_port(netloc: str, scheme: str) -> tuple[str | None, int | None]:
    parts = urlsplit(f"//{netloc}")
    return parts.hostname, parts.port or DEFAULT_PORTS.get(scheme)


class Slots:
    """At most `limit` holders at a time; nobody waits."""

    def __init__(self, limit: int) -> None:
        self.limit, self.taken = limit, 0

    @contextmanager
    def hold(self) -> Iterator[bool]:
        """Yield whether a slot was free; it is free again at the end of the block."""
        free = self.taken < self.limit
        self.taken += free
        try:
            yield free
        finally:
            self.taken -= free


class Gate:
    """Where requests of our own pages pass, `limit` at a time; the others are told why not.

    `only` is what foreign pages are told (where `closed`, everybody: what strangers may not ask of a public server), with status 403;
    `busy` is said with 503 while `limit` requests are being answered.
    """

    def __init__(self, limit: int, only: str, busy: str = "too many requests at once; try again", closed: bool = False) -> None:
        self._slots, self._only, self._busy, self._closed = Slots(limit), only, busy, closed

    def turned_away(self, request: Request) -> Response | None:
        """Return what a request is told that may not pass at all; None where it may."""
        return failure(self._only, 403) if self._closed or not same_origin(request.headers) else None

    async def answer(self, request: Request, act: Callable[[], Awaitable[Response]]) -> Response:
        """Return the answer of `act` where a request passes and it succeeds, otherwise the refusal, one sentence."""
        turned_away = self.turned_away(request)
        if turned_away is not None:
            return turned_away
        with self._slots.hold() as free:
            if not free:
                return failure(self._busy, 503)
            try:
                return await act()
            except (DCGANError, ClientDisconnect) as error:
                return refusal(error)


class Throttle:
    """A token bucket that makes the hasty wait instead of failing: `per_second` pictures, with `burst` in reserve."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._rate, self._burst = per_second, burst
        self._tokens, self._at = burst, time.monotonic()

    def delay(self, count: int, now: float) -> float:
        """Take `count` tokens at the time `now`; return the seconds to wait for them."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - count
        self._at = now
        return max(0.0, -self._tokens / self._rate)

    async def take(self, count: int) -> None:
        """Wait until `count` pictures may be made."""
        seconds = self.delay(count, time.monotonic())
        if seconds:
            await asyncio.sleep(seconds)
