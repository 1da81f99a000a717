"""train(): which events come, exact resume, orders, and numbers that are none."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from tiny import RECIPE, config

from dcgan.config import Budget, TrainingConfig
from dcgan.data import Dataset
from dcgan.errors import TrainingDiverged
from dcgan.events import CheckpointReady, Diagnosis, Finished, OrderDone, SamplesReady, Started, StepDone, TrainEvent
from dcgan.training.clock import Clock
from dcgan.training.control import Control, Order
from dcgan.training.loop import Start, train
from dcgan.training.trainer import Networks, Trainer


class Orders(Control):
    """Orders given at chosen looks: {number of the look: order}."""

    def __init__(self, orders: Mapping[int, Order]) -> None:
        super().__init__()
        self.orders, self.looks = orders, 0

    def poll(self) -> list[Order]:
        self.looks += 1
        return [self.orders[self.looks]] if self.looks in self.orders else []


def kept(events: Iterator[TrainEvent]) -> list[TrainEvent]:
    """All events; states are copied as a file would, contiguous and by value."""
    copied = []
    for event in events:
        if isinstance(event, CheckpointReady):
            event = replace(event, tensors={name: tensor.clone().contiguous() for name, tensor in event.tensors.items()})
        copied.append(event)
    return copied


def states(events: list[TrainEvent]) -> dict[int, Mapping[str, Any]]:
    return {event.step: event.tensors for event in events if isinstance(event, CheckpointReady)}


def test_what_is_said(networks: Networks, data: Dataset) -> None:
    events = kept(train(config(steps=5, save_every=2), networks, data))
    assert events[0] == Started(0, resumed=False)
    assert isinstance(events[1], SamplesReady) and events[1].step == 0 and events[1].images.shape == (64, 16, 16, 3)
    assert [event.step for event in events if isinstance(event, StepDone)] == [1, 2, 3, 4, 5]
    assert list(states(events)) == [0, 2, 4, 5]
    end = events[-1]
    assert isinstance(end, Finished) and (end.step, end.reason) == (5, "completed")
    seconds = [event.seconds for event in events if isinstance(event, StepDone)]
    assert seconds == sorted(seconds) and end.seconds >= seconds[-1]


@pytest.mark.parametrize(("budget", "steps"), [(Budget(epochs=2), 6), (Budget(epochs=0.5), 2), (Budget(steps=1), 1)])
def test_lengths(networks: Networks, data: Dataset, budget: Budget, steps: int) -> None:
    events = kept(train(TrainingConfig(RECIPE, budget), networks, data))  # 20 pictures, batch 6: 3 steps an epoch
    assert events[-1].step == steps


def test_minutes_end_it(networks: Networks, data: Dataset) -> None:
    end = kept(train(TrainingConfig(RECIPE, Budget(minutes=0.3 / 60)), networks, data))[-1]
    assert isinstance(end, Finished) and end.reason == "completed" and end.step > 0 and end.seconds >= 0.3


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("step", [0, 2, 5])
def test_resumed_is_never_stopped(networks: Networks, data: Dataset, precision: Any, step: int) -> None:
    wanted = config(steps=7, save_every=1, recipe=replace(RECIPE, precision=precision, flip=True))
    whole = states(kept(train(wanted, networks, data)))
    events = kept(train(wanted, networks, data, start=Start(whole[step], step, 1.0)))
    assert events[0] == Started(step, resumed=step > 0)
    for name, tensor in states(events)[7].items():
        assert torch.equal(tensor, whole[7][name]), name


def test_a_changed_learning_rate_is_kept_by_the_state(networks: Networks, data: Dataset) -> None:
    control = Orders({3: Order(1, "learning_rates", {"learning_rate_g": 0.01})})
    events = kept(train(config(steps=6, save_every=1), networks, data, control=control))
    assert OrderDone(2, 1, "learning_rates", {"learning_rate_g": 0.01}) in events
    whole = states(events)
    assert float(whole[6]["adam_g.learning_rate"]) == 0.01 and float(whole[6]["adam_d.learning_rate"]) == 2e-4
    resumed = states(kept(train(config(steps=6), networks, data, start=Start(whole[4], 4, 1.0))))
    assert torch.equal(resumed[6]["g.1.weight"], whole[6]["g.1.weight"])
    unchanged = states(kept(train(config(steps=6), networks, data)))
    assert not torch.equal(unchanged[6]["g.1.weight"], whole[6]["g.1.weight"])


def test_stop_saves_and_says_so(networks: Networks, data: Dataset) -> None:
    events = kept(train(config(steps=9, save_every=100), networks, data, control=Orders({4: Order(1, "stop")})))
    end = events[-1]
    assert isinstance(end, Finished) and (end.step, end.reason) == (3, "stopped")
    assert 3 in states(events)


def test_a_pause_stops_the_clock(networks: Networks, data: Dataset) -> None:
    looks = {2: Order(1, "pause"), 8: Order(2, "resume")}
    started = time.monotonic()
    events = kept(train(config(steps=4), networks, data, control=Orders(looks)))
    outside = time.monotonic() - started
    assert [event.order for event in events if isinstance(event, OrderDone)] == ["pause", "resume"]
    end = events[-1]
    assert isinstance(end, Finished) and end.step == 4
    assert outside - end.seconds > 0.25  # five looks of 0.05 s


def test_stop_ends_a_pause(networks: Networks, data: Dataset) -> None:
    end = kept(train(config(), networks, data, control=Orders({2: Order(1, "pause"), 4: Order(2, "stop")})))[-1]
    assert isinstance(end, Finished) and end.reason == "stopped"


def test_numbers_that_are_none_end_it_before_a_state(networks: Networks, data: Dataset) -> None:
    control = Orders({4: Order(1, "learning_rates", {"learning_rate_d": 10.0, "learning_rate_g": 10.0})})
    events: list[TrainEvent] = []
    with pytest.raises(TrainingDiverged) as caught:
        for event in train(config(steps=500, save_every=3), networks, spoilt(data), control=control):
            events.extend(kept(iter([event])))
    assert caught.value.step == 1 and caught.value.last_good == 0
    for state in states(events).values():
        assert all(bool(torch.isfinite(tensor).all()) for tensor in state.values())


def test_lines_are_means_over_their_steps(networks: Networks, data: Dataset) -> None:
    single = [event for event in kept(train(config(steps=8, save_every=5), networks, data)) if isinstance(event, StepDone)]
    rare = config(steps=8, save_every=5, recipe=replace(RECIPE, log_every=3))
    events = [event for event in kept(train(rare, networks, data)) if not isinstance(event, SamplesReady)]
    lines = {event.step: event for event in events if isinstance(event, StepDone)}
    # Every third step, before a state, and at the end; step 1 because the first sheet after the start is due at once.
    assert {3, 5, 6, 8} <= set(lines)
    ends = sorted(lines)
    for first, last in zip([0, *ends], ends, strict=False):
        for key in ("loss_d", "loss_g", "d_real", "diversity", "grad_norm_g"):
            wanted = np.mean([getattr(event, key) for event in single[first:last]])
            assert getattr(lines[last], key) == pytest.approx(wanted, rel=1e-5)
        assert lines[last].epoch == single[last - 1].epoch


class Failing(Trainer):
    """One number that is none, at one step, after which all goes on."""

    def step(self, step: int) -> torch.Tensor:
        return super().step(step) * (float("nan") if step == 3 else 1.0)


@pytest.mark.parametrize("log_every", [1, 5])
def test_a_number_that_is_none_is_not_lost_between_lines(
    networks: Networks, data: Dataset, monkeypatch: pytest.MonkeyPatch, log_every: int
) -> None:
    monkeypatch.setattr("dcgan.training.loop.Trainer", Failing)
    said: list[TrainEvent] = []
    with pytest.raises(TrainingDiverged):
        for event in train(config(steps=50, save_every=7, recipe=replace(RECIPE, log_every=log_every)), networks, data):
            said.append(event)
    last = [event for event in said if isinstance(event, StepDone)][-1]
    assert np.isnan(last.loss_d) and isinstance(said[-1], Diagnosis) and said[-1].finding == "not-finite"
    assert last.step == (4 if log_every == 1 else 5)


def test_more_updates_of_d_see_more_pictures(networks: Networks, data: Dataset) -> None:
    """20 pictures, batch 6 and 2 updates a step: 2 steps an epoch."""
    recipe = replace(RECIPE, d_steps=2)
    events = [event for event in kept(train(TrainingConfig(recipe, Budget(epochs=3)), networks, data)) if isinstance(event, StepDone)]
    assert events[-1].step == 6 and events[-1].epoch == pytest.approx(6 * 12 / 20)


def spoilt(data: Dataset) -> Dataset:
    """Pictures that no training survives: their type lets NaN through."""
    return replace(data, images=data.images.astype("float32") * float("nan"))  # type: ignore[arg-type]


def test_the_clock_goes_on_from_what_was() -> None:
    clock = Clock(100.0)
    clock.pause()
    clock.pause()
    at = clock.seconds()
    time.sleep(0.02)
    assert clock.seconds() == at >= 100.0
    clock.resume()
    assert 0 <= clock.seconds() - at < 0.02
