"""The form's routes."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from run_making import RUNS, STEPS
from starlette.requests import Request
from starlette.testclient import TestClient
from tiny_app import KEY

from dcgan.config import Budget
from dcgan.errors import ConfigError
from dcgan.studio import Studio
from dcgan.studio.form import Estimate, StartRequest
from dcgan.training.control import read_orders
from dcgan.training.worker import DEFAULT_BUDGET
from dcgan.web.form import Form, read_wish

FORM = "/gradio_api/dcgan/form"
WISH: dict[str, Any] = {"data": "shapes", "recipe": "dcgan", "settings": {"image_size": "16", "base_channels": "4"}, "length": {"steps": 3}}


def wish(record: Any) -> StartRequest:
    return read_wish(record).request


def test_a_wish_is_read() -> None:
    assert wish(WISH) == StartRequest("shapes", "dcgan", ("image_size=16", "base_channels=4"), Budget(steps=3))
    assert wish({**WISH, "kid_every": 50}).kid_every == 50
    assert wish({"data": " x ", "from": "a@3"}) == StartRequest("x", "dcgan", (), DEFAULT_BUDGET, "a@3")
    assert wish({"data": "x", "length": {"minutes": 0.5}}).budget == Budget(minutes=0.5)


def test_a_full_disk_is_one_sentence_and_leaves_nothing(client: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("dcgan.studio.studio.write_json", full)
    answer = client.post(f"{FORM}/start", json=WISH)
    assert answer.status_code == 507 and "No space left on device; make room" in answer.json()["error"]
    assert not list((home / "runs").iterdir())


def test_trials_take_turns_and_an_abandoned_one_is_not_made() -> None:
    """Three ask at once; the second has closed the page by the time that it would be its turn."""
    made: list[tuple[str, float, float]] = []

    def estimate(request: StartRequest) -> Estimate:
        begun = time.monotonic()
        time.sleep(0.05)
        made.append((request.source, begun, time.monotonic()))
        return Estimate(1, 1, 1, 1)

    def asked(source: str, *after: dict[str, Any]) -> Request:
        messages = [{"type": "http.request", "body": json.dumps({"data": source}).encode()}, *after]

        async def receive() -> Any:
            return messages.pop(0) if messages else await asyncio.Event().wait()

        return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)

    async def ask_three() -> list[int]:
        form = Form(cast(Studio, SimpleNamespace(estimate=estimate)))
        requests = asked("a"), asked("b", {"type": "http.disconnect"}), asked("c")
        return [answer.status_code for answer in await asyncio.gather(*map(form.estimate, requests))]

    first, _, third = asyncio.run(ask_three())
    assert (first, third) == (200, 200) and [source for source, _, _ in made] == ["a", "c"]
    assert made[0][2] <= made[1][1]


@pytest.mark.parametrize(
    "record",
    [
        {"data": 1},
        {"data": "x", "pause": ["r1"]},
        {"data": "x", "length": {"steps": "many"}},
        {"data": "x", "length": {"steps": 1.5}},
        {"data": "x", "settings": [1]},
        {"data": "x", "length": {"minutes": 0}},
        {"data": "x", "length": {"steps": 1, "epochs": 1}},
        {"data": "x", "length": {"steps": None}},
        {"data": "x", "kid_every": 0},
        {"data": "x", "kid_every": "often"},
    ],
)
def test_what_is_no_wish_is_a_sentence(record: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        wish(record)
    assert "\n" not in str(caught.value)


def test_a_plan_shows_the_networks_before_anything_starts(client: TestClient, studio: Studio) -> None:
    answer = client.post(f"{FORM}/plan", json=WISH).json()
    assert answer["count"] == 10_000 and answer["recipe"]["batch_size"] > 0
    assert answer["networks"]["generator"]["layers"][-1]["shape"] == [3, 16, 16]
    assert answer["networks"]["discriminator"]["layers"][-1]["shape"] == [1]
    assert studio.runs.all() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"data": "no-such-set"}, "no-such-set"),
        ({"recipe": "nobody"}, "no recipe is called"),
        ({"settings": {"image_size": "33"}}, "image_size is one of"),
        ({"settings": {"image_size": "28"}}, "image_size is one of 16, 32, 64, 128 with the network dcgan"),
        ({"settings": {"colour": "red"}}, "no setting is called 'colour'"),
        ({"from": "nobody"}, "no model is called"),
    ],
)
def test_what_does_not_go_together_is_refused_in_a_sentence(client: TestClient, change: dict[str, Any], said: str) -> None:
    for path in ("plan", "start"):
        answer = client.post(f"{FORM}/{path}", json=WISH | change)
        assert answer.status_code == 400 and said in answer.json()["error"]


def test_a_start_gives_the_run_to_the_holder_of_the_key(client: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[Any] = []
    monkeypatch.setattr(studio._workers, "start", lambda *given: began.append(given))
    run = client.post(f"{FORM}/start", json=WISH, headers={"X-DCGAN-Key": KEY}).json()["run"]
    assert studio.may_control(run, KEY) and len(began) == 1 and began[0][2][-2:] == ["--steps", "3"]


def test_while_a_run_is_on_its_owner_is_offered_to_pause_it(client: TestClient, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(run, run.with_name("r2"))  # another, which is over
    (run / "events.jsonl").write_text('{"event": "started", "step": 0}\n')
    (run / "worker.json").write_text(json.dumps({"pid": os.getpid(), "heartbeat": time.time()}))
    for key, may in ((KEY, True), ("x" * 32, False)):
        answer = client.post(f"{FORM}/start", json=WISH, headers={"X-DCGAN-Key": key})
        assert answer.status_code == 409 and answer.json() == {"error": answer.json()["error"], "on": "r1", "may_pause": may}
    refused = client.post(f"{FORM}/start", json=WISH | {"pause": "r1"}, headers={"X-DCGAN-Key": "x" * 32})
    assert refused.status_code == 400 and "here it can be watched" in refused.json()["error"] and not (run / "control.json").exists()
    for path, wanted in (("r2/continue", {}), ("r2/branch", {"step": STEPS, "settings": {}})):
        answer = client.post(f"{RUNS}/{path}", json=wanted, headers={"X-DCGAN-Key": KEY})
        assert answer.status_code == 409 and answer.json() | {"on": "r1", "may_pause": True} == answer.json()
    monkeypatch.setattr("dcgan.studio.studio.WAY_SECONDS", 0)
    for path, wanted in (("r2/continue", {}), ("r2/branch", {"step": STEPS, "settings": {}})):
        answer = client.post(f"{RUNS}/{path}?pause=r1", json=wanted, headers={"X-DCGAN-Key": KEY})
        assert answer.status_code == 409 and "r1 did not come to a stop" in answer.json()["error"]
    (run / "control.json").unlink()
    refused = client.post(f"{FORM}/start", json=WISH | {"pause": "r1"}, headers={"X-DCGAN-Key": KEY})
    assert "r1 did not come to a stop" in refused.json()["error"]
    assert [order.name for order in read_orders(run / "control.json")] == ["stop"]
    other = client.post(f"{FORM}/start", json=WISH | {"pause": "r2"}, headers={"X-DCGAN-Key": KEY})
    assert other.status_code == 409 and other.json()["on"] == "r1"


def test_the_form_is_ours_alone_and_short(client: TestClient) -> None:
    for path in ("plan", "estimate", "start"):
        assert client.post(f"{FORM}/{path}", json=WISH, headers={"origin": "http://evil.com"}).status_code == 403
    assert client.post(f"{FORM}/plan", content=b" " * 20_000).status_code == 413
    assert client.get(f"{FORM}/start").status_code == 405


def test_strangers_type_no_paths(public: TestClient) -> None:
    assert public.get(FORM).json()["public"] is True
    answer = public.post(f"{FORM}/plan", json=WISH | {"data": "/etc"})
    assert answer.status_code == 400 and "public" in answer.json()["error"]
