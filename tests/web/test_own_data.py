"""Pictures of one's own over HTTP: taken in, fetched, examined; and nothing of it for strangers."""

from __future__ import annotations

import base64
import io
import re
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_stand_in import HubStandIn
from PIL import Image
from starlette.testclient import TestClient

from dcgan.data.remarks import SENTENCES
from dcgan.errors import ConfigError, DataError
from dcgan.training.proposal import REASONS
from dcgan.ui.texts import tables
from dcgan.web.errands import FAULT, KEPT, Errand, Errands

DATA = "/gradio_api/dcgan/data"
PATIENCE = 60  # seconds
HOLE = re.compile(r"\{\w+\}")


def picture(seed: int, size: tuple[int, int] = (30, 20)) -> bytes:
    buffer = io.BytesIO()
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize(size).save(buffer, "PNG")
    return buffer.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


PICTURES = archive({f"{k}.png": picture(k) for k in range(7)} | {"notes.txt": b"x"})


def outcome(client: TestClient, path: str, source: str) -> dict[str, Any]:
    """Begin an errand and wait for its end."""
    name = client.post(f"{DATA}/{path}", json={"source": source}).json()["errand"]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.get(f"{DATA}/errands/{name}").json()
        if found["answer"] is not None or found["error"] is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("it never ended")


def test_a_zip_is_taken_in_examined_and_planned_with(client: TestClient, home: Path) -> None:
    source = client.post(f"{DATA}?filename=../my%20cats.zip", content=PICTURES).json()["source"]
    kept = Path(source)
    assert kept.parent == home.resolve() / "data" / "uploads" and kept.name.startswith("my-cats-") and kept.read_bytes() == PICTURES
    assert client.post(f"{DATA}?filename=my cats.zip", content=PICTURES).json()["source"] == source
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    answer = outcome(client, "look", source)["answer"]
    assert answer["remarks"][0]["key"] == "count_one_size" and answer["remarks"][0]["values"]["count"] == 7
    assert answer["skipped"] == [["notes.txt", "not an image"]]
    assert list(answer["strips"]) == ["center", "top", "random"]
    strip = Image.open(io.BytesIO(base64.b64decode(answer["strips"]["center"].partition(",")[2])))
    assert strip.height >= 64 and strip.width > 6 * 64
    settings = {proposal["key"]: proposal["value"] for proposal in answer["proposal"]}
    recipe, steps = settings.pop("recipe"), int(settings.pop("steps"))
    wish = {"data": source, "recipe": recipe, "settings": settings | {"crop": "top"}, "length": {"steps": steps}}
    plan = client.post("/gradio_api/dcgan/form/plan", json=wish).json()
    assert plan["count"] == 7 and plan["recipe"]["crop"] == "top" and plan["recipe"]["image_size"] == 16


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello", "cats.zip is not a zip archive"),
        (PICTURES[:-40], "cats.zip is not a zip archive"),
        (archive({"a.txt": b"x"}), "cats.zip holds no pictures"),
    ],
)
def test_what_is_no_archive_of_pictures_is_refused_by_its_name(client: TestClient, home: Path, content: bytes, words: str) -> None:
    answer = client.post(f"{DATA}?filename=cats.zip", content=content)
    assert answer.status_code == 400 and words in answer.json()["error"] and "/tmp" not in answer.json()["error"]
    assert not (home / "data" / "uploads").exists()


def test_a_set_of_the_hub_is_fetched_with_progress(client: TestClient, hub: HubStandIn) -> None:
    hub.add("ada/cats", {f"{k}.png": picture(k) for k in range(5)})
    assert "data fetch hf:ada/cats" in outcome(client, "look", "hf:ada/cats")["error"]
    fetched = outcome(client, "fetch", "hf:ada/cats")
    assert fetched["answer"] == {"source": "hf:ada/cats"}
    assert fetched["what"] == "downloading" and fetched["done"] == fetched["total"] == sum(len(picture(k)) for k in range(5))
    assert outcome(client, "look", "hf:ada/cats")["answer"]["remarks"][0]["values"]["count"] == 5
    assert "the Hub shows no ada/dogs" in outcome(client, "fetch", "hf:ada/dogs")["error"]
    assert "hf:owner/name" in outcome(client, "fetch", "/etc")["error"]


def test_what_cannot_be_looked_at_is_a_sentence(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "holds no readable picture" in outcome(client, "look", str(tmp_path / "empty"))["error"]
    assert "neither a named data set nor" in outcome(client, "look", "/no/such")["error"]
    assert "source is missing" in client.post(f"{DATA}/look", json={"source": " "}).json()["error"]
    assert "not known here" in client.get(f"{DATA}/errands/nobody").json()["error"]


@pytest.mark.parametrize("path", ["", "/look", "/fetch", "/errands/x"])
def test_strangers_and_foreign_pages_are_refused(client: TestClient, public: TestClient, path: str) -> None:
    method = "GET" if "errands" in path else "POST"
    body = {"json": {"source": "/etc"}} if method == "POST" else {}
    assert public.request(method, DATA + path, **body).status_code == 403  # type: ignore[arg-type]
    foreign = client.request(method, DATA + path, headers={"Origin": "https://elsewhere.example"}, **body)  # type: ignore[arg-type]
    assert foreign.status_code == 403


def ended(errands: Errands, name: str) -> Errand:
    deadline = time.monotonic() + PATIENCE
    while (errand := errands.look(name)).answer is None and errand.error is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return errand


def test_errands_are_bounded_and_never_hang() -> None:
    gate, errands = threading.Event(), Errands(1)

    def wait(progress: Any) -> dict[str, Any]:
        progress(1, 2, "waiting")
        gate.wait(PATIENCE)
        return {"a": 1}

    def fail(_progress: Any) -> dict[str, Any]:
        raise DataError("no pictures")

    def break_down(_progress: Any) -> dict[str, Any]:
        raise KeyError("a fault of ours")

    name = errands.start(wait)
    assert name is not None and errands.start(wait) is None
    gate.set()
    assert ended(errands, name).answer == {"a": 1} and errands.look(name).total == 2
    for act, said in ((fail, "no pictures"), (break_down, FAULT)):
        name = errands.start(act)
        assert name is not None and ended(errands, name).error == said
    with pytest.raises(ConfigError):
        errands.look("nobody")


def test_the_page_says_what_the_command_says() -> None:
    for language, table in tables().items():
        for prefix, sentences in (("check", SENTENCES), ("reason", REASONS)):
            shown = {key: table[f"train.form.{prefix}_{key}"] for key in sentences}
            assert language != "en" or shown == sentences
            assert {key: set(HOLE.findall(text)) for key, text in shown.items()} == {
                key: set(HOLE.findall(text)) for key, text in sentences.items()
            }


def test_what_runs_is_not_forgotten_though_much_has_ended_since() -> None:
    gate, errands = threading.Event(), Errands(2)

    def wait(_progress: Any) -> dict[str, Any]:
        gate.wait(PATIENCE)
        return {"a": 1}

    long = errands.start(wait)
    assert long is not None
    names = []
    for _ in range(KEPT + 4):
        names.append(str(errands.start(lambda _progress: {})))
        ended(errands, names[-1])
    with pytest.raises(ConfigError):
        errands.look(names[0])
    gate.set()
    assert ended(errands, long).answer == {"a": 1} and errands.look(names[-1]).answer == {}
