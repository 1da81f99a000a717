"""When sheets and saved states of a training are due, and how long the whole of one takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

SAVE_SECONDS = 30.0  # between saved states, once a run is older than that
FIRST_SAVE_SECONDS = 5.0
SHEET_SECONDS = 1.5  # between sheets in the first two minutes; with a step and a look of the page on top it is seen every 2 s
SHEETS_STEADY = 120.0  # seconds after which the intervals grow, to at most about 300 sheets a day
SHEETS_GROWTH = 35.0
SCORE_SECONDS = 60.0  # at least, between scores of saved states
SHARE = 0.03  # of the time, at most, goes into scores: where one takes long the next comes later


def next_sheet(seconds: float) -> float:
    """Return the second of the next sheet after one at `seconds`."""
    return seconds + max(SHEET_SECONDS, seconds / SHEETS_GROWTH if seconds > SHEETS_STEADY else 0.0)


def next_state(seconds: float) -> float:
    """Return the second of the next saved state after one at `seconds`."""
    return seconds + min(SAVE_SECONDS, max(FIRST_SAVE_SECONDS, seconds))


def next_score(seconds: float, taken: float) -> float:
    """Return the second of the next score after one at `seconds` that took `taken` seconds."""
    return seconds + max(SCORE_SECONDS, taken / SHARE)


@dataclass(frozen=True)
class Costs:
    """Seconds that the parts of a training take: what comes before its first step, a step, a sheet, a saved state, a score."""

    step: float
    start: float = 0.0
    sheet: float = 0.0
    state: float = 0.0
    score: float = 0.0


def whole_training(costs: Costs, steps: int | None = None, seconds: float = math.inf) -> tuple[int, float]:
    """Return the steps and the seconds, start and end included, of a training of `steps` steps, or of `seconds` seconds of training."""
    made, now, score_at = 0, costs.sheet + costs.state, SCORE_SECONDS
    sheet_at, state_at = next_sheet(0.0), next_state(costs.sheet)
    while now < seconds and (steps is None or made < steps):
        some = max(1, math.ceil((min(sheet_at, state_at, seconds) - now) / costs.step))
        some = some if steps is None else min(some, steps - made)
        made, now = made + some, now + some * costs.step
        if now >= sheet_at:
            sheet_at, now = next_sheet(now), now + costs.sheet
        if now >= state_at:
            state_at, now = next_state(now), now + costs.state
            if now >= score_at:
                score_at, now = next_score(now + costs.score, costs.score), now + costs.score
    return made, costs.start + now + costs.sheet + costs.state + costs.score
