"""The lines of events.jsonl: one JSON object each, numbers to six digits."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from dcgan.events import KidMeasured, Scored, StepDone


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


def score_record(event: Scored) -> dict[str, Any]:
    """Return the record of a score."""
    return {"event": "scored", **asdict(event), "seconds": round(event.seconds, 3), "swd": rounded(event.swd)}


def kid_record(event: KidMeasured) -> dict[str, Any]:
    """Return the record of a KID; generators that are lost may have none."""
    kid = known(event.kid)
    error = None if event.kid_se is None or kid is None else rounded(event.kid_se)
    return {"event": "kid", **asdict(event), "seconds": round(event.seconds, 3), "kid": kid, "kid_se": error}
