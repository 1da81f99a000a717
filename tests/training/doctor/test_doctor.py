"""The doctor speaks of injected failures within 200 steps, is silent on recorded healthy runs, and changes nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny import RECIPE, config

from dcgan.config import Recipe
from dcgan.data import Dataset
from dcgan.errors import TrainingDiverged
from dcgan.events import CheckpointReady, Diagnosis, StepDone
from dcgan.models.library import SHIPPED
from dcgan.networks import discriminator, generator
from dcgan.training.doctor import Doctor
from dcgan.training.doctor.checkup import EVERY, Checkup
from dcgan.training.doctor.hindsight import diagnoses
from dcgan.training.loop import train
from dcgan.training.runs.folder import RunReader
from dcgan.training.trainer import Networks, Trainer

STEPS = 200
INJECTED = 60  # the step before which nothing is wrong


def run(networks: Networks, data: Dataset, recipe: Recipe, steps: int = INJECTED + STEPS, wanted: str | None = None) -> list[Diagnosis]:
    """Train to the end, to where it diverges, or to where the `wanted` finding is said; return what the doctor said."""
    said: list[Diagnosis] = []
    with contextlib.suppress(TrainingDiverged):
        for event in train(config(steps, save_every=20, recipe=recipe), networks, data):
            if isinstance(event, Diagnosis):
                said.append(event)
                if event.finding == wanted:
                    break
    return said


def injecting(harm: Callable[[Trainer], None]) -> type[Trainer]:
    """A trainer that is harmed before every step from INJECTED on."""

    class Harmed(Trainer):
        def step(self, step: int) -> torch.Tensor:
            if step >= INJECTED:
                with torch.no_grad():
                    harm(self)
            return super().step(step)

    return Harmed


def ignore_z(trainer: Trainer) -> None:
    trainer.g[1].weight.zero_()  # type: ignore[operator, union-attr]


def deaden(trainer: Trainer) -> None:
    for weight in trainer.d.parameters():
        weight.zero_()


def stop_g(trainer: Trainer) -> None:
    trainer.change(0, "learning_rates", {"learning_rate_g": 0.0})


def stop_d(trainer: Trainer) -> None:
    trainer.change(0, "learning_rates", {"learning_rate_d": 0.0})


def race(trainer: Trainer) -> None:
    trainer.change(0, "learning_rates", {"learning_rate_d": 1.0, "learning_rate_g": 1.0})


def lose(trainer: Trainer) -> None:
    trainer.g[1].weight.fill_(float("nan"))  # type: ignore[operator, union-attr]


@pytest.mark.parametrize(
    ("harm", "finding"),
    [
        (ignore_z, "mode-collapse"),
        (deaden, "dead-d"),
        (stop_g, "frozen-g"),
        (stop_d, "frozen-d"),
        (race, "exploding"),
        (lose, "not-finite"),
    ],
)
def test_what_is_injected_is_found(
    networks: Networks, data: Dataset, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Trainer], None], finding: str
) -> None:
    monkeypatch.setattr("dcgan.training.loop.Trainer", injecting(harm))
    diagnosis = run(networks, data, RECIPE, wanted=finding)[-1]
    assert diagnosis.finding == finding
    assert INJECTED < diagnosis.step <= INJECTED + STEPS
    assert diagnosis.since <= diagnosis.step and diagnosis.severity == "failure"
    assert diagnosis.remedy is not None and diagnosis.remedy.from_step <= INJECTED and diagnosis.remedy.from_step % 20 == 0
    replace(RECIPE, **diagnosis.remedy.settings)  # can be trained with


@pytest.mark.slow
def test_the_same_finding_is_said_once(networks: Networks, data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.training.loop.Trainer", injecting(ignore_z))
    said = run(networks, data, RECIPE, 260)
    assert [event.finding for event in said].count("mode-collapse") == 1


@pytest.mark.parametrize("change", [{}, {"augment": "color,translation", "instance_noise": 0.1, "spectral_norm": True}])
def test_watching_changes_not_a_bit(data: Dataset, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]) -> None:
    monkeypatch.setattr("dcgan.training.doctor.checkup.EVERY", 2)
    networks = Networks(generator("dcgan", 16, 3, 4, 8), discriminator("dcgan", 16, 3, 4, spectral_norm="spectral_norm" in change))
    ends, lines = [], []
    for watched in (True, False):
        events = []
        for event in train(config(7, save_every=7, recipe=replace(RECIPE, **change)), networks, data, watched=watched):
            if isinstance(event, CheckpointReady):
                event = replace(event, tensors={name: tensor.clone() for name, tensor in event.tensors.items()})
            events.append(event)
        ends.append([event for event in events if isinstance(event, CheckpointReady)][-1].tensors)
        lines.append([(event.loss_d, event.loss_g, event.diversity) for event in events if isinstance(event, StepDone)])
    assert lines[0] == lines[1]
    assert all(torch.equal(tensor, ends[1][name]) for name, tensor in ends[0].items())


@pytest.mark.parametrize("name", [path.parent.name for path in sorted(SHIPPED.glob("*/recording"))])
def test_silent_on_what_made_the_shipped_models(name: str) -> None:
    assert diagnoses(RunReader(SHIPPED / name / "recording")) == []


def told(
    measures: Callable[[int], dict[str, float]], steps: int, recipe: Recipe = RECIPE, start: int = 300, seen: tuple[Checkup, ...] = ()
) -> list[Diagnosis]:
    """What the doctor says of made-up steps, and then of what it has `seen`; what `measures` leaves open is healthy."""
    usual = {"loss_d": 1.0, "loss_g": 1.5, "d_real": 0.65, "d_fake": 0.35, "d_fake_after": 0.3, "grad_norm_d": 10.0, "grad_norm_g": 8.0}
    rest = {field.name: 0.0 for field in fields(StepDone)} | usual | {"diversity": 0.6}
    doctor = Doctor(recipe, 0.7, start)
    doctor.note_saved(start + 100)
    steps_done = (StepDone(**{**rest, **measures(step), "step": start + 1 + step}) for step in range(steps))  # type: ignore[arg-type]
    heard = [diagnosis for done in steps_done for diagnosis in doctor.hear(done)]
    return heard + [diagnosis for checkup in seen for diagnosis in doctor.see(checkup)]


def from_200(**values: float) -> Callable[[int], dict[str, float]]:
    return lambda step: values if step >= 200 else {}


@pytest.mark.parametrize(
    ("measures", "finding"),
    [
        (from_200(d_real=0.99, d_fake=0.002), "d-wins"),
        (from_200(d_real=0.5, d_fake=0.9), "g-wins"),
        (from_200(diversity=0.1), "mode-collapse"),
        (from_200(loss_g=300.0), "exploding"),
        (from_200(d_real=0.502, d_fake=0.499, grad_norm_g=0.02), "stalled"),
        (lambda step: {"d_fake": 0.95 if step // 20 % 2 and step > 200 else 0.05}, "oscillation"),
    ],
)
def test_what_the_measures_show(measures: Callable[[int], dict[str, float]], finding: str) -> None:
    said = told(measures, 400)
    assert [diagnosis.finding for diagnosis in said] == [finding]
    assert 500 < said[0].step <= 700 and said[0].remedy is not None and said[0].remedy.from_step == 400
    assert said[0].evidence and said[0].remedy.settings


def test_one_picture_in_eval_mode_is_no_collapse_while_batches_differ() -> None:
    """Of a training of digits, step 2,000: running statistics lagged, and the averaged generator's sheets were as before."""
    looks = [
        Checkup(step, EVERY, {"g": 0.3, "d": 0.3}, fixed_variety=0.18, d_spread=1.0, dead_units={}, nearness=1.0, kinds=kinds, classes={})
        for step, kinds in ((2000, 0.88), (2050, 0.0167), (2100, 0.0167), (2150, 0.0167), (2200, 0.0167))
    ]
    assert told(lambda step: {"diversity": 0.58}, 60, start=1940, seen=tuple(looks)) == []
    assert [found.finding for found in told(lambda step: {"diversity": 0.2}, 60, start=1940, seen=tuple(looks))] == ["mode-collapse"]


def test_what_shows_while_a_collapse_lasts_is_treated_by_its_cure() -> None:
    said = told(lambda step: {"diversity": 0.1, "d_real": 0.99, "d_fake": 0.002} if step >= 200 else {}, 500)
    collapse, d_wins = (found.remedy for found in said)
    assert [found.finding for found in said] == ["mode-collapse", "d-wins"] and collapse == d_wins and collapse is not None
    assert collapse.settings["objective"] == "wasserstein"
    over = told(lambda step: {"diversity": 0.1} if 200 <= step < 300 else {"d_real": 0.99, "d_fake": 0.002} if step >= 300 else {}, 600)
    assert over[-1].finding == "d-wins" and over[-1].remedy and set(over[-1].remedy.settings) == {"learning_rate_d"}


def test_what_comes_again_is_said_again() -> None:
    said = told(lambda step: {"diversity": 0.1} if 200 <= step < 400 or step >= 700 else {}, 1000)
    assert [diagnosis.finding for diagnosis in said] == ["mode-collapse"] * 2


def test_what_follows_from_a_finding_is_not_said_beside_it() -> None:
    still = Checkup(500, EVERY, {"g": 0.0, "d": 0.3}, fixed_variety=0.9, d_spread=1.0, dead_units={}, nearness=1.0, kinds=0.9, classes={})
    assert [found.finding for found in told(lambda step: {}, 200, seen=(still,))] == ["frozen-g"]
    assert [found.finding for found in told(lambda step: {"d_real": 1.0, "d_fake": 0.0}, 200, seen=(still,))] == ["d-wins"]


@pytest.mark.parametrize("objective", ["wasserstein", "hinge"])
def test_outputs_that_are_no_odds_are_not_read_as_such(objective: Any) -> None:
    recipe = replace(RECIPE, objective=objective)
    assert told(lambda step: {"d_real": 1.0, "d_fake": 0.0, "loss_g": 500.0, "loss_d": -900.0}, 300, recipe) == []
    assert told(lambda step: {"d_fake": float(step // 20 % 2)}, 400, recipe) == []


def test_a_schedule_that_has_ended_is_no_frozen_network(networks: Networks, data: Dataset) -> None:
    recipe = replace(RECIPE, decay_start=10, decay_steps=30)
    assert not {"frozen-g", "frozen-d"} & {event.finding for event in run(networks, data, recipe, 120)}


def test_the_run_folder_keeps_what_was_said(tmp_path: Path, pictures: Path) -> None:
    from tiny_app import SETTINGS

    from dcgan.config import Budget
    from dcgan.training.worker import RunTraining, TrainRequest

    settings = (*SETTINGS, "learning_rate_g=0")
    with RunTraining(TrainRequest(tmp_path / "run", str(pictures), settings=settings, budget=Budget(steps=60))) as training:
        training.prepare()
        said = [event for event in training.events() if isinstance(event, Diagnosis)]
    (line,) = diagnoses(RunReader(tmp_path / "run"))
    assert (line["finding"], line["step"], line["event"]) == ("frozen-g", 50, "diagnosis") and len(said) == 1
    assert line["remedy"] == {"settings": {"learning_rate_g": 4e-4}, "from_step": 0}
