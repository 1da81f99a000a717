"""What a look at the networks shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tiny import RECIPE

from dcgan.data import load
from dcgan.networks import discriminator, generator
from dcgan.training.doctor import Doctor
from dcgan.training.doctor.checkup import EVERY, Checkup, Examiner
from dcgan.training.trainer import Networks, Trainer

HEALTHY = Checkup(
    step=0,
    steps=EVERY,
    change={"g": 0.3, "d": 0.3},
    fixed_variety=0.9,
    d_spread=1.0,
    dead_units={3: 0.0, 6: 0.0},
    nearness=1.0,
    kinds=0.95,
    classes={"circle": 0.3, "square": 0.3, "star": 0.4},
)


def said_of(*looks: dict[str, Any], start: int = 2000) -> list[tuple[str, int]]:
    """The findings, and at which of the looks."""
    doctor, said = Doctor(RECIPE, 0.7, start), []
    for index, look in enumerate(looks):
        checkup = replace(HEALTHY, step=start + (index + 1) * EVERY, **look)
        said += [(diagnosis.finding, index) for diagnosis in doctor.see(checkup)]
    return said


@pytest.mark.parametrize(
    ("look", "finding", "at"),
    [
        ({"change": {"g": 0.0, "d": 0.3}}, "frozen-g", 1),
        ({"change": {"g": 0.3, "d": 0.0}}, "frozen-d", 1),
        ({"change": {"g": 0.3, "d": 12.0}}, "exploding", 1),
        ({"d_spread": 0.0}, "dead-d", 2),
        ({"dead_units": {3: 0.0, 6: 0.5}}, "dead-units", 2),
        ({"fixed_variety": 0.01}, "mode-collapse", 3),
        ({"kinds": 0.1}, "mode-collapse", 3),
        ({"classes": {"circle": 1.0, "square": 0.0, "star": 0.0}}, "lost-classes", 3),
        ({"nearness": 0.1}, "memorising", 3),
    ],
)
def test_each_is_said_once_and_in_time(look: dict[str, Any], finding: str, at: int) -> None:
    assert said_of({}, *[look] * 6) == [(finding, at)]
    assert at * EVERY <= 200


def test_what_comes_and_goes_is_said_once() -> None:
    frozen: dict[str, Any] = {"change": {"g": 0.0, "d": 0.3}}
    assert said_of({}, *[frozen, {}] * 6) == [("frozen-g", 1)]
    assert said_of({}, frozen, *[{}] * 6, frozen) == [("frozen-g", 1), ("frozen-g", 8)]


def test_silence() -> None:
    assert said_of(*[{}] * 10) == []
    assert said_of({}, {"kinds": 0.1}, {}, {"nearness": 0.1}, {}) == []  # one look is no illness
    young = {"kinds": 0.03, "fixed_variety": 0.1, "classes": {"circle": 1.0, "square": 0.0, "star": 0.0}}
    assert said_of(*[young] * 10, start=0) == []


def test_what_an_examiner_sees_of_a_fresh_trainer() -> None:
    data = load("shapes", image_size=16)
    trainer = Trainer(RECIPE, Networks(generator("dcgan", 16, 3, 4, 8), discriminator("dcgan", 16, 3, 4)), data, "cpu")
    examiner = Examiner(trainer, data, 0)
    assert not examiner.is_due(EVERY - 1) and examiner.is_due(EVERY)
    still = examiner.examine(EVERY)
    assert still.change == {"g": 0.0, "d": 0.0} and still.steps == EVERY and still.fixed_variety < 0.1 and still.kinds < 0.1
    assert sum(still.classes.values()) == pytest.approx(1.0) and set(still.classes) == set(data.label_names)
    trainer.step(0)
    moved = examiner.examine(EVERY + 1)
    assert 0 < moved.change["g"] < 1 and 0 < moved.change["d"] < 1 and moved.steps == 1
    assert trainer.g.training and trainer.d.training and set(moved.dead_units) == {3, 6}
    assert 0.4 < examiner.real_distance < 0.6
