"""bench laboratory: its sums, its sentences, and one turn against a real app."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import numpy as np
import pytest
from tiny_app import write_tiny

from dcgan.bench.laboratory import CHUNK, PICTURES, TASKS, LaboratoryBench, Visitor, bench_laboratory
from dcgan.cli import main
from dcgan.errors import DCGANError
from dcgan.latent import sample_z


class Answering(BaseHTTPRequestHandler):
    """Notes what it is asked, and says twice that directions are still being found."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, bytes]]] = []

    def do_GET(self) -> None:
        waiting = sum(path == self.path for path, _ in self.asked) < 2 and "pca" in self.path
        self._note(b"", 202 if waiting else 200)

    def do_POST(self) -> None:
        self._note(self.rfile.read(int(self.headers["Content-Length"])), 200)

    def _note(self, body: bytes, status: int) -> None:
        self.asked.append((self.path, body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Answering.asked = []
    server = HTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_sheet_is_asked_for_as_the_page_does_and_never_twice_the_same(url: str) -> None:
    visitor = Visitor(url, 8, "normal")
    visitor.sheet()
    visitor.sheet()
    bodies = [body for _, body in Answering.asked]
    assert len(bodies) == 2 * PICTURES // CHUNK and all(struct.unpack("<II", body[:8]) == (1, CHUNK) for body in bodies)
    sent = np.concatenate([np.frombuffer(body[8:], "<f4").reshape(-1, 8) for body in bodies])
    np.testing.assert_array_equal(sent, sample_z(range(2 * PICTURES), 8, "normal"))


def test_directions_are_asked_for_until_they_are_there(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.bench.laboratory.POLL_SECONDS", 0.0)
    visitor = Visitor(url, 8, "normal")
    visitor.pca()
    visitor.sefa()
    assert [path.rpartition("=")[2] for path, _ in Answering.asked] == ["pca", "pca", "pca", "sefa"]


def test_the_median_and_the_slowest_are_told() -> None:
    bench = LaboratoryBench("m", 1, {name: [0.5, 0.1, 0.2] for name in TASKS})
    told = json.loads(json.dumps(bench.to_json(), allow_nan=False))["tasks"]["walk"]
    assert (told["median_s"], told["slowest_s"], told["n"], told["limit_s"]) == (0.2, 0.5, 3, 1.5)


def test_a_wrong_model_is_said_before_anything_starts() -> None:
    with pytest.raises(DCGANError, match="no model is called 'nobody'"):
        bench_laboratory("nobody")


@pytest.mark.slow
def test_a_turn_against_the_real_app(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_tiny(home, "tiny")
    assert main(["bench", "laboratory", "tiny", "--turns", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["tasks"]
    assert {name: row["n"] for name, row in told.items()} == {name: task.times for name, task in TASKS.items()}
    assert all(0 < row["median_s"] <= row["slowest_s"] for row in told.values())
    assert not (home / "cache").exists() and not list(folder.glob("directions*"))  # the next run finds nothing kept either
