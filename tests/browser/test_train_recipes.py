"""Every named recipe trains from the form."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from playwright.sync_api import expect

from browser.conftest import App
from browser.training import PATIENCE, Visit, expect_state, form, live, open_train, press_start, setting
from dcgan.models import Library
from dcgan.training.recipes import RECIPES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STEPS = 3
# What the test fills in, and what the machine decides.
GIVEN = {"image_size", "image_channels", "base_channels", "batch_size", "threads", "precision", "layout", "kernels", "compile", "log_every"}
DATA = {"tensorflow-tutorial": "fashion-mnist-10k", "conditional": "fashion-mnist-10k"}  # 28 px, and labels


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_trains_from_the_form(visit: Visit, app: App, monkeypatch: pytest.MonkeyPatch, recipe: str) -> None:
    """Recipe, data and steps are chosen in the page, small sizes in the fields; what the run records is that recipe's own."""
    page = open_train(visit)
    form(page, "data").select_option(DATA.get(recipe, "shapes"))
    if not form(page, "fields").is_visible():
        form(page, "more").locator("summary").click()
    form(page, "recipe").select_option(recipe)
    form(page, "unit").select_option("steps")
    form(page, "amount").fill(str(STEPS))
    if recipe not in DATA:
        setting(page, "image_size").select_option("16")
    setting(page, "base_channels").fill("8")
    setting(page, "batch_size").fill("16")
    setting(page, "threads").fill("1")
    run = press_start(page)
    expect_state(page, "completed")
    expect(live(page, "sheet")).to_be_visible(timeout=PATIENCE)
    trained = json.loads((app.home / "runs" / run / "config.json").read_text("utf-8"))["recipe"]
    assert {key: trained[key] for key in trained if key not in GIVEN} == {
        key: value for key, value in asdict(RECIPES[recipe]).items() if key not in GIVEN
    }
    monkeypatch.setenv("DCGAN_HOME", str(app.home))
    maker = Library().synthesizer(run)
    assert maker.info.steps == STEPS and maker.generate([0]).shape[0] == 1
