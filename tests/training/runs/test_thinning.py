"""What a long run keeps of its snapshots and sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dcgan.events import Judged, SamplesReady
from dcgan.training.runs.folder import RunReader
from dcgan.training.runs.snapshots import MAX_SNAPSHOTS, thin
from dcgan.training.runs.writer import RunWriter


def test_snapshots_are_thinned_where_they_are_dense(tmp_path: Path) -> None:
    for step in range(0, 5000, 10):
        (tmp_path / f"{step:06d}").mkdir()
        thin(tmp_path)
    steps = sorted(int(path.name) for path in tmp_path.iterdir())
    assert len(steps) == MAX_SNAPSHOTS and steps[0] == 0 and steps[-1] == 4990
    gaps = np.diff(steps)
    assert gaps[:5].max() <= gaps[-5:].max() and steps[5] < 500


def test_sheets_are_thinned_too_and_the_newest_is_always_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.training.runs.writer.MAX_SHEETS", 6)
    writer = RunWriter(tmp_path / "r")
    (writer.folder / "samples").mkdir()
    with (writer.folder / "events.jsonl").open("ab", buffering=0) as writer._events:
        for step in range(0, 300, 10):
            writer.write(SamplesReady(step, step / 10, np.zeros((4, 16, 16, 1), np.uint8)))
            writer.write(Judged(step, np.zeros((4, 16, 16, 1), np.uint8), (0.5,) * 4, (0.5,) * 4))
    steps = RunReader(writer.folder).sample_steps()
    assert len(steps) == 6 and steps[0] == 0 and steps[-1] == 290
    assert sorted(path.name for path in (writer.folder / "samples").iterdir()) == [
        f"{step:06d}{end}" for step in steps for end in (".jpg", ".json")
    ]
