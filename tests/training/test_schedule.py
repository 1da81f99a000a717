"""How long a whole training takes."""

from __future__ import annotations

import math

import pytest

from dcgan.training.schedule import Costs, next_sheet, next_state, whole_training


def test_steps_alone() -> None:
    assert whole_training(Costs(0.5), steps=10) == (10, 5.0)
    assert whole_training(Costs(0.5, start=7), seconds=60) == (120, 67.0)


def test_a_short_training_is_mostly_beside_its_steps() -> None:
    """Two sheets and two states, at the start and the end, and one score."""
    assert whole_training(Costs(0.01, start=5, sheet=0.3, state=0.2, score=4), steps=10) == (10, pytest.approx(5 + 0.1 + 2 * 0.5 + 4))


@pytest.mark.parametrize("steps", [1, 200, 5_000, 40_000])
def test_leaps_come_to_what_single_steps_come_to(steps: int) -> None:
    """A loop as the training's own: after every step it looks what is due. Sheets every 1.5 s, states after 5, 10, 20, 40, 70, 100 … s."""
    costs = Costs(0.02, sheet=0.05, state=0.1, score=3.0)
    now = costs.sheet + costs.state
    sheet_at, state_at, score_at = next_sheet(0.0), next_state(costs.sheet), 60.0
    for _ in range(steps):
        now += costs.step
        if now >= sheet_at:
            sheet_at = now + (1.5 if now <= 120 else max(1.5, now / 35))
            now += costs.sheet
        if now >= state_at:
            state_at = now + min(30, max(5, now))
            now += costs.state
            if now >= score_at:
                now += costs.score
                score_at = now + 100  # 3 s are 3 % of it
    assert whole_training(costs, steps) == (steps, pytest.approx(now + costs.sheet + costs.state + costs.score, rel=0.002))


def test_minutes_are_minutes() -> None:
    made, seconds = whole_training(Costs(0.1, sheet=0.5, state=1.0, score=2.0), seconds=120)
    assert 120 <= seconds < 125 and 700 < made < 1000
    assert whole_training(Costs(0.1), steps=None, seconds=math.ulp(1))[0] == 1
