"""The time that a training took."""

from __future__ import annotations

import time


class Clock:
    """Training time: monotonic seconds since the start, plus those of earlier starts, without pauses."""

    def __init__(self, seconds: float) -> None:
        self._origin = time.monotonic() - seconds
        self._paused: float | None = None

    def seconds(self) -> float:
        return (self._paused if self._paused is not None else time.monotonic()) - self._origin

    def pause(self) -> None:
        self._paused = self._paused if self._paused is not None else time.monotonic()

    def resume(self) -> None:
        if self._paused is not None:
            self._origin += time.monotonic() - self._paused
            self._paused = None

    @property
    def is_paused(self) -> bool:
        return self._paused is not None
