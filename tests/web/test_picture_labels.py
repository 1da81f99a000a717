"""Labels in the bytes of a picture request, packed here by struct."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient
from tiny_app import LABELS, Z_DIM, conditional_model

from dcgan.latent import sample_z
from dcgan.models import Library, write_model

WS, SAMPLE, MODELS = "/gradio_api/dcgan/ws?model=", "/gradio_api/dcgan/sample?model=", "/gradio_api/dcgan/models"


@pytest.fixture(autouse=True)
def conditional(tiny: Path, home: Path) -> None:
    write_model(home / "models" / "labelled", conditional_model(), "card")


def request(z: np.ndarray, labels: list[int] | None = None) -> bytes:
    tail = struct.pack(f"<{len(labels)}I", *labels) if labels else b""
    return struct.pack("<II", 9, len(z)) + z.astype("<f4").tobytes() + tail


def pixels(answer: bytes) -> np.ndarray:
    identity, n, height, width = struct.unpack_from("<IIHH", answer)
    assert identity == 9
    return np.frombuffer(answer, np.uint8, offset=12).reshape(n, height, width, 3)


def truth(z: np.ndarray, labels: list[int]) -> np.ndarray:
    return Library().synthesizer("labelled").rgb(z, labels)


@pytest.mark.parametrize(("sent", "meant"), [([2, 0, 1, 1], [2, 0, 1, 1]), (None, [0, 1, 2, 0])])
def test_labels_follow_the_z_and_may_be_left_away(client: TestClient, sent: list[int] | None, meant: list[int]) -> None:
    z = sample_z(range(4), Z_DIM)
    with client.websocket_connect(f"{WS}labelled") as socket:
        socket.send_bytes(request(z, sent))
        np.testing.assert_array_equal(pixels(socket.receive_bytes()), truth(z, meant))
    np.testing.assert_array_equal(pixels(client.post(f"{SAMPLE}labelled", content=request(z, sent)).content), truth(z, meant))
    assert not np.array_equal(truth(z, meant), truth(z, [1, 2, 0, 2]))


def test_one_connection_changes_labels_from_request_to_request(client: TestClient) -> None:
    z = sample_z([3], Z_DIM)
    with client.websocket_connect(f"{WS}labelled") as socket:
        for label in (0, 2, 1):
            socket.send_bytes(request(z, [label]))
            np.testing.assert_array_equal(pixels(socket.receive_bytes()), truth(z, [label]))


def test_the_longest_request_has_64_labels(client: TestClient) -> None:
    z = np.zeros((64, Z_DIM))
    assert len(pixels(client.post(f"{SAMPLE}labelled", content=request(z, [1] * 64)).content)) == 64
    assert client.post(f"{SAMPLE}labelled", content=request(np.zeros((66, Z_DIM)), [1] * 66)).status_code == 413


@pytest.mark.parametrize(
    ("model", "labels", "said"),
    [
        ("labelled", [3, 0], "a label is from 0 to 2, found 3"),
        ("labelled", [0], "need 72 bytes, or 80 with labels, found 76"),
        ("tiny", [0, 0], "need 72 bytes, found 80"),
    ],
)
def test_labels_that_the_model_has_not_are_refused(client: TestClient, model: str, labels: list[int], said: str) -> None:
    frame = request(np.zeros((2, Z_DIM)), labels)
    with client.websocket_connect(f"{WS}{model}") as socket:
        socket.send_bytes(frame)
        refusal = socket.receive_bytes()
        assert struct.unpack_from("<II", refusal) == (9, 0) and said in refusal[8:].decode()
        socket.send_bytes(request(np.zeros((2, Z_DIM))))  # the connection lives
        assert len(pixels(socket.receive_bytes())) == 2
    answer = client.post(f"{SAMPLE}{model}", content=frame)
    assert answer.status_code == 400 and said in answer.json()["error"]


def test_the_list_of_models_says_the_labels(client: TestClient) -> None:
    found = {model["name"]: model["labels"] for model in client.get(MODELS).json()}
    assert found["labelled"] == list(LABELS) and found["tiny"] == []
