"""The Train page: settings changed while a run trains."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser.looks import assert_german
from browser.training import ENDLESS, PATIENCE, Visit, expect_state, live, open_train, start, stop, wait_for_steps

pytestmark = [pytest.mark.browser, pytest.mark.slow]

UPRIGHT = "document.querySelector('[data-chart=losses]').layout.shapes.filter(({ x0, x1 }) => x0 === x1).length"


def control(page: Page, name: str) -> str:
    return f"#dcgan-live [data-part=change-form] [name={name}]"


def test_settings_are_changed_while_it_trains(visit: Visit) -> None:
    page = open_train(visit)
    run = start(page, ENDLESS)
    expect_state(page, "running")
    wait_for_steps(page, 3)
    live(page, "changing").locator("summary").click()
    page.locator(control(page, "learning_rate_g")).fill("0.001")
    page.locator(control(page, "d_steps")).fill("2")
    page.locator(control(page, "cutout")).check()
    page.keyboard.press("Enter")
    happened = live(page, "happenings")
    expect(happened).to_contain_text("Learning rates changed: G 0.001.", timeout=PATIENCE)
    expect(happened).to_contain_text("From here on D learns 2 times for each step of G.")
    expect(happened).to_contain_text("from here on: cut-out square.")
    expect(live(page, "change-answer")).to_be_empty()  # what was sent has arrived
    assert page.evaluate(UPRIGHT) == 3  # every change stands on the curve
    page.keyboard.press("Enter")
    expect(live(page, "change-answer")).to_have_text("Nothing is otherwise than it was.")

    page.reload()
    expect_state(page, "running")
    live(page, "changing").locator("summary").click()
    expect(page.locator(control(page, "d_steps"))).to_have_value("2")
    expect(page.locator(control(page, "cutout"))).to_be_checked()
    watcher = visit(f"/train?run={run}", locale="de-DE")
    expect(live(watcher, "happenings")).to_contain_text("Ab hier lernt D 2-mal", timeout=PATIENCE)
    expect(live(watcher, "changing")).to_be_hidden()
    assert_german(watcher)
    stop(page)
    expect(live(page, "changing")).to_be_hidden()
