"""Scores of a growing generator, and the best snapshot kept by them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_runs import interrupted, request, run_to_the_end, same_state
from tiny import RECIPE, config

from dcgan.data import Dataset
from dcgan.errors import CheckpointError
from dcgan.events import CheckpointReady, Scored
from dcgan.metrics.swd import sliced_wasserstein
from dcgan.models import Library, read_model
from dcgan.training import gauges, schedule
from dcgan.training.loop import train
from dcgan.training.runs.best import best_of as best_of_records
from dcgan.training.runs.folder import RunReader
from dcgan.training.runs.snapshots import MAX_SNAPSHOTS, thin
from dcgan.training.trainer import Networks


@pytest.fixture
def at_every_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SCORE_SECONDS", 0.0)
    monkeypatch.setattr(schedule, "SHARE", math.inf)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, at_every_state: None) -> Iterator[list[float]]:
    """Distances that the next scores will be, in this order."""
    values: list[float] = []
    monkeypatch.setattr(gauges.Scorer, "score", lambda *_: values.pop(0))
    yield values


@pytest.fixture(autouse=True)
def little_measured() -> None:
    """Here all 512 are scored, as in a training of a user."""


def best_of(run: Path) -> dict[str, Any]:
    return dict(json.loads((run / "best.json").read_text()))


def scored(run: Path) -> list[dict[str, Any]]:
    return [line for line in RunReader(run).since(0).lines if line.get("event") == "scored"]


def test_a_short_run_is_scored_at_its_end(tmp_path: Path, pictures: Path) -> None:
    reader = run_to_the_end(request(tmp_path / "r", pictures))
    (line,) = scored(tmp_path / "r")
    assert line["step"] == 6 and line["n"] == 512 and line["swd"] > 0 and math.isfinite(line["swd"])
    assert reader.best == best_of(tmp_path / "r") == {"step": 6, "swd": line["swd"], "n": 512}


def test_the_score_is_that_of_the_snapshots_pictures(tmp_path: Path, pictures: Path) -> None:
    """The same from outside: the stored model (weights in fp16), its seeds, and every training picture as often as the other."""
    run_to_the_end(request(tmp_path / "r", pictures))
    from dcgan.data import load

    images = load(str(pictures), image_size=16).images
    real = images[np.resize(np.random.default_rng(RECIPE.seed).permutation(len(images)), 512)]
    fakes = Library().synthesizer(str(tmp_path / "r")).generate(range(512))
    assert sliced_wasserstein(fakes, real) == pytest.approx(scored(tmp_path / "r")[0]["swd"], rel=0.01)


@pytest.mark.usefixtures("at_every_state")
def test_scoring_never_changes_the_training(networks: Networks, data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def final(recipe: Any) -> tuple[dict[str, torch.Tensor], int]:
        scores, tensors = 0, {}
        for event in train(config(steps=5, save_every=1, recipe=recipe), networks, data):
            scores += isinstance(event, Scored)
            if isinstance(event, CheckpointReady):
                tensors = {name: tensor.clone() for name, tensor in event.tensors.items()}
        return tensors, scores

    recipe = replace(RECIPE, flip=True, instance_noise=0.1)
    torch.manual_seed(3)
    watched, scores = final(recipe)
    after = torch.rand(4)
    monkeypatch.setattr(gauges, "can_score", lambda _: False)
    torch.manual_seed(3)
    alone, none = final(recipe)
    assert (scores, none) == (5, 0) and torch.equal(after, torch.rand(4))
    for name, tensor in watched.items():
        assert torch.equal(tensor, alone[name]), name


def test_a_costly_score_makes_the_next_one_late(networks: Networks, data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SCORE_SECONDS", 0.0)
    monkeypatch.setattr(schedule, "SHARE", 1e-9)
    events = list(train(config(steps=5, save_every=1), networks, data))
    assert [event.step for event in events if isinstance(event, Scored)] == [1, 5]  # and at the end


def test_the_best_is_the_lowest_and_is_a_model(tmp_path: Path, pictures: Path, told: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    told += [0.5, 0.2, 0.4]
    monkeypatch.setenv("DCGAN_HOME", str(tmp_path))
    run = tmp_path / "runs/r"
    run_to_the_end(request(run, pictures))
    assert best_of(run) == {"step": 4, "swd": 0.2, "n": 512}
    wanted = read_model(run / "snapshots/000004").sha256
    for name in (f"{run}/best", "r/best"):
        assert Library().find(name)[0].sha256 == wanted
    assert Library().find("r")[0].sha256 == read_model(run / "snapshots/000006").sha256 != wanted


SWD = [{"event": "scored", "step": step, "swd": swd, "n": 512} for step, swd in ((10, 0.5), (20, 0.1), (30, 0.4))]


def kid_at(step: int, kid: float | None, features: str = "a") -> dict[str, Any]:
    return {"event": "kid", "step": step, "kid": kid, "n": 1000, "features": features}


@pytest.mark.parametrize(
    ("measured", "best"),
    [
        ([], None),
        (SWD, {"step": 20, "swd": 0.1, "n": 512}),
        ([*SWD, kid_at(10, 0.9), kid_at(30, 0.7)], {"step": 30, "kid": 0.7, "n": 1000}),
        ([kid_at(10, 0.2), *SWD, kid_at(20, -0.01), kid_at(30, None)], {"step": 20, "kid": -0.01, "n": 1000}),
        ([kid_at(10, None), *SWD], {"step": 20, "swd": 0.1, "n": 512}),
        ([kid_at(10, 0.1), kid_at(20, 8.0, "b"), kid_at(30, 7.0, "b")], {"step": 30, "kid": 7.0, "n": 1000}),
        ([kid_at(10, 0.1), kid_at(20, 0.1)], {"step": 10, "kid": 0.1, "n": 1000}),
    ],
    ids=["nothing", "no KID", "KID decides", "below 0", "KID lost", "other features", "equal"],
)
def test_kid_decides_where_it_is_measured(measured: list[dict[str, Any]], best: dict[str, Any] | None) -> None:
    assert best_of_records(measured) == best


def test_a_run_without_a_score_has_no_best(tmp_path: Path, pictures: Path) -> None:
    interrupted(tmp_path / "r", pictures, after=5)
    with pytest.raises(CheckpointError, match="no best snapshot"):
        Library().find(str(tmp_path / "r/best"))


def test_a_best_beyond_the_state_is_taken_back(tmp_path: Path, pictures: Path, told: list[float]) -> None:
    told += [0.5, 0.6, 0.1]
    run = tmp_path / "r"
    run_to_the_end(request(run, pictures, steps=6))
    assert best_of(run)["step"] == 6
    (run / "state.safetensors").write_bytes(b"torn")  # the state before is that of step 4
    told += [0.7]
    run_to_the_end(request(run, None, steps=6))
    assert best_of(run) == {"step": 2, "swd": 0.5, "n": 512}
    assert [line["swd"] for line in scored(run)] == [0.5, 0.6, 0.7]


@pytest.mark.usefixtures("at_every_state")
def test_killed_and_resumed_scores_the_same(tmp_path: Path, pictures: Path) -> None:
    run_to_the_end(request(tmp_path / "whole", pictures))
    interrupted(tmp_path / "r", pictures, after=5)
    run_to_the_end(request(tmp_path / "r", None))
    same_state(tmp_path / "whole", tmp_path / "r")
    assert best_of(tmp_path / "r") == best_of(tmp_path / "whole")
    whole, parts = ([(line["step"], line["swd"]) for line in scored(tmp_path / name)] for name in ("whole", "r"))
    assert whole == parts and [step for step, _ in whole] == [2, 4, 6]


def test_the_best_snapshot_is_never_thinned_away(tmp_path: Path) -> None:
    for step in range(0, 1000, 10):
        (tmp_path / f"{step:06d}").mkdir()
        thin(tmp_path, kept=[430])
    assert (tmp_path / "000430").is_dir() and len(list(tmp_path.iterdir())) == MAX_SNAPSHOTS
