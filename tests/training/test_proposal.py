"""What is proposed for a set, and that it trains."""

from __future__ import annotations

import itertools
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from dcgan.config import apply_settings
from dcgan.data import survey
from dcgan.data.examination import Examination, PixelReport
from dcgan.training.design import design
from dcgan.training.proposal import REASONS, command, propose
from dcgan.training.recipes import fill, named_recipe

FACES = Examination(replace(survey("shapes"), count=900), (64, 80, 200), {"colour": 900}, 0.1, 900, PixelReport(mirrored=1.01))


def proposed(found: Examination, device: str = "cpu") -> dict[str, str]:
    return {proposal.key: proposal.value for proposal in propose(found, device)}


def test_a_small_set_in_colour() -> None:
    assert proposed(FACES) == {
        "recipe": "dcgan",
        "image_size": "64",
        "base_channels": "32",
        "augment": "color,translation",
        "flip": "on",
        "steps": "15400",
    }
    on_gpu = proposed(FACES, "cuda")
    assert "base_channels" not in on_gpu and on_gpu["steps"] == "7700"


@pytest.mark.parametrize(("ratio", "count", "reason"), [(None, 90, "unknown"), (1.3, 900, "differs"), (1.0, 9_000, "needless")])
def test_mirroring_is_off_unless_it_is_known_to_be_harmless_and_needed(ratio: float | None, count: int, reason: str) -> None:
    found = replace(FACES, survey=replace(FACES.survey, count=count), pixels=PixelReport(mirrored=ratio))
    flip = next(proposal for proposal in propose(found, "cpu") if proposal.key == "flip")
    assert (flip.value, flip.reason.key) == ("off", f"flip_{reason}")
    assert flip.to_json()["reason"]["sentence"] == flip.reason.sentence(REASONS)


@pytest.mark.parametrize("size", [16, 32, 64])
def test_the_proposal_is_a_recipe_that_has_networks(size: int) -> None:
    found = replace(FACES, survey=replace(FACES.survey, image_size=size))
    words = shlex.split(command("my pictures", propose(found, "cpu")))
    assert words[:7] == ["python", "-m", "dcgan", "train", "--data", "my pictures", "--recipe"]
    settings = [after for word, after in itertools.pairwise(words) if word == "--set"]
    recipe = fill(apply_settings(named_recipe(words[7]), settings), size, 3, "cpu")
    assert design(recipe, 0).generator.output_shape == (3, size, size)
    assert int(words[words.index("--steps") + 1]) == (15_400 if size == 64 else 6_400)


def test_every_reason_can_be_given() -> None:
    from dcgan.training import proposal

    source = Path(proposal.__file__).read_text("utf-8")
    assert all(source.count(f'"{key}"') >= 2 for key in REASONS)
