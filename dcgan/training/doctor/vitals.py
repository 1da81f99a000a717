"""The running measures that the doctor looks at, from the steps of a training and nothing else."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from dcgan.config import Recipe
from dcgan.events import StepDone

SPAN = 20  # steps of the running means
SWING_SPAN = 5  # of the one whose swings are counted
SWING = (0.15, 0.6)  # D(G(z)) swings where it goes from below the first to above the second, or back
SWING_WINDOW = 200  # steps
SETTLED = 200  # steps before which variety says nothing of what follows: it falls from that of the first noise, then rises
LATE = (400, 1000)  # steps after which a generator makes different pictures, at learning rates of 5e-4 and more, and of 2e-4 and less
USUAL_RATE = 2e-4  # Radford et al. 2015, section 4
MEANS = ("loss_d", "loss_g", "d_real", "d_fake", "grad_norm_d", "grad_norm_g", "diversity")


@dataclass
class Vitals:
    """Running means (exponential, over SPAN steps) of what steps say.

    `variety` is the distance between fakes over that between real pictures, `best_variety` its highest since step SETTLED of this
    training; `swings` counts how often D(G(z)) went from one extreme to the other in the last SWING_WINDOW steps.
    """

    real_distance: float
    step: int = 0
    variety: float = 1.0
    best_variety: float = 0.0
    means: dict[str, float] = field(default_factory=dict)
    _quick: float = 0.5
    _side: int = 0
    _swings: deque[int] = field(default_factory=deque)

    def add(self, done: StepDone) -> None:
        """Take in the measures of a step, or of several that one line stands for."""
        steps = done.step - self.step
        self.step = done.step
        for name in MEANS:
            self.means[name] = _blend(self.means.get(name), getattr(done, name), steps, SPAN)
        self.variety = self.means["diversity"] / self.real_distance if self.real_distance > 0 else 1.0
        if self.step > SETTLED:
            self.best_variety = max(self.best_variety, self.variety)
        self._count_swing(done.d_fake, steps)

    @property
    def swings(self) -> int:
        return len(self._swings)

    def _count_swing(self, d_fake: float, steps: int) -> None:
        self._quick = _blend(self._quick, d_fake, steps, SWING_SPAN)
        side = 1 if self._quick > SWING[1] else -1 if self._quick < SWING[0] else self._side
        if self._side and side != self._side:
            self._swings.append(self.step)
        self._side = side
        while self._swings and self._swings[0] <= self.step - SWING_WINDOW:
            self._swings.popleft()


def is_late(step: int, recipe: Recipe) -> bool:
    """Say whether a training of this recipe is old enough to be expected to make different pictures."""
    at_usual_rate = LATE[1] * USUAL_RATE / max(recipe.learning_rate_g, 1e-12)
    return step > (min(max(at_usual_rate, LATE[0]), LATE[1]) if recipe.optimizer == "adam" else LATE[1])


def _blend(mean: float | None, value: float, steps: int, span: int) -> float:
    """Return an exponential running mean after `steps` steps of mean `value`."""
    return value if mean is None else value + (mean - value) * (1 - 2 / (span + 1)) ** steps
