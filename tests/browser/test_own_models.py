"""A model of one's own is deleted on the page, and brought back."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import App
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


def test_what_came_with_the_program_stays(visit: Visit) -> None:
    page = visit("/?model=celeba-64")
    settle(page)
    expect(part(page, "model")).to_have_value("celeba-64")
    expect(part(page, "delete-model")).to_be_hidden()
