"""Lines as a table, and JSON that a browser reads."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from dcgan.web.answers import finite, table


def test_a_long_run_is_thinned_to_what_a_chart_shows() -> None:
    records: list[dict[str, Any]] = [{"step": step, "loss_d": 1 / 3} for step in range(1, 10_001)]
    records.insert(5000, {"event": "samples", "step": 5000})
    found = table(records)
    steps = [row[0] for row in found["rows"]]
    assert len(steps) <= 4_000 and steps[0] == 1 and steps[-1] == 10_000 and len(found["events"]) == 1
    assert {later - earlier for earlier, later in pairwise(steps)} == {3}
    assert found["rows"][0][found["columns"].index("loss_d")] == 0.333333
    assert len(table(records[:4000])["rows"]) == 4_000
    assert table([]) == {"rows": [], "events": []}


def test_numbers_that_json_does_not_have_are_null() -> None:
    assert finite({"a": [float("nan"), (1, float("inf"))], "b": 0.5}) == {"a": [None, [1, None]], "b": 0.5}
