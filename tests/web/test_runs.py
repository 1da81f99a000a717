"""The live view's routes, on run folders made by real training."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image
from run_making import RUNS, STEPS, lines, since
from starlette.testclient import TestClient
from tiny_app import train_run

from dcgan.errors import RunError
from dcgan.studio import Studio
from dcgan.studio.studio import MACHINE
from dcgan.training.runs.folder import HEARTBEAT_LOST, RunReader
from dcgan.web.answers import COLUMNS


def test_the_list_holds_every_run_newest_first(client: TestClient, run: Path, home: Path) -> None:
    train_run(home / "runs" / "a name with spaces", 1)
    (home / "runs" / "no run").mkdir()
    (home / "runs" / "file").write_text("")
    found = client.get(RUNS).json()
    assert [entry["name"] for entry in found] == ["a name with spaces", "r1"]
    told = {"name": "r1", "state": "completed", "step": STEPS, "data": "shapes", "recipe": "dcgan", "note": "", "may_keep": False}
    told |= {"says_data": False}
    assert found[1] == told | {"seconds": found[1]["seconds"]} and found[0]["may_keep"]
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
    ended = {"state": "completed", "step": STEPS, "seconds": steps[-1]["seconds"], "message": None, "is_orphaned": False}
    assert answer["status"] == ended


def test_later_answers_hold_only_what_is_new(client: TestClient, run: Path) -> None:
    count = since(client, 0)["next"]
    empty = since(client, count)
    assert (empty["rows"], empty["events"], empty["next"]) == ([], [], count)
    assert not {"config", "samples", "columns"} & set(empty)
    assert empty["best"] == json.loads((run / "best.json").read_text())
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
    kept = (run / "events.jsonl").read_text().splitlines(keepends=True)[:5]
    (run / "new").write_text("".join(kept))
    (run / "new").replace(run / "events.jsonl")
    answer = since(client, 0)
    assert answer["next"] == 5 and [row[0] for row in answer["rows"]] == [1]


def test_a_number_that_is_not_finite_is_null(client: TestClient, run: Path) -> None:
    with (run / "events.jsonl").open("a") as file:
        file.write(json.dumps({"step": 6, "loss_d": None, "loss_g": 1.0, "nonfinite": ["loss_d"]}) + "\n")
        file.write(json.dumps({"event": "failed", "step": 6, "message": "training diverged at step 6"}) + "\n")
    answer = since(client, 0)
    assert dict(zip(answer["columns"], answer["rows"][-1], strict=True))["loss_d"] is None
    assert answer["status"]["state"] == "failed" and "diverged" in answer["status"]["message"]


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
            studio.runs.find(name)
    assert studio.runs.find("r1").folder == run


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


def test_measures_are_a_table_for_other_programs(client: TestClient, run: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{RUNS}/r1/measures.csv").text)))
    steps = [line for line in lines(run) if "event" not in line]
    assert list(rows[0]) == [*COLUMNS, "kid", "kid_se", "swd"] and [float(row["loss_d"]) for row in rows] == [
        line["loss_d"] for line in steps
    ]
    (scored,) = (line for line in lines(run) if line.get("event") == "scored")
    assert [row["swd"] for row in rows] == [*[""] * (STEPS - 1), str(scored["swd"])] and {row["kid"] for row in rows} == {""}


def test_the_table_has_a_measure_at_its_step_also_where_no_line_was_said(client: TestClient, run: Path) -> None:
    with (run / "events.jsonl").open("a") as file:
        for step, error in ((3, 0.5), (9, None)):
            file.write(json.dumps({"event": "kid", "step": step, "kid": step / 10, "kid_se": error, "n": 8}) + "\n")
    rows = {int(row["step"]): row for row in csv.DictReader(io.StringIO(client.get(f"{RUNS}/r1/measures.csv").text))}
    assert list(rows) == [1, 2, 3, 4, 5, 9]
    assert (rows[3]["kid"], rows[3]["kid_se"], rows[9]["kid"], rows[9]["kid_se"], rows[9]["loss_d"]) == ("0.3", "0.5", "0.9", "", "")
    assert float(rows[3]["loss_d"]) == next(line["loss_d"] for line in lines(run) if line.get("step") == 3 and "event" not in line)


def test_two_runs_are_told_apart_by_their_settings(client: TestClient, run: Path, home: Path) -> None:
    train_run(home / "runs" / "r2", 2)
    config = json.loads((home / "runs" / "r2" / "config.json").read_text())
    same = json.loads((run / "config.json").read_text())["recipe"]
    config["recipe"] |= {"beta1": 0.9, **{key: same[key] for key in MACHINE}}
    (home / "runs" / "r2" / "config.json").write_text(json.dumps(config))
    assert client.get(f"{RUNS}/r1/differences?other=r2").json() == {"beta1": [0.5, 0.9], "steps": [STEPS, 2]}
    assert client.get(f"{RUNS}/r1/differences?other=nobody").status_code == 404
