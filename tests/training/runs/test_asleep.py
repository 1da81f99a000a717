"""A process that slept is not dead: heartbeat, process id and lock decide together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from filelock import FileLock
from small_runs import request, run_to_the_end
from test_processes import started, wait_for_step

from dcgan.training.runs import folder
from dcgan.training.runs.folder import RunReader

LIMIT = 3.0  # seconds; a heart beats every two


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGSTOP")
def test_what_was_stopped_beyond_the_limit_goes_on(tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "HEARTBEAT_LOST", LIMIT)
    run = tmp_path / "r"
    process: subprocess.Popen[str] = started(run, pictures)
    reader = RunReader(run)
    try:
        wait_for_step(run, 3, process)
        process.send_signal(signal.SIGSTOP)
        time.sleep(LIMIT + 0.5)
        assert time.time() - json.loads((run / "worker.json").read_text())["heartbeat"] > LIMIT
        assert reader.status().state == "running"
        process.send_signal(signal.SIGCONT)
        wait_for_step(run, 30, process)
        assert reader.status().state == "running"
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate()
    assert reader.status().state == "interrupted"


def test_a_process_id_that_another_has_now_does_not_count(tmp_path: Path, pictures: Path) -> None:
    reader = run_to_the_end(request(tmp_path / "r", pictures), stop_at=2)
    lines = [line for line in (tmp_path / "r/events.jsonl").read_text().splitlines(keepends=True) if '"finished"' not in line]
    (tmp_path / "r/events.jsonl").write_text("".join(lines))  # as after SIGKILL
    (tmp_path / "r/worker.json").write_text(json.dumps({"pid": os.getpid(), "heartbeat": time.time() - 3600}))
    assert reader.status().state == "interrupted"
    with FileLock(tmp_path / "r/lock"):
        assert reader.status().state == "running"
