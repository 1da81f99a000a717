"""What a model's discriminator says of pictures, over HTTP."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from starlette.testclient import TestClient
from tiny_app import Z_DIM, conditional_model

from dcgan.latent import sample_z
from dcgan.models import Library, write_model

SCORE, MODELS = "/gradio_api/dcgan/score?model=", "/gradio_api/dcgan/models"


@pytest.fixture(autouse=True)
def conditional(tiny: Path, home: Path) -> None:
    write_model(home / "models" / "labelled", conditional_model(), "card")


def request(z: np.ndarray, labels: list[int] | None = None) -> bytes:
    tail = struct.pack(f"<{len(labels)}I", *labels) if labels else b""
    return struct.pack("<II", 1, len(z)) + z.astype("<f4").tobytes() + tail


def truth(z: np.ndarray, labels: list[int]) -> np.ndarray:
    """Both networks of the folder, one picture at a time, without the Synthesizer."""
    model, _, _ = Library().find("labelled")
    up, down = model.build_generator(), model.build_discriminator()
    with torch.no_grad():
        pairs = [(torch.from_numpy(one[None]), torch.tensor([label])) for one, label in zip(z, labels, strict=True)]
        return np.array([float(down(up(one, label), label)) for one, label in pairs])


@pytest.mark.parametrize(("sent", "meant"), [([2, 0, 1, 1, 0], [2, 0, 1, 1, 0]), (None, [0, 1, 2, 0, 1])])
def test_the_answer_is_what_the_discriminator_says(client: TestClient, sent: list[int] | None, meant: list[int]) -> None:
    z = sample_z(range(5), Z_DIM)
    answer = client.post(f"{SCORE}labelled", content=request(z, sent))
    assert answer.status_code == 200 and len(answer.content) == 20
    found = np.frombuffer(answer.content, "<f4")
    np.testing.assert_allclose(found, truth(z, meant), atol=1e-4)
    assert len(set(found.tolist())) == 5


def test_a_model_without_a_discriminator_is_404_with_a_sentence(client: TestClient) -> None:
    answer = client.post(f"{SCORE}tiny", content=request(sample_z([1], Z_DIM)))
    assert answer.status_code == 404 and answer.json()["error"] == "tiny has no discriminator to judge its pictures"


def test_a_bad_request_is_refused_as_for_pictures(client: TestClient) -> None:
    answer = client.post(f"{SCORE}labelled", content=request(np.full((1, Z_DIM), np.nan)))
    assert answer.status_code == 400 and "not a number" in answer.json()["error"]
    foreign = client.post(f"{SCORE}labelled", content=request(sample_z([1], Z_DIM)), headers={"Origin": "http://elsewhere.example"})
    assert foreign.status_code == 403


def test_the_list_of_models_says_who_can_judge(client: TestClient) -> None:
    assert {model["name"]: model["scores"] for model in client.get(MODELS).json()} == {
        "labelled": True,
        "tiny": False,
        "other": False,
        "untrained-dcgan-64": False,
    }
