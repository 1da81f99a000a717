"""What is measured of a training's networks beside its steps, each when it is due. It draws nothing from the training's streams."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np

from dcgan.config import TrainingConfig
from dcgan.events import Judged, KidMeasured, Scored
from dcgan.images import Images
from dcgan.training import schedule
from dcgan.training.kid import KidMeter
from dcgan.training.lineup import Lineup
from dcgan.training.schedule import next_score
from dcgan.training.scoring import SCORED, Scorer, can_score
from dcgan.training.trainer import Trainer


class Gauges:
    """The score of the averaged generator, its KID, and what D says of a sheet and of real pictures.

    `step` and `seconds` are where the training starts, `clock` tells its seconds.
    """

    def __init__(self, trainer: Trainer, config: TrainingConfig, step: int, seconds: float, clock: Callable[[], float]) -> None:
        self._trainer, self._config, self._clock = trainer, config, clock
        self._scored_step = self._measured_step = step
        self._score_at, self._judge_at = seconds + schedule.SCORE_SECONDS, 0.0

    @cached_property
    def _scorer(self) -> Scorer:
        return Scorer(self._config.recipe, self._trainer.batches.pictures, self._classes, self._trainer.device)

    @cached_property
    def _meter(self) -> KidMeter:
        return KidMeter(self._config.recipe, self._trainer.batches.pictures, self._classes, self._trainer.device)

    @cached_property
    def _lineup(self) -> Lineup:
        return Lineup(self._trainer)

    @property
    def _classes(self) -> int:
        return self._trainer.batches.classes if self._config.recipe.conditional else 0

    def score(self, step: int, now: bool = False) -> Iterator[Scored]:
        """Score the state just said where that is due or wanted `now`, once a step; pictures too small for the measure are not scored."""
        due = now or self._clock() >= self._score_at
        if not due or self._scored_step == step or not can_score(self._trainer.batches.pictures):
            return
        started = time.perf_counter()
        swd = self._scorer.score(self._trainer.ema)
        seconds = self._clock()
        self._scored_step = step
        self._score_at = next_score(seconds, time.perf_counter() - started)
        yield Scored(step, seconds, swd, SCORED)

    def is_kid_due(self, step: int) -> bool:
        """Say whether KID is to be measured at this step: its state is saved then, so that the best stage is there to be had."""
        return self._config.kid_every is not None and step % self._config.kid_every == 0

    def measure(self, step: int, now: bool = False) -> Iterator[KidMeasured]:
        """Measure KID at every `kid_every`-th step and where it is wanted `now`; never where nobody asked for it."""
        if not self._config.kid_every or self._measured_step == step or not (now or self.is_kid_due(step)):
            return
        self._measured_step = step
        found, network = self._meter.measure(self._trainer.ema), self._meter.network
        yield KidMeasured(step, self._clock(), found.value, found.error, found.n, network.name, network.title)

    def judge(self, step: int, fakes: Images, now: bool = False) -> Iterator[Judged]:
        """Say what D thinks of a sheet of fakes and of real pictures, where that is due or wanted `now`."""
        if not now and self._clock() < self._judge_at:
            return
        started = time.perf_counter()
        real, fake = self._lineup.judge(fakes)
        if not np.isfinite([*real, *fake]).all():
            return
        self._judge_at = self._clock() + (time.perf_counter() - started) / schedule.SHARE
        yield Judged(step, self._lineup.images, tuple(real), tuple(fake))
