"""What a look at the networks can show, and when it is too much: see docs/doctor.md for what healthy runs do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dcgan.config import Recipe
from dcgan.events import Severity
from dcgan.training.doctor.checkup import EVERY, Checkup
from dcgan.training.doctor.remedies import Settings, against_collapse, learning, slower, varied
from dcgan.training.doctor.vitals import is_late
from dcgan.training.runs.lines import rounded

TOO_MUCH = 8.0  # times their own size that weights may change by within EVERY steps
SPEECHLESS = 1e-5  # standard deviation of D's outputs
ASLEEP = 0.3  # share of a layer's units
COPIES = 0.3  # distance to the nearest real picture, over that of real ones to each other
KEPT = 0.6  # share of the classes that are made
ONE = 0.03  # kinds: all 64 are most like one real picture, or nearly
UNLIKE = 0.4  # distance between the pictures of a batch, over that of real ones: more is no collapse to one picture
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


@dataclass
class Best:
    """The most that earlier looks saw."""

    kinds: float = 0.0
    classes: int = 0

    def note(self, checkup: Checkup) -> None:
        self.kinds = max(self.kinds, checkup.kinds)
        self.classes = max(self.classes, len(_made(checkup)))


def sights(checkup: Checkup, recipe: Recipe, best: Best, variety: float = 0.0) -> Iterator[Sight]:
    """Yield everything that is looked for, `variety` being that of the batches of late."""
    for network in ("g", "d"):
        yield _learning_of(network, checkup, recipe)
    yield Sight(
        "exploding",
        max(checkup.change.values(), default=0.0) > TOO_MUCH,
        0,
        "failure",
        {f"change_{name}": rounded(value, 4) for name, value in checkup.change.items()},
        f"The weights have changed by several times their own size within {checkup.steps} steps: the learning rates are far too high.",
        slower("d", "g")(recipe),
    )
    yield Sight(
        "dead-d",
        checkup.d_spread < SPEECHLESS,
        EVERY,
        "failure",
        {"d_spread": rounded(checkup.d_spread, 4)},
        "D is dead: it gives the same answer to every picture, real or fake, and G can learn nothing from it.",
        slower("d")(recipe),
    )
    yield _few_kinds(checkup, recipe, best, variety)
    yield _lost_classes(checkup, recipe, best)
    yield _dead_units(checkup, recipe)
    yield Sight(
        "memorising",
        checkup.nearness < COPIES and is_late(checkup.step, recipe),
        2 * EVERY,
        "warning",
        {"nearness": rounded(checkup.nearness, 4)},
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


def _few_kinds(checkup: Checkup, recipe: Recipe, best: Best, variety: float) -> Sight:
    """See a collapse that leaves some pictures, or one of each class: they can be far from each other, but are few.

    Where a look finds one picture, and the batches of the same steps differ, only the running statistics of G's batch norm lag behind.
    """
    alike = checkup.fixed_variety < ALIKE and checkup.step > 6 * EVERY
    few = checkup.kinds < (0.4 * best.kinds if best.kinds > 0.6 else 0.3 if is_late(checkup.step, recipe) else 0.0)
    lags = checkup.kinds < ONE and variety > UNLIKE
    return Sight(
        "mode-collapse",
        alike or (few and not lags),
        2 * EVERY,
        "failure",
        {"fixed_variety": rounded(checkup.fixed_variety, 4), "kinds": rounded(checkup.kinds, 4), "best_kinds": rounded(best.kinds, 4)},
        "Mode collapse: of 64 different z, G makes the same few pictures.",
        against_collapse(recipe),
    )


def _lost_classes(checkup: Checkup, recipe: Recipe, best: Best) -> Sight:
    """See that classes are gone which were made before: a young G makes one thing that is not yet any class."""
    made, classes = _made(checkup), len(checkup.classes)
    lost = [name for name in checkup.classes if name not in made]
    return Sight(
        "lost-classes",
        classes > 2 and best.classes >= 0.9 * classes and len(made) <= KEPT * classes,
        2 * EVERY,
        "warning",
        {name: rounded(share, 4) for name, share in checkup.classes.items()},
        f"G makes {len(made)} of the {classes} kinds of pictures: among 64 is none of {', '.join(lost)}.",
        against_collapse(recipe),
    )


def _made(checkup: Checkup) -> list[str]:
    return [name for name, share in checkup.classes.items() if share]


def _dead_units(checkup: Checkup, recipe: Recipe) -> Sight:
    layer, share = max(checkup.dead_units.items(), key=lambda item: item[1], default=(0, 0.0))
    return Sight(
        "dead-units",
        share > ASLEEP,
        EVERY,
        "warning",
        {f"layer_{index}": rounded(value, 4) for index, value in checkup.dead_units.items()},
        f"Dead units: {share:.0%} of those of layer {layer} of G stay at 0 whatever z is, and learn no more.",
        slower("g")(recipe),
    )
