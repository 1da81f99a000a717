"""Runs beside each other: what they differ in, what came of each, who may not be asked for."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from run_making import STEPS, lines
from starlette.testclient import TestClient
from tiny_app import KEY, train_run

from dcgan.studio import Studio
from dcgan.training.runs.store import differences

COMPARE = "/gradio_api/dcgan/compare"


def test_what_differs_and_what_came_of_it(client: TestClient, run: Path, home: Path) -> None:
    other = train_run(home / "runs" / "r2", 2)
    same = json.loads((run / "config.json").read_text())
    config = same | {"recipe": same["recipe"] | {"beta1": 0.9}, "budget": {"steps": 2}}
    (other / "config.json").write_text(json.dumps(config))
    answer = client.get(COMPARE, params={"run": ["r1", "r2", "r1"]}).json()
    assert answer["differences"] == {"beta1": [0.5, 0.9, 0.5], "steps": [STEPS, 2, STEPS]}
    first, second, third = answer["numbers"]
    assert first == third and (first["step"], second["step"]) == (STEPS, 2)
    assert first["loss_d"] == pytest.approx([line for line in lines(run) if "event" not in line][-1]["loss_d"], abs=1e-4)
    # by hand, G of width 4 for 16 px: z of 8 to 8 channels of 4x4, to 4 of 8x8, to 3 of 16x16, a batch norm after the first two
    assert first["parameters_g"] == 8 * 8 * 16 + 2 * 8 + 8 * 4 * 16 + 2 * 4 + 4 * 3 * 16


def test_a_run_that_has_not_begun_differs_in_nothing(client: TestClient, run: Path, home: Path) -> None:
    (home / "runs" / "waiting").mkdir()
    (home / "runs" / "waiting" / "owner.json").write_text("{}")
    answer = client.get(COMPARE, params={"run": ["waiting", "r1"]}).json()
    assert answer["differences"] == {} and answer["numbers"][0] == {"step": 0, "seconds": 0} and answer["numbers"][1]["step"] == STEPS
    one, two = ({"recipe": {"seed": seed}, "data": {"name": "shapes"}} for seed in (1, 2))
    assert differences(one, {}, two) == {"seed": (1, None, 2)} and differences({}, {}) == {}


@pytest.mark.parametrize(("runs", "status"), [([], 400), (["r1"] * 5, 400), (["r1", "nobody"], 404), (["r1", "../models"], 404)])
def test_at_most_four_runs_that_are_there(client: TestClient, run: Path, home: Path, runs: list[str], status: int) -> None:
    answer = client.get(COMPARE, params={"run": runs})
    assert answer.status_code == status and str(home) not in answer.text


def test_strangers_are_told_no_paths(public: TestClient, run: Path, home: Path) -> None:
    other = train_run(home / "runs" / "r2", 2)
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps(config | {"parent": "/secret/model"}))
    assert "/secret" not in public.get(COMPARE, params={"run": ["r1", "r2"]}).text


WISH = {"data": "shapes", "settings": {"image_size": "16"}, "length": {"steps": 3}, "field": "beta1", "values": ["0.5", "0.9"]}
COMPARISONS = "/gradio_api/dcgan/comparisons"


def test_a_comparison_of_one_setting_is_started_told_stopped_and_continued(
    client: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.comparisons, "_train", lambda request, owner: None)
    states = iter(["interrupted", "running"])
    monkeypatch.setattr(studio.comparisons, "_state_of", lambda run: next(states, "stopped"))
    headers = {"X-DCGAN-Key": KEY}
    name = client.post("/gradio_api/dcgan/form/compare", json=WISH, headers=headers).json()["comparison"]
    while studio.comparisons.on:
        time.sleep(0.01)
    told = client.get(f"{COMPARISONS}/{name}", headers=headers).json()
    runs = [f"{name}-0.5", f"{name}-0.9"]
    known = {"name": name, "field": "beta1", "values": ["0.5", "0.9"], "runs": runs, "begun": []}
    known |= {"state": "stopped", "on": None, "message": ""}
    assert told == known | {"may_control": True}
    assert client.get(COMPARISONS).json() == [known | {"may_control": False}]
    for act in ("stop", "continue"):
        assert client.post(f"{COMPARISONS}/{name}/{act}").status_code == 409
        assert client.post(f"{COMPARISONS}/{name}/{act}", headers=headers | {"origin": "http://evil.com"}).status_code == 403
        assert client.post(f"{COMPARISONS}/{name}/{act}", headers=headers).json() == {"ok": True}
    assert client.get(f"{COMPARISONS}/nobody").status_code == 404


@pytest.mark.parametrize(
    ("change", "said"), [({"values": ["0.5"]}, "2 to 4"), ({"field": "colour"}, "no setting"), ({"values": "0.5"}, "texts")]
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(client: TestClient, studio: Studio, change: dict[str, object], said: str) -> None:
    answer = client.post("/gradio_api/dcgan/form/compare", json=WISH | change)
    assert answer.status_code == 400 and said in answer.json()["error"] and studio.comparisons.all() == []
