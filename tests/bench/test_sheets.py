"""`python -m dcgan bench sheets`: what several trainings came to, under recipe and step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_app import train_run, write_tiny

from dcgan.bench.sheets import caption
from dcgan.cli import main
from dcgan.images import grid
from dcgan.models import Library

CAPTION = 16  # px


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ({"recipe": {"name": "quick", "base_channels": 32}, "steps": 4248}, "quick, step 4,248"),
        ({"recipe": {"name": "paper", "base_channels": 32}, "steps": 1036}, "paper, width 32, step 1,036"),
        ({"recipe": {"name": "dcgan", "base_channels": 48}, "steps": 0}, "dcgan, step 0"),  # which leaves its width open
        ({}, "netG"),
    ],
)
def test_a_caption_says_recipe_and_step(training: dict[str, object], said: str) -> None:
    assert caption("netG", training) == said


def test_the_seeds_of_each_stand_beside_each_other_under_a_caption(tmp_path: Path, home: Path) -> None:
    run = train_run(home / "runs" / "r", 2)
    write_tiny(home, "tiny")
    options = ["--count", "6", "--columns", "3", "--across", "2", "--out", str(tmp_path / "all.png")]
    assert main(["bench", "sheets", str(run), "tiny", f"{run}/snapshots/000000", *options]) == 0
    whole = np.asarray(Image.open(tmp_path / "all.png"))
    wanted = [grid(Library().synthesizer(name).generate(range(6)), 3) for name in (str(run), "tiny", f"{run}/snapshots/000000")]
    height, width, _ = wanted[0].shape
    across = whole.shape[1] - (whole.shape[1] - 4) // 2  # where the second of two begins
    for sheet, top, left in zip(wanted, (CAPTION, CAPTION, 2 * CAPTION + height + 4), (0, across, 0), strict=True):
        assert np.array_equal(whole[top : top + height, left : left + width], sheet)
    for top, left in ((0, 0), (0, across), (CAPTION + height + 4, 0)):
        words = whole[top : top + CAPTION, left : left + width]
        assert words.min() < 64 and words.max() == 255  # black on white
    assert (whole[CAPTION + height + 4 :, across:] == 255).all()


@pytest.mark.parametrize(
    ("out", "said"), [("all.gif", "all.gif is neither a .png nor a .jpg file"), ("no/all.png", "there is no folder no")]
)
def test_where_it_cannot_be_written_is_one_sentence(home: Path, capsys: pytest.CaptureFixture[str], out: str, said: str) -> None:
    write_tiny(home, "tiny")
    assert main(["bench", "sheets", "tiny", "--out", out]) == 2
    assert said in capsys.readouterr().err
