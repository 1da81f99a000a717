"""Which stage of a run is its best, by what was measured of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MEASURING = ("kid", "scored")  # the events that say how good a stage is


def best_of(measured: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return {step, n} and `kid` or `swd` of the best stage, by the records of MEASURING events in their order; None where there are none.

    The lowest KID where any was measured, else the lowest sliced Wasserstein distance, which late in a run does not agree with KID
    (docs/recipes.md). Of KIDs those count that have the newest one's features: others cannot be compared with it.
    """
    kids = [record for record in measured if record["event"] == "kid" and record["kid"] is not None]
    alike = [record for record in kids if record["features"] == kids[-1]["features"]]
    key = "kid" if alike else "swd"
    chosen = alike or [record for record in measured if record["event"] == "scored"]
    lowest = min(chosen, key=lambda record: float(record[key]), default=None)
    return lowest and {name: lowest[name] for name in ("step", key, "n")}
