"""bench latency: its sentences, its sums, and one short drag in a real Chromium."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from tiny_app import write_tiny

from dcgan.bench.latency import Drag, LatencyBench, LatencyRequest, bench_latency
from dcgan.cli import main
from dcgan.errors import DCGANError


def test_the_best_drag_counts() -> None:
    slow, quick = Drag(100, 50, 2.0, 30.0), Drag(100, 95, 2.0, 12.0)
    bench = LatencyBench("m", {"ours": [slow, quick, slow], "plain": [Drag(100, 0, 2.0, None)]})
    assert bench.best("ours") is quick and quick.share == 0.95 and quick.per_second == 47.5
    assert json.loads(json.dumps(bench.to_json(), allow_nan=False))["plain"]["best"]["share"] == 0


def test_a_wrong_model_is_said_before_anything_starts() -> None:
    with pytest.raises(DCGANError, match="no model is called 'nobody'"):
        bench_latency(LatencyRequest("nobody"))


def test_without_playwright_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    write_tiny(home, "tiny")
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    assert main(["bench", "latency", "tiny"]) == 2
    assert "dcgan: bench latency drives a real browser: pip install playwright" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
def test_both_sides_draw_pictures(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tiny(home, "tiny")
    assert main(["bench", "latency", "tiny", "--turns", "1", "--seconds", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    for side in ("ours", "plain"):
        best = found[side]["best"]
        assert best["events"] > 20 and 0 < best["pictures"] <= best["events"] + 2 and best["median_ms"] > 0
