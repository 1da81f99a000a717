"""The picture path, its bytes read here by struct as `dcgan/web/protocol.py` describes them."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect
from tiny_app import Z_DIM

from dcgan.latent import sample_z
from dcgan.models import Library
from dcgan.studio import Studio
from dcgan.web import pictures, routes
from dcgan.web.guard import Slots, Throttle, same_origin

WS, SAMPLE = "/gradio_api/dcgan/ws", "/gradio_api/dcgan/sample"


class Answer(NamedTuple):
    request_id: int
    rgb: np.ndarray | None
    refusal: str


def request(request_id: int, z: np.ndarray) -> bytes:
    return struct.pack("<II", request_id, len(z)) + struct.pack(f"<{z.size}f", *z.ravel().tolist())


def read(answer: bytes) -> Answer:
    request_id, n = struct.unpack_from("<II", answer)
    if n == 0:
        return Answer(request_id, None, answer[8:].decode("utf-8"))
    height, width = struct.unpack_from("<HH", answer, 8)
    assert len(answer) == 12 + n * height * width * 3
    return Answer(request_id, np.frombuffer(answer, np.uint8, offset=12).reshape(n, height, width, 3), "")


def ask(socket: WebSocketTestSession, frame: bytes) -> Answer:
    socket.send_bytes(frame)
    return read(socket.receive_bytes())


def truth(model: str, z: np.ndarray) -> np.ndarray:
    images = Library().synthesizer(model).generate(z=z)
    return np.repeat(images, 3, axis=3) if images.shape[3] == 1 else images


@pytest.fixture
def socket(client: TestClient) -> Iterator[WebSocketTestSession]:
    with client.websocket_connect(f"{WS}?model=tiny") as session:
        yield session


@pytest.mark.parametrize("model", ["tiny", "other"])
def test_the_answer_carries_the_pictures_of_its_z(client: TestClient, model: str) -> None:
    z = sample_z(range(5), Z_DIM)
    with client.websocket_connect(f"{WS}?model={model}") as socket:
        answer = ask(socket, request(77, z))
    assert answer.request_id == 77 and answer.rgb is not None and answer.rgb.shape == (5, 16, 16, 3)
    np.testing.assert_array_equal(answer.rgb, truth(model, z))


def test_without_a_model_the_default_one_answers(client: TestClient) -> None:
    z = sample_z([3], Z_DIM)
    with client.websocket_connect(WS) as socket:
        answer = ask(socket, request(1, z))
    np.testing.assert_array_equal(answer.rgb, truth("tiny", z))


def test_many_requests_are_answered_in_their_order(socket: WebSocketTestSession) -> None:
    z = sample_z(range(60), Z_DIM)
    ids = [4_294_967_295, *range(1, 60)]
    for request_id, one in zip(ids, z, strict=True):
        socket.send_bytes(request(request_id, one[None]))
    answers = [read(socket.receive_bytes()) for _ in ids]
    assert [answer.request_id for answer in answers] == ids
    found = np.concatenate([answer.rgb for answer in answers if answer.rgb is not None])
    assert np.abs(found.astype(int) - truth("tiny", z)).max() <= 1  # one at a time and 60 at once: equal but for rounding


def test_at_most_64_pictures_at_once(socket: WebSocketTestSession) -> None:
    most = ask(socket, request(1, np.zeros((64, Z_DIM), np.float32)))
    assert most.rgb is not None and len(most.rgb) == 64
    # 65 of 8 numbers pass the limit of bytes, 64 bytes above 64 of them, so that n is what is refused
    more = ask(socket, request(2, np.zeros((65, Z_DIM), np.float32)))
    assert more.request_id == 2 and "from 1 to 64, found 65" in more.refusal
    none = ask(socket, struct.pack("<II", 3, 0))
    assert none.request_id == 3 and "found 0" in none.refusal


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 16.001, -17.0])
def test_a_value_out_of_range_is_refused_and_the_connection_lives(socket: WebSocketTestSession, value: float) -> None:
    z = np.zeros((2, Z_DIM), np.float32)
    z[1, 3] = value
    refused = ask(socket, request(5, z))
    assert refused.request_id == 5 and refused.rgb is None and "-16 to 16" in refused.refusal
    z[1, 3] = 16.0
    assert ask(socket, request(6, z)).rgb is not None


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (b"", "begins with 8 bytes"),
        (b"1234567", "begins with 8 bytes"),
        (struct.pack("<II", 0, 1) + bytes(4 * Z_DIM - 4), "need 40 bytes, found 36"),
        (struct.pack("<II", 0, 1) + bytes(4 * Z_DIM + 1), "need 40 bytes, found 41"),
        (struct.pack("<II", 0, 1) + bytes(64 * Z_DIM * 4 + 57), "at most 2112 bytes for z of 8, found 2113"),
        (struct.pack("<II", 0, 4_294_967_295), "found 4294967295"),
    ],
)
def test_a_frame_of_the_wrong_length_is_refused_and_the_connection_lives(socket: WebSocketTestSession, frame: bytes, said: str) -> None:
    refused = ask(socket, frame)
    assert refused.request_id == 0 and said in refused.refusal
    assert ask(socket, request(1, np.zeros((1, Z_DIM), np.float32))).rgb is not None


def closed_with(socket: WebSocketTestSession) -> tuple[str, int]:
    """Return why the whole connection was refused, and the close code."""
    answer = read(socket.receive_bytes())
    assert answer.request_id == 0
    with pytest.raises(WebSocketDisconnect) as end:
        socket.receive_bytes()
    return answer.refusal, end.value.code


def test_a_text_frame_ends_the_connection_with_a_sentence(socket: WebSocketTestSession) -> None:
    socket.send_text("hello")
    sentence, code = closed_with(socket)
    assert "binary" in sentence and code == 1008


@pytest.mark.parametrize("model", ["nobody", "../tiny", "..", "/etc", "models/tiny", "a" * 400, "x\0", "untrained-dcgan-99", "hf:o/r"])
def test_an_unknown_model_is_refused_for_good(client: TestClient, model: str) -> None:
    with client.websocket_connect(f"{WS}?model={quote(model)}") as socket:
        sentence, code = closed_with(socket)
    assert code == 1008 and model[:20].replace("\0", "") in sentence
    answer = client.post(SAMPLE, params={"model": model}, content=b"")
    assert answer.status_code == 400 and answer.json()["error"] == sentence


ORIGINS = [
    ({}, True),
    ({"origin": "http://testserver"}, True),
    ({"origin": "http://TESTSERVER:80"}, True),
    ({"origin": "http://elsewhere"}, False),
    ({"origin": "http://testserver:81"}, False),
    ({"origin": "http://testserver.evil.com"}, False),
    ({"origin": "null"}, False),
    ({"origin": "http://[::1"}, False),
    ({"origin": "http://testserver:port"}, False),
    ({"origin": "https://me.hf.space", "x-forwarded-host": "me.hf.space"}, True),
    ({"origin": "https://me.hf.space", "x-forwarded-host": "me.hf.space, proxy:80"}, True),
    ({"origin": "https://evil.com", "x-forwarded-host": "me.hf.space"}, False),
]


@pytest.mark.parametrize(("headers", "passes"), ORIGINS)
def test_only_pages_of_this_server_are_served(client: TestClient, headers: dict[str, str], passes: bool) -> None:
    frame = request(1, np.zeros((1, Z_DIM), np.float32))
    assert client.post(SAMPLE, headers=headers, content=frame).status_code == (200 if passes else 403)
    if passes:
        with client.websocket_connect(WS, headers=headers) as socket:
            assert ask(socket, frame).rgb is not None
    else:
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(WS, headers=headers):
            pass


@pytest.mark.parametrize(("origin", "host"), [("https://a", "a:443"), ("http://a:80", "a"), ("http://[::1]:7860", "[::1]:7860")])
def test_a_scheme_brings_its_port(origin: str, host: str) -> None:
    assert same_origin(Headers({"origin": origin, "host": host}))
    assert not same_origin(Headers({"origin": origin, "host": "a:81"}))


def test_a_post_gives_the_bytes_of_the_socket(client: TestClient, socket: WebSocketTestSession) -> None:
    frame = request(9, sample_z(range(3), Z_DIM))
    socket.send_bytes(frame)
    answer = client.post(f"{SAMPLE}?model=tiny", content=frame)
    assert answer.status_code == 200 and answer.content == socket.receive_bytes()
    assert answer.headers["cache-control"] == "no-store" and answer.headers["content-type"] == "application/octet-stream"


def test_a_bad_post_is_400_with_the_sentence(client: TestClient) -> None:
    answer = client.post(SAMPLE, content=request(1, np.full((1, Z_DIM), np.nan, np.float32)))
    assert answer.status_code == 400 and "-16 to 16" in answer.json()["error"]


def test_too_long_a_post_is_413_announced_or_not(client: TestClient) -> None:
    read_so_far = []

    def endless() -> Iterator[bytes]:
        for piece in range(100):
            read_so_far.append(piece)
            yield bytes(1000)

    assert client.post(SAMPLE, content=bytes(3000)).status_code == 413
    chunked = client.post(SAMPLE, content=endless())
    assert chunked.status_code == 413 and "found" in chunked.json()["error"]
    assert client.post(SAMPLE, content=request(1, np.zeros((1, Z_DIM), np.float32))).status_code == 200


def test_two_clients_at_once_get_their_own_answers(client: TestClient) -> None:
    def drag(number: int) -> None:
        model, z = ("tiny", "other")[number % 2], sample_z(range(number * 100, number * 100 + 20), Z_DIM)
        with client.websocket_connect(f"{WS}?model={model}") as socket:
            answers = [ask(socket, request(number * 100 + k, one[None])) for k, one in enumerate(z, 1)]
        assert [answer.request_id for answer in answers] == [number * 100 + k for k in range(1, 21)]
        found = np.concatenate([answer.rgb for answer in answers if answer.rgb is not None])
        assert np.abs(found.astype(int) - truth(model, z)).max() <= 1

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(drag, number) for number in range(1, 5)]:
            done.result()


def test_there_are_only_so_many_connections(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "CONNECTIONS", 1)
    frame = request(1, np.zeros((1, Z_DIM), np.float32))
    with TestClient(Starlette(routes=routes(studio))) as client:
        with client.websocket_connect(WS) as first:
            with client.websocket_connect(WS) as second:
                sentence, code = closed_with(second)
            assert code == 1008 and "try again" in sentence
            assert ask(first, frame).rgb is not None
        for _ in range(50):  # the server sees the end of the first a moment later
            with client.websocket_connect(WS) as third:
                if ask(third, frame).rgb is not None:
                    return
            time.sleep(0.02)
    raise AssertionError("the connection that ended was never free again")


def test_a_forgotten_connection_is_given_back(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "IDLE_SECONDS", 0.05)
    with TestClient(Starlette(routes=routes(studio))).websocket_connect(WS) as socket, pytest.raises(WebSocketDisconnect) as end:
        socket.receive_bytes()
    assert end.value.code == 4000


def test_the_throttle_lets_a_burst_through_and_then_its_rate() -> None:
    throttle = Throttle(per_second=10, burst=20)
    start = time.monotonic() + 1000
    assert throttle.delay(20, start) == 0  # the reserve is never more than the burst
    assert throttle.delay(5, start) == pytest.approx(0.5)
    assert throttle.delay(5, start) == pytest.approx(1.0)
    assert throttle.delay(1, start + 1) == pytest.approx(0.1)
    assert throttle.delay(20, start + 100) == 0
    assert throttle.delay(1, start + 100.05) == pytest.approx(0.05)


def test_slots_are_free_again_at_the_end_of_their_block() -> None:
    slots = Slots(2)
    with slots.hold() as first, slots.hold() as second, slots.hold() as third:
        assert (first, second, third) == (True, True, False)
    with pytest.raises(KeyError), slots.hold() as again:
        assert again
        raise KeyError
    with slots.hold() as one, slots.hold() as two:
        assert one and two
