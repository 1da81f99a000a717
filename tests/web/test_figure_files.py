"""What the Morph page's panels become as PNG: the pictures, the recipe that makes them again, and what the page asked for."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from picture_files import open_picture
from PIL import Image
from starlette.testclient import TestClient
from tiny_app import conditional_model

import dcgan
from dcgan.cli import main
from dcgan.latent import plane
from dcgan.models import Library, write_model

ROUTE = "/gradio_api/dcgan/figure"


def points(*seeds: int) -> list[dict[str, int]]:
    return [{"seed": seed} for seed in seeds]


FIGURES: dict[str, dict[str, Any]] = {
    "arithmetic": {"a": points(1, 2), "b": points(3), "c": points(4, 5, 6), "label": None},
    "turn": {"left": points(1, 2), "right": points(3), "samples": points(4, 5), "label": None},
    "plane": {"corners": points(0, 1, 2, 3), "labels": None},
}


@pytest.fixture(autouse=True)
def labelled(client: TestClient, home: Path) -> None:
    write_model(home / "models" / "labelled", conditional_model(), "card")


def made(client: TestClient, of: str, asked: dict[str, Any], model: str = "tiny") -> tuple[bytes, dict[str, Any]]:
    """Return a figure's bytes and what it says of itself."""
    answer = client.post(ROUTE, params={"model": model, "of": of}, json={**asked, "more": "than is known"})
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png", answer.text
    with Image.open(io.BytesIO(answer.content)) as picture:
        picture.load()
        record: dict[str, Any] = json.loads(picture.info["dcgan"])
    return answer.content, record


@pytest.mark.parametrize("of", FIGURES)
@pytest.mark.parametrize(("model", "label"), [("tiny", None), ("labelled", 2)])
def test_a_figure_is_made_again_from_its_recipe(client: TestClient, of: str, model: str, label: int | None, tmp_path: Path) -> None:
    asked = {**FIGURES[of], **({"labels": [label] * 4} if of == "plane" else {"label": label})} if label is not None else FIGURES[of]
    content, record = made(client, of, asked, model)
    assert record["morph"] == {"of": of, **asked} and record["model"] == model
    first, again = tmp_path / "first.png", tmp_path / "again.png"
    first.write_bytes(content)
    assert main(["generate", "--recipe", str(first), "--out", str(again)]) == 0
    np.testing.assert_array_equal(open_picture(again), open_picture(first))
    assert again.read_bytes() == content  # what the page asked for as well


def test_a_grid_and_a_turn_hold_the_pictures_row_by_row(client: TestClient, tmp_path: Path) -> None:
    tiny = Library().synthesizer("tiny")
    path = tmp_path / "figure.png"
    path.write_bytes(made(client, "plane", FIGURES["plane"])[0])
    np.testing.assert_array_equal(dcgan.replay(path), tiny.images(plane(tiny.z(range(4)), 8, 8).reshape(64, -1)))
    assert open_picture(path).shape == ((8 * 18 + 2) * 4, (8 * 18 + 2) * 4, 3)  # 16 pixels are enlarged to 64
    path.write_bytes(made(client, "turn", FIGURES["turn"])[0])
    z = tiny.z([1, 2, 3, 4, 5]).astype(np.float64)
    ends = np.stack([sample + side * 0.75 * (z[2] - z[:2].mean(0)) for sample in z[3:] for side in (-1, 0, 1)])
    assert np.abs(dcgan.replay(path)[[0, 4, 8, 9, 13, 17]].astype(int) - tiny.images(ends)).max() <= 1


def test_a_figure_of_the_command_line_can_be_made_again(tmp_path: Path) -> None:
    first, again = str(tmp_path / "first.png"), str(tmp_path / "again.png")
    assert main(["arithmetic", "labelled", "--a", "1,2", "--b", "3", "--c", "4", "--label", "bag", "--out", first]) == 0
    assert main(["generate", "--recipe", first, "--out", again]) == 0
    assert Path(first).read_bytes() == Path(again).read_bytes()


def test_between_labels_only_the_page_can_make_it_again(client: TestClient) -> None:
    asked = {"corners": points(0, 1, 2, 3), "labels": [0, 1, 2, 0]}
    _, record = made(client, "plane", asked, "labelled")
    assert set(record) == {"model", "sha256", "morph"} and record["morph"] == {"of": "plane", **asked}


def test_a_strip_says_which_film_it_is(client: TestClient) -> None:
    asked = {"keys": points(1, 2), "frames": 3, "loop": True, "labels": None, "fps": 15, "method": "lerp"}
    answer = client.post("/gradio_api/dcgan/walk?model=tiny&format=png", json=asked)
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert json.loads(picture.info["dcgan"])["morph"] == {"of": "film", **asked}


@pytest.mark.parametrize(
    ("of", "asked", "sentence"),
    [
        ("film", {}, "a figure is one of arithmetic, turn, plane, found 'film'"),
        ("arithmetic", {"a": points(1), "b": [], "c": points(2)}, "b is a list of 1 to 12 points, found 0"),
        ("plane", {"corners": points(1)}, "corners is a list of 4 to 4 points, found 1"),
    ],
)
def test_what_cannot_be_made_is_said(client: TestClient, of: str, asked: dict[str, Any], sentence: str) -> None:
    answer = client.post(ROUTE, params={"model": "tiny", "of": of}, json=asked)
    assert (answer.status_code, answer.json()["error"]) == (400, sentence)
