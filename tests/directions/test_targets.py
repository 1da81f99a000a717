"""What the shipped models' directions do, judged on seeds 0 to 499; `python -m dcgan attributes check` prints the same numbers."""

from __future__ import annotations

import pytest

from dcgan.directions import find_directions
from dcgan.directions.attributes import GROUPS, SHIPPED, load_attributes, load_judge
from dcgan.directions.checking import Verdict, check
from dcgan.models import Library


def verdicts(model: str, group: str) -> dict[str, Verdict]:
    maker = Library().synthesizer(model)
    found = check(maker, find_directions(maker, "attribute", group), load_judge(group))
    for verdict in found:
        print(verdict.to_json())
    return {verdict.name: verdict for verdict in found}


@pytest.mark.parametrize("group", GROUPS)
def test_shipped_classifiers_are_small_and_say_how_good_they_are(group: str) -> None:
    attributes = load_attributes(group)
    assert (SHIPPED / f"{group}.safetensors").stat().st_size < 1_000_000
    test = attributes.card["test"]
    assert test["n"] >= 1000 and all(test["accuracy"][title] > test["most_frequent"][title] for title in test["accuracy"])
    assert attributes.card["command"].startswith(f"python -m dcgan attributes train {group} ") and attributes.card["terms"]


def test_the_judge_of_faces_learned_from_the_other_half() -> None:
    judge, own = load_judge("faces"), load_attributes("faces")
    assert judge.sha256 != own.sha256 and judge.questions == own.questions and judge.card["data"] == own.card["data"]
    assert {judge.card["half"], own.card["half"]} == {"first", "second"}
    assert "non-commercial" in judge.card["terms"] and "non-commercial" in own.card["terms"]


@pytest.mark.slow
def test_smiles_and_sexes_change_on_faces_and_leave_each_other() -> None:
    found = verdicts("celeba-64", "faces")
    for name, other in (("Smiling", "Male"), ("Male", "Smiling")):
        verdict = found[name]
        assert verdict.n == 500 and verdict.alpha <= 3
        assert verdict.rising >= 0.85 and verdict.rise >= 0.2 and verdict.flips[other] <= 0.25


@pytest.mark.slow
def test_a_factor_of_shapes_shifts_more_than_any_other_along_its_direction() -> None:
    found = verdicts("shapes-32", "shapes")
    assert len(found) == 15 and all(verdict.is_strongest for verdict in found.values())
