"""Seeds that were chosen for a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_app import write_tiny

from dcgan.directions.attributes import load_judge
from dcgan.errors import CheckpointError
from dcgan.models import Library
from dcgan.models.arithmetic import make_arithmetic
from dcgan.models.curated import curated


def test_celeba_64_shows_smile_arithmetic() -> None:
    """Each slot's samples are what its name says, and the sum is a smiling man, by the classifier that ranked the candidates."""
    faces, judge = Library().synthesizer("celeba-64"), load_judge("faces")
    figure = curated(faces.info)["figure_7"]
    names = [name for question in judge.questions for name in question]
    made = make_arithmetic(faces, *(faces.z(figure[slot]) for slot in ("a", "b", "c")))
    smiling, male = (judge.predict(made.result)[:, names.index(name)] for name in ("Smiling", "Male"))
    assert (smiling > 0.5).all() and (male > 0.5).all()  # all nine
    for samples, (smiles, is_male) in zip(made.slots, ((True, False), (False, False), (False, True)), strict=True):
        answers = judge.predict(samples).mean(axis=0)
        assert (answers[names.index("Smiling")] > 0.5) == smiles and (answers[names.index("Male")] > 0.5) == is_male
    assert len(curated(faces.info)["figure_8"]["left"]) == 4 and len(curated(faces.info)["film"]) == 9


def test_a_model_without_choices_has_none(home: Path) -> None:
    write_tiny(home, "tiny")
    assert curated(Library().synthesizer("tiny").info) == {}


@pytest.mark.parametrize(
    "record",
    [
        {"film": 3},
        {"film": []},
        {"film": [-1]},
        {"film": [True]},
        {"figure_7": []},
        {"figure_7": {"a": [1], "b": [2]}},
        {"figure_8": {"left": [1], "right": ["2"], "samples": [3]}},
    ],
)
def test_other_choices_are_refused(home: Path, record: dict[str, Any]) -> None:
    folder = write_tiny(home, "tiny")
    (folder / "morph.json").write_text(json.dumps(record))
    with pytest.raises(CheckpointError, match=r"morph\.json holds something else"):
        curated(Library().synthesizer("tiny").info)
