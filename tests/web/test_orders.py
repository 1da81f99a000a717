"""Orders to a run: who may give them, and what they may say."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from run_making import RUNS, since
from starlette.testclient import TestClient
from tiny_app import KEY

from dcgan.training.control import read_orders


def order(client: TestClient, content: bytes | dict[str, Any], key: str = KEY, **headers: str) -> tuple[int, str]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    answer = client.post(f"{RUNS}/r1/orders", content=body, headers={"X-DCGAN-Key": key, **headers})
    return answer.status_code, answer.text


def test_an_order_reaches_the_run_folder(client: TestClient, run: Path) -> None:
    assert order(client, {"order": "pause"}) == (200, '{"ok":true}')
    assert order(client, {"order": "learning_rates", "values": {"learning_rate_d": 0.001}})[0] == 200
    found = [(one.sequence, one.name, dict(one.values)) for one in read_orders(run / "control.json")]
    assert found == [(1, "pause", {}), (2, "learning_rates", {"learning_rate_d": 0.001})]


@pytest.mark.parametrize("name", ["step", "step_d", "step_g"])
def test_steps_are_ordered_like_all_else(client: TestClient, run: Path, name: str) -> None:
    assert order(client, {"order": name})[0] == 200
    assert [one.name for one in read_orders(run / "control.json")] == [name]


def test_what_an_ordered_step_saw_is_told_once(client: TestClient, run: Path) -> None:
    assert client.get(f"{RUNS}/r1/seen").json() == {}
    (run / "seen.json").write_text('{"step": 3}')
    told = client.get(f"{RUNS}/r1/seen").json()
    assert told["step"] == 3
    assert client.get(f"{RUNS}/r1/seen", params={"known": told["version"]}).json() == {"version": told["version"]}
    assert client.get(f"{RUNS}/nobody/seen").status_code == 404


def test_orders_at_once_are_all_kept(client: TestClient, run: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        assert {status for status, _ in threads.map(lambda _: order(client, {"order": "pause"}), range(12))} == {200}
    assert [one.sequence for one in read_orders(run / "control.json")] == list(range(1, 13))


@pytest.mark.parametrize("key", ["", "x" * 32, KEY[:-1]])
def test_only_whoever_started_the_run_steers_it(client: TestClient, run: Path, key: str) -> None:
    assert since(client, 0, key=KEY)["may_control"] is True
    assert since(client, 0, key=key)["may_control"] is False
    status, text = order(client, {"order": "stop"}, key)
    assert status == 403 and "another browser" in text
    assert client.post(f"{RUNS}/r1/continue", headers={"X-DCGAN-Key": key}).status_code == 403
    assert not (run / "control.json").exists()


def test_a_run_of_the_command_line_has_no_key(client: TestClient, run: Path) -> None:
    (run / "owner.json").unlink()
    assert since(client, 0, key=KEY)["may_control"] is False
    assert order(client, {"order": "stop"})[0] == 403
    assert order(client, {"order": "stop"}, key="")[0] == 403


SAID = re.compile("an order is|the values of an order|a request is one JSON object")
BAD = [
    b"",
    b"\xff",
    b"[" * 4000,
    b"[]",
    b'{"order": "format"}',
    b'{"order": ["stop"]}',
    b'{"order": "stop", "values": [1]}',
    b'{"order": "learning_rates", "values": {"learning_rate_d": "fast"}}',
    b'{"order": "learning_rates", "values": {"learning_rate_d": NaN}}',
    b'{"order": "learning_rates", "values": {"learning_rate_d": 1e999}}',
    b'{"order": "learning_rates", "values": {"learning_rate_d": true}}',
    b'{"order": "learning_rates", "values": {"learning_rate_d": 1' + b"0" * 400 + b"}}",
]


@pytest.mark.parametrize("content", BAD, ids=lambda content: content[:60].decode("latin-1"))
def test_a_bad_order_is_400(client: TestClient, run: Path, content: bytes) -> None:
    status, text = order(client, content)
    assert (
        status == 400
        and re.match("an order is|the values of an order|a request is one JSON object", json.loads(text)["error"])
        and not (run / "control.json").exists()
    )


@pytest.mark.parametrize("values", [{"learning_rate_d": -1}, {"learning_rate_g": 11}, {"seed": 1}])
def test_values_that_no_training_takes_are_refused(client: TestClient, run: Path, values: dict[str, float]) -> None:
    status, text = order(client, {"order": "learning_rates", "values": values})
    assert status == 409 and "learning_rate" in text and not (run / "control.json").exists()


def test_orders_come_from_our_own_pages_and_are_short(client: TestClient, run: Path) -> None:
    assert order(client, {"order": "stop"}, origin="http://evil.com")[0] == 403
    assert order(client, {"order": "stop"}, origin="http://testserver")[0] == 200
    assert order(client, b" " * 5000)[0] == 413
    assert client.post(f"{RUNS}/nobody/orders", content=b'{"order": "stop"}', headers={"X-DCGAN-Key": KEY}).status_code == 404
    assert client.get(f"{RUNS}/r1/orders").status_code == 405
