"""The lines of events.jsonl: one JSON object each, numbers to six digits."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dcgan.events import KidMeasured, Scored, StepDone

EACH_STEP = 10_000  # so many steps have a line each; later one stands for this share of the steps so far: 45,000 lines for 200,000 steps
PLACES = ("step", "epoch", "seconds")


def to_line(record: dict[str, Any]) -> str:
    return json.dumps(record, allow_nan=False, separators=(",", ":")) + "\n"


def rounded(value: float, digits: int = 6) -> float:
    return float(f"{value:.{digits}g}")


def known(value: float) -> float | None:
    """Return a number as lines have it: to six digits, None where it is not finite."""
    return rounded(value) if math.isfinite(value) else None


def step_record(event: StepDone) -> dict[str, Any]:
    """Return the record of a step; a number that is not finite is null and named."""
    record: dict[str, Any] = {}
    for key, value in asdict(event).items():
        record[key] = value if isinstance(value, int) else known(value)
    lost = [key for key, value in record.items() if value is None]
    return {**record, "nonfinite": lost} if lost else record


def mean_line(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean of step lines, `step` rounded; a value that was not finite is left out of its mean and stays named in `nonfinite`."""
    if len(lines) == 1:
        return dict(lines[0])
    result: dict[str, Any] = {}
    for key in dict.fromkeys(key for line in lines for key in line if key != "nonfinite"):
        values = [line[key] for line in lines if line.get(key) is not None]
        result[key] = rounded(math.fsum(values) / len(values)) if values else None
    result["step"] = round(sum(line["step"] for line in lines) / len(lines))
    lost = list(dict.fromkeys(key for line in lines for key in line.get("nonfinite", ())))
    return {**result, "nonfinite": lost} if lost else result


class StepLines:
    """Decides which lines the steps after step number `step` get: one each at first, later one for the mean of several.

    A line's step, epoch and seconds are those of the last step in it.
    """

    def __init__(self, step: int) -> None:
        self._last, self._waiting = step, list[dict[str, Any]]()

    def add(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """Take the record of a step; return the line that it completes, if it does."""
        self._waiting.append(record)
        return self.rest() if record["step"] - self._last >= record["step"] // EACH_STEP else None

    def rest(self) -> dict[str, Any] | None:
        """Return the line of the steps that wait for one, if any."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return None
        self._last = waiting[-1]["step"]
        return {**mean_line(waiting), **{key: waiting[-1][key] for key in PLACES}}


def score_record(event: Scored) -> dict[str, Any]:
    """Return the record of a score."""
    return {"event": "scored", **asdict(event), "seconds": round(event.seconds, 3), "swd": rounded(event.swd)}


def kid_record(event: KidMeasured) -> dict[str, Any]:
    """Return the record of a KID; generators that are lost may have none."""
    kid = known(event.kid)
    error = None if event.kid_se is None or kid is None else rounded(event.kid_se)
    return {"event": "kid", **asdict(event), "seconds": round(event.seconds, 3), "kid": kid, "kid_se": error}
