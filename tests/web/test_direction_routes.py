"""Directions over HTTP: found in the background, marked, saved."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient
from tiny_app import Z_DIM

from dcgan.directions import Found, finding
from dcgan.directions.jobs import WAITING, Jobs
from dcgan.errors import ConfigError
from dcgan.models import Library, Synthesizer

URL = "/gradio_api/dcgan/directions"
FOREIGN = {"Origin": "https://elsewhere.example"}


def encoded(vector: Any) -> str:
    return base64.urlsafe_b64encode(np.asarray(vector, "<f4").tobytes()).decode().rstrip("=")


def decoded(text: str) -> np.ndarray:
    return np.frombuffer(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "<f4")


def ready(client: TestClient, **query: str) -> dict[str, Any]:
    """Ask until it is there."""
    for _ in range(200):
        answer = client.get(URL, params={"model": "tiny", **query})
        if answer.status_code == 200:
            found: dict[str, Any] = answer.json()
            return found
        assert answer.status_code == 202 and answer.json()["state"] == "working", answer.text
        time.sleep(0.05)
    raise AssertionError("never ready")


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PCA_SAMPLES", 300)


@pytest.mark.parametrize("method", ["raw", "sefa", "pca"])
def test_directions_are_found(client: TestClient, method: str) -> None:
    found = ready(client, method=method)
    assert (found["state"], found["method"], found["step"], found["n"]) == ("ready", method, 2.0, 8)
    assert set(found["groups"]) == {"faces", "clothes", "digits", "shapes"} and found["group"] is None
    assert len(found["directions"]) == Z_DIM
    first = found["directions"][0]
    assert set(first) == {"id", "name", "method", "vector", "share", "effect", "note"} and first["id"].startswith(f"{method}-")
    assert np.linalg.norm(decoded(first["vector"])) == pytest.approx(1, abs=1e-5) and "=" not in first["vector"]
    effects = [direction["effect"] for direction in found["directions"]]
    assert effects == sorted(effects, reverse=True)
    assert (first["share"] is None) == (method == "raw")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"method": "ica"}, "found 'ica'"),
        ({}, "found ''"),
        ({"method": "attribute", "group": "../secret.safetensors"}, "no attributes"),
        ({"method": "raw", "model": "nobody"}, "no model"),
    ],
)
def test_what_is_not_there_is_said(client: TestClient, query: dict[str, str], sentence: str) -> None:
    answer = client.get(URL, params={"model": "tiny", **query})
    assert answer.status_code == 400 and sentence in answer.json()["error"]


def test_other_pages_are_refused(client: TestClient) -> None:
    assert client.get(URL, params={"method": "raw"}, headers=FOREIGN).status_code == 403
    assert client.post(f"{URL}/marked", json={}, headers=FOREIGN).status_code == 403
    assert client.put(f"{URL}/saved", json={"directions": []}, headers=FOREIGN).status_code == 403


def test_marked_examples_become_a_direction(client: TestClient) -> None:
    ones = np.eye(Z_DIM)[:2]
    body = {"name": "smile", "positive": [encoded(z) for z in ones], "negative": [encoded(-z) for z in ones]}
    direction = client.post(f"{URL}/marked", params={"model": "tiny"}, json=body).json()["direction"]
    assert direction["name"] == "smile" and direction["effect"] > 0
    assert direction["note"] == {"kind": "marked", "positive": 2, "negative": 2}
    np.testing.assert_allclose(decoded(direction["vector"])[:3], [2**-0.5, 2**-0.5, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"positive": []}, "2 to 500 examples"),
        ({"positive": [encoded([1.0])] * 2}, f"{Z_DIM} numbers"),
        ({"positive": [encoded([np.nan] * Z_DIM)] * 2}, "from -16 to 16"),
        ({"negative": ["*"] * 2}, "base64url"),
        ({"negative": "x" * 10}, "list"),
        ({"name": " "}, "1 to 64"),
    ],
)
def test_marks_that_say_nothing_are_refused(client: TestClient, change: dict[str, Any], sentence: str) -> None:
    good = {"name": "a", "positive": [encoded(np.ones(Z_DIM))] * 2, "negative": [encoded(np.zeros(Z_DIM))] * 2}
    answer = client.post(f"{URL}/marked", params={"model": "tiny"}, json={**good, **change})
    assert answer.status_code == 400 and sentence in answer.json()["error"]


def test_bodies_are_json_objects_of_bounded_length(client: TestClient) -> None:
    for body in (b"[]", b"{", b"\xff"):
        assert client.put(f"{URL}/saved", params={"model": "tiny"}, content=body).status_code == 400
    assert client.post(f"{URL}/marked", params={"model": "tiny"}, content=b"x" * 100_000).status_code == 413


def test_saved_directions_come_back(client: TestClient, tiny: Path) -> None:
    vector = np.arange(Z_DIM) - 3.0
    answer = client.put(
        f"{URL}/saved", params={"model": "tiny"}, json={"directions": [{"id": "sefa-3", "name": "Lächeln", "vector": encoded(vector)}]}
    )
    assert answer.status_code == 200 and (tiny / "directions.json").is_file()
    (direction,) = ready(client, method="saved")["directions"]
    assert (direction["id"], direction["name"], direction["method"]) == ("sefa-3", "Lächeln", "saved")
    np.testing.assert_allclose(decoded(direction["vector"]), vector / np.linalg.norm(vector), atol=1e-6)
    assert client.put(f"{URL}/saved", params={"model": "tiny"}, json={"directions": 3}).status_code == 400
    assert len(ready(client, method="saved")["directions"]) == 1


def test_a_public_server_finds_but_does_not_save(public: TestClient, tiny: Path) -> None:
    assert ready(public, method="sefa")["directions"]
    answer = public.put(f"{URL}/saved", params={"model": "tiny"}, json={"directions": []})
    assert answer.status_code == 403 and not (tiny / "directions.json").exists()


@pytest.fixture
def maker(tiny: Path) -> Synthesizer:
    return Library().synthesizer("tiny")


def held(gate: threading.Event, started: list[str]) -> Callable[..., Found]:
    def find(maker: Synthesizer, method: str, group: str | None, report: Callable[[int, int, str], None]) -> Found:
        started.append(method if group is None else f"{method} {group}")
        report(1, 2, "half")
        assert gate.wait(10)
        if group == "broken":
            raise ConfigError("broken")
        return Found(method, 1.0, 1, (), group)

    return find


def test_equal_requests_share_one_computation_and_quick_ones_do_not_wait(maker: Synthesizer) -> None:
    gate, started = threading.Event(), list[str]()
    jobs = Jobs(held(gate, started))
    with ThreadPoolExecutor(4) as pool:
        same = list(pool.map(lambda _: jobs.ask(maker, "pca", None), range(8)))
    other, quick = jobs.ask(maker, "attribute", "faces"), jobs.ask(maker, "sefa", None)
    for _ in range(200):
        if quick.done and same[0].done:
            break
        time.sleep(0.01)
    assert len(set(map(id, same))) == 1 and sorted(started) == ["pca", "sefa"]  # the second heavy one waits
    assert (same[0].done, same[0].total, same[0].what, other.what) == (1, 2, "half", "waiting")
    gate.set()
    assert other.result.result(10).group == "faces" and same[0].result.result(10).method == "pca"
    assert jobs.ask(maker, "pca", None) is same[0]


def test_a_failure_is_told_and_tried_again_and_the_queue_is_short(maker: Synthesizer) -> None:
    gate, started = threading.Event(), list[str]()
    jobs = Jobs(held(gate, started))
    first = jobs.ask(maker, "attribute", "broken")
    for k in range(WAITING - 1):
        jobs.ask(maker, "attribute", f"g{k}")
    with pytest.raises(ConfigError, match="try again"):
        jobs.ask(maker, "attribute", "one more")
    gate.set()
    with pytest.raises(ConfigError, match="broken"):
        first.result.result(10)
    assert jobs.ask(maker, "attribute", "broken") is not first
