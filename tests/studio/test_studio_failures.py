"""Studio: runs that never begin, or end at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from studio_making import stub, wait_for, write_pictures
from tiny_app import KEY, SETTINGS

from dcgan.errors import RunError
from dcgan.studio import Studio
from dcgan.studio.form import StartRequest


def test_two_starts_at_once_are_one_run(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "exec sleep 60")

    def start(_: int) -> str:
        try:
            return studio.start_run(StartRequest("shapes", settings=SETTINGS), KEY)
        except RunError as error:
            return str(error)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(start, range(4)))
    assert len(studio.runs.all()) == 1
    assert len([answer for answer in answers if "stop it first" in answer]) == 3


def test_a_run_whose_data_cannot_be_read_says_so(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = write_pictures(tmp_path / "pics", 3)
    for path in pictures.iterdir():
        path.write_bytes(path.read_bytes()[:60])  # the header is whole, so a look at the folder finds nothing wrong
    run = studio.start_run(StartRequest(str(pictures), settings=SETTINGS), KEY)
    status = wait_for(studio, run, "failed", "interrupted", "completed", "stopped")
    assert status.state == "failed" and status.message is not None and str(pictures) in status.message
    assert "Traceback" not in status.message and not status.message.startswith("dcgan:")
    stub(tmp_path, monkeypatch, "exec sleep 60")
    assert studio.start_run(StartRequest("shapes", settings=SETTINGS), KEY)  # and a new one can be started at once


@pytest.mark.parametrize(("end", "said"), [("exit 3", "ended with status 3"), ("kill -9 $$", "signal 9, perhaps for lack of memory")])
def test_a_process_that_ends_without_a_word_has_failed(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, said: str
) -> None:
    stub(tmp_path, monkeypatch, end)
    run = studio.start_run(StartRequest("shapes", settings=SETTINGS), KEY)
    status = wait_for(studio, run, "failed")
    assert status.message is not None and said in status.message and "worker.log" in status.message
    assert studio.start_run(StartRequest("shapes", settings=SETTINGS), KEY) != run


def test_a_run_that_failed_can_be_tried_again(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "exit 2")
    run = studio.start_run(StartRequest("shapes", settings=SETTINGS), KEY)
    (studio.library.home / "runs" / run / "events.jsonl").write_text('{"event":"failed","step":3,"message":"the disk is full"}\n')
    assert wait_for(studio, run, "failed").message == "the disk is full"
    stub(tmp_path, monkeypatch, "exec sleep 60")
    studio.continue_run(run, KEY)
    assert studio.status(run).state == "starting"  # and not what it was before


def test_a_run_that_is_done_stays_so_where_it_cannot_go_on(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "exit 2")
    run = studio.start_run(StartRequest("shapes", settings=SETTINGS), KEY)
    folder = studio.library.home / "runs" / run
    (folder / "events.jsonl").write_text('{"step":3,"seconds":1}\n{"event":"finished","step":3,"reason":"completed"}\n')
    (folder / "config.json").write_text('{"budget": {"steps": 3}, "recipe": {}}')
    for end, said in (("echo dcgan: the pictures are gone >&2; exit 2", "the pictures are gone"), ("kill -9 $$", "ended by signal 9")):
        stub(tmp_path, monkeypatch, f"sleep 0.05; {end}")
        studio.continue_run(run, KEY)
        assert studio.status(run).state == "starting"
        status = wait_for(studio, run, "completed")
        assert status.step == 3 and status.message is not None and said in status.message
