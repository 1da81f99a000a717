"""`python -m dcgan doctor`: of models and of runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_app import SETTINGS

from dcgan.cli import main


def test_a_good_model_and_a_bad_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "shapes-32"]) == 0 and "nothing wrong is found" in capsys.readouterr().out
    assert main(["doctor", "untrained-dcgan-16-grey-3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert not told["healthy"] and told["findings"][0]["finding"] == "dead" and told["measures"]["n"] == 256 and told["diagnoses"] == []


def test_beside_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "shapes-32", "--data", "shapes"]) == 0
    told = capsys.readouterr().out
    assert "nothing wrong is found" in told and "of the real; nearest real picture" in told and "star" in told
    assert main(["doctor", "shapes-32", "--data", "shapes", "--json"]) == 0
    beside = json.loads(capsys.readouterr().out)["beside"]
    assert (
        beside["data"] == "shapes"
        and beside["pictures"] == 1024
        and sum(share for share, _ in beside["classes"].values()) == pytest.approx(1)
    )
    assert main(["doctor", "shapes-32", "--data", "no-such-data"]) == 2


def test_a_run_is_told_of_while_it_trains_and_afterwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [part for setting in (*SETTINGS, "learning_rate_g=0") for part in ("--set", setting)]
    assert main(["train", "--data", "shapes", "--steps", "60", "--run", str(tmp_path / "run"), *settings]) == 0
    said = capsys.readouterr().err
    assert "doctor, step 50: G does not learn" in said and "Remedy: continue from step 0 with learning_rate_g=0.0004" in said
    assert main(["doctor", str(tmp_path / "run")]) == 0
    assert "doctor, step 50: G does not learn" in capsys.readouterr().out


def test_wrong_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "no-such-model"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("dcgan: no model is called") and error.count("\n") == 1
