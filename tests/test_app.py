"""app.py: options, ports, and a real server."""

from __future__ import annotations

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_app import write_tiny

from dcgan.models import Library
from dcgan.studio import Studio
from dcgan.ui import app

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 180  # seconds; a busy machine is no failure


@pytest.fixture(autouse=True)
def none_shipped(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.models.library.SHIPPED", tmp_path / "shipped")
    monkeypatch.delenv("SPACE_ID", raising=False)
    write_tiny(home, "tiny")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Launched:
    """Stands where the pages would, and remembers how they were launched."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.arguments: dict[str, Any] = {}
        monkeypatch.setattr(app, "build", self._build)

    def _build(self, studio: Studio) -> tuple[Any, None]:
        self.studio = studio
        return self, None

    def launch(self, **arguments: Any) -> None:
        self.arguments = arguments

    def block_thread(self) -> None:
        """End at once."""


REFUSED = [
    (["--port", "0"], "--port is from 1 to 65535, found 0"),
    (["--port", "65536"], "found 65536"),
    (["--port", "many"], "--help lists the options"),
    (["--colour", "red"], "unrecognized arguments: --colour red; python app.py --help lists the options"),
    (["--host", "203.0.113.7"], "--host 203.0.113.7 is not an address of this machine; try 127.0.0.1"),
    (["--host", "no such host"], "try 127.0.0.1"),
    (["--model", "nobody"], "no model is called 'nobody'; there are tiny"),
    (["--model", "/no/such/model"], "no model is called"),
]


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was said on stderr: one line."""
    said = capsys.readouterr().err
    assert said.startswith("dcgan: ") and said.count("\n") == 1 and said.endswith("\n")
    return said


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_wrong_use_is_one_sentence_and_status_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main([*arguments, "--no-open"]) == 2
    assert said in complaint(capsys)


def test_a_busy_port_that_was_asked_for_is_status_2(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--port", str(taken), "--no-open"]) == 2
    assert f"port {taken} of 127.0.0.1 is in use; choose another --port" in complaint(capsys)


def test_the_next_free_port_is_taken_and_said(taken: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(app, "FIRST_PORT", taken)
    launched = Launched(monkeypatch)
    assert app.main(["--no-open"]) == 0
    port = launched.arguments["server_port"]
    assert taken < port < taken + app.PORTS_TRIED
    said = capsys.readouterr().out
    assert f"port {taken} is in use, taking {port}" in said and f"http://127.0.0.1:{port}" in said


def test_by_default_only_this_machine_is_served(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    launched = Launched(monkeypatch)
    assert app.main(["--no-open", "--port", str(free_port()), "--model", "tiny"]) == 0
    assert launched.arguments["server_name"] == "127.0.0.1" and launched.arguments["max_file_size"] == "4gb"
    assert not launched.studio.public and "others can reach" not in capsys.readouterr().out
    assert launched.arguments["ssr_mode"] is False and launched.arguments["share"] is False


@pytest.mark.parametrize("where", ["host", "space"])
def test_where_others_can_come_in_it_warns_and_takes_less(
    where: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    launched = Launched(monkeypatch)
    if where == "space":
        monkeypatch.setenv("SPACE_ID", "me/space")
    host = [] if where == "space" else ["--host", "0.0.0.0"]
    assert app.main([*host, "--no-open", "--port", str(free_port())]) == 0
    assert launched.arguments["server_name"] == "0.0.0.0" and launched.arguments["max_file_size"] == "20mb"
    assert launched.studio.public and "others can reach this app" in capsys.readouterr().out


def test_a_browser_is_opened_only_where_somebody_sits(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    launched = Launched(monkeypatch)
    port = ["--port", str(free_port())]
    for arguments, display in (([], False), (["--no-open"], True), ([], True), (["--open"], False)):
        monkeypatch.setattr(app, "has_display", lambda display=display: display)
        assert app.main([*arguments, *port]) == 0
        opened.append(launched.arguments["inbrowser"])
    assert opened == [False, False, True, True]


def test_the_pages_offer_no_api(home: Path) -> None:
    app.prepare_environment()
    demo, _ = app.build(Studio(model="tiny"))
    info = demo.get_api_info()
    assert info is not None and info["named_endpoints"] == {} and info["unnamed_endpoints"] == {}
    handlers = [function for function in demo.fns.values() if function.fn is not None]
    assert {function.api_visibility for function in handlers} <= {"private"}
    assert len(demo.blocks) < 60


@pytest.fixture
def heard() -> Iterator[None]:
    """Let children hear SIGINT: they would ignore it as this process does where a shell without job control started it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextmanager
def served(home: Path, cwd: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `python app.py` in the folder `cwd`; yield the process and its address."""
    port = free_port()
    command = [sys.executable, str(ROOT / "app.py"), "--no-open", "--port", str(port), *arguments]
    environment = {**os.environ, "DCGAN_HOME": str(home)}
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        _wait_for(f"http://127.0.0.1:{port}/gradio_api/dcgan/health", process)
        yield process, f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        try:
            assert fetch(url)[0] == 200
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer")


def fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, ""


def picture_over_a_real_socket(address: str) -> np.ndarray:
    from websockets.sync.client import connect

    z = Library().synthesizer("tiny").z([5])
    with connect(f"ws://{address}/gradio_api/dcgan/ws?model=tiny", origin=f"http://{address}") as socket:  # type: ignore[arg-type]
        socket.send(struct.pack("<II", 7, 1) + z.tobytes())
        answer = socket.recv()
    assert isinstance(answer, bytes) and struct.unpack_from("<IIHH", answer) == (7, 1, 16, 16)
    return np.frombuffer(answer, np.uint8, offset=12).reshape(16, 16, 3)


def ended_well(process: subprocess.Popen[str], number: signal.Signals) -> str:
    process.send_signal(number)
    said = process.communicate(timeout=PATIENCE)[0]
    assert "Traceback" not in said and process.returncode in (0, 130, -number)
    return said


@pytest.mark.usefixtures("heard")
def test_the_app_serves_both_pages_and_pictures(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with served(home, elsewhere, "--model", "tiny") as (process, address):
        for page in ("/", "/train"):
            status, text = fetch(f"http://{address}{page}")
            assert status == 200 and "DCGAN explorer" in text
            hosts = set(re.findall(r"<(?:script|link)[^>]+(?:src|href)=\"(?:https?:)?//([^/\"]+)", text))
            assert hosts <= {address}, f"{page} asks other hosts: {hosts}"
        assert fetch(f"http://{address}/monitoring/summary")[0] != 200
        picture = picture_over_a_real_socket(address)
        np.testing.assert_array_equal(picture[:, :, :1], Library().synthesizer("tiny").generate([5])[0])
        said = ended_well(process, signal.SIGINT)
    assert f"http://{address}" in said
    assert list(elsewhere.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGTERM")
def test_sigterm_ends_the_app_quietly(home: Path, tmp_path: Path) -> None:
    with served(home, tmp_path) as (process, address):
        said = ended_well(process, signal.SIGTERM)
    assert "Error" not in said
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://{address}/", timeout=5)
