"""README's commands and Python lines are run, in their order, in an empty folder."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcgan.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")

# The commands that README shows.
SHOWN = {
    "arithmetic",
    "data",
    "directions",
    "doctor",
    "evaluate",
    "export",
    "generate",
    "import",
    "inspect",
    "interpolate",
    "models",
    "networks",
    "recipes",
    "runs",
    "shelve",
    "train",
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line.startswith("python -m dcgan")]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with nothing in it but a few pictures."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dcgan.training.recipes.cores", lambda: 1)  # several threads wait for each other where other tests compute
    Path("my-pictures").mkdir()
    for index, pixels in enumerate(np.random.default_rng(1).integers(0, 256, (70, 16, 16, 3), np.uint8)):
        Image.fromarray(pixels).save(f"my-pictures/{index}.png")
    return tmp_path


@pytest.mark.usefixtures("read_here")
def test_the_command_lines_run(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {shlex.split(command)[3] for command in commands()} == SHOWN
    for command in commands():
        assert main(shlex.split(command)[3:]) == 0, command
    for file in ("grid.png", "samples.npz", "mine.png", "nearest.png", "runs/shapes/snapshots/000070/config.json"):
        assert (empty / file).exists(), file


def test_the_python_lines_run(empty: Path) -> None:
    (code,) = blocks("python")
    names: dict[str, object] = {}
    exec(code, names)
    pictures, same = names["pictures"], names["same"]
    assert isinstance(pictures, np.ndarray) and pictures.shape == (16, 32, 32, 1)
    assert isinstance(same, np.ndarray) and np.abs(same[0].astype(int) - pictures[3]).max() <= 1
    changed, walk, sheet = names["changed"], names["walk"], names["sheet"]
    assert isinstance(changed, np.ndarray) and np.abs(changed[0].astype(int) - pictures[3]).mean() > 5
    assert isinstance(walk, np.ndarray) and walk.shape == (17, 32, 32, 1) and np.abs(walk[0].astype(int) - pictures[3]).max() <= 1
    assert isinstance(sheet, np.ndarray) and sheet.ndim == 3 and (empty / "walk.gif").exists()


def test_files_that_are_named_are_there() -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
    layout = re.search(r"## Layout\n\n```\n(.*?)```", README, re.DOTALL)
    assert layout
    for line in layout[1].splitlines():
        name = line.split()[0]
        assert (ROOT / name).exists() or (ROOT / "dcgan" / name).exists(), name


def test_the_commands_that_ci_looks_for() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    for command in re.findall(r"readme '(.*?)'", script):
        assert README.count(f"\n{command}\n") == 1, command
    assert subprocess.run(["bash", "-n", str(ROOT / ".ci/run")], check=False).returncode == 0
