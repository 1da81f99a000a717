"""Orders to a running training: in memory, or through the run folder's control.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from dcgan.errors import ConfigError
from dcgan.events import Moves
from dcgan.files import write_json

OrderName = Literal["pause", "resume", "stop", "learning_rates", "step", "step_d", "step_g"]
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
        for key, value in self.values.items():
            if key not in ("learning_rate_d", "learning_rate_g") or not isinstance(value, int | float) or not 0 <= value <= 10:
                raise ConfigError(f"learning_rate_d and learning_rate_g are from 0 to 10, found {key}={value!r}")


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
