"""The Train page: real pictures beside fakes, the game of guessing, and the explorer that follows a run."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.looks import assert_german
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, another_picture, part, picture_count, pixels, settle
from browser.training import ENDLESS, PATIENCE, Visit, expect_state, live, open_train, start, stop, wait_for_steps

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def of_run(app: App, run: str) -> tuple[int, dict[str, list[float]]]:
    """The newest sheet of which D's word is known, and that."""
    newest = max((app.home / "runs" / run / "samples").glob("*.json"))
    return int(newest.stem), json.loads(newest.read_text())


def shares(page: Page, name: str) -> list[str]:
    return live(page, name).locator("li span").all_inner_texts()


def test_real_beside_fakes_and_the_game(visit: Visit, app: App) -> None:
    page = open_train(visit)
    run = start(page, 20)
    expect_state(page, "completed")
    live(page, "lineup-box").locator("summary").click()
    expect(live(page, "lineup-step")).to_have_text("step 20", timeout=PATIENCE)
    step, said = of_run(app, run)
    assert step == 20
    for name in ("real", "fake"):
        wanted = [f"{100 / (1 + np.exp(-output)):.0f} %" for output in said[name][:16]]
        assert shares(page, f"lineup-{name}") == wanted
    live(page, "lineup-others").click()
    assert shares(page, "lineup-real")[0] == f"{100 / (1 + np.exp(-said['real'][16])):.0f} %"

    live(page, "guess-toggle").click()
    expect(live(page, "guess-score")).to_have_text("Class 0 of 0 · D 0 of 0")
    page.keyboard.press("f")  # the projector shows the game in the place of the sheet
    expect(live(page, "sheet")).to_be_hidden()
    right = 0
    for turn in range(4):
        page.keyboard.press("ArrowLeft")
        right += live(page, "guess-left").get_attribute("data-is") == "real"
        expect(live(page, "guess-score")).to_contain_text(f"Class {right} of {turn + 1} · D ")
        page.keyboard.press("Enter")  # the focus is on the next pair
        expect(live(page, "guess-left")).to_be_enabled()
    page.keyboard.press("Escape")
    score = live(page, "guess-score").inner_text()

    page.reload()
    expect_state(page, "completed")
    live(page, "lineup-box").locator("summary").click()
    live(page, "guess-toggle").click()
    expect(live(page, "guess-score")).to_have_text(score)
    live(page, "guess-right").click()
    expect(live(page, "guess-answer")).not_to_be_empty()
    live(page, "guess-again").click()
    expect(live(page, "guess-score")).to_have_text("Class 0 of 0 · D 0 of 0")

    german = visit(f"/train?run={run}", locale="de-DE", viewport={"width": 390, "height": 844})
    live(german, "lineup-box").locator("summary").click()
    live(german, "guess-toggle").click()
    expect(live(german, "guess-left").locator("canvas")).to_be_visible(timeout=PATIENCE)
    assert german.evaluate("document.documentElement.scrollWidth") <= 390
    assert_german(german)


def test_the_explorer_follows_a_run(visit: Visit, app: App) -> None:
    page = open_train(visit)
    run = start(page, ENDLESS)
    expect_state(page, "running")
    wait_for_steps(page, 3)
    explorer: Any = page.context.new_page()
    explorer.goto(f"{app.url}/?model={run}&seed=7")
    settle(explorer)
    expect(part(explorer, "facts")).to_contain_text("training: the picture follows it")
    for _ in range(2):
        another_picture(explorer, picture_count(explorer))  # without a hand on it
    stop(page)
    expect(part(explorer, "facts")).not_to_contain_text("training: the picture follows it", timeout=PATIENCE)
    last = max((app.home / "runs" / run / "snapshots").iterdir())
    expect(part(explorer, "facts")).to_contain_text(f"{int(last.name):,} steps", timeout=PATIENCE)
    settle(explorer)
    maker = synthesizer(last)
    assert_same(pixels(explorer.locator(PICTURE)), maker.rgb(maker.z([7]))[0])
