"""Keeping runs in order over HTTP; recordings and the time machine."""

from __future__ import annotations

import base64
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from run_making import RUNS, STEPS, since
from starlette.testclient import TestClient
from tiny_app import KEY

from dcgan.models import Library, Synthesizer
from dcgan.models.card import HubFacts
from dcgan.studio import Studio
from dcgan.training.runs.recording import shelve


def tell(client: TestClient, path: str, record: dict[str, Any] | None = None, key: str = KEY) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"{RUNS}/{path}", json=record or {}, headers={"X-DCGAN-Key": key})
    return answer.status_code, answer.json()


def names(client: TestClient) -> list[str]:
    return [run["name"] for run in client.get(RUNS).json()]


def test_a_run_is_renamed_annotated_deleted_and_brought_back(client: TestClient, run: Path) -> None:
    since(client, 0)  # a reader of the old name is there
    assert tell(client, "r1/note", {"text": " first try "})[0] == 200
    assert tell(client, "r1/rename", {"to": "clothes"}) == (200, {"run": "clothes"})
    assert [(entry["name"], entry["note"]) for entry in client.get(RUNS).json()] == [("clothes", "first try")]
    status, answer = tell(client, "clothes/delete")
    assert status == 200 and names(client) == []
    assert tell(client, "undelete", {"ticket": answer["ticket"]}) == (200, {"run": "clothes"})
    assert names(client) == ["clothes"] and since(client, 0, "clothes")["status"]["step"] == STEPS
    assert tell(client, "undelete", {"ticket": answer["ticket"]})[0] == 409


@pytest.mark.parametrize("act", ["rename", "note", "delete", "promote"])
def test_only_who_may_keeps_a_run(client: TestClient, run: Path, act: str) -> None:
    status, answer = tell(client, f"r1/{act}", {"to": "x", "text": "x", "model": "x"}, key="x" * 32)
    assert status == 409 and "another browser" in answer["error"] and names(client) == ["r1"]
    assert client.post(f"{RUNS}/r1/{act}", json={}, headers={"origin": "http://evil.com", "X-DCGAN-Key": KEY}).status_code == 403


@pytest.mark.parametrize("to", ["", "..", "a/b", "a:b", "x" * 300, ".hidden", "r1"])
def test_no_name_leads_elsewhere(client: TestClient, run: Path, to: str) -> None:
    status, answer = tell(client, "r1/rename", {"to": to})
    assert status == 409 and "\n" not in answer["error"] and run.is_dir()


def test_a_run_becomes_a_model_that_replays_itself(client: TestClient, run: Path, studio: Studio) -> None:
    assert tell(client, "r1/promote", {"model": "mine"}) == (200, {"model": "mine"})
    assert studio.synthesizer("mine").info.steps == STEPS and "recorded:mine" in names(client)
    assert "# mine" in (studio.library.home / "models" / "mine" / "README.md").read_text()
    assert tell(client, "r1/promote", {"model": "mine"})[0] == 409


def test_a_run_without_a_stage_becomes_no_model(client: TestClient, run: Path, studio: Studio) -> None:
    shutil.rmtree(run / "snapshots")
    status, answer = tell(client, "r1/promote", {"model": "mine"})
    assert status == 409 and answer["error"].startswith("r1 has kept no stage yet") and "mine" not in studio.library.names()


def test_a_run_travels_as_a_zip(client: TestClient, public: TestClient, run: Path) -> None:
    packed = client.get(f"{RUNS}/r1/run.zip").content
    answer = client.post(f"{RUNS}/import", content=packed, headers={"X-DCGAN-Key": KEY})
    assert answer.json() == {"run": "r1-2"}
    there = since(client, 0, "r1-2", KEY)
    assert there["may_control"] and there["status"]["state"] == "completed" and there["samples"] == [0, STEPS]
    assert client.post(f"{RUNS}/import", content=b"no zip").status_code == 400
    assert public.post(f"{RUNS}/import", content=packed).status_code == public.get(f"{RUNS}/r1/run.zip").status_code == 403


def test_the_film_shows_any_z_at_every_stage(client: TestClient, run: Path) -> None:
    facts = client.get(f"{RUNS}/r1/facts").json()
    assert facts["steps"] == [0, STEPS] and facts["bytes"] == sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    strip = np.asarray(Image.open(io.BytesIO(client.get(f"{RUNS}/r1/film.png?seed=7").content)))
    makers: list[Synthesizer] = [Library().synthesizer(f"r1@{step}") for step in facts["steps"]]
    np.testing.assert_array_equal(strip, np.concatenate([maker.rgb(maker.z([7]))[0] for maker in makers], axis=1))
    z = makers[0].z([3])
    link = base64.urlsafe_b64encode(z.tobytes()).decode().rstrip("=")
    strip = np.asarray(Image.open(io.BytesIO(client.get(f"{RUNS}/r1/film.png?z={link}").content)))
    np.testing.assert_array_equal(strip[:, 16:], makers[1].rgb(z)[0])
    film = Image.open(io.BytesIO(client.get(f"{RUNS}/r1/film.gif?seed=7&count=16").content))
    assert film.format == "GIF" and getattr(film, "n_frames", 1) == 2


@pytest.mark.parametrize(
    "query", ["seed=-1", "seed=x", "count=0", "count=17", "z=AAAA", "z=!", "z=" + "AADAfw" * 8, "seed=99999999999999999999"]
)
def test_a_film_of_nothing_is_a_sentence(client: TestClient, run: Path, query: str) -> None:
    answer = client.get(f"{RUNS}/r1/film.png?{query}")
    assert answer.status_code == 400 and "\n" not in answer.json()["error"]


def test_a_recording_is_a_run_that_nobody_steers(client: TestClient, run: Path, home: Path, tmp_path: Path, studio: Studio) -> None:
    shelve(run, tmp_path / "shipped" / "clothes", HubFacts())
    shutil.rmtree(run)
    (entry,) = client.get(RUNS).json()
    assert (entry["name"], entry["state"], entry["may_keep"]) == ("recorded:clothes", "recorded", False)
    answer = since(client, 0, "recorded:clothes", KEY)
    assert answer["status"]["state"] == "recorded" and answer["status"]["step"] == STEPS and answer["may_control"] is False
    assert answer["samples"] == [0, STEPS] and len(answer["rows"]) == STEPS
    assert client.get(f"{RUNS}/recorded:clothes/samples/0.jpg").headers["content-type"] == "image/jpeg"
    for act in ("rename", "delete", "note"):
        assert tell(client, f"recorded:clothes/{act}", {"to": "x", "text": "x"})[0] == 409
    assert client.post(f"{RUNS}/recorded:clothes/orders", content=json.dumps({"order": "stop"})).status_code == 403
    assert (tmp_path / "shipped" / "clothes" / "recording").is_dir()
