"""Studio: models in memory."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file
from tiny_app import train_run, tutorial_state, write_tiny

from dcgan.errors import CheckpointError
from dcgan.studio import Studio
from dcgan.studio.models import LOADED


def test_models_are_loaded_once_and_the_newest_asked_for_are_kept(studio: Studio, home: Path) -> None:
    for index in range(LOADED):
        write_tiny(home, f"m{index}", seed=index)
    first = studio.synthesizer("tiny")
    assert studio.synthesizer("tiny") is first
    oldest = studio.synthesizer("m0")
    for index in range(1, LOADED - 1):
        studio.synthesizer(f"m{index}")
    assert studio.synthesizer("tiny") is first  # asked for again: now the newest
    second = studio.synthesizer("m1")
    studio.synthesizer(f"m{LOADED - 1}")  # m0 is the oldest and goes
    assert studio.synthesizer("tiny") is first and studio.synthesizer("m1") is second
    assert studio.synthesizer("m0") is not oldest


def test_a_runs_newest_snapshot_is_taken_up(studio: Studio, home: Path) -> None:
    run = train_run(home / "runs" / "growing", 2)
    before = studio.synthesizer("growing")
    assert before.info.steps == 2
    train_run(run, 4)
    after = studio.synthesizer("growing")
    assert after.info.steps == 4 and not np.array_equal(before.generate([0]), after.generate([0]))


def test_a_stage_of_a_run_is_listed_when_it_is_named(studio: Studio, home: Path) -> None:
    train_run(home / "runs" / "growing", 4)
    stages = [f"growing@{step}" for step in studio.library.stages("growing")]
    assert stages
    names = [info.name for info in studio.models()]
    assert "growing" in names and not set(stages) & set(names)
    assert [info.name for info in studio.models(stages[0])] == [*names, stages[0]]
    for nothing in ("growing@99", "no-such-model", str(home)):
        assert [info.name for info in studio.models(nothing)] == names


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
