"""bench train: what is made of the times, and the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dcgan.bench.sides import Job, Memory, Side, timed
from dcgan.bench.train import TrainBench, TrainBenchRequest, _result, fastest_quarter
from dcgan.cli import main
from dcgan.cli.bench import tell
from dcgan.config import Recipe
from dcgan.errors import DCGANError
from dcgan.training.design import design

RECIPE = Recipe(
    image_size=16, image_channels=3, z_dim=8, base_channels=4, batch_size=6, precision="bf16", layout="contiguous", compile="off", threads=1
)
TINY = [
    part
    for setting in (
        "image_size=16",
        "base_channels=4",
        "batch_size=8",
        "threads=1",
        "precision=fp32",
        "layout=contiguous",
        "compile=off",
        "kernels=native",
    )
    for part in ("--set", setting)
]


def test_the_fastest_quarter() -> None:
    assert fastest_quarter([8.0, 1.0, 3.0, 9.0, 9.0, 9.0, 9.0, 9.0]) == 2.0
    assert fastest_quarter([5.0, 4.0, 6.0]) == 4.0


def test_ratio_spread_and_share() -> None:
    job = Job(RECIPE, design(RECIPE, 0), "shapes", None, "cpu", 0)
    turns = {"ours": [[0.5] * 4, [0.25] * 4], "plain": [[1.0] * 4, [2.0] * 4]}
    memory = {"ours": Memory(1000, None), "plain": Memory(2000, None)}
    peaks = {"fp32": 1e9, "bf16": 4e9}
    result = _result(TrainBenchRequest(turns=2, steps=4), job, 20, turns, memory, peaks)
    assert (result.ours, result.plain, result.ratio) == (6 / 0.25, 6 / 1.0, 4.0)  # the fastest quarter of 8 steps is 2
    assert (result.ratio_low, result.ratio_high) == (2.0, 8.0)
    assert result.peak_share == pytest.approx(2 * result.multiply_adds * 24 / 4e9)
    assert result.plain_peak_share == pytest.approx(2 * result.multiply_adds * 6 / 1e9)
    assert (result.peak_memory_bytes, result.plain_peak_memory_bytes) == (1000, 2000)
    assert result.device_memory_bytes is None
    assert json.loads(json.dumps(result.to_json()))["recipe"]["precision"] == "bf16"


def test_every_step_is_timed_alone_on_a_cpu() -> None:
    made: list[int] = []
    seconds = timed(lambda: made.append(1), 7, "cpu")
    assert len(seconds) == len(made) == 7 and min(seconds) >= 0


@pytest.mark.skipif(os.name == "nt", reason="Windows does not say")
def test_the_peak_of_memory_is_in_bytes() -> None:
    """In a process of its own, which has held little before, so that 256 MB are a new peak."""
    program = "import numpy; from dcgan.system import peak_memory; print(peak_memory(), numpy.ones(1 << 25).nbytes, peak_memory())"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    before, held, after = map(int, said.split())
    assert 5e6 < before < held < after < before + 1.5 * held


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--recipe", "paper"], "no tutorial has the network paper: "),
        (["--recipe", "none"], "no recipe is called 'none'"),
        (["--data", "few"], "10 pictures, fewer than a batch of 16"),
        (["--data", "nowhere"], "'nowhere' is neither"),
        (["--set", "batch=3"], "no setting is called 'batch'"),
        (["--turns", "0"], "--turns"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    options: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("few").mkdir()
    for index, pixels in enumerate(np.random.default_rng(1).integers(0, 256, (10, 16, 16, 3), np.uint8)):
        Image.fromarray(pixels).save(f"few/{index}.png")
    assert main(["bench", "train", *TINY, "--set", "batch_size=16", *options]) == 2
    out, err = capsys.readouterr()
    assert out == "" and words in err and err.startswith("dcgan: ") and err.count("\n") == 1


@pytest.mark.slow
def test_a_side_that_dies_is_told() -> None:
    with (
        pytest.raises(DCGANError, match="side 'ours' ended with status"),
        Side("ours", Job(RECIPE, design(RECIPE, 0), "shapes", None, "cpu", 0)) as side,
    ):
        assert side.seconds(1)[0] > 0
        side._process.kill()
        side.seconds(1)


@pytest.mark.slow
def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "train", "--turns", "2", "--steps", "4", "--workers", "1", *TINY, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert {"ours", "plain", "ratio", "ratio_low", "ratio_high", "peak_share", "peak_memory_bytes"} <= set(result)
    assert result["ratio"] == pytest.approx(result["ours"] / result["plain"])
    assert result["ratio_low"] <= result["ratio_high"]
    assert (result["turns"], result["steps"], result["images"]) == (2, 4, 10_000)
    assert set(result["peaks"]) >= {"fp32", "bf16"} and 0 < result["peak_share"] < 1
    assert 100e6 < result["peak_memory_bytes"] < 5e9
    tell(TrainBench(**result))
    out = capsys.readouterr().out
    for words in ("ours (pytorch-tutorial)", "plain loop", "over 2 turns of 4 steps each", "GFLOP/s", "threads 1", "ONEDNN_MAX_CPU_ISA"):
        assert words in out
