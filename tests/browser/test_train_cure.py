"""A training that collapses, and the button that goes back and cures it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from browser.conftest import App
from browser.training import PATIENCE, Visit, expect_state, form, live, open_train, stop

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

# Every picture is the same from about step 60 on.
COLLAPSE = "?data=shapes&recipe=collapse&steps=100000&image_size=16&base_channels=8&batch_size=16&learning_rate_g=0.02"


def test_the_remedy_of_a_collapse_is_a_new_run_from_an_earlier_stage(visit: Visit, app: App) -> None:
    page = open_train(visit, COLLAPSE)
    form(page, "start").click()
    page.wait_for_function("new URL(location).searchParams.get('run')?.startsWith('shapes-')", timeout=PATIENCE)
    ill = str(page.evaluate("new URL(location).searchParams.get('run')"))
    told = live(page, "happenings").locator("li[data-severity=failure]").filter(has_text="Mode collapse")
    expect(told).to_be_visible(timeout=3 * PATIENCE)  # some 130 steps
    cure = live(page, "happenings").get_by_role("button", name="Objective wasserstein")
    expect(cure).to_have_count(1)
    steps = live(page, "happenings").locator(".when").evaluate_all("(all) => all.map((each) => Number(each.textContent.match(/\\d+/)[0]))")
    assert len(steps) > 1 and steps == sorted(steps, reverse=True)  # the newest first, and so its remedy
    film = page.locator("#dcgan-runs [data-part=film-box]")
    film.locator("> summary").click()
    expect(film.locator("[data-part=film-run]")).to_have_value(ill, timeout=PATIENCE)
    cure.click()
    page.wait_for_function("(ill) => ![null, ill].includes(new URL(location).searchParams.get('run'))", arg=ill, timeout=4 * PATIENCE)
    cured = str(page.evaluate("new URL(location).searchParams.get('run')"))
    expect_state(page, "running")
    expect(live(page, "facts")).to_contain_text(f"begun from {ill}@0", timeout=PATIENCE)
    runs = app.home / "runs"
    config = json.loads((runs / cured / "config.json").read_text())
    assert config["parent"] == f"{ill}@0" and config["recipe"]["objective"] == "wasserstein" and config["recipe"]["gradient_penalty"] == 10
    assert json.loads((runs / ill / "events.jsonl").read_text().splitlines()[-1])["reason"] == "stopped"  # it made way
    expect(film.locator("[data-part=film-run]")).to_have_value(cured, timeout=PATIENCE)  # the time machine follows the run that is shown
    expect(film.locator("[data-part=frame]")).to_be_visible(timeout=PATIENCE)  # once there are two stages
    stop(page)
