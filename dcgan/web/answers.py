"""Lines of a run as a table, and answers in JSON that a browser reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

MAX_ROWS = 4_000  # one answer's rows; more than a chart has pixels
FRESH = {"Cache-Control": "no-store"}
COLUMNS = (
    "step",
    "epoch",
    "seconds",
    "loss_d",
    "loss_g",
    "d_real",
    "d_fake",
    "d_fake_after",
    "grad_norm_d",
    "grad_norm_g",
    "diversity",
    "images_per_second",
)
TAKEN = ("kid", "kid_se", "swd")  # measures that are taken now and then, by an event


def table(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Split lines into `rows` (under `columns`, left out when there are none) and `events`.

    More than `MAX_ROWS` rows are thinned to every k-th and the last, so that the first look at a long run stays small;
    events are all kept.
    """
    steps = [line for line in lines if "event" not in line]
    rows = [[_short(line.get(column)) for column in COLUMNS] for line in _thinned(steps)]
    events = [line for line in lines if "event" in line]
    return {**({"columns": COLUMNS} if rows else {}), "rows": rows, "events": events}


def whole_table(lines: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Return all that was measured, a row a step under COLUMNS and TAKEN; None where something was not."""
    rows: dict[int, dict[str, Any]] = {}
    for line in lines:
        if "event" not in line or any(key in line for key in TAKEN):
            rows.setdefault(line["step"], {}).update({key: line[key] for key in (*COLUMNS, *TAKEN) if key in line})
    return [[rows[step].get(column) for column in (*COLUMNS, *TAKEN)] for step in sorted(rows)]


def _thinned(steps: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    stride = math.ceil(len(steps) / MAX_ROWS)
    if stride <= 1:
        return steps
    kept = steps[:-1:stride]
    return [*kept, steps[-1]]


def _short(value: Any) -> Any:
    """Round to what a chart can show: six digits."""
    return float(f"{value:.6g}") if isinstance(value, float) and math.isfinite(value) else value


def answer_json(value: Any, status: int = 200) -> Response:
    """Return the answer of a route that says how things stand now: never taken from a cache, without numbers that JSON has not."""
    return JSONResponse(finite(value), status, headers=FRESH)


def finite(value: Any) -> Any:
    """Replace NaN and infinities, which the browser's JSON.parse refuses, by None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
