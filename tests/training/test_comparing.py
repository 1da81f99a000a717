"""Compare: what differs, what stays, what is refused before anything starts; and the page that shows it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dcgan.cli import main
from dcgan.files import read_json

SMALL = ["image_size=16", "base_channels=4", "batch_size=6", "z_dim=8", "threads=1", "pictures=40", "seed=5", "kernels=native"]
COMMON = ["--data", "shapes", "--steps", "3", *(part for setting in SMALL for part in ("--set", setting))]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)


def test_two_values_differ_in_nothing_else(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["compare", "activation_g", "elu", "leaky_relu", *COMMON, "--json"]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["value"], one["run"], one["step"]) for one in told] == [
        ("elu", "activation-g-elu", 3),
        ("leaky_relu", "activation-g-leaky-relu", 3),
    ]
    configs = [read_json(home / "runs" / one["run"] / "config.json") for one in told]
    first, second = (config["recipe"] for config in configs)
    assert {key for key in first if first[key] != second[key]} == {"activation_g"}
    assert configs[0]["discriminator"] == configs[1]["discriminator"] and configs[0]["generator"] != configs[1]["generator"]
    before = [(home / "runs" / one["run"] / "events.jsonl").read_bytes() for one in told]
    assert main(command) == 0  # a comparison that is there is read again
    assert [(home / "runs" / one["run"] / "events.jsonl").read_bytes() for one in told] == before
    assert json.loads(capsys.readouterr().out) == told


def test_the_page_stands_alone(home: Path) -> None:
    assert main(["compare", "augment", "", "color,translation", *COMMON, "--name", "a", "--out", "side.html"]) == 0
    page = Path("side.html").read_text("utf-8")
    assert page.count("<img ") == 2 and page.count('src="data:image/jpeg;base64,') == 2 and not re.search(r"https?://|<script|<link", page)
    charts = re.findall(r"<figure><svg.*?</figure>", page)
    assert len(charts) == 5 and all(chart.count("<polyline") == 2 for chart in charts)
    assert all(len(points.split()) == 3 for chart in charts for points in re.findall(r'points="([^"]*)"', chart))
    assert (home / "runs/a-none").is_dir() and (home / "runs/a-color-translation").is_dir()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["activation_g", "elu"], "2 to 4 different values"),
        (["activation_g", "elu", "elu"], "2 to 4 different values"),
        (["seed", "1", "2", "3", "4", "5"], "2 to 4 different values"),
        (["name", "a", "b"], "no setting is called 'name'"),
        (["activation_g", "elu", "tanh"], "activation_g is one of"),
        (["image_size", "16", "28"], "image_size is one of"),
        (["seed", "1", "2"], "leave --set seed away"),
    ],
)
def test_what_cannot_be_compared_starts_nothing(home: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [] if arguments[0] == "image_size" else COMMON[4:]
    assert main(["compare", *arguments, *COMMON[:4], *settings]) == 2
    assert said in capsys.readouterr().err and not (home / "runs").exists()
