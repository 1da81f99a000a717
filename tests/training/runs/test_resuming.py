"""A run that was stopped, killed or has come to its end is continued where it was; another training in its folder is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from small_runs import interrupted, names_of, request, run_to_the_end, same_state, steps_of

from dcgan.errors import RunError
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
