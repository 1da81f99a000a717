"""What the pages make, from the command line and in Python: the same vectors, the same pixels."""

from __future__ import annotations

import base64
import io
import json
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from picture_files import open_picture
from PIL import Image
from starlette.testclient import TestClient
from tiny_app import conditional_model

import dcgan
from dcgan.cli import main
from dcgan.directions import find_directions, finding, labelled
from dcgan.directions.attributes import Attributes
from dcgan.images import grid
from dcgan.latent import step, z_to_text
from dcgan.models import Library, write_model

ROUTES = "/gradio_api/dcgan/"
STEPS = (-3, -2, -1, 0, 1, 2, 3)


@pytest.fixture(autouse=True)
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PCA_SAMPLES", 300)
    monkeypatch.setattr(labelled, "SAMPLES", 250)
    monkeypatch.setattr(Attributes, "predict", by_three_pixels)


@pytest.fixture(params=["tiny", "labelled"])
def model(request: pytest.FixtureRequest, home: Path) -> str:
    if request.param == "labelled":
        write_model(home / "models" / "labelled", conditional_model(), "card")
    return str(request.param)


def by_three_pixels(_self: Attributes, images: np.ndarray) -> np.ndarray:
    """Answer as a classifier of three questions that a tiny model's pictures answer so and so."""
    pixels = images.reshape(len(images), -1)[:, [20, 120, 220]].astype(np.float64)
    return np.asarray(1 / (1 + np.exp(np.median(pixels, axis=0) - pixels)))


def points(*seeds: int) -> list[dict[str, int]]:
    return [{"seed": seed} for seed in seeds]


def of_the_page(client: TestClient, route: str, path: Path, asked: dict[str, Any], **query: str) -> Path:
    """Keep a file that the page downloads."""
    answer = client.post(f"{ROUTES}{route}", params=query, json=asked)
    assert answer.status_code == 200, answer.text
    path.write_bytes(answer.content)
    return path


def sliders(client: TestClient, **query: str) -> dict[str, np.ndarray]:
    """Return the page's directions by their ids, once they were found."""
    for _ in range(600):
        answer = client.get(f"{ROUTES}directions", params={"model": "tiny", **query})
        if answer.status_code != 202:
            break
        time.sleep(0.05)
    assert answer.status_code == 200, answer.text
    texts = {direction["id"]: direction["vector"] for direction in answer.json()["directions"]}
    return {name: np.frombuffer(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "<f4") for name, text in texts.items()}


@pytest.mark.parametrize(("method", "group"), [("raw", None), ("sefa", None), ("pca", None), ("attribute", "faces")])
def test_sliders_are_the_directions_of_the_command_line(client: TestClient, method: str, group: str | None, tmp_path: Path) -> None:
    query = {"method": method, **({"group": group} if group else {})}
    page, file = sliders(client, **query), tmp_path / "found.json"
    assert page
    assert main(["directions", "tiny", "--method", method, "--out", str(file), *(["--group", group] if group else [])]) == 0
    printed = {direction["id"]: direction["vector"] for direction in json.loads(file.read_text())["directions"]}
    python = {direction.id: direction.vector for direction in find_directions(dcgan.load("tiny"), method, group).directions}
    assert list(page) == list(printed) == list(python)
    for name, vector in page.items():
        np.testing.assert_allclose(vector, printed[name], atol=1e-6)
        np.testing.assert_allclose(vector, python[name], atol=1e-6)


def test_a_picture_along_a_slider_is_the_one_of_python_and_of_the_sheet(client: TestClient, model: str, tmp_path: Path) -> None:
    first, maker, sheet = next(iter(sliders(client, method="sefa", model=model).values())), dcgan.load(model), tmp_path / "sheet.png"
    rows = np.stack([step(maker.z([5])[0], first, float(alpha)) for alpha in STEPS])
    python = maker.rgb(rows, None if model == "tiny" else 0)
    assert main(["directions", model, "--count", "1", "--seed", "5", "--sheet", str(sheet)]) == 0
    np.testing.assert_array_equal(open_picture(sheet), grid(python, len(STEPS)))
    np.testing.assert_array_equal(dcgan.replay(sheet), maker.images(rows, None if model == "tiny" else 0))
    assert main(["generate", "--recipe", str(sheet), "--out", str(tmp_path / "again.png")]) == 0
    assert (tmp_path / "again.png").read_bytes() == sheet.read_bytes()
    seen = client.post(f"{ROUTES}pictures", params={"model": model}, json={"points": [{"z": z_to_text(z)} for z in rows], "labels": None})
    with Image.open(io.BytesIO(base64.b64decode(seen.json()["sheet"]))) as shown:  # a JPEG
        assert np.abs(np.asarray(shown.convert("RGB"))[:16, :16].astype(float) - python[0]).mean() < 6


@pytest.mark.parametrize("options", [{"loop": True, "method": "slerp"}, {"loop": False, "method": "lerp"}])
def test_a_film_is_the_one_of_the_command_line(client: TestClient, model: str, options: dict[str, Any], tmp_path: Path) -> None:
    labels = {} if model == "tiny" else {"labels": [2, 0, 1]}
    asked = {"keys": points(3, 1, 2), "frames": 4, "fps": 30, **options, **labels}
    said = ["--seeds", "3,1,2", "--frames", "4", "--fps", "30", "--method", options["method"], *(["--loop"] if options["loop"] else [])]
    said += ["--label", "2,0,1"] if labels else []
    films = {}
    for kind in ("png", "gif", "mp4"):
        page = of_the_page(client, "walk", tmp_path / f"page.{kind}", asked, model=model, format=kind)
        assert main(["interpolate", model, *said, "--out", str(tmp_path / f"own.{kind}")]) == 0
        films[kind] = [frames_of(page), frames_of(tmp_path / f"own.{kind}")]
        np.testing.assert_array_equal(*films[kind])
    python = dcgan.interpolate(model, [3, 1, 2], frames=4, **options, **labels)
    np.testing.assert_array_equal(films["png"][0], grid(python, len(python))[None])
    if not labels:  # a recipe names no picture between labels
        np.testing.assert_array_equal(dcgan.replay(tmp_path / "page.png"), python)


def frames_of(path: Path) -> np.ndarray:
    """Return the pictures of a film, or the one of a strip."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as film:
            return np.stack([frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)])
    with Image.open(path) as film:
        count = getattr(film, "n_frames", 1)
        return np.stack([np.asarray((film.seek(k), film.convert("RGB"))[1]) for k in range(count)])


def test_arithmetic_is_the_one_of_the_command_line(client: TestClient, model: str, tmp_path: Path) -> None:
    label = None if model == "tiny" else 2
    asked = {"a": points(1, 2, 3), "b": points(4), "c": points(5, 6), "label": label}
    page = of_the_page(client, "figure", tmp_path / "page.png", asked, model=model, of="arithmetic")
    said = ["--a", "1,2,3", "--b", "4", "--c", "5,6", *([] if label is None else ["--label", str(label)])]
    assert main(["arithmetic", model, *said, "--out", str(tmp_path / "own.png")]) == 0
    np.testing.assert_array_equal(open_picture(page), open_picture(tmp_path / "own.png"))
    np.testing.assert_array_equal(open_picture(page), dcgan.arithmetic(model, [1, 2, 3], [4], [5, 6], label=label))
    maker = Library().synthesizer(model)
    assert dcgan.replay(page).shape == (6, *maker.images(maker.z([1]), label).shape[1:])
