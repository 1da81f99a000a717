"""Studio: what the form's wishes come to."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import cast

import pytest
from studio_making import stub, write_pictures
from tiny_app import KEY, SETTINGS, train_run

from dcgan.config import Budget, Recipe
from dcgan.errors import CheckpointError, ConfigError, DataError, DCGANError
from dcgan.events import OrderDone
from dcgan.networks import generator
from dcgan.networks.tables import layers_of
from dcgan.studio import Studio
from dcgan.studio.form import Estimate, StartRequest, recipe_fields
from dcgan.training.recipes import RECIPES
from dcgan.training.runs.snapshots import SnapshotWriter
from dcgan.training.runs.writer import RunWriter


def wish(source: str, recipe: str = "dcgan", *settings: str, model: str | None = None) -> StartRequest:
    return StartRequest(source, recipe, settings, model=model)


def test_a_plan_fits_the_data(studio: Studio, tmp_path: Path) -> None:
    plan = studio.planner.plan(wish(str(write_pictures(tmp_path / "pics"))))
    assert (plan.recipe.image_size, plan.recipe.image_channels, plan.data.count) == (16, 3, 12)
    assert studio.planner.plan(wish("shapes", "paper")).recipe.base_channels == 128
    assert studio.planner.plan(wish("fashion-mnist-10k")).recipe.image_channels == 1
    assert studio.planner.plan(wish("shapes", "dcgan", "image_size=16")).networks.generator.output_shape == (3, 16, 16)


def test_a_network_is_told_layer_by_layer() -> None:
    spec = generator("dcgan", 16, 1, 4, 8)
    told = layers_of(spec)
    assert [layer["type"] for layer in told["layers"]] == [layer.type for layer in spec.layers]
    assert [tuple(layer["shape"]) for layer in told["layers"]] == list(spec.shapes)
    # by hand: z of 8 to 8 channels of 4x4, then to 4 of 8x8, then to 1 of 16x16; each batch norm has two numbers a channel
    assert (
        told["parameters"] == 8 * 8 * 16 + 2 * 8 + 8 * 4 * 16 + 2 * 4 + 4 * 1 * 16 == sum(layer["parameters"] for layer in told["layers"])
    )
    assert told["multiply_adds"] == sum(layer["multiply_adds"] for layer in told["layers"]) > 0


def test_every_setting_of_a_recipe_is_a_field_that_takes_its_own_values() -> None:
    found = {field["key"]: field for field in recipe_fields()}
    assert set(found) == {field.name for field in fields(Recipe)} - {"name", "preset"}
    assert found["image_size"]["choices"][0] == "16" and found["objective"]["choices"][0] == "non-saturating"
    kinds = {key: found[key]["kind"] for key in ("batch_size", "learning_rate_d", "flip", "precision", "augment", "weight_clip")}
    assert kinds == {
        "batch_size": "whole",
        "learning_rate_d": "number",
        "flip": "flag",
        "precision": "choice",
        "augment": "text",
        "weight_clip": "number",
    }


def test_the_form_offers_every_recipe_and_data_on_disk_first(studio: Studio) -> None:
    form = studio.planner.form()
    assert list(form["recipes"]) == list(RECIPES)
    here = [entry["on_disk"] for entry in form["data"]]
    assert here == sorted(here, reverse=True) and "fashion-mnist-10k" in {entry["name"] for entry in form["data"]}


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_can_be_asked_for(studio: Studio, name: str) -> None:
    told = studio.planner.plan(wish("fashion-mnist-10k", name)).to_json()
    assert told["recipe"]["name"] == name and told["networks"]["generator"]["layers"][-1]["kind"] == "tanh"


def test_a_plan_says_what_speaks_against_it(studio: Studio) -> None:
    settings = ("activation_g=gelu", "batch_norm_g=none", "biases=off")
    told = studio.planner.plan(StartRequest("shapes", "dcgan", settings)).to_json()
    assert told["advice"] == ["no_norm"] and told["recipe"]["biases"] is False and told["recipe"]["batch_norm_g"] == "none"
    with pytest.raises(ConfigError, match="no convolutions"):
        studio.planner.plan(StartRequest("shapes", "dense", ("downsampling=pool",)))


def test_a_start_from_a_model_takes_over_its_shape_and_no_paths(studio: Studio, home: Path) -> None:
    train_run(home / "runs" / "first", 2)
    plan = studio.planner.plan(wish("shapes", model="first@2"))
    assert (plan.recipe.base_channels, plan.recipe.z_dim, plan.recipe.image_size) == (4, 8, 16)
    with pytest.raises(ConfigError, match="base_channels 4"):
        studio.planner.plan(wish("shapes", "dcgan", "base_channels=8", model="first"))
    with pytest.raises(ConfigError, match="no discriminator"):
        studio.planner.plan(wish("shapes", model="tiny"))
    for name in (str(home / "runs" / "first"), "first@1", "nobody", "../runs/first"):
        with pytest.raises(CheckpointError):
            studio.planner.plan(wish("shapes", model=name))


@pytest.mark.parametrize("source", ["", "  ", "no-such-set", "/no/such/folder", "x\0y"])
def test_a_source_that_is_not_there_is_a_sentence(studio: Studio, source: str) -> None:
    with pytest.raises((ConfigError, DataError)) as caught:
        studio.planner.plan(wish(source))
    assert "\n" not in str(caught.value)
    with pytest.raises(DCGANError):
        studio.start_run(StartRequest(source), KEY)
    assert studio.runs.all() == []


@pytest.mark.parametrize("source", ["pics", "./pics", "tests", "shapes/../pics", "~"])
def test_a_public_server_takes_named_sets_only(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    write_pictures(tmp_path / "pics")
    monkeypatch.chdir(tmp_path)
    assert studio.planner.plan(wish("pics")).data.count == 12
    public = Studio(model="tiny", public=True)
    for ask in (lambda: public.planner.plan(wish(source)), lambda: public.start_run(StartRequest(source), KEY)):
        with pytest.raises(ConfigError, match="public"):
            ask()
    assert public.planner.plan(wish("shapes")).data.count == 10_000


def test_an_estimate_comes_from_a_real_trial(studio: Studio) -> None:
    estimate = studio.estimate(StartRequest("shapes", settings=SETTINGS, budget=Budget(steps=100)))
    assert estimate.beside is None
    assert 0 < estimate.seconds_per_step < 60 and estimate.images_per_second == pytest.approx(8 / estimate.seconds_per_step)
    assert estimate.steps == 100 and estimate.total_seconds > 100 * estimate.seconds_per_step  # its process starts, sheets, states, a score


@pytest.mark.parametrize(
    ("budget", "steps", "seconds"),
    [(Budget(steps=10), 10, 5), (Budget(minutes=2), 240, 120), (Budget(epochs=0.5), 625, 312.5)],
)
def test_an_estimate_is_for_the_whole_budget(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: Budget, steps: int, seconds: float
) -> None:
    stub(tmp_path, monkeypatch, """echo '{"step": 0.5, "tried": 0}'""")
    estimate = studio.planner.estimate(StartRequest("shapes", settings=SETTINGS, budget=budget))  # 10,000 pictures, 8 a step
    assert estimate == Estimate(0.5, images_per_second=16, steps=steps, total_seconds=pytest.approx(seconds, abs=3))  # the stub's start


def test_a_trial_waits_as_a_training_does_and_says_what_slowed_it(
    studio: Studio, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub(tmp_path, monkeypatch, """test "$OMP_WAIT_POLICY" = passive && echo '{"step": 0.5, "tried": 0}'""")
    run = train_run(home / "runs" / "other", 1)
    request = StartRequest("shapes", settings=SETTINGS, budget=Budget(steps=10))
    assert studio.estimate(request).beside is None
    with RunWriter(run) as writer:
        assert studio.status("other").state == "running" and studio.estimate(request).beside == "other"
        writer.begin(1, cast(SnapshotWriter, None))
        writer.write(OrderDone(1, 1, "pause", {}))
        assert studio.status("other").state == "paused" and studio.estimate(request).beside is None  # it only waits


@pytest.mark.parametrize("end", ["exit 1", "echo no JSON", "kill -9 $$", 'echo "{}"'])
def test_a_trial_that_fails_is_a_sentence(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    stub(tmp_path, monkeypatch, end)
    with pytest.raises(ConfigError, match="take a smaller width"):
        studio.planner.estimate(StartRequest("shapes", settings=SETTINGS))
