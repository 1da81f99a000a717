"""A model of one's own is renamed on the page, deleted and brought back."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from tiny_app import write_tiny

from browser.conftest import App, Watch
from browser.laboratory import open_tab
from browser.recording import another_picture, part, picture_count, settle
from browser.views import assert_link_is_the_picture

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def listed(page: Page, name: str) -> Locator:
    return part(page, "model").locator(f"option[value='{name}']")


def delete(page: Page) -> None:
    before = picture_count(page)
    part(page, "delete-model").click()
    expect(part(page, "model-message")).to_contain_text("doomed is deleted; for 24 hours")
    another_picture(page, before)


def test_a_model_is_deleted_and_two_ways_bring_it_back(visit: Visit, app: App) -> None:
    shutil.copytree(app.home / "models" / "tiny", app.home / "models" / "doomed")
    page = visit("/?model=doomed&seed=3")
    settle(page)
    delete(page)
    expect(listed(page, "doomed")).to_have_count(0)
    expect(part(page, "model")).to_have_value("large")  # which the app was started with
    expect(part(page, "undelete")).to_be_focused()
    assert not (app.home / "models" / "doomed").exists()

    before = picture_count(page)
    part(page, "undelete").click()
    expect(part(page, "model")).to_have_value("doomed")
    expect(part(page, "model-message")).to_have_text("")
    another_picture(page, before)
    assert_link_is_the_picture(page, app)

    delete(page)
    before = picture_count(page)
    page.keyboard.press("Control+z")
    expect(part(page, "model")).to_have_value("doomed")
    another_picture(page, before)
    assert_link_is_the_picture(page, app)
    delete(page)


def test_a_model_is_renamed_and_its_points_follow(visit: Visit, app: App, watch: Watch) -> None:
    watch.expected.append("status of 409")  # the name that is taken
    write_tiny(app.home, "netG-1", seed=5)
    page = visit("/?model=netG-1&seed=3")
    settle(page)
    part(page, "strongest").click()
    expect(part(page, "status")).to_contain_text("the strongest dimensions")
    part(page, "keep").click()
    before = picture_count(page)
    part(page, "dice").click()
    another_picture(page, before)
    part(page, "rename-model").click()
    expect(part(page, "new-name")).to_be_focused()
    expect(part(page, "new-name")).to_have_value("netG-1")

    page.keyboard.type("tiny")
    page.keyboard.press("Enter")
    expect(part(page, "model-message")).to_have_text("a model called tiny is there already; choose another name")
    part(page, "new-name").fill("of-the-class")
    page.keyboard.press("Enter")
    expect(part(page, "model-message")).to_have_text("It is called of-the-class now.")
    expect(part(page, "model")).to_have_value("of-the-class")
    expect(listed(page, "netG-1")).to_have_count(0)
    expect(part(page, "renaming")).to_be_hidden()
    assert (app.home / "models" / "of-the-class").is_dir() and not (app.home / "models" / "netG-1").exists()
    assert_link_is_the_picture(page, app)

    page.keyboard.press("Control+z")  # the dice, under the old name
    expect(part(page, "seed")).to_have_value("3")
    expect(part(page, "model")).to_have_value("of-the-class")
    page.reload()
    settle(page)
    kept = page.evaluate("JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith('explore')))).marked")
    assert kept["of-the-class"] and "netG-1" not in kept  # what was on its sliders
    before = picture_count(page)
    part(page, "dice").click()
    another_picture(page, before)
    open_tab(page, "shelf")
    page.get_by_role("button", name="Open 3", exact=True).click()  # kept under the old name
    expect(part(page, "seed")).to_have_value("3")
    expect(part(page, "model")).to_have_value("of-the-class")
    expect(part(page, "status")).to_have_text("")
    shutil.rmtree(app.home / "models" / "of-the-class")


def test_what_came_with_the_program_stays(visit: Visit) -> None:
    page = visit("/?model=celeba-64")
    settle(page)
    expect(part(page, "model")).to_have_value("celeba-64")
    expect(part(page, "delete-model")).to_be_hidden()
    expect(part(page, "rename-model")).to_be_hidden()
