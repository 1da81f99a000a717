"""The live view's routes, on run folders made by real training."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient
from tiny_app import KEY, train_run

from dcgan.errors import RunError
from dcgan.studio import Studio
from dcgan.training.control import read_orders
from dcgan.training.run_folder import HEARTBEAT_LOST, RunReader
from dcgan.web.runs import COLUMNS, finite, table

RUNS = "/gradio_api/dcgan/runs"
STEPS = 5


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_run(tmp_path_factory.mktemp("trained") / "r1", STEPS)


@pytest.fixture
def run(trained: Path, home: Path) -> Path:
    """A finished run that the holder of KEY controls."""
    folder = home / "runs" / "r1"
    shutil.copytree(trained, folder)
    (folder / "owner.json").write_text(json.dumps({"key_sha256": hashlib.sha256(KEY.encode()).hexdigest()}))
    return folder


def since(client: TestClient, line: int, name: str = "r1", key: str = "") -> dict[str, Any]:
    answer = client.get(f"{RUNS}/{name}/since/{line}", headers={"X-DCGAN-Key": key})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    return json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def lines(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def test_the_list_holds_every_run_newest_first(client: TestClient, run: Path, home: Path) -> None:
    train_run(home / "runs" / "a name with spaces", 1)
    (home / "runs" / "no run").mkdir()
    (home / "runs" / "file").write_text("")
    found = client.get(RUNS).json()
    assert [entry["name"] for entry in found] == ["a name with spaces", "r1"]
    assert found[1] == {"name": "r1", "state": "completed", "step": STEPS, "data": "shapes", "recipe": "dcgan"}
    assert since(client, 0, "a%20name%20with%20spaces")["status"]["step"] == 1


def test_without_runs_the_list_is_empty(client: TestClient) -> None:
    assert client.get(RUNS).json() == []


def test_the_first_answer_is_the_whole_run(client: TestClient, run: Path) -> None:
    answer, written = since(client, 0), lines(run)
    assert answer["next"] == len(written) and answer["generation"] == 0
    assert answer["config"]["recipe"]["image_size"] == 16 and answer["config"]["budget"] == {"steps": STEPS}
    assert answer["samples"] == [0, STEPS]
    steps = [line for line in written if "event" not in line]
    assert answer["rows"] == [[pytest.approx(line[column]) for column in answer["columns"]] for line in steps]
    assert [row[answer["columns"].index("step")] for row in answer["rows"]] == list(range(1, STEPS + 1))
    assert answer["events"] == [line for line in written if "event" in line]
    assert answer["status"] == {"state": "completed", "step": STEPS, "seconds": steps[-1]["seconds"], "message": None}


def test_later_answers_hold_only_what_is_new(client: TestClient, run: Path) -> None:
    count = since(client, 0)["next"]
    empty = since(client, count)
    assert (empty["rows"], empty["events"], empty["next"]) == ([], [], count)
    assert not {"config", "samples", "columns"} & set(empty)
    with (run / "events.jsonl").open("a") as file:
        file.write(json.dumps({"step": 6, "epoch": 1.5, "loss_d": 0.25}) + "\n" + '{"step": 7, "half a li')
    more = since(client, count)
    assert more["next"] == count + 1 and len(more["rows"]) == 1
    assert dict(zip(more["columns"], more["rows"][0], strict=True)) == dict.fromkeys(COLUMNS) | {
        "step": 6,
        "epoch": 1.5,
        "loss_d": 0.25,
    }
    with (run / "events.jsonl").open("a") as file:
        file.write('ne": 1}\n')
    assert since(client, count + 1)["rows"][0][0] == 7
    middle = since(client, 3)
    assert len(middle["rows"]) + len(middle["events"]) == middle["next"] - 3


def test_a_continued_run_says_so_by_its_generation(client: TestClient, run: Path) -> None:
    before = since(client, 0)
    train_run(run, STEPS + 2)
    after = since(client, before["next"])
    assert (before["generation"], after["generation"]) == (0, 1)
    whole = since(client, 0)
    assert whole["status"]["step"] == STEPS + 2 and {0, STEPS, STEPS + 2} <= set(whole["samples"])
    assert [row[0] for row in whole["rows"]] == list(range(1, STEPS + 3))
    assert [event["step"] for event in whole["events"] if event["event"] == "resumed"] == [STEPS]


def test_a_file_cut_back_is_read_again(client: TestClient, run: Path) -> None:
    since(client, 0)
    kept = (run / "events.jsonl").read_text().splitlines(keepends=True)[:4]
    (run / "new").write_text("".join(kept))
    (run / "new").replace(run / "events.jsonl")
    answer = since(client, 0)
    assert answer["next"] == 4 and [row[0] for row in answer["rows"]] == [1]


def test_a_number_that_is_not_finite_is_null(client: TestClient, run: Path) -> None:
    with (run / "events.jsonl").open("a") as file:
        file.write(json.dumps({"step": 6, "loss_d": None, "loss_g": 1.0, "nonfinite": ["loss_d"]}) + "\n")
        file.write(json.dumps({"event": "failed", "step": 6, "message": "training diverged at step 6"}) + "\n")
    answer = since(client, 0)
    assert dict(zip(answer["columns"], answer["rows"][-1], strict=True))["loss_d"] is None
    assert answer["status"]["state"] == "failed" and "diverged" in answer["status"]["message"]
    assert finite({"a": [float("nan"), (1, float("inf"))], "b": 0.5}) == {"a": [None, [1, None]], "b": 0.5}


def test_a_long_run_is_thinned_to_what_a_chart_shows() -> None:
    records: list[dict[str, Any]] = [{"step": step, "loss_d": 1 / 3} for step in range(1, 10_001)]
    records.insert(5000, {"event": "samples", "step": 5000})
    found = table(records)
    steps = [row[0] for row in found["rows"]]
    assert len(steps) <= 4_000 and steps[0] == 1 and steps[-1] == 10_000 and len(found["events"]) == 1
    assert {later - earlier for earlier, later in pairwise(steps)} == {3}
    assert found["rows"][0][found["columns"].index("loss_d")] == 0.333333
    assert len(table(records[:4000])["rows"]) == 4_000
    assert table([]) == {"rows": [], "events": []}


def test_long_answers_are_packed(client: TestClient, run: Path) -> None:
    with (run / "events.jsonl").open("a") as file:
        file.writelines(json.dumps({"step": step}) + "\n" for step in range(6, 106))
    answer = client.get(f"{RUNS}/r1/since/0", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and answer.json()["next"] == len(lines(run))


def test_viewers_at_once_read_the_same_run_whole(run: Path) -> None:
    with (run / "events.jsonl").open("a") as file:
        file.writelines(json.dumps({"step": step}) + "\n" for step in range(6, 2000))
    count, interval = len(lines(run)), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            reader = RunReader(run)
            with ThreadPoolExecutor(8) as threads:
                assert list(threads.map(lambda _, reader=reader: reader.since(0).next, range(16))) == [count] * 16
    finally:
        sys.setswitchinterval(interval)


def test_a_sheet_is_a_jpeg_kept_for_ever(client: TestClient, run: Path) -> None:
    answer = client.get(f"{RUNS}/r1/samples/{STEPS}.jpg?g=0")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg" and "immutable" in answer.headers["cache-control"]
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.format == "JPEG" and picture.size == (8 * 18 + 2, 8 * 18 + 2)  # 64 pictures of 16 px, 2 px apart


@pytest.mark.parametrize(
    "path",
    [
        "nobody/since/0",
        "r1/samples/3.jpg",
        "r1/samples/" + "9" * 300 + ".jpg",
        "r1/samples/..%2f..%2fconfig.jpg",
        "../models/since/0",
        "..%2fmodels%2ftiny/since/0",
        "%2e%2e/since/0",
        "..%5cmodels/since/0",
        ".hidden/since/0",
        "%00/since/0",
        "x" * 300 + "/since/0",
        "r1/since/-1",
        "r1/since/x",
        "lock/since/0",
    ],
)
def test_what_is_not_there_is_404(client: TestClient, run: Path, home: Path, path: str) -> None:
    (home / "runs" / ".hidden").mkdir()
    (home / "runs" / ".hidden" / "config.json").write_text("{}")
    answer = client.get(f"{RUNS}/{path}")
    assert answer.status_code == 404 and str(home) not in answer.text


def test_no_name_leads_out_of_the_runs(studio: Studio, run: Path, home: Path) -> None:
    (home / "config.json").write_text("{}")
    for name in ("..", "../models/tiny", "r1/../r1", "r1/", "/", str(run), ".", "", "r1\0", "C:r1", "..\\r1"):
        with pytest.raises(RunError, match="no run is called"):
            studio.run(name)
    assert studio.run("r1").folder == run


def order(client: TestClient, content: bytes | dict[str, Any], key: str = KEY, **headers: str) -> tuple[int, str]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    answer = client.post(f"{RUNS}/r1/orders", content=body, headers={"X-DCGAN-Key": key, **headers})
    return answer.status_code, answer.text


def test_an_order_reaches_the_run_folder(client: TestClient, run: Path) -> None:
    assert order(client, {"order": "pause"}) == (200, '{"ok":true}')
    assert order(client, {"order": "learning_rates", "values": {"learning_rate_d": 0.001}})[0] == 200
    found = [(one.sequence, one.name, dict(one.values)) for one in read_orders(run / "control.json")]
    assert found == [(1, "pause", {}), (2, "learning_rates", {"learning_rate_d": 0.001})]


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
    assert status == 400 and "order" in json.loads(text)["error"] and not (run / "control.json").exists()


@pytest.mark.parametrize("values", [{"learning_rate_d": -1}, {"learning_rate_g": 11}, {"seed": 1}])
def test_values_that_no_training_takes_are_refused(client: TestClient, run: Path, values: dict[str, float]) -> None:
    status, text = order(client, {"order": "learning_rates", "values": values})
    assert status == 409 and "from 0 to 10" in text and not (run / "control.json").exists()


def test_orders_come_from_our_own_pages_and_are_short(client: TestClient, run: Path) -> None:
    assert order(client, {"order": "stop"}, origin="http://evil.com")[0] == 403
    assert order(client, {"order": "stop"}, origin="http://testserver")[0] == 200
    assert order(client, b" " * 5000)[0] == 413
    assert client.post(f"{RUNS}/nobody/orders", content=b'{"order": "stop"}', headers={"X-DCGAN-Key": KEY}).status_code == 404
    assert client.get(f"{RUNS}/r1/orders").status_code == 405


def test_strangers_are_told_no_paths(public: TestClient, run: Path, tmp_path: Path) -> None:
    config = json.loads((run / "config.json").read_text())
    config["data"] |= {"source": "/secret/place", "data_dir": "/secret", "skipped": [["/secret/a.png", "broken"]]}
    (run / "config.json").write_text(json.dumps(config | {"parent": "/secret/model"}))
    answer = public.get(f"{RUNS}/r1/since/0")
    assert "/secret" not in answer.text and str(tmp_path) not in answer.text
    assert answer.json()["config"]["data"]["images"] == 10_000


def test_a_run_whose_process_is_gone_was_interrupted(client: TestClient, run: Path) -> None:
    text = (run / "events.jsonl").read_text().splitlines(keepends=True)
    (run / "events.jsonl").write_text("".join(text[:6]))
    assert since(client, 0)["status"]["state"] == "interrupted"
    beat = {"pid": os.getpid(), "started": time.time(), "heartbeat": time.time()}
    (run / "worker.json").write_text(json.dumps(beat))
    assert since(client, 0)["status"]["state"] == "running"
    (run / "worker.json").write_text(json.dumps(beat | {"heartbeat": time.time() - HEARTBEAT_LOST - 1}))
    assert since(client, 0)["status"]["state"] == "interrupted"  # another process has the number by now


@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_plotly_comes_from_the_installed_package(client: TestClient, coding: str) -> None:
    truth = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    with client.stream("GET", "/gradio_api/dcgan/plotly.min.js?v=1", headers={"Accept-Encoding": coding}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["cache-control"].endswith("immutable") and answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers.get("content-encoding") == ("gzip" if coding == "gzip" else None)
    assert (gzip.decompress(raw) if coding == "gzip" else raw) == truth
