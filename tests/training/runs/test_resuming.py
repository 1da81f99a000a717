"""A run that was stopped, killed or has come to its end is continued where it was; another training in its folder is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_runs import interrupted, names_of, request, run_to_the_end, same_state, steps_of

from dcgan.errors import RunError
from dcgan.training.processes import options_again
from dcgan.training.runs.folder import RunReader
from dcgan.training.worker import RunTraining


@pytest.mark.parametrize("stop_at", [1, 4])
def test_stopped_and_continued_is_never_stopped(tmp_path: Path, pictures: Path, stop_at: int) -> None:
    run_to_the_end(request(tmp_path / "whole", pictures))
    stopped = run_to_the_end(request(tmp_path / "parts", pictures), stop_at)
    assert stopped.status().state == "stopped" and stopped.status().step == stop_at
    continued = run_to_the_end(request(tmp_path / "parts", None, steps=None))
    assert steps_of(continued) == [1, 2, 3, 4, 5, 6] and "resumed" in names_of(continued)
    same_state(tmp_path / "whole", tmp_path / "parts")


def test_lines_beyond_the_state_are_cut_back(tmp_path: Path, pictures: Path) -> None:
    run_to_the_end(request(tmp_path / "whole", pictures))
    interrupted(tmp_path / "r", pictures, after=5)
    viewer = RunReader(tmp_path / "r")
    seen = viewer.since(0)
    assert viewer.status().state == "interrupted" and steps_of(viewer) == [1, 2, 3, 4, 5]
    run_to_the_end(request(tmp_path / "r", pictures))
    later = viewer.since(seen.next)
    assert later.generation == seen.generation + 1
    assert steps_of(viewer) == [1, 2, 3, 4, 5, 6]
    same_state(tmp_path / "whole", tmp_path / "r")


def test_a_torn_state_falls_back_to_the_one_before(tmp_path: Path, pictures: Path) -> None:
    run_to_the_end(request(tmp_path / "whole", pictures))
    run_to_the_end(request(tmp_path / "r", pictures), stop_at=5)
    state = tmp_path / "r/state.safetensors"
    state.write_bytes(state.read_bytes()[:1000])
    with RunTraining(request(tmp_path / "r", None)) as training:
        training.prepare()
        assert training.start.step == 4
    run_to_the_end(request(tmp_path / "r", None))
    same_state(tmp_path / "whole", tmp_path / "r")


def test_a_complete_run_says_so_and_can_be_lengthened(tmp_path: Path, pictures: Path) -> None:
    run_to_the_end(request(tmp_path / "r", pictures))
    with RunTraining(request(tmp_path / "r", None, steps=6)) as training:
        assert training.is_complete()
    with RunTraining(request(tmp_path / "r", None, steps=9)) as training:
        assert not training.is_complete()
    assert run_to_the_end(request(tmp_path / "r", None, steps=9)).status().step == 9
    run_to_the_end(request(tmp_path / "whole", pictures, steps=9))
    same_state(tmp_path / "whole", tmp_path / "r")


@pytest.mark.parametrize("failing", ["train", "RunWriter.begin"])
def test_a_lengthening_that_does_not_begin_is_no_longer_at_the_next_try(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    done = run_to_the_end(request(tmp_path / "r", pictures))
    assert options_again(done) == ["--steps", "12"]

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(f"dcgan.training.worker.{failing}", fail)
        run_to_the_end(request(tmp_path / "r", None, steps=12))
    assert options_again(RunReader(tmp_path / "r")) == ["--steps", "12"]
    assert run_to_the_end(request(tmp_path / "r", None, steps=12)).config["budget"] == {"steps": 12}


def test_rare_lines_stay_the_means_of_all_steps_where_a_run_was_killed_among_them(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = run_to_the_end(request(tmp_path / "each", pictures, steps=24)).since(0).lines
    losses = [line["loss_d"] for line in each if "event" not in line]
    monkeypatch.setattr("dcgan.training.runs.lines.EACH_STEP", 4)
    monkeypatch.setattr("dcgan.training.loop.next_sheet", lambda _: np.inf)  # a sheet comes by time, and ends a line
    interrupted(tmp_path / "r", pictures, after=19, steps=24, save_every=7)
    assert steps_of(RunReader(tmp_path / "r"))[-1] == 18  # step 19 had no line yet, and the state is of step 14
    reader = run_to_the_end(request(tmp_path / "r", None, steps=None, save_every=None))
    lines, ends = [line for line in reader.since(0).lines if "event" not in line], steps_of(reader)
    assert ends == [*range(1, 8), 9, 11, 14, 15, 19, 21, 24]  # at 15 there was a sheet, which a new start begins with
    for line, start in zip(lines, [0, *ends], strict=False):
        assert line["loss_d"] == pytest.approx(np.mean(losses[start : line["step"]]), rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"settings": ("batch_size=9", "learning_rate_g=0.1")}, "batch_size, learning_rate_g"),
        ({"recipe": "paper"}, "name, preset"),
        ({"source": "shapes"}, "data"),
        ({"model": "untrained-dcgan-32"}, "from"),
    ],
)
def test_another_training_in_the_same_folder_is_refused(tmp_path: Path, pictures: Path, changes: dict[str, Any], named: str) -> None:
    run_to_the_end(request(tmp_path / "r", pictures), stop_at=2)
    before = (tmp_path / "r/config.json").read_bytes()
    with pytest.raises(RunError, match=named), RunTraining(request(tmp_path / "r", pictures, **changes)) as training:
        training.prepare()
    assert (tmp_path / "r/config.json").read_bytes() == before


def test_changed_pictures_are_refused(tmp_path: Path, pictures: Path) -> None:
    run_to_the_end(request(tmp_path / "r", pictures), stop_at=2)
    shutil.copy(pictures / "1.png", pictures / "2.png")
    with pytest.raises(RunError, match="changed since"), RunTraining(request(tmp_path / "r", None)) as training:
        training.prepare()


def test_pictures_that_are_gone_are_missed_by_name(tmp_path: Path, pictures: Path) -> None:
    run_to_the_end(request(tmp_path / "r", pictures), stop_at=2)
    moved = pictures.rename(tmp_path / "elsewhere")
    with (
        pytest.raises(RunError, match=f"pictures of r are no longer at {pictures}"),
        RunTraining(request(tmp_path / "r", None)) as training,
    ):
        training.prepare()
    moved.rename(pictures)
    assert run_to_the_end(request(tmp_path / "r", None)).status().state == "completed"
