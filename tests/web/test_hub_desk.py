"""The Hub's routes: for the person at this machine, and never without the question."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from hub_stand_in import HubStandIn
from PIL import Image
from starlette.testclient import TestClient

from dcgan.files import read_json, write_json
from dcgan.hub import Reference
from dcgan.models.hub.suggested import SUGGESTIONS

HUB = "/gradio_api/dcgan/hub"


def test_what_there_is_to_try_is_named_without_asking_the_hub(client: TestClient, hub: HubStandIn) -> None:
    found = client.get(HUB).json()["suggestions"]
    assert [each["reference"] for each in found] == [each.reference for each in SUGGESTIONS] and all(each["author"] for each in found)
    assert all(Reference.parse(each.reference).file for each in SUGGESTIONS) and hub.requests == []


def test_a_push_and_a_pull(client: TestClient, logged_in: HubStandIn, home: Path) -> None:
    answer = client.post(f"{HUB}/push", json={"model": "tiny", "repository": "ada/tiny"})
    assert answer.status_code == 200 and answer.json()["private"] and logged_in.repos["ada/tiny"].private
    answer = client.post(f"{HUB}/push", json={"model": "tiny", "repository": "ada/open", "private": False})
    assert answer.json()["url"] == f"{logged_in.url}/ada/open" and not logged_in.repos["ada/open"].private
    assert client.post(f"{HUB}/pull", json={"repository": "hf:ada/open"}).json() == {"model": "open"}
    assert (home / "models" / "open" / "config.json").exists()
    assert client.post(f"{HUB}/pull", json={"repository": "ada/tiny"}).json() == {"model": "ada-tiny"}


def learned_from(model: Path, data: str) -> None:
    write_json(model / "config.json", {**read_json(model / "config.json"), "training": {"data": data, "recipe": {}}})


def test_a_model_of_ones_own_pictures_is_asked_about(client: TestClient, logged_in: HubStandIn, tiny: Path, tmp_path: Path) -> None:
    wish = {"model": "tiny", "repository": "ada/family"}
    learned_from(tiny, "family")
    assert client.post(f"{HUB}/push", json=wish).json() == {"question": {"pictures": "family", "ratio": None, "sheet": None}}
    folder = tmp_path / "family"
    folder.mkdir()
    for k, pixels in enumerate(np.random.default_rng(1).integers(0, 256, (9, 16, 16), np.uint8)):
        Image.fromarray(pixels).save(folder / f"{k}.png")
    learned_from(tiny.with_name("other"), str(folder))
    question = client.post(f"{HUB}/push", json={**wish, "model": "other"}).json()["question"]
    assert question["pictures"] == str(folder) and question["ratio"] > 0 and logged_in.repos == {}
    picture = Image.open(io.BytesIO(base64.b64decode(question["sheet"].partition(",")[2])))
    assert picture.width > 4 * 64
    assert client.post(f"{HUB}/push", json={**wish, "looked": True}).json()["url"].endswith("ada/family")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "JSON object"),
        (b"{", "JSON object"),
        (b"[" * 2_000, "JSON object"),
        (b"{}", "repository is missing"),
        (b'{"repository": "clothes"}', "OWNER/REPO"),
        (b'{"repository": "ada/nothing"}', "the Hub shows no ada/nothing"),
        (b" " * 5000, "at most"),
    ],
)
def test_what_cannot_be_is_a_sentence(client: TestClient, hub: HubStandIn, body: bytes, words: str) -> None:
    answer = client.post(f"{HUB}/pull", content=body)
    assert answer.status_code in (400, 413) and words in answer.json()["error"]


def test_strangers_and_foreign_pages_are_refused(client: TestClient, public: TestClient, hub: HubStandIn) -> None:
    assert public.get(HUB).json() == {"open": False}
    for asked, headers in ((public, {}), (client, {"Origin": "https://example.org"})):
        for route in ("pull", "push"):
            answer = asked.post(f"{HUB}/{route}", json={"model": "tiny", "repository": "ada/tiny"}, headers=headers)
            assert answer.status_code == 403
    assert hub.requests == []
