"""What a look at the networks can show, and when it is too much: see docs/doctor.md for what healthy runs do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dcgan.config import Recipe
from dcgan.events import Severity
from dcgan.training.checkup import EVERY, Checkup
from dcgan.training.remedies import Settings, against_collapse, learning, slower, varied
from dcgan.training.vitals import LATE

TOO_MUCH = 8.0  # times their own size that weights may change by within EVERY steps
SPEECHLESS = 1e-5  # standard deviation of D's outputs
ASLEEP = 0.3  # share of a layer's units
COPIES = 0.3  # distance to the nearest real picture, over that of real ones to each other
ALIKE = 0.04  # distance between fixed-z pictures, over that of real ones


@dataclass(frozen=True)
class Sight:
    """One thing that a look shows or does not; it is said once it has been so for `patience` steps."""

    finding: str
    is_so: bool
    patience: int
    severity: Severity
    evidence: Mapping[str, float]
    sentence: str
    settings: Settings


def sights(checkup: Checkup, recipe: Recipe) -> Iterator[Sight]:
    """Yield everything that is looked for."""
    for network in ("g", "d"):
        yield _learning_of(network, checkup, recipe)
    yield Sight(
        "exploding",
        max(checkup.change.values(), default=0.0) > TOO_MUCH,
        0,
        "failure",
        {f"change_{name}": _rounded(value) for name, value in checkup.change.items()},
        f"The weights have changed by several times their own size within {checkup.steps} steps: the learning rates are far too high.",
        slower("d", "g")(recipe),
    )
    yield Sight(
        "dead-d",
        checkup.d_spread < SPEECHLESS,
        EVERY,
        "failure",
        {"d_spread": _rounded(checkup.d_spread)},
        "D is dead: it gives the same answer to every picture, real or fake, and G can learn nothing from it.",
        slower("d")(recipe),
    )
    yield Sight(
        "mode-collapse",
        checkup.fixed_variety < ALIKE and checkup.step > 6 * EVERY,
        2 * EVERY,
        "failure",
        {"fixed_variety": _rounded(checkup.fixed_variety)},
        "Mode collapse: whatever z is, G makes nearly the same picture.",
        against_collapse(recipe),
    )
    yield _dead_units(checkup, recipe)
    yield Sight(
        "memorising",
        checkup.nearness < COPIES and checkup.step > LATE,
        2 * EVERY,
        "warning",
        {"nearness": _rounded(checkup.nearness)},
        "G repeats pictures of the data: its own lie much closer to them than they lie to each other.",
        varied(recipe),
    )


def _learning_of(network: Literal["g", "d"], checkup: Checkup, recipe: Recipe) -> Sight:
    return Sight(
        f"frozen-{network}",
        checkup.change.get(network) == 0,
        0,
        "failure",
        {"steps": checkup.steps, "learning_rate": getattr(recipe, f"learning_rate_{network}")},
        f"{network.upper()} does not learn: its weights have not changed in {checkup.steps} steps.",
        learning(network)(recipe),
    )


def _dead_units(checkup: Checkup, recipe: Recipe) -> Sight:
    layer, share = max(checkup.dead_units.items(), key=lambda item: item[1], default=(0, 0.0))
    return Sight(
        "dead-units",
        share > ASLEEP,
        EVERY,
        "warning",
        {f"layer_{index}": _rounded(value) for index, value in checkup.dead_units.items()},
        f"Dead units: {share:.0%} of those of layer {layer} of G stay at 0 whatever z is, and learn no more.",
        slower("g")(recipe),
    )


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
