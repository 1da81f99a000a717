"""Check what attribute directions do, by a judge that did not find them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dcgan.data import Progress
from dcgan.directions.attributes import Attributes
from dcgan.directions.record import Found
from dcgan.latent import step
from dcgan.metrics.classifier import Labels, Probabilities, Questions
from dcgan.models import Synthesizer

SEEDS = 500  # 0 to 499
ALPHAS = (1.0, 1.5, 2.0, 2.5, 3.0)
RISES, RISE, FLIPS = 0.85, 0.2, 0.25  # what is asked for: least share of seeds, least mean rise, largest share of other answers


@dataclass(frozen=True)
class Verdict:
    """What a step of `alpha` along an attribute's direction does to n pictures, as the judge sees them.

    `rising` is the share of pictures whose probability of the attribute rises, `rise` the mean of that; `flips` the share of pictures whose
    answer changes, for each other question. For every question, `shifts` is how far the mean answer moves, and `changes` how far each
    picture's own answer moves in the mean, both as total variation, 0 to 1: what the direction does to all pictures alike, and that
    together with what it does to one so and to another otherwise.
    """

    name: str
    question: str
    alpha: float
    n: int
    rising: float
    rise: float
    flips: dict[str, float]
    shifts: dict[str, float]
    changes: dict[str, float]

    @property
    def holds(self) -> bool:
        """Say whether the attribute rises as asked for and no other answer changes too often."""
        return self.rising >= RISES and self.rise >= RISE and max(self.flips.values(), default=0.0) <= FLIPS

    @property
    def shifts_most(self) -> str:
        """The question whose answers shift most."""
        return max(self.shifts, key=lambda question: self.shifts[question])

    @property
    def is_strongest(self) -> bool:
        """Say whether the attribute's own question shifts more than any other."""
        return self.shifts_most == self.question

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "holds": self.holds, "is_strongest": self.is_strongest}


def check(maker: Synthesizer, found: Found, judge: Attributes, progress: Progress | None = None) -> list[Verdict]:
    """Return for each direction that the judge knows by name the verdict of the first alpha that holds, else of the largest."""
    z, labels = maker.z(range(SEEDS)), maker.labels(SEEDS)
    before = judge.predict(maker.images(z, labels))
    known = [direction for direction in found.directions if direction.name in judge.classifier.names]
    verdicts = []
    for k, direction in enumerate(known):
        for alpha in ALPHAS:
            moved = step(z, direction.vector, np.full(SEEDS, alpha), maker.info.prior)
            verdict = _verdict(judge, direction.name, alpha, before, judge.predict(maker.images(moved, labels)))
            if verdict.holds:
                break
        verdicts.append(verdict)
        if progress:
            progress(k + 1, len(known), f"checking {direction.name}")
    return verdicts


def _verdict(judge: Attributes, name: str, alpha: float, before: Probabilities, after: Probabilities) -> Verdict:
    change = after - before  # (n, names)
    rise = change[:, judge.classifier.names.index(name)]
    flipped: Labels = judge.chosen(before) != judge.chosen(after)
    titles = [question[0] if len(question) == 1 else "/".join(question) for question in judge.questions]
    own = next(title for title, question in zip(titles, judge.questions, strict=True) if name in question)
    shifts = dict(zip(titles, _variation(judge.questions, change.mean(0, keepdims=True)), strict=True))
    changes = dict(zip(titles, _variation(judge.questions, change), strict=True))
    flips = {title: float(share) for title, share in zip(titles, flipped.mean(0), strict=True) if title != own}
    return Verdict(name, own, alpha, len(rise), float((rise > 0).mean()), float(rise.mean()), flips, shifts, changes)


def _variation(questions: Questions, change: Probabilities) -> Iterator[float]:
    """Yield for each question the mean total variation of changes of probabilities (n, names)."""
    start = 0
    for question in questions:
        part = slice(start, start + len(question))
        yield float(np.abs(change[:, part]).sum(1).mean()) / (1 if len(question) == 1 else 2)
        start = part.stop
