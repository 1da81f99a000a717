"""`python -m dcgan runs`: list, compare, export, import."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tiny_app import train_run

from dcgan.cli import main


@pytest.fixture
def run(home: Path) -> Path:
    return train_run(home / "runs" / "r1", 2)


def test_runs_are_listed_compared_and_carried(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["name"], told["state"], told["step"], told["path"]) == ("r1", "completed", 2, str(run)) and told["bytes"] > 1000
    assert main(["runs"]) == 0 and "r1" in capsys.readouterr().out
    file = tmp_path / "r1.zip"
    assert main(["runs", "export", "r1", str(file)]) == 0 and main(["runs", "import", str(file)]) == 0
    assert "r1-2 is here" in capsys.readouterr().out
    assert main(["runs", "compare", "r1", "r1-2", "--json"]) == 0 and json.loads(capsys.readouterr().out) == {}
    shutil.rmtree(run)
    assert main(["train", "--run", str(run.with_name("r1-2")), "--steps", "3"]) == 0  # what came can be continued


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "nobody", "x.zip"], "no run is called"),
        (["import", "/no/such.zip"], "not a run"),
        (["compare", "a", "b"], "no run is called"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("dcgan: ") and said in error and error.count("\n") == 1
