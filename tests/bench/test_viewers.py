"""bench viewers: its sums, and a short one with real viewers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dcgan.bench.viewers import ViewersBench, ViewersRequest, bench_viewers
from dcgan.cli import main
from dcgan.errors import DCGANError

TINY = ("image_size=16", "base_channels=4", "batch_size=8", "threads=1")


def test_what_is_allowed_is_beyond_the_spread() -> None:
    request = ViewersRequest()
    fine = ViewersBench(request, [10.0, 9.0, 11.0], [9.0, 8.0, 8.5], 7)
    assert fine.slowing == pytest.approx(0.15) and fine.spread == pytest.approx(0.2) and fine.is_fine
    slow = ViewersBench(request, [10.0, 10.0, 10.1], [9.0, 9.0, 9.0], 7)
    assert slow.slowing == pytest.approx(0.1) and not slow.is_fine
    assert json.loads(json.dumps(slow.to_json()))["is_fine"] is False


@pytest.mark.slow
def test_a_short_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [part for setting in TINY for part in ("--set", setting)]
    command = ["bench", "viewers", "--viewers", "4", "--turns", "2", "--seconds", "4", *settings]
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["watched"]) == len(found["unwatched"]) == 2 and min(found["watched"]) > 0
    assert found["answers"] >= 2 * 4 * 2 and not list(home.glob("runs/*"))


@pytest.mark.slow
def test_a_training_that_cannot_be_is_one_sentence(home: Path) -> None:
    with pytest.raises(DCGANError, match="no training began: "):
        bench_viewers(ViewersRequest(settings=("image_size=17",)))
