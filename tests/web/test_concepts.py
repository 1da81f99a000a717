"""Arithmetic, turns and planes over HTTP, against the same by hand."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient
from tiny_app import Z_DIM, conditional_model

from dcgan.directions.attributes import load_judge
from dcgan.latent import slerp, z_to_text
from dcgan.models import Library, Synthesizer, write_model

ROUTE = "/gradio_api/dcgan/"


def points(*seeds: int) -> list[dict[str, int]]:
    return [{"seed": seed} for seed in seeds]


def cut(sheet: dict[str, Any]) -> np.ndarray:
    """Cut the pictures (n, h, w, 3) out of a sheet, as the page does."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(sheet["sheet"]))).convert("RGB"))
    (width, height), columns = sheet["cell"], sheet["columns"]
    corners = [(k // columns * height, k % columns * width) for k in range(sheet["count"])]
    return np.stack([pixels[top : top + sheet["height"], left : left + sheet["width"]] for top, left in corners])


def assert_shows(shown: np.ndarray, expected: np.ndarray) -> None:
    assert shown.shape == expected.shape and np.abs(shown.astype(float) - expected).mean() < 4  # JPEG


@pytest.fixture
def tiny(client: TestClient) -> Synthesizer:
    return Library().synthesizer("tiny")


def test_arithmetic(client: TestClient, tiny: Synthesizer) -> None:
    sheet = client.post(f"{ROUTE}arithmetic?model=tiny", json={"a": points(1, 2), "b": points(3), "c": points(4, 5, 6)}).json()
    shown, z = cut(sheet), tiny.z([1, 2, 3, 4, 5, 6]).astype(np.float64)
    means = [z[:2].mean(0), z[2], z[3:].mean(0)]
    result = means[0] - means[1] + means[2]
    assert len(shown) == 6 + 3 + 9 + 1
    assert_shows(shown[:6], tiny.rgb(z))
    assert_shows(shown[6:9], tiny.rgb(means))
    assert_shows(shown[13:14], tiny.rgb(result[None]))
    assert sheet["z"] == z_to_text(result.astype(np.float32)) and sheet["norm"] == pytest.approx(np.linalg.norm(result), abs=1e-3)
    noise = tiny.rgb(result + np.random.default_rng(1).uniform(-0.25, 0.25, (40, Z_DIM))).astype(float)
    spread = np.abs(noise - tiny.rgb(result[None])).mean((1, 2, 3))
    for k in (9, 10, 11, 12, 14, 15, 16, 17):
        assert np.abs(shown[k].astype(float) - tiny.rgb(result[None])[0]).mean() < 2 * spread.max() + 4


def test_slots_that_are_not_full_show_what_they_have(client: TestClient, tiny: Synthesizer) -> None:
    sheet = client.post(f"{ROUTE}arithmetic?model=tiny", json={"a": points(1, 2), "b": [], "c": points(4)}).json()
    z = tiny.z([1, 2, 4])
    assert_shows(cut(sheet), tiny.rgb(np.concatenate([z, z[:2].mean(0, keepdims=True), z[2:]])))
    assert sheet["z"] is None
    empty = client.post(f"{ROUTE}arithmetic?model=tiny", json={"a": [], "b": [], "c": []})
    assert empty.status_code == 400 and "nothing to add" in empty.json()["error"]


def test_a_turn_passes_through_the_samples(client: TestClient, tiny: Synthesizer) -> None:
    shown = cut(client.post(f"{ROUTE}turn?model=tiny", json={"left": points(1, 2), "right": points(3), "samples": points(4, 5)}).json())
    z = tiny.z([1, 2, 3, 4, 5]).astype(np.float64)
    vector = z[2] - z[:2].mean(0)
    rows = [sample + position * vector for sample in z[3:] for position in np.linspace(-0.75, 0.75, 9)]
    assert_shows(shown, tiny.rgb(np.concatenate([z, z[:2].mean(0, keepdims=True), z[2:3], rows])))


def test_a_plane_has_its_corners(client: TestClient, tiny: Synthesizer) -> None:
    shown = cut(client.post(f"{ROUTE}plane?model=tiny", json={"corners": points(1, 2, 3, 4)}).json())
    assert len(shown) == 4 + 64
    assert_shows(shown[:4], tiny.rgb(tiny.z([1, 2, 3, 4])))
    assert_shows(shown[4:12], tiny.rgb(slerp(*tiny.z([1, 2]), np.linspace(0, 1, 8))))
    assert_shows(shown[[4, 11, 60, 67]], shown[:4])


def test_a_label_holds_for_all_and_corners_have_their_own(client: TestClient, home: Path) -> None:
    write_model(home / "models" / "labelled", conditional_model(), "card")
    labelled = Library().synthesizer("labelled")
    asked = {"a": points(1), "b": points(2), "c": points(2), "label": 2}
    shown = cut(client.post(f"{ROUTE}arithmetic?model=labelled", json=asked).json())
    assert_shows(shown[:3], labelled.rgb(labelled.z([1, 2, 2]), 2))
    plane = cut(client.post(f"{ROUTE}plane?model=labelled", json={"corners": points(1, 1, 1, 1), "labels": [0, 1, 2, 1]}).json())
    assert_shows(plane[:4], labelled.rgb(labelled.z([1, 1, 1, 1]), [0, 1, 2, 1]))


def test_choices_are_told(client: TestClient, home: Path) -> None:
    (home / "models" / "tiny" / "morph.json").write_text(json.dumps({"film": [4, 5]}))
    told = client.post(f"{ROUTE}figures?model=tiny", json={}).json()
    assert told["film"] == [4, 5] and isinstance(told["attributes"], list)


def test_faces_of_a_wanted_kind_are_found(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.models.library.SHIPPED", Path(__file__).parents[2] / "checkpoints")
    assert ["Smiling"] in client.post(f"{ROUTE}figures?model=celeba-64", json={}).json()["attributes"]
    asked = {"first": 100, "wanted": {"Smiling": True, "Male": False}}
    found = client.post(f"{ROUTE}offers?model=celeba-64", json=asked).json()
    faces, judge = Library().synthesizer("celeba-64"), load_judge("faces")
    answers = judge.predict(faces.generate(found["seeds"]))
    names = [name for question in judge.questions for name in question]
    assert len(found["seeds"]) == 24 and min(found["seeds"]) >= 100 and found["next"] > max(found["seeds"])
    assert (answers[:, names.index("Smiling")] > 0.5).mean() > 0.9 and (answers[:, names.index("Male")] < 0.5).mean() > 0.9
    for wanted in ({"Winged": True}, {"Male": 1}, None):
        refused = client.post(f"{ROUTE}offers?model=celeba-64", json={"wanted": wanted})
        assert refused.status_code == 400 and "Smiling" in refused.json()["error"]


@pytest.mark.parametrize(
    ("route", "asked", "words"),
    [
        ("arithmetic", {"a": points(*range(13)), "b": [], "c": []}, "0 to 12 points, found 13"),
        ("arithmetic", {"a": points(1)}, "b is a list"),
        ("arithmetic", {"a": points(1), "b": [], "c": [], "label": 1}, "has no labels"),
        ("turn", {"left": points(1), "right": points(2), "samples": []}, "1 to 12 points"),
        ("plane", {"corners": points(1, 2, 3)}, "4 to 4 points, found 3"),
    ],
)
def test_whatever_else_is_refused_with_a_sentence(client: TestClient, route: str, asked: Any, words: str) -> None:
    answer = client.post(f"{ROUTE}{route}?model=tiny", json=asked)
    assert answer.status_code == 400 and words in answer.json()["error"]
