"""Under the live view: the list of runs, and the time machine."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import App, Watch
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, pixels, settle
from browser.training import PATIENCE, Visit, expect_state, form, live, open_train, start

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def part(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-runs [data-part={name}]")


def entry(page: Page, run: str) -> Locator:
    return part(page, "list").locator("> li").filter(has_text=run)


def test_a_run_is_kept_in_order_and_looked_back_at(visit: Visit, app: App, watch: Watch) -> None:
    watch.expected.append("status of 404")  # the live view may ask for the run while it is deleted
    page = open_train(visit)
    run = start(page, 20)
    expect_state(page, "completed")
    part(page, "list-box").locator("> summary").click()
    tools = entry(page, run).locator("details summary")
    tools.click()
    entry(page, run).get_by_label("Note", exact=True).fill("the first")
    entry(page, run).get_by_label("Note", exact=True).press("Enter")
    expect(entry(page, run).locator("q")).to_have_text("the first")
    expect(entry(page, run).locator(".size")).to_contain_text("MB", timeout=PATIENCE)
    entry(page, run).locator("details summary").click()
    entry(page, run).get_by_role("button", name="Delete").click()
    expect(part(page, "said")).to_contain_text("is deleted")
    expect(entry(page, run)).to_have_count(0)
    expect(live(page, "root")).to_have_attribute("data-state", "none", timeout=PATIENCE)
    expect(live(page, "picker").locator("option:checked")).to_have_text(run)
    expect(part(page, "said").get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(entry(page, run)).to_have_count(1)
    assert (app.home / "runs" / run / "note.json").exists()
    look_back(page, app, run)


def look_back(page: Page, app: App, run: str) -> None:
    part(page, "film-box").locator("> summary").click()
    expect(part(page, "frame")).to_be_visible(timeout=PATIENCE)
    expect(part(page, "film-run")).to_have_value(run)
    part(page, "count").select_option("1")
    part(page, "seed").fill("5")
    with page.expect_response(lambda answer: "film.png" in answer.url and "seed=5" in answer.url and "count=1" in answer.url):
        part(page, "seed").press("Enter")
    expect(part(page, "film-said")).to_have_text("")  # it said that the film is being made
    page.wait_for_function("document.querySelector('#dcgan-runs canvas').width === 16")
    stages = sorted((app.home / "runs" / run / "snapshots").iterdir())
    for key, stage in (("End", stages[-1]), ("Home", stages[0])):
        part(page, "film-scrubber").press(key)
        maker = synthesizer(stage)
        assert_same(pixels(part(page, "frame")), maker.rgb(maker.z([5]))[0])
    assert not np.array_equal(synthesizer(stages[0]).generate([5]), synthesizer(stages[-1]).generate([5]))
    part(page, "film-branch").click()
    expect(form(page, "from")).to_have_value(f"{run}@0")
    page.wait_for_function(f"new URLSearchParams(location.search).get('from') === '{run}@0'")
    part(page, "film-explore").click()
    settle(page)
    maker = synthesizer(stages[0])
    assert_same(pixels(page.locator(PICTURE)), maker.rgb(maker.z([5]))[0])


def test_a_run_becomes_a_model_whose_card_opens(visit: Visit) -> None:
    page = open_train(visit)
    run = start(page, 20)
    expect_state(page, "completed")
    part(page, "list-box").locator("> summary").click()
    entry(page, run).locator("details summary").click()
    entry(page, run).get_by_role("button", name="Make it a model").click()
    expect(part(page, "said")).to_contain_text(f"{run}-model is in the library", timeout=PATIENCE)
    part(page, "said").get_by_role("link", name="Its card").click()
    settle(page)
    card = page.locator("[data-dx=card]")
    expect(card).to_contain_text("20 steps")
    expect(card.get_by_role("heading", name="Terms and limits")).to_be_visible()
