"""Studio: models in memory, and runs in real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file
from tiny_app import KEY, SETTINGS, Z_DIM, train_run, tutorial_state, write_tiny

from dcgan.config import Budget
from dcgan.errors import CheckpointError, ConfigError, DataError, DCGANError, RunError
from dcgan.studio import LOADED, Estimate, StartRequest, Studio
from dcgan.system import is_alive
from dcgan.training import processes
from dcgan.training.run_folder import RunReader, RunStatus

PATIENCE = 120  # seconds; a busy machine is no failure
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def none_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.models.library.SHIPPED", tmp_path / "shipped")


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    """A studio whose processes end with the test."""
    write_tiny(home, "tiny")
    studio = Studio(model="tiny")
    yield studio
    for worker in studio._workers._workers.values():
        worker.process.kill()


def until(ready: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.05)


def wait_for(studio: Studio, run: str, *states: str) -> RunStatus:
    until(lambda: studio.status(run).state in states, f"{run} is {states}")
    return studio.status(run)


def write_pictures(folder: Path, count: int = 12) -> Path:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for index in range(count):
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(folder / f"{index}.png")
    return folder


def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let `script` stand where the Python of new workers would."""
    path = tmp_path / "python-stub"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(processes.sys, "executable", str(path))


# Models


def test_models_are_loaded_once_and_the_newest_asked_for_are_kept(studio: Studio, home: Path) -> None:
    for index in range(LOADED):
        write_tiny(home, f"m{index}", seed=index)
    first = studio.synthesizer("tiny")
    assert studio.synthesizer("tiny") is first
    for index in range(LOADED - 1):
        studio.synthesizer(f"m{index}")
    assert studio.synthesizer("tiny") is first  # asked for again: now the newest
    second = studio.synthesizer("m1")
    studio.synthesizer(f"m{LOADED - 1}")  # m0 is the oldest and goes
    assert len(studio._loaded) == LOADED
    assert studio.synthesizer("tiny") is first and studio.synthesizer("m1") is second


def test_a_runs_newest_snapshot_is_taken_up(studio: Studio, home: Path) -> None:
    run = train_run(home / "runs" / "growing", 2)
    before = studio.synthesizer("growing")
    assert before.info.steps == 2
    train_run(run, 4)
    after = studio.synthesizer("growing")
    assert after.info.steps == 4 and not np.array_equal(before.generate([0]), after.generate([0]))


@pytest.mark.parametrize("kind", ["model folder", "run folder", "checkpoint file"])
def test_the_path_named_at_the_start_opens_and_no_other(home: Path, tmp_path: Path, kind: str) -> None:
    paths = {"model folder": tmp_path / "elsewhere", "run folder": tmp_path / "r", "checkpoint file": tmp_path / "g.safetensors"}
    shutil.copytree(write_tiny(home, "tiny"), paths["model folder"])
    save_file(tutorial_state(), paths["checkpoint file"])
    named = str(train_run(paths[kind], 1) if kind == "run folder" else paths[kind])
    studio = Studio(model=named)
    assert studio.default_model == named == studio.models()[0].name
    assert len(studio.synthesizer(named).generate([0])) == 1
    for path in {str(path) for path in paths.values()} - {named} | {str(home / "models" / "tiny"), "../tiny"}:
        with pytest.raises(CheckpointError, match="no model is called"):
            studio.synthesizer(path)


def test_a_named_run_that_grows_is_taken_up_too(home: Path, tmp_path: Path) -> None:
    run = train_run(tmp_path / "elsewhere", 1)
    studio = Studio(model=str(run))
    assert studio.synthesizer(str(run)).info.steps == 1
    train_run(run, 3)
    assert studio.synthesizer(str(run)).info.steps == 3


@pytest.mark.parametrize("model", ["..", ".", "../models/tiny", "tiny/", "a/../tiny", "", "x\0", "n" * 300, "untrained", "hf:o/r", "ü"])
@pytest.mark.parametrize("public", [False, True])
def test_no_other_name_opens_anything(studio: Studio, model: str, public: bool) -> None:
    with pytest.raises(CheckpointError):
        Studio(model="tiny", public=public).synthesizer(model)


def test_an_untrained_model_opens_first_where_there_is_no_other(home: Path) -> None:
    studio = Studio()
    assert studio.default_model == "untrained-dcgan-64"
    assert Studio(model="untrained-dcgan-16-grey").models()[0].name == "untrained-dcgan-16-grey"


# Proposals and estimates


def test_a_proposal_fits_the_data(studio: Studio, tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pics")
    proposal = studio.propose(str(pictures), "dcgan")
    assert (proposal["image_size"], proposal["image_channels"], proposal["count"]) == (16, 3, 12)
    assert studio.propose("shapes", "paper")["base_channels"] == 128
    assert studio.propose("shapes", "quick")["learning_rate_g"] == 2 * studio.propose("shapes", "dcgan")["learning_rate_g"]
    assert studio.propose("fashion-mnist-10k", "dcgan")["image_channels"] == 1


@pytest.mark.parametrize("source", ["", "  ", "no-such-set", "/no/such/folder", "x\0y"])
def test_a_source_that_is_not_there_is_a_sentence(studio: Studio, source: str) -> None:
    with pytest.raises((ConfigError, DataError)) as caught:
        studio.propose(source, "dcgan")
    assert "\n" not in str(caught.value)
    with pytest.raises(DCGANError):
        studio.start_run(StartRequest(source), KEY)
    assert studio.runs() == []


@pytest.mark.parametrize("source", ["pics", "./pics", "tests", "shapes/../pics", "~"])
def test_a_public_server_takes_named_sets_only(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    write_pictures(tmp_path / "pics")
    monkeypatch.chdir(tmp_path)
    assert studio.propose("pics", "dcgan")["count"] == 12
    public = Studio(model="tiny", public=True)
    for ask in (lambda: public.propose(source, "dcgan"), lambda: public.start_run(StartRequest(source), KEY)):
        with pytest.raises(ConfigError, match="public"):
            ask()
    assert public.propose("shapes", "dcgan")["count"] == 10_000


def test_an_estimate_comes_from_a_real_trial(studio: Studio) -> None:
    estimate = studio.estimate(StartRequest("shapes", settings=SETTINGS, budget=Budget(steps=100)))
    assert 0 < estimate.seconds_per_step < 60 and estimate.images_per_second == pytest.approx(8 / estimate.seconds_per_step)
    assert estimate.steps == 100 and estimate.total_seconds == pytest.approx(100 * estimate.seconds_per_step)


@pytest.mark.parametrize(
    ("budget", "steps", "seconds"),
    [(Budget(steps=10), 10, 5), (Budget(minutes=2), 240, 120), (Budget(epochs=0.5), 625, 312.5)],
)
def test_an_estimate_is_for_the_whole_budget(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: Budget, steps: int, seconds: float
) -> None:
    stub(tmp_path, monkeypatch, """echo '{"seconds_per_step": 0.5}'""")
    estimate = studio.estimate(StartRequest("shapes", settings=SETTINGS, budget=budget))  # 10,000 pictures, 8 a step
    assert estimate == Estimate(seconds_per_step=0.5, images_per_second=16, steps=steps, total_seconds=seconds)


@pytest.mark.parametrize("end", ["exit 1", "echo no JSON", "kill -9 $$", 'echo "{}"'])
def test_a_trial_that_fails_is_a_sentence(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    stub(tmp_path, monkeypatch, end)
    with pytest.raises(ConfigError, match="take a smaller width"):
        studio.estimate(StartRequest("shapes", settings=SETTINGS))


# Runs


def test_a_run_trains_in_a_process_of_its_own_and_completes(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pictures(tmp_path / "work" / "-pics")
    monkeypatch.chdir(tmp_path / "work")  # relative paths mean what they mean here, not where the process runs
    monkeypatch.setenv("DCGAN_HOME", "../home")
    write_tiny(home, "tiny")
    studio = Studio(model="tiny", data_dir=Path("sets"))
    run = studio.start_run(StartRequest("-pics", settings=SETTINGS, budget=Budget(steps=4)), KEY)
    assert run.startswith("pics-") and studio.status(run).state == "starting"
    assert studio.may_control(run, KEY) and not studio.may_control(run, KEY[1:]) and not studio.may_control(run, "")
    status = wait_for(studio, run, "completed", "failed", "interrupted")
    assert (status.state, status.step, status.message) == ("completed", 4, None)
    assert [reader.name for reader in studio.runs()] == [run]
    config = studio.run(run).config
    assert config["data"]["images"] == 12 and config["data"]["source"] == str(tmp_path / "work" / "-pics")
    assert config["recipe"]["base_channels"] == 4 and config["data"]["data_dir"] == str(tmp_path / "work" / "sets")
    made = studio.synthesizer(run)
    assert made.info.steps == 4 and made.info.z_dim == Z_DIM
    assert KEY not in (home / "runs" / run / "owner.json").read_text()


@pytest.mark.slow
def test_one_run_at_a_time_which_its_starter_stops_and_continues(studio: Studio) -> None:
    request = StartRequest("shapes", settings=SETTINGS, budget=Budget(minutes=10))
    run = studio.start_run(request, KEY)
    with pytest.raises(RunError, match="being trained; stop it first"):
        studio.start_run(request, KEY)
    wait_for(studio, run, "running")
    until(lambda: studio.status(run).step >= 1, "the first step")
    with pytest.raises(RunError, match="here it can be watched"):
        studio.order(run, "x" * 32, "stop", {})
    studio.order(run, KEY, "pause", {})
    wait_for(studio, run, "paused")
    studio.order(run, KEY, "stop", {})
    stopped = wait_for(studio, run, "stopped")
    with pytest.raises(RunError, match="here it can be watched"):
        studio.continue_run(run, "")
    studio.continue_run(run, KEY)
    assert studio.status(run).state in ("starting", "running")
    with pytest.raises(RunError, match="being trained"):
        studio.continue_run(run, KEY)
    until(lambda: studio.status(run).state == "running" and studio.status(run).step > stopped.step, "it goes on")
    studio.order(run, KEY, "stop", {})
    assert wait_for(studio, run, "stopped").step > stopped.step
    resumed = [line for line in studio.run(run).since(0).lines if line.get("event") == "resumed"]
    assert [line["step"] for line in resumed] == [stopped.step]


@pytest.mark.slow
def test_a_run_stopped_while_it_loads_torch_goes_on_from_nothing(studio: Studio) -> None:
    run = studio.start_run(StartRequest("shapes", settings=SETTINGS, budget=Budget(steps=3)), KEY)
    studio.order(run, KEY, "stop", {})
    wait_for(studio, run, "stopped")
    studio.continue_run(run, KEY)
    assert wait_for(studio, run, "completed", "failed", "interrupted").state == "completed"
    assert studio.status(run).step == 3


def test_two_starts_at_once_are_one_run(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "exec sleep 60")

    def start(_: int) -> str:
        try:
            return studio.start_run(StartRequest("shapes", settings=SETTINGS), KEY)
        except RunError as error:
            return str(error)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(start, range(4)))
    assert len(studio.runs()) == 1
    assert len([answer for answer in answers if "stop it first" in answer]) == 3


def test_a_run_whose_data_cannot_be_read_says_so(studio: Studio, tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pics", 3)
    for path in pictures.iterdir():
        path.write_bytes(path.read_bytes()[:60])  # the header is whole, so a look at the folder finds nothing wrong
    run = studio.start_run(StartRequest(str(pictures), settings=SETTINGS), KEY)
    status = wait_for(studio, run, "failed", "interrupted", "completed", "stopped")
    assert status.state == "failed" and status.message is not None and str(pictures) in status.message
    assert "Traceback" not in status.message and not status.message.startswith("dcgan:")
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


STARTER = """
import sys, time
from dcgan.config import Budget
from dcgan.studio import StartRequest, Studio
studio = Studio(model="tiny")
print(studio.start_run(StartRequest("shapes", settings=tuple(sys.argv[1:]), budget=Budget(minutes=10)), "k"), flush=True)
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_worker_saves_and_ends_when_the_app_is_killed(studio: Studio, home: Path) -> None:
    command = [sys.executable, "-c", STARTER, *SETTINGS]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        run = app.stdout.readline().strip()
        reader = RunReader(home / "runs" / run)
        until(lambda: reader.status().step >= 3, "three steps")
        worker = json.loads((reader.folder / "worker.json").read_text())["pid"]
        assert is_alive(worker) and worker != app.pid
        app.send_signal(signal.SIGKILL)
    until(lambda: reader.status().state == "stopped", "the worker stops")
    last = reader.status().step
    assert reader.since(0).lines[-1] == reader.since(0).lines[-1] | {"event": "finished", "reason": "stopped", "step": last}
    assert studio.synthesizer(run).info.steps == last
    assert (reader.folder / "state.safetensors").exists() and not (reader.folder / "worker.json").exists()
    until(lambda: not is_alive(worker) or _is_zombie(worker), "the process is gone")


def _is_zombie(pid: int) -> bool:
    """In a container nobody may collect orphans."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_runs_of_the_command_line_are_watched_not_steered(studio: Studio, home: Path) -> None:
    train_run(home / "runs" / "by hand", 1)
    assert [reader.name for reader in studio.runs()] == ["by hand"] and not studio.may_control("by hand", KEY)
    for act in (lambda: studio.order("by hand", KEY, "stop", {}), lambda: studio.continue_run("by hand", KEY)):
        with pytest.raises(RunError, match="elsewhere"):
            act()


def test_a_run_that_was_deleted_is_gone(studio: Studio, home: Path) -> None:
    folder = train_run(home / "runs" / "r", 1)
    assert studio.status("r").state == "completed"
    shutil.rmtree(folder)
    assert studio.runs() == []
    with pytest.raises(RunError, match="no run is called 'r'"):
        studio.status("r")
