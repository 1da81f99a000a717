"""A way to do the next stage of a reading, and what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, prod

from torch import Tensor

from dcgan.models.importing.evidence import FLOOR, energy, floor_for
from dcgan.models.importing.found import Found
from dcgan.models.importing.geometry import Move
from dcgan.models.importing.options import Act
from dcgan.models.importing.parts import Part

WORK = 1 << 27  # multiply-adds for a first trial of a layer: few examples of a large one, so chance blurs what it shows
THOROUGH = 1 << 31  # for those that lead: enough examples for their statistics to settle
PASSES = 1024  # multiply-adds that take as long as what is done with each number of a picture besides
FITS = 0.005  # squared error of a reading behind which unusual ones are not tried


@dataclass(frozen=True)
class Trial:
    """A way to do the next stage, not yet computed."""

    act: Act
    eps: float  # of the norm before
    move: Move
    early: Act
    cost: float
    squared: float | None = None
    channels: int = 0  # that were compared
    floor: float = FLOOR  # of the squared error

    @property
    def misfit(self) -> float:
        return energy(self.squared, self.channels, self.floor) if self.squared is not None else 0.0

    @property
    def score(self) -> float:
        return self.cost + self.misfit


def with_floor(grown: Sequence[tuple[Found, Trial, float]], norm: Part | None) -> list[tuple[Found, Trial, float]]:
    """Return the trials with the floor that the best of them shows at the norm that they were measured at."""
    best = min((trial.squared for _, trial, _ in grown if trial.squared is not None), default=None)
    if best is None or norm is None:
        return list(grown)
    floor = floor_for(best, norm.tensors)
    exact = [(found, trial, replace(trial, floor=floor), score) for found, trial, score in grown]
    return [(found, after, score - before.misfit + after.misfit) for found, before, after, score in exact]


def ranked(grown: Sequence[tuple[Found, Trial, float]]) -> list[tuple[Found, Trial, float]]:
    """Return what can lead to a picture, the best first, each once."""
    possible = [item for item in grown if item[2] < inf]
    once = {(id(found), trial.act, trial.eps, trial.move, trial.early): (found, trial, score) for found, trial, score in possible}
    return sorted(once.values(), key=lambda item: item[2])


def fits(trials: Sequence[Trial], limit: float = FITS) -> bool:
    return any(trial.squared is not None and trial.squared < limit for trial in trials)


def leading(trials: Sequence[Trial], count: int) -> list[Trial]:
    return sorted(trials, key=lambda trial: trial.score)[:count]


def leading_resizes(trials: Sequence[Trial]) -> list[Trial]:
    """Return the two best, and the best of each other way to resize: a wrong activation can hide the right one."""
    best = leading(trials, 2)
    for resize in dict.fromkeys((trial.move.scale, trial.move.mode) for trial in trials):
        if all((trial.move.scale, trial.move.mode) != resize for trial in best):
            best += leading([trial for trial in trials if (trial.move.scale, trial.move.mode) == resize], 1)
    return best


def affordable(x: Tensor, weight: Tensor, channels: Tensor | None, work: int = WORK) -> int:
    """Return how many examples a trial can have: as many as its work allows, at least 8."""
    places = prod(x.shape[2:]) if x.dim() == 4 else 1
    share = 1.0 if channels is None else len(channels) / max(weight.shape[:2])
    return int(min(len(x), max(8, work / max(1.0, places * max(weight.numel() * share, PASSES * min(weight.shape[:2]))))))
