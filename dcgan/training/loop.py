"""`train()`: a training as an iterator of events. It writes nothing and knows nothing of who watches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial

import torch
from torch import Tensor

from dcgan.config import TrainingConfig
from dcgan.data import Dataset
from dcgan.errors import TrainingDiverged
from dcgan.events import (
    CheckpointReady,
    Diagnosis,
    Finished,
    Judged,
    Moves,
    OrderDone,
    Reason,
    SamplesReady,
    Started,
    StepDone,
    TrainEvent,
)
from dcgan.models import Model
from dcgan.system import release_memory
from dcgan.training.changes import CHANGES
from dcgan.training.clock import Clock
from dcgan.training.control import STEPS, Control, Orders
from dcgan.training.doctor import Doctor
from dcgan.training.doctor.checkup import Examiner
from dcgan.training.gauges import Gauges
from dcgan.training.measuring import measures
from dcgan.training.schedule import next_sheet, next_state
from dcgan.training.trainer import Networks, Trainer
from dcgan.training.tuning import use_process
from dcgan.training.witness import Witness

POLL_SECONDS = 0.05  # between looks for orders while paused


@dataclass(frozen=True)
class Start:
    """Where a training starts from: nothing, a saved state (`tensors`), or the networks of another model."""

    tensors: Mapping[str, Tensor] | None = None
    step: int = 0
    seconds: float = 0.0
    model: Model | None = None
    repeats: tuple[OrderDone, ...] = ()  # changes that were made after the saved state: they are made again at their steps


def train(
    config: TrainingConfig,
    networks: Networks,
    data: Dataset,
    device: str = "cpu",
    control: Control | None = None,
    start: Start | None = None,
    watched: bool = True,
) -> Iterator[TrainEvent]:
    """Train `networks` on `data` and say what happens, first `Started` and last `Finished`.

    The process takes the recipe's number of threads, and keeps the memory that it frees (`system.keep_memory`).
    Where it is `watched`, the doctor says what goes wrong (`Diagnosis`); that changes nothing else.

    Raises
    ------
    TrainingDiverged
        A measure or a weight is not finite; the last `StepDone` before it shows which.
    """
    use_process(config.recipe)
    trainer = Trainer(config.recipe, networks, data, device)
    start = start or Start()
    if start.tensors is not None:
        trainer.load(start.tensors)
    elif start.model is not None:
        assert start.model.discriminator is not None
        trainer.load_weights(start.model.generator, start.model.discriminator)
    return _Loop(trainer, config, control or Control(), start, data if watched else None).events()


class _Loop:
    def __init__(self, trainer: Trainer, config: TrainingConfig, control: Control, start: Start, data: Dataset | None) -> None:
        self.trainer, self.config, self.control = trainer, config, control
        self.step = start.step
        self.saved_step: int | None = start.step if start.tensors is not None and start.step else None
        self.shown_step: int | None = None
        self.clock = Clock(start.seconds)
        self.orders = Orders(self.control, start.repeats)
        self.by_hand: Moves | None = None  # whose weights the next step moves, where it was ordered
        self.gauges = Gauges(trainer, config, start.step, start.seconds, self.clock.seconds)
        self.save_at, self.sheet_at = next_state(start.seconds), 0.0
        steps = config.budget.steps_total(config.recipe.steps_per_epoch(len(trainer.batches.pictures)))
        self.last_update = (steps or 0) * config.recipe.d_steps
        self.unsaid: list[Tensor] = []  # the numbers of the steps since the last line
        self.busy = 0.0  # seconds that they took
        self.examiner = Examiner(trainer, data, start.step) if data else None
        self.doctor = Doctor(trainer.recipe, self.examiner.real_distance, start.step) if self.examiner else None

    def events(self) -> Iterator[TrainEvent]:
        yield Started(self.step, resumed=self.step > 0)
        if self.step == 0:
            yield from self._sheet_and_state()
        while not self._is_over() and not self.control.stopping:
            yield from self._obey()
            if self.control.stopping:
                break
            if self.by_hand:
                yield from self._step_by_hand(self.by_hand)
            else:
                self._one_step(self.trainer.step)
                yield from self._due()
        reason: Reason = "completed" if self._is_over() else "stopped"
        yield from self._said()
        yield from self._sheet_and_state()
        yield from self.gauges.score(self.step, now=True)
        yield from self.gauges.measure(self.step, now=True)
        yield Finished(self.step, self.clock.seconds(), reason)

    def _is_over(self) -> bool:
        budget = self.config.budget
        if budget.minutes is not None:
            return self.clock.seconds() >= budget.minutes * 60
        return self.step >= budget.steps if budget.steps is not None else self.trainer.updates(self.step) >= self.last_update

    def _one_step(self, make: Callable[[int], Tensor]) -> None:
        started = time.perf_counter()
        self.unsaid.append(make(self.step))
        self.busy += time.perf_counter() - started
        self.step += 1

    def _step_by_hand(self, moves: Moves) -> Iterator[TrainEvent]:
        """Make one step and say what it saw; where the training is paused, it is again afterwards."""
        yield from self._said()
        waits, self.by_hand, witness = self.clock.is_paused, None, Witness()
        self.clock.resume()
        self._one_step(partial(self.trainer.step, moves=moves, witness=witness))
        yield from self._said()
        rates = {"d": self.trainer.updater_d.rate, "g": self.trainer.updater_g.rate}
        yield witness.seen(self.step, moves, self.trainer.recipe, rates)
        yield from self._due()
        if waits:
            self.clock.pause()

    def _said(self) -> Iterator[StepDone | Diagnosis]:
        """Say the means over the steps since the last line, if there were any; only here does the device have to be waited for."""
        if not self.unsaid:
            return
        started, batch = time.perf_counter(), self.trainer.batches.size
        means = measures(self.unsaid)
        self.busy += time.perf_counter() - started
        done = StepDone(
            step=self.step,
            epoch=self.trainer.updates(self.step) * batch / len(self.trainer.batches.pictures),
            seconds=self.clock.seconds(),
            images_per_second=len(self.unsaid) * self.trainer.recipe.d_steps * batch / self.busy,
            **asdict(means),
        )
        self.unsaid, self.busy = [], 0.0
        yield done
        if self.doctor:
            yield from self.doctor.hear(done)
        if not _is_finite(done):
            raise TrainingDiverged(self.step, self.saved_step)

    def _due(self) -> Iterator[TrainEvent]:
        """Say what is due after a step. Sheets and states wait for the device, so the measures are said before them."""
        seconds, save_every = self.clock.seconds(), self.config.save_every
        sheet = seconds >= self.sheet_at
        state = self.step % save_every == 0 if save_every else seconds >= self.save_at
        state = state or self.gauges.is_kid_due(self.step)
        if sheet or state or self.step % (self.config.recipe.log_every or 1) == 0:
            yield from self._said()
        if self.doctor and self.examiner and self.examiner.is_due(self.step):
            yield from self.doctor.see(self.examiner.examine(self.step))
        if sheet:
            yield from self._sheet(last=self._is_over())
        if state:
            yield from self._state()
            yield from self.gauges.score(self.step)
        yield from self.gauges.measure(self.step)

    def _sheet_and_state(self) -> Iterator[TrainEvent]:
        if self.shown_step != self.step:
            yield from self._sheet(last=True)
        if self.saved_step != self.step:
            yield from self._state()

    def _sheet(self, last: bool = False) -> Iterator[SamplesReady | Judged]:
        seconds = self.clock.seconds()
        self.sheet_at = next_sheet(seconds)
        self.shown_step = self.step
        images = self.trainer.samples()
        yield SamplesReady(self.step, seconds, images)
        yield from self.gauges.judge(self.step, images, now=last)

    def _state(self) -> Iterator[CheckpointReady | Diagnosis]:
        tensors = self.trainer.tensors()
        if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
            if self.doctor:
                yield self.doctor.not_finite(self.step, "weights")
            raise TrainingDiverged(self.step, self.saved_step)
        seconds = self.clock.seconds()
        self.saved_step = self.step
        self.save_at = next_state(seconds)
        if self.doctor:
            self.doctor.note_saved(self.step)
        release_memory()  # whoever saves and scores needs some
        yield CheckpointReady(self.step, seconds, tensors)

    def _obey(self) -> Iterator[TrainEvent]:
        """Carry out what was ordered; while paused, wait here."""
        while True:
            for order in self.orders.due(self.step, self.clock):
                if order.order in CHANGES:
                    yield from self._said()  # what lines say before a change is said of the time before it
                self._carry_out(order)
                yield order
            if self.by_hand or not self.clock.is_paused or self.control.stopping:
                return
            time.sleep(POLL_SECONDS)

    def _carry_out(self, order: OrderDone) -> None:
        if order.order == "pause":
            self.clock.pause()
        elif order.order == "resume":
            self.clock.resume()
        elif order.order == "stop":
            self.control.stop()
        elif order.order in STEPS:
            self.by_hand = STEPS[order.order]
        else:
            self.trainer.change(self.step, order.order, order.values)
            if self.doctor:
                self.doctor.recipe = self.trainer.recipe


def _is_finite(done: StepDone) -> bool:
    return all(math.isfinite(value) for value in asdict(done).values())
