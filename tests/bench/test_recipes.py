"""bench recipes: plans, tables, and one real comparison (slow)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dcgan.bench.recipes import IMAGES, TIME, Plan, Row, table
from dcgan.cli import main
from dcgan.config import Recipe
from dcgan.errors import ConfigError

ROOT = Path(__file__).parents[2]
TINY = [
    "image_size=16",
    "base_channels=4",
    "z_dim=8",
    "batch_size=16",
    "precision=fp32",
    "layout=contiguous",
    "kernels=native",
    "compile=off",
]


def written(folder: Path, record: Any) -> Path:
    path = folder / "plan.json"
    path.write_text(json.dumps(record))
    return path


def score(kid: float, images: int = 640, swd: float | None = None) -> dict[str, Any]:
    return {"step": images // 64, "images": images, "seconds": 1.0, "swd": swd, "random": {"kid": kid, "kid_se": 0.001}}


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "experiments").glob("*/plan.json")), ids=lambda path: path.parent.name)
def test_the_plans_that_are_shipped_are_read_and_have_results(path: Path) -> None:
    plan = Plan.read(path)
    for row in plan.rows:
        for seed in row.seeds:
            result = json.loads((path.parent / f"{row.name}.{seed}.json").read_text())
            assert result["name"] == row.name and result["seed"] == seed and all(result[TIME][name]["kid"] for name in plan.features)
            assert (IMAGES in result) or not (row.equal_images and seed == row.seeds[0])
            meant, made = plan.recipe(row), Recipe.from_json(result["recipe"])
            chosen = {key: value for key, value in meant.to_json().items() if value not in (None, "auto") and key != "seed"}
            assert chosen == {key: value for key, value in made.to_json().items() if key in chosen}


def test_the_step_of_so_many_pictures_counts_what_d_sees(tmp_path: Path) -> None:
    rows = [
        {"name": "a", "recipe": "pytorch-tutorial"},
        {"name": "b", "set": ["d_steps=5"]},
        {"name": "c", "set": ["batch_size=32"]},
    ]
    plan = Plan.read(written(tmp_path, {"minutes": 1, "images": 12_800, "rows": rows, "set": ["batch_size=64"]}))
    assert [plan.step_of_images(row) for row in plan.rows] == [200, 40, 400]


@pytest.mark.parametrize(
    ("record", "named"),
    [
        ({"minutes": 1, "images": 1}, "rows"),
        ({"minutes": 1, "images": 1, "rows": [{"name": "a", "colour": 1}]}, "colour"),
        ({"minutes": 1, "images": 1, "rows": [{"name": "a", "recipe": "best"}]}, "best"),
        ({"minutes": 1, "images": 1, "rows": [{"name": "a", "set": ["speed=9"]}]}, "speed"),
        ([], "plan.json"),
    ],
)
def test_what_is_no_plan_is_said(record: Any, named: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=named):
        Plan.read(written(tmp_path, record))


def test_tables_give_means_spread_and_the_ratio_to_the_first_row() -> None:
    plan = Plan((Row("plain"), Row("ours"), Row("missing")), minutes=1, images=640, features=("random",))
    results = [
        {"name": "plain", "seed": 0, TIME: score(0.4, 320, 0.5), IMAGES: score(0.2)},
        {"name": "ours", "seed": 0, TIME: score(0.1, 640, 0.3)},
        {"name": "ours", "seed": 1, TIME: score(0.2, 960, 0.4)},
    ]
    header, *lines = table(plan, results, TIME)
    assert header[:4] == ["recipe", "seeds", "pictures seen", "KID random"]
    assert lines == [["plain", "1", "320", "0.4000 ± 0.0010", "1.00", "0.500"], ["ours", "2", "800", "0.1500 ± 0.0707", "0.38", "0.350"]]
    assert [line[0] for line in table(plan, results, IMAGES)[1:]] == ["plain"]


@pytest.mark.slow
def test_a_plan_is_trained_scored_and_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"name": "few", "set": ["pictures=32"]}, {"name": "all", "equal_images": False}]
    plan = written(
        tmp_path, {"minutes": 0.01, "images": 160, "samples": 32, "features": ["random"], "set": TINY, "rows": rows, "image_size": 16}
    )
    command = ["bench", "recipes", str(plan), "--data", "shapes", "--out", str(tmp_path / "out"), "--jobs", "2"]
    assert main([*command, "--json"]) == 0
    everything, few = json.loads(capsys.readouterr().out)
    assert (everything["name"], few["name"]) == ("all", "few") and IMAGES not in everything
    assert few[IMAGES]["step"] == 10 and few[IMAGES]["images"] == 160 and few["recipe"]["pictures"] == 32
    assert json.loads((tmp_path / "out" / "runs" / "few.0" / "config.json").read_text())["data"]["images"] == 32
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("trained again"))
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "after 0.01 minutes" in printed and "| few | 1 |" in printed and "after 160 pictures seen" in printed
