"""What a long run keeps of its snapshots, sheets and lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dcgan.events import Judged, OrderDone, SamplesReady, StepDone
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


def test_lines_get_rarer_and_stay_the_means_of_all_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcgan.training.runs.lines.EACH_STEP", 20)
    writer, losses = RunWriter(tmp_path / "r"), np.random.default_rng(0).random(400)
    with (writer.folder / "events.jsonl").open("ab", buffering=0) as writer._events:
        for step, loss in enumerate(losses, 1):
            writer.write(StepDone(step, step / 10, step / 5, loss, *[0.5] * 7, 100.0))
            if step == 333:  # whatever else is said comes after the steps before it
                writer.write(OrderDone(step, 1, "pause", {}))
        writer.write_failure(400, "no more")
    reader = RunReader(writer.folder)
    lines = [line for line in reader.since(0).lines if "event" not in line]
    ends = [line["step"] for line in lines]
    assert ends[:39] == list(range(1, 40)) and 333 in ends and ends[-4:] == [350, 368, 387, 400]
    for line, start in zip(lines, [0, *ends], strict=False):
        assert line["loss_d"] == pytest.approx(losses[start : line["step"]].mean(), rel=1e-5)
        assert (line["epoch"], line["seconds"]) == (pytest.approx(line["step"] / 10), pytest.approx(line["step"] / 5))
    assert len(ends) < 20 * (2 + np.log(400 / 20))
