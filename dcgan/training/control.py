"""Orders to a running training: in memory, or through the run folder's control.json."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from dcgan.config import Recipe
from dcgan.errors import ConfigError
from dcgan.events import Moves, OrderDone
from dcgan.files import write_json
from dcgan.training.changes import ALONE, CHANGES, changed
from dcgan.training.clock import Clock

OrderName = Literal["pause", "resume", "stop", "learning_rates", "d_steps", "augment", "step", "step_d", "step_g"]
STEPS: dict[str, Moves] = {"step": "dg", "step_d": "d", "step_g": "g"}  # orders for one step: whose weights it moves
CONTROL = "control.json"
KEPT = 20  # orders that control.json remembers


@dataclass(frozen=True)
class Order:
    sequence: int
    name: OrderName
    values: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in get_args(OrderName):
            raise ConfigError(f"an order is one of {', '.join(get_args(OrderName))}, found {self.name!r}")
        if self.name in CHANGES:
            changed(Recipe(), self.name, self.values)
        elif self.values:
            raise ConfigError(f"{self.name} takes no values, found {', '.join(self.values)}")


class Control:
    """Where a training looks for orders, once a step and while paused."""

    def __init__(self) -> None:
        self.stopping = False

    def stop(self) -> None:
        """Ask for an end after the current step; safe in a signal handler."""
        self.stopping = True

    def poll(self) -> list[Order]:
        """Return the orders that came since the last call, oldest first."""
        return []


class FileControl(Control):
    """Orders from control.json; those from before the start are void."""

    def __init__(self, run: Path) -> None:
        super().__init__()
        self._path = run / CONTROL
        self._seen = max((order.sequence for order in read_orders(self._path)), default=0)
        self._changed = 0

    def poll(self) -> list[Order]:
        try:
            changed = self._path.stat().st_mtime_ns
        except OSError:
            return []
        if changed == self._changed:
            return []
        self._changed = changed
        new = [order for order in read_orders(self._path) if order.sequence > self._seen]
        self._seen = max((order.sequence for order in new), default=self._seen)
        return new


class Orders:
    """What is to be done before a step: again what was done there before the run was killed (`repeats`), then what is new."""

    def __init__(self, control: Control, repeats: Sequence[OrderDone]) -> None:
        self._control, self._repeats = control, list(repeats)
        self._waiting: deque[Order] = deque()

    def due(self, step: int, clock: Clock) -> Iterator[OrderDone]:
        """Say what is to be done before step number `step`, up to the first order for a step, which pauses the clock.

        A new change, or a new step of one network alone, ends all repeating; such steps are not repeated while the clock is paused.
        """
        while self._repeats and self._repeats[0].step <= step and not (clock.is_paused and self._repeats[0].order in ALONE):
            again = self._repeats.pop(0)
            yield again
            if again.order in STEPS:
                return
        self._waiting.extend(self._control.poll())
        while self._waiting:
            order = self._waiting.popleft()
            if order.name in (*CHANGES, *ALONE):
                self._repeats.clear()
            if order.name in STEPS:
                clock.pause()
                self._repeats = [later for later in self._repeats if later.step > step]
            yield OrderDone(step, order.sequence, order.name, order.values)
            if order.name in STEPS:
                return


def read_orders(path: Path) -> list[Order]:
    """Return the orders of control.json; a missing or spoilt file holds none."""
    try:
        records = json.loads(path.read_text("utf-8"))["orders"]
        return [Order(int(record["sequence"]), record["order"], record.get("values") or {}) for record in records]
    except (OSError, ValueError, KeyError, TypeError, ConfigError):
        return []


def send_order(run: Path, name: OrderName, values: Mapping[str, float] | None = None) -> Order:
    """Write an order for the process that trains in `run`."""
    path = run / CONTROL
    orders = read_orders(path)
    order = Order(max((known.sequence for known in orders), default=0) + 1, name, values or {})
    kept = [*orders, order][-KEPT:]
    write_json(path, {"orders": [{"sequence": one.sequence, "order": one.name, "values": dict(one.values)} for one in kept]})
    return order
