"""Walks over HTTP: to be played, and as files."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from picture_files import open_picture
from PIL import Image
from starlette.testclient import TestClient
from tiny_app import Z_DIM, conditional_model

from dcgan.images import grid
from dcgan.latent import sample_z, z_to_text
from dcgan.models import Library, write_model
from dcgan.models.morphing import make_walk

FILM = "/gradio_api/dcgan/film?model=tiny"
WALK = "/gradio_api/dcgan/walk?model=tiny"
TWO = [{"seed": 1}, {"seed": 2, "z": None}]


def cut(sheet: dict[str, Any]) -> np.ndarray:
    """Cut the pictures (n, h, w, 3) out of a sheet, as the page does."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(sheet["sheet"]))).convert("RGB"))
    (width, height), columns = sheet["cell"], sheet["columns"]
    corners = [(k // columns * height, k % columns * width) for k in range(sheet["count"])]
    return np.stack([pixels[top : top + sheet["height"], left : left + sheet["width"]] for top, left in corners])


def test_a_film_holds_both_ways_from_the_same_ends(client: TestClient, home: Path) -> None:
    film = client.post(FILM, json={"keys": [*TWO, {"seed": 3}], "frames": 10}).json()
    tiny = Library().synthesizer("tiny")
    assert [(path["method"], path["count"]) for path in film["paths"]] == [("slerp", 21), ("lerp", 21)]
    for index, method in enumerate(("slerp", "lerp")):
        walk = make_walk(tiny, tiny.z([1, 2, 3]), 10, method)  # type: ignore[arg-type]
        shown = cut(film["paths"][index])
        assert np.abs(shown.astype(float) - np.repeat(walk.images, 3, axis=3)).mean() < 4  # JPEG
        np.testing.assert_allclose(film["paths"][index]["norms"], walk.norms(), atol=1e-3)
        np.testing.assert_allclose(film["paths"][index]["changes"], walk.changes(), atol=1e-3)
    assert film["shell"][0] < Z_DIM**0.5 < film["shell"][1]


def test_pictures_of_any_points(client: TestClient, home: Path) -> None:
    write_model(home / "models" / "labelled", conditional_model(), "card")
    asked = {"points": [*TWO, {"z": z_to_text(np.zeros(Z_DIM, np.float32))}], "labels": [2, 0, 1]}
    shown = cut(client.post("/gradio_api/dcgan/pictures?model=labelled", json=asked).json())
    labelled = Library().synthesizer("labelled")
    expected = labelled.rgb(np.concatenate([labelled.z([1, 2]), np.zeros((1, Z_DIM))]), [2, 0, 1])
    assert shown.shape == expected.shape and np.abs(shown.astype(float) - expected).mean() < 4  # JPEG


def test_seeds_and_latents_are_key_points(client: TestClient, tmp_path: Path) -> None:
    z = sample_z([2], Z_DIM)[0]
    plain = client.post(f"{WALK}&format=png", json={"keys": TWO, "frames": 4})
    assert plain.status_code == 200 and plain.headers["content-type"] == "image/png"
    mixed = client.post(f"{WALK}&format=png", json={"keys": [{"seed": 1}, {"z": z_to_text(z)}], "frames": 4})
    tiny = Library().synthesizer("tiny")
    for walk in (plain, mixed):
        (tmp_path / "walk.png").write_bytes(walk.content)
        np.testing.assert_array_equal(open_picture(tmp_path / "walk.png"), grid(make_walk(tiny, tiny.z([1, 2]), 4).images, 5))


def test_films_come_as_files(client: TestClient) -> None:
    gif = client.post(f"{WALK}&format=gif", json={"keys": TWO, "frames": 3, "fps": 10, "loop": True, "method": "lerp"})
    with Image.open(io.BytesIO(gif.content)) as film:
        assert film.n_frames == 6 and film.info["duration"] == 100
    mp4 = client.post(f"{WALK}&format=mp4", json={"keys": TWO, "frames": 3})
    assert mp4.headers["content-type"] == "video/mp4" and mp4.content[4:8] == b"ftyp"


def test_labels_reach_the_pictures(client: TestClient, home: Path) -> None:
    write_model(home / "models" / "labelled", conditional_model(), "card")
    route = "/gradio_api/dcgan/walk?model=labelled&format=png"
    answers = [client.post(route, json={"keys": TWO, "frames": 2, "labels": labels}).content for labels in ([0], [1], [0, 1])]
    assert len(set(answers)) == 3
    assert "no label '3'" in client.post(route, json={"keys": TWO, "labels": [3]}).json()["error"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], "one JSON object"),
        ({}, "keys is a list"),
        ({"keys": 3}, "keys is a list"),
        ({"keys": [{}]}, "has a seed or a z"),
        ({"keys": [3]}, "has a seed or a z"),
        ({"keys": []}, "1 to 64 points, found 0"),
        ({"keys": TWO * 33}, "1 to 64 points, found 66"),
        ({"keys": TWO, "frames": 0}, "frames is a whole number"),
        ({"keys": TWO, "frames": 501}, "found 2 key points with 501 frames"),
        ({"keys": TWO, "frames": 2.5}, "frames is a whole number"),
        ({"keys": TWO, "fps": 0}, "fps is a whole number from 1 to 60"),
        ({"keys": TWO, "fps": "x"}, "fps is a whole number"),
        ({"keys": TWO, "method": "nlerp"}, "slerp or lerp"),
        ({"keys": TWO, "method": []}, "slerp or lerp"),
        ({"keys": [{"seed": -1}]}, "a seed is a whole number"),
        ({"keys": [{"seed": "1"}]}, "a seed is a whole number"),
        ({"keys": [{"z": z_to_text(np.zeros(3, np.float32))}]}, "found 3"),
        ({"keys": [{"z": "a"}]}, "base64url"),
        ({"keys": [{"z": z_to_text(np.full(Z_DIM, np.nan, np.float32))}]}, "from -16 to 16"),
        ({"keys": [{"z": z_to_text(np.full(Z_DIM, 17.0, np.float32))}]}, "from -16 to 16"),
        ({"keys": TWO, "labels": [0]}, "has no labels"),
        ({"keys": TWO, "labels": 0}, "a list of names or numbers"),
    ],
)
def test_whatever_else_is_refused_with_a_sentence(client: TestClient, asked: Any, words: str) -> None:
    answer = client.post(f"{WALK}&format=gif", json=asked)
    assert answer.status_code == 400 and words in answer.json()["error"]


def test_guards(client: TestClient) -> None:
    assert "found 'avi'" in client.post(f"{WALK}&format=avi", json={"keys": TWO}).json()["error"]
    assert client.post("/gradio_api/dcgan/walk?model=nobody&format=gif", json={"keys": TWO}).status_code == 400
    assert client.post(FILM, json={"keys": TWO}, headers={"Origin": "http://elsewhere.example"}).status_code == 403
    assert client.post(f"{WALK}&format=gif", content=b" " * (2**20 + 1)).status_code == 413
    assert client.post(f"{WALK}&format=gif", content=b"not JSON").status_code == 400
