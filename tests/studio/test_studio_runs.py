"""Studio: runs in real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from studio_making import until, wait_for, write_pictures
from tiny_app import KEY, SETTINGS, Z_DIM, train_run, write_tiny

from dcgan.config import Budget
from dcgan.errors import CheckpointError, ConfigError, RunError
from dcgan.studio import Studio
from dcgan.studio.form import StartRequest
from dcgan.system import is_alive
from dcgan.training.runs.folder import RunReader

ROOT = Path(__file__).resolve().parents[2]


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
    assert [reader.name for reader in studio.runs.all()] == [run]
    config = studio.runs.find(run).config
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
    resumed = [line for line in studio.runs.find(run).since(0).lines if line.get("event") == "resumed"]
    assert [line["step"] for line in resumed] == [stopped.step]


@pytest.mark.slow
def test_a_run_stopped_while_it_loads_torch_goes_on_from_nothing_and_then_as_long_again(studio: Studio) -> None:
    run = studio.start_run(StartRequest("shapes", settings=SETTINGS, budget=Budget(steps=3)), KEY)
    studio.order(run, KEY, "stop", {})
    wait_for(studio, run, "stopped")
    studio.continue_run(run, KEY)
    assert wait_for(studio, run, "completed", "failed", "interrupted").state == "completed"
    assert studio.status(run).step == 3
    studio.continue_run(run, KEY)
    until(lambda: studio.status(run).step == 6, "as many steps again")
    assert wait_for(studio, run, "completed").step == 6


@pytest.mark.slow
def test_a_run_makes_way_for_another_and_goes_on_afterwards(studio: Studio) -> None:
    first = studio.start_run(StartRequest("shapes", settings=SETTINGS, budget=Budget(steps=100_000)), KEY)
    until(lambda: studio.status(first).step >= 3, "three steps")
    with pytest.raises(ConfigError, match="no recipe is called"):
        studio.start_run(StartRequest("shapes", "nobody"), KEY, pausing=first)
    assert studio.status(first).state == "running"  # a wish that cannot be pauses nothing
    second = studio.start_run(StartRequest("shapes", settings=SETTINGS, budget=Budget(steps=3)), KEY, pausing=first)
    paused = studio.status(first)
    assert paused.state == "stopped" and (studio.runs.find(first).folder / "state.safetensors").exists()
    wait_for(studio, second, "completed")
    studio.continue_run(first, KEY)
    until(lambda: studio.status(first).step > paused.step, "it goes on")
    resumed = [line for line in studio.runs.find(first).since(0).lines if line.get("event") == "resumed"]
    assert [line["step"] for line in resumed] == [paused.step]


STARTER = """
import sys, time
from dcgan.config import Budget
from dcgan.studio import Studio
from dcgan.studio.form import StartRequest
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
    assert reader.status().is_orphaned  # which the page says
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
    assert [reader.name for reader in studio.runs.all()] == ["by hand"] and not studio.may_control("by hand", KEY)
    for act in (lambda: studio.order("by hand", KEY, "stop", {}), lambda: studio.continue_run("by hand", KEY)):
        with pytest.raises(RunError, match="elsewhere"):
            act()


def test_a_run_that_was_deleted_is_gone(studio: Studio, home: Path) -> None:
    folder = train_run(home / "runs" / "r", 1)
    assert studio.status("r").state == "completed"
    shutil.rmtree(folder)
    assert studio.runs.all() == []
    with pytest.raises(RunError, match="no run is called 'r'"):
        studio.status("r")


def test_a_branch_is_a_new_run_from_a_stage_with_what_was_changed(studio: Studio, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train_run(home / "runs" / "first", 3)
    began: list[list[str]] = []
    monkeypatch.setattr(studio._workers, "start", lambda folder, home, options: began.append(list(options)))
    with pytest.raises(CheckpointError, match="no stage @2; there are @0, @3"):
        studio.branch_run("first", 2, [], KEY)
    run = studio.branch_run("first", 3, ["learning_rate_d=1e-5"], KEY)
    told = " ".join(began[0])
    assert studio.may_control(run, KEY) and "--from first@3" in told and "--data shapes" in told and "--recipe dcgan" in told
    assert "--set batch_size=8" in told and told.rindex("learning_rate_d=1e-5") > told.index("--set z_dim=8") and "--steps 3" in told
    assert "--set threads=1" in told and "--set precision=fp32" in told  # which SETTINGS ask for
    assert "log_every" not in told and studio.runs.find("first").config["recipe"]["log_every"]  # which the machine decided
    assert [reader.name for reader in studio.runs.all()] == [run, "first"]


def test_who_may_keep_a_run(studio: Studio, home: Path) -> None:
    train_run(home / "runs" / "by hand", 1)
    assert studio.may_keep("by hand", "")
    assert not Studio(model="tiny", public=True).may_keep("by hand", KEY)
    studio.own("by hand", KEY)
    assert studio.may_keep("by hand", KEY) and not studio.may_keep("by hand", "x" * 32)
