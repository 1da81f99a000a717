"""Models over HTTP: the list, and checkpoint files dropped on the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tiny_app import tutorial_state
from torch import nn

from dcgan.models import Library
from dcgan.studio import Studio
from dcgan.web import library, routes

MODELS = "/gradio_api/dcgan/models"


def checkpoint(**shape: int) -> bytes:
    stream = io.BytesIO()
    torch.save(tutorial_state(**shape), stream)
    return stream.getvalue()


def drop(client: TestClient, content: bytes, filename: str = "netG.pth", **headers: str) -> tuple[int, dict[str, str]]:
    answer = client.post(MODELS, params={"filename": filename}, content=content, headers=headers)
    return answer.status_code, answer.json()


def authors_picture(state: dict[str, torch.Tensor], z: np.ndarray) -> np.ndarray:
    """Run the tutorial's layers one by one, in eval mode, as uint8 (n, h, w, c)."""
    x = torch.from_numpy(z)[:, :, None, None]
    numbers = sorted({int(name.split(".")[1]) for name in state})
    for number in numbers:
        part = {name.split(".")[2]: tensor for name, tensor in state.items() if name.split(".")[1] == str(number)}
        if part["weight"].dim() == 4:
            stride, padding = (1, 0) if number == 0 else (2, 1)
            x = nn.functional.conv_transpose2d(x, part["weight"], stride=stride, padding=padding)
        else:
            x = nn.functional.batch_norm(x, part["running_mean"], part["running_var"], part["weight"], part["bias"]).relu()
    return ((x.tanh().numpy() + 1) * 127.5).round().astype(np.uint8).transpose(0, 2, 3, 1)


@pytest.mark.usefixtures("read_here")
def test_a_dropped_notebook_checkpoint_becomes_a_model(client: TestClient, home: Path) -> None:
    status, answer = drop(client, checkpoint(), "my netG (1).pth")
    assert status == 200 and answer["model"].startswith("my-netG-1-")
    found = {info["name"]: info for info in client.get(MODELS).json()}[answer["model"]]
    assert (found["source"], found["width"], found["z_dim"], found["channels"]) == ("own", 64, 10, 3)
    maker = Library().synthesizer(answer["model"])
    z = maker.z(range(3))
    assert np.abs(maker.images(z).astype(int) - authors_picture(tutorial_state(), z)).max() <= 1
    assert (home / "models" / answer["model"] / "preview.png").is_file()
    card = (home / "models" / answer["model"] / "README.md").read_text("utf-8")
    assert "Weights are as they were in the file" in card and "average" not in card


def test_the_same_file_twice_is_the_same_model_and_another_is_not(client: TestClient, home: Path) -> None:
    contents = [save(tutorial_state(z_dim=z_dim)) for z_dim in (10, 10, 12)]
    names = [drop(client, content, "netG.safetensors")[1]["model"] for content in contents]
    assert names[0] == names[1] != names[2]
    assert len(list((home / "models").glob("netG-*"))) == 2


def test_the_same_file_twice_at_once_is_one_model(client: TestClient) -> None:
    content = save(tutorial_state())
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: drop(client, content, "g.safetensors"), range(3)))
    assert {status for status, _ in answers} == {200} and len({answer["model"] for _, answer in answers}) == 1


@pytest.mark.parametrize("filename", ["netG.pth", "net G.safetensors", "net.onnx", "net", "upload.bin\0", "n." + "x" * 300])
def test_garbage_is_one_sentence_that_names_the_users_file(client: TestClient, home: Path, filename: str) -> None:
    status, answer = drop(client, b"not a network at all", filename)
    assert status == 400 and filename in answer["error"]
    assert "\n" not in answer["error"] and str(home.parent) not in answer["error"] and "/tmp" not in answer["error"]
    assert sorted(path.name for path in (home / "models").iterdir()) == ["other", "tiny"]


@pytest.mark.parametrize(
    "filename",
    [
        "../../evil.safetensors",
        "..\\..\\evil.safetensors",
        "/etc/evil.safetensors",
        "C:\\evil.safetensors",
        "..",
        "",
        "....safetensors",
        "é.safetensors",
    ],
)
def test_a_name_that_leads_elsewhere_is_only_a_name(client: TestClient, home: Path, filename: str) -> None:
    before = {path for path in home.parent.rglob("*") if "models" not in path.parts}
    status, answer = drop(client, save(tutorial_state()), filename)
    if status == 200:
        assert (home / "models" / answer["model"] / "config.json").is_file() and "/" not in answer["model"]
        assert answer["model"] in [info["name"] for info in client.get(MODELS).json()]
    else:
        assert status == 400 and "save one with" in answer["error"]
    assert {path for path in home.parent.rglob("*") if "models" not in path.parts} == before


def without(part: str) -> bytes:
    return save({name: tensor for name, tensor in tutorial_state().items() if name != part})


SPOILT = {
    "empty": b"",
    "no gain": without("main.1.weight"),
    "no statistics": without("main.4.running_var"),
    "other width": save(tutorial_state() | {"main.3.weight": torch.zeros(5, 16, 4, 4)}),
    "not finite": save(tutorial_state() | {"main.0.weight": torch.full((10, 32, 4, 4), torch.nan)}),
    "integers": save({name: tensor.long() for name, tensor in tutorial_state().items()}),
    "too large": save(tutorial_state(1, 1, 1, doublings=1) | {f"main.{n}.weight": torch.ones(1, 1, 4, 4) for n in range(3, 30, 3)}),
    "two channels": save(tutorial_state(channels=2)),
}


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.slow) if kind == "too large" else kind for kind in SPOILT])
def test_a_network_that_cannot_work_is_refused(client: TestClient, home: Path, kind: str) -> None:
    status, answer = drop(client, SPOILT[kind], "g.safetensors")
    assert status == 400 and answer["error"] and "\n" not in answer["error"]
    assert kind != "too large" or "2048 pixels a side" in answer["error"]
    assert sorted(path.name for path in (home / "models").iterdir()) == ["other", "tiny"]


def test_a_public_server_takes_no_pickles(public: TestClient) -> None:
    status, answer = drop(public, checkpoint())
    assert status == 400 and ".safetensors" in answer["error"] and "netG.pth" in answer["error"]
    status, answer = drop(public, save(tutorial_state()), "netG.safetensors")
    assert status == 200 and answer["model"].startswith("netG-")


def test_too_large_a_file_is_413_announced_or_not(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "UPLOAD_BYTES", 10_000)
    client = TestClient(Starlette(routes=routes(studio)))

    def pieces() -> Iterator[bytes]:
        yield from [bytes(1000)] * 50

    status, answer = drop(client, bytes(10_001))
    assert status == 413 and "10 KB" in answer["error"]
    assert client.post(MODELS, params={"filename": "a.pth"}, content=pieces()).status_code == 413


SPARED = {
    "noise.pth": (bytes(range(128, 256)) * 4, 300_000_000, 400, "does not begin as any of the files that are read here"),
    "photo.jpg": (b"\xff\xd8\xff" + bytes(509), 5_000_000, 400, "is a picture"),
    "nothing.pt": (b"", 0, 400, "is empty"),
    "huge.safetensors": (save(tutorial_state())[:512], 5 * 10**9, 413, "at most 4 GB are taken here, found 5 GB"),
}


@pytest.mark.parametrize("name", SPARED)
def test_what_need_not_be_sent_is_refused_by_its_start_and_size(client: TestClient, name: str) -> None:
    start, size, status, said = SPARED[name]
    other = save(tutorial_state())
    for params, content in (
        ([("filename", name), ("bytes", str(size))], start),
        ([("filename", "g.safetensors"), ("bytes", str(len(other))), ("filename", name), ("bytes", str(size))], other[:512] + start),
    ):
        answer = client.post(f"{MODELS}/check", params=params, content=content)
        assert (answer.status_code, said in answer.json()["error"]) == (status, True)


def test_what_may_be_read_passes_the_check(client: TestClient, public: TestClient) -> None:
    files = {"netG.pth": checkpoint(), "g.safetensors": save(tutorial_state()), "z.npy": b"\x93NUMPY" + bytes(300)}
    params = [pair for name, content in files.items() for pair in (("filename", name), ("bytes", str(len(content))))]
    starts = b"".join(content[:512] for content in files.values())
    assert client.post(f"{MODELS}/check", params=params, content=starts).json() == {"ok": True}
    refused = public.post(f"{MODELS}/check", params=params, content=starts)
    assert refused.status_code == 400 and "netG.pth: a public server takes .safetensors only" in refused.json()["error"]
    assert public.post(f"{MODELS}/check", params=params[2:], content=starts[512:]).status_code == 200


def test_files_come_from_our_own_pages_only(client: TestClient) -> None:
    assert drop(client, checkpoint(), origin="http://evil.com")[0] == 403


def test_strangers_are_told_no_paths(client: TestClient, public: TestClient, home: Path) -> None:
    assert str(home / "models" / "tiny") in client.get(MODELS).text
    shown = public.get(MODELS)
    assert str(home) not in shown.text and {info["name"] for info in shown.json()} >= {"tiny", "other"}


def test_a_broken_folder_does_not_hide_the_others(client: TestClient, home: Path) -> None:
    (home / "models" / "broken").mkdir()
    (home / "models" / "broken" / "config.json").write_text("{")
    assert {"tiny", "other"} <= {info["name"] for info in client.get(MODELS).json()}


def test_health(client: TestClient) -> None:
    answer = client.get("/gradio_api/dcgan/health")
    assert (answer.status_code, answer.json(), answer.headers["cache-control"]) == (200, {"status": "ok"}, "no-store")


def test_an_untrained_model_is_listed_when_it_is_asked_for(client: TestClient) -> None:
    def names(also: str) -> list[str]:
        return [info["name"] for info in client.get(MODELS, params={"also": also}).json()]

    plain = names("")
    assert names("untrained-dcgan-16-grey-7") == [*plain, "untrained-dcgan-16-grey-7"]
    assert names("untrained-nonsense") == names("../../etc") == names(plain[0]) == plain


def test_a_notebooks_noise_is_answered_as_z(client: TestClient, home: Path) -> None:
    z = np.random.default_rng(0).standard_normal((70, 10)).astype(np.float32)
    stream = io.BytesIO()
    np.save(stream, z)
    status, answer = drop(client, stream.getvalue(), "fixed_noise.npy")
    noise = answer["noise"]
    sent = np.frombuffer(base64.urlsafe_b64decode(noise["z"] + "=" * (-len(noise["z"]) % 4)), "<f4").reshape(64, 10)
    assert status == 200 and (noise["z_dim"], noise["shown"], noise["count"]) == (10, 64, 70) and "model" not in answer
    assert np.array_equal(sent, z[:64])
    assert sorted(path.name for path in (home / "models").iterdir()) == ["other", "tiny"]


def test_a_checkpoint_brings_its_noise_along(client: TestClient) -> None:
    stream = io.BytesIO()
    torch.save({"netG": tutorial_state(), "fixed_noise": torch.randn(8, 10, 1, 1)}, stream)
    _, answer = drop(client, stream.getvalue(), "checkpoint.pth")
    assert answer["model"].startswith("checkpoint-") and answer["noise"]["count"] == 8 and answer["report"]["proved"]
    far = io.BytesIO()
    torch.save({"netG": tutorial_state(), "fixed_noise": torch.full((8, 10, 1, 1), torch.nan)}, far)
    _, answer = drop(client, far.getvalue(), "checkpoint.pth")
    assert answer["model"] and "noise" not in answer


@pytest.mark.parametrize("number", [np.nan, 1e6])
def test_noise_that_no_prior_drew_is_refused(client: TestClient, number: float) -> None:
    stream = io.BytesIO()
    np.save(stream, np.full((2, 10), number, np.float32))
    status, answer = drop(client, stream.getvalue(), "z.npy")
    assert status == 400 and "z.npy" in answer["error"]


def test_files_of_one_drop_are_cut_where_they_meet(client: TestClient) -> None:
    stream = io.BytesIO()
    np.save(stream, z := np.random.default_rng(4).standard_normal((3, 10)).astype(np.float32))
    contents = {"fixed_noise.npy": stream.getvalue(), "netG.safetensors": save(tutorial_state())}
    params = [pair for name, content in contents.items() for pair in (("filename", name), ("bytes", str(len(content))))]
    answer = client.post(MODELS, params=params, content=b"".join(contents.values()))
    assert answer.status_code == 200, answer.json()
    noise = answer.json()["noise"]
    assert answer.json()["model"].startswith("netG-") and noise["file"] == "fixed_noise.npy"
    np.testing.assert_array_equal(np.frombuffer(base64.urlsafe_b64decode(noise["z"] + "=="), "<f4").reshape(3, 10), z)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ([("filename", "a"), ("bytes", "2"), ("filename", "b"), ("bytes", "9")], "came incompletely"),
        ([("filename", "a"), ("bytes", "2"), ("filename", "b")], "a bytes= each"),
        ([("filename", "a"), ("bytes", "2"), ("filename", "a"), ("bytes", "2")], "no name twice"),
        ([("filename", "a"), ("bytes", "-2"), ("filename", "b"), ("bytes", "6")], "a bytes= each"),
        ([pair for k in range(9) for pair in (("filename", str(k)), ("bytes", "1"))], "at most 8 files"),
    ],
)
def test_files_that_cannot_be_told_apart_are_refused(client: TestClient, params: list[tuple[str, str]], sentence: str) -> None:
    answer = client.post(MODELS, params=params, content=b"four")
    assert answer.status_code == 400 and sentence in answer.json()["error"]
