"""`python -m dcgan recipes` and `networks`."""

from __future__ import annotations

import json

import pytest

from dcgan.cli import main
from dcgan.training.recipes import ABOUT, RECIPES


def test_every_recipe_is_listed_with_its_paragraph(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    shown = capsys.readouterr().out
    assert all(f"{name}: {ABOUT[name]}" in shown for name in RECIPES)
    assert main(["recipes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["about"]) for one in told] == list(ABOUT.items())


def test_the_tutorials_networks_with_their_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["networks", "--recipe", "pytorch-tutorial"]) == 0
    shown = capsys.readouterr().out
    assert "3,576,704" in shown and "2,765,568" in shown and "conv_transpose 4x4 /2" in shown and "unwise" not in shown
    assert main(["networks", "--recipe", "pytorch-tutorial", "--set", "downsampling=pool", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["generator"]["parameters"] == 3_576_704 and "max_pool" in {layer["type"] for layer in told["discriminator"]["layers"]}
    assert len(told["advice"]) == 1 and "strides" in told["advice"][0]


def test_the_data_decide_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["networks", "--recipe", "conditional", "--data", "fashion-mnist-10k", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["generator"]["layers"][0]["classes"] == 10 and told["discriminator"]["input"] == [1, 32, 32]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--recipe", "nobody"], "no recipe is called 'nobody'"),
        (["--recipe", "dense", "--set", "upsampling=resize"], "no convolutions"),
        (["--set", "activation_g=tanh"], "activation_g is one of"),
        (["--recipe", "tensorflow-tutorial", "--set", "image_size=64"], "image_size is one of 28"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["networks", *arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and said in lines[0]
