"""What may be changed while it trains: by order, kept by the saved state, and made again where a state is older than that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import torch
from torch import Tensor

from dcgan.config import POLICIES, Recipe
from dcgan.errors import ConfigError
from dcgan.events import OrderDone

CHANGES: dict[str, tuple[str, ...]] = {  # order -> what its values may name; policies are 1 (on) or 0, and those not named are off
    "learning_rates": ("learning_rate_d", "learning_rate_g"),
    "d_steps": ("d_steps",),
    "augment": POLICIES,
}
ALONE = ("step_d", "step_g")  # orders for a step that moves one network alone: no settings, but made again like them
REPEATS = "repeats"  # the event that names the orders still to be made again
PART = "changed"  # of the state's names
Record = Mapping[str, Any]


def changed(recipe: Recipe, order: str, values: Mapping[str, float]) -> Recipe:
    """Return `recipe` after an order of CHANGES; values that it cannot have are a ConfigError that names them."""
    names = CHANGES[order]
    if not values or not set(values) <= set(names):
        raise ConfigError(f"the values of {order} are {', '.join(names)}, found {', '.join(values) or 'none'}")
    if order == "learning_rates":
        return replace(recipe, **values)  # type: ignore[arg-type]
    if not all(isinstance(value, int | float) and value == value // 1 for value in values.values()):
        raise ConfigError(f"the values of {order} are whole numbers, found {', '.join(map(str, values.values()))}")
    if order == "d_steps":
        return replace(recipe, d_steps=int(values["d_steps"]))
    if not set(values.values()) <= {0, 1}:
        raise ConfigError(f"a policy of augment is 1 (on) or 0 (off), found {', '.join(map(str, values.values()))}")
    return replace(recipe, augment=",".join(policy for policy in POLICIES if values.get(policy)))


def to_state(recipe: Recipe, updates_before: int) -> dict[str, Tensor]:
    """Return what a saved state holds of changes, but for the learning rates, which the updaters keep.

    `updates_before` is how many updates of D were made beyond `d_steps` for every step so far.
    """
    numbers = {"d_steps": [recipe.d_steps], "updates_before": [updates_before], "augment": list(map(POLICIES.index, recipe.policies))}
    return {f"{PART}.{name}": torch.tensor(value, dtype=torch.int64) for name, value in numbers.items()}


def from_state(recipe: Recipe, tensors: Mapping[str, Tensor]) -> tuple[Recipe, int]:
    """Return the recipe as it was changed, learning rates included, and `updates_before`; states of old know no changes but those."""
    rates = {f"learning_rate_{part}": float(tensors[f"{recipe.optimizer}_{part}.learning_rate"]) for part in "dg"}
    recipe = replace(recipe, **rates)  # type: ignore[arg-type]
    if f"{PART}.d_steps" not in tensors:
        return recipe, 0
    policies = ",".join(POLICIES[index] for index in tensors[f"{PART}.augment"].tolist())
    return replace(recipe, d_steps=int(tensors[f"{PART}.d_steps"]), augment=policies), int(tensors[f"{PART}.updates_before"])


def settings_changed(before: Recipe, after: Recipe) -> dict[str, Any]:
    """Return the settings in which a recipe differs from what it was, as they are now."""
    old = before.to_json()
    return {key: value for key, value in after.to_json().items() if value != old[key]}


def changed_by(recipe: Recipe, records: Iterable[Record], step: int) -> Recipe:
    """Return the recipe with which a run's step number `step` was reached, by the lines of its events."""
    for record in records:
        if _is_change(record) and record["order"] in CHANGES and record["step"] < step:
            recipe = changed(recipe, record["order"], record["values"])
    return recipe


def to_repeat(records: Iterable[Record], step: int) -> list[OrderDone]:
    """Return the changes that a run's lines hold and its state of `step` may not, in their order.

    One of the very step is among them: made twice, it changes nothing more. What stood in a REPEATS line and was overtaken by a newer
    order is left out.
    """
    found: list[OrderDone] = []
    for record in records:
        if record.get("event") == REPEATS:
            found = [order for order in found if order.step < record["step"]] + [_order(order) for order in record["orders"]]
        elif _is_change(record) and _order(record) not in found:
            found = [order for order in found if order.step <= record["step"]] + [_order(record)]
    return [order for order in found if order.step >= step]


def cut_back(records: Sequence[dict[str, Any]], step: int) -> list[dict[str, Any]]:
    """Return the lines that are true of a run which goes on from its state of `step`, the changes to be made again named at their end."""
    again = to_repeat(records, step)
    kept = [record for record in records if record.get("step", 0) <= step and record.get("event") != REPEATS]
    kept = [record for record in kept if not (_is_change(record) and record["step"] == step)]
    return [*kept, {"event": REPEATS, "step": step, "orders": list(map(asdict, again))}] if again else kept


def _is_change(record: Record) -> bool:
    return record.get("event") == "order" and record["order"] in (*CHANGES, *ALONE)


def _order(record: Record) -> OrderDone:
    return OrderDone(record["step"], record["sequence"], record["order"], record["values"])
