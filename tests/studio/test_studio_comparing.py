"""Studio: one field compared, its trainings one after another in real processes; stopped, continued, and found after a restart."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from studio_making import until
from tiny_app import KEY, SETTINGS, train_run

from dcgan.config import Budget
from dcgan.errors import AnotherRunIsOn, ConfigError, RunError
from dcgan.files import read_json, write_json
from dcgan.studio import Studio
from dcgan.studio.form import StartRequest
from dcgan.training.worker import TrainRequest

REQUEST = StartRequest("shapes", settings=(*SETTINGS, "pictures=40", "kernels=native"), budget=Budget(steps=3))


class Trained:
    """Stands where processes would: trainings begin when they are asked for, and end as the test says."""

    def __init__(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        self.studio, self.began, self.halted, self.states = studio, [], [], {}
        monkeypatch.setattr(studio.comparisons, "_train", self.train)
        monkeypatch.setattr(studio.comparisons, "_halt", self.halt)
        monkeypatch.setattr(studio.comparisons, "_state_of", lambda run: self.states.get(run, "interrupted"))

    def train(self, request: TrainRequest, owner: str) -> None:
        self.began.append(request)
        self.states[request.run.name] = "running"

    def halt(self, run: str) -> None:
        self.halted.append(run)
        self.states[run] = "stopped"

    def end(self, state: str = "completed") -> None:
        """End the training that is on."""
        self.states[self.began[-1].run.name] = state

    def wait_for(self, count: int) -> None:
        until(lambda: len(self.began) == count, f"{count} trainings")


@pytest.fixture
def trained(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Trained:
    return Trained(studio, monkeypatch)


def start(studio: Studio, request: StartRequest = REQUEST) -> str:
    return studio.start_comparison(request, "activation_g", ("relu", "elu", "selu"), KEY)


def over(studio: Studio) -> None:
    until(lambda: studio.comparisons.on is None, "the comparison ends")


def test_the_trainings_follow_each_other_and_nothing_else_begins(studio: Studio, trained: Trained) -> None:
    name = start(studio)
    for count in (1, 2, 3):
        trained.wait_for(count)
        assert studio.comparisons.find(name).state == "running"
        with pytest.raises(AnotherRunIsOn):
            studio.start_run(REQUEST, KEY)
        trained.end("failed" if count == 2 else "completed")  # what diverges is a result like any other
    over(studio)
    assert studio.comparisons.find(name).state == "completed"
    assert [request.settings[len(REQUEST.settings)] for request in trained.began] == [
        f"activation_g={each}" for each in ("relu", "elu", "selu")
    ]
    assert [request.run.name for request in trained.began] == studio.comparisons.find(name).runs


def test_a_stop_stops_the_whole_and_the_rest_goes_on_later(studio: Studio, trained: Trained) -> None:
    name = start(studio)
    trained.wait_for(1)
    trained.end()
    trained.wait_for(2)
    for act in (studio.comparisons.stop, studio.continue_comparison):
        with pytest.raises(RunError, match="here it can be watched"):
            act(name, "x" * 32)
    studio.comparisons.stop(name, KEY)
    over(studio)
    second = trained.began[1].run.name
    assert trained.halted == [second] and len(trained.began) == 2 and studio.comparisons.find(name).state == "stopped"
    studio.continue_comparison(name, KEY)
    trained.wait_for(3)
    assert trained.began[2].run.name == second  # not the first, which is done
    trained.end("stopped")  # by the run's own button
    over(studio)
    assert studio.comparisons.find(name).state == "stopped"


def test_a_restart_leaves_a_way_to_go_on(studio: Studio, trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    name = start(studio, replace(REQUEST, kid_every=2))
    trained.wait_for(1)
    later = Studio(model="tiny")  # as after a SIGKILL: the file still says running
    found = later.comparisons.find(name)
    assert found.state == "interrupted" and [asked.name for asked in later.comparisons.all()] == [name]
    again = Trained(later, monkeypatch)
    later.continue_comparison(name, KEY)
    again.wait_for(1)
    assert again.began[0] == trained.began[0]
    for each, other in ((again, later), (trained, studio)):
        other.comparisons.stop(name, KEY)
        over(other)
        assert each.halted


def test_a_setting_can_be_compared_with_none_of_it(studio: Studio, trained: Trained) -> None:
    name = studio.start_comparison(REQUEST, "augment", ("color", "none"), KEY)
    trained.wait_for(1)
    trained.end()
    trained.wait_for(2)
    assert "augment=none" in trained.began[1].settings and trained.began[1].run.name == f"{name}-none"
    trained.end()
    over(studio)


def test_what_cannot_be_compared_starts_nothing(studio: Studio, trained: Trained, home: Path) -> None:
    for field, values, said in (
        ("activation_g", ["relu"], "2 to 4 different values"),
        ("activation_g", ["relu", "tanh"], "activation_g is one of"),
        ("colour", ["red", "blue"], "no setting is called 'colour'"),
        ("batch_size", ["8", "16"], "leave --set batch_size away"),
    ):
        with pytest.raises(ConfigError, match=said):
            studio.start_comparison(REQUEST, field, values, KEY)
    public = Studio(model="tiny", public=True)
    with pytest.raises(ConfigError, match="public"):
        public.start_comparison(StartRequest(str(home)), "z_dim", ["8", "9"], KEY)
    assert trained.began == [] and studio.comparisons.all() == [] and public.comparisons.all() == []


def test_what_is_no_comparison_is_a_sentence(studio: Studio, home: Path) -> None:
    (home / "comparisons").mkdir()
    for name, record in (("a", {}), ("b", {"field": "seed", "wish": {}}), ("c", {"field": 3})):
        write_json(home / "comparisons" / f"{name}.json", record)
    for name in ("a", "b", "c", "nobody", "../runs/x", ""):
        with pytest.raises(RunError, match="no comparison is called"):
            studio.comparisons.find(name)
    assert studio.comparisons.all() == []


@pytest.mark.slow
def test_real_trainings_differ_in_the_field_alone_and_make_way(studio: Studio, home: Path) -> None:
    train_run(home / "runs" / "before", 1)
    name = studio.start_comparison(REQUEST, "activation_g", ("relu", "elu"), KEY)
    over(studio)
    asked = studio.comparisons.find(name)
    assert asked.state == "completed", asked.message
    recipes = [read_json(home / "runs" / run / "config.json")["recipe"] for run in asked.runs]
    assert {key for key in recipes[0] if recipes[0][key] != recipes[1][key]} == {"activation_g"}
    assert all(studio.may_control(run, KEY) and studio.status(run).step == 3 for run in asked.runs)
    long = StartRequest("shapes", settings=REQUEST.settings, budget=Budget(steps=1_000_000))
    name = studio.start_comparison(long, "beta1", ("0.5", "0.9"), KEY)
    first = studio.comparisons.find(name).runs[0]
    until(lambda: first in {reader.name for reader in studio.runs.all()} and studio.status(first).step > 3, "the first training")
    run = studio.start_run(REQUEST, KEY, pausing=first)
    assert studio.comparisons.find(name).state == "stopped" and studio.status(first).state == "stopped"
    end = time.monotonic() + 120
    while studio.status(run).state != "completed":
        assert time.monotonic() < end
        time.sleep(0.1)
    assert len(studio.runs.all()) == 5  # the second of the comparison never began
