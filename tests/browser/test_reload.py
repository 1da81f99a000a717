"""A reload loses nothing: the view, its steps, the sliders' dimensions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.laboratory import DIRECTION, wait_until_made
from browser.models import assert_same
from browser.recording import part, pixels, settle, z_of
from browser.views import act, assert_link_is_the_picture, seed_of, type_seed

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_view_and_steps_survive_a_reload(visit: Visit, app: App) -> None:
    page = visit("/?seed=1")
    settle(page)
    type_seed(page, "2")
    choice = page.get_by_label("Dimension of slider 1", exact=True)
    choice.fill("42")
    choice.press("Enter")
    act(page, "reset")
    page.reload()  # before the address is written
    settle(page)
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None and not z.any()
    expect(choice).to_have_value("42")
    act(page, "undo")
    assert seed_of(assert_link_is_the_picture(page, app)) == 2
    expect(choice).to_have_value("42")
    act(page, "undo")
    expect(choice).to_have_value("0")
    act(page, "undo")
    link = assert_link_is_the_picture(page, app)
    assert seed_of(link) == 1 and z_of(link) is None
    expect(part(page, "undo")).to_be_disabled()
    act(page, "redo")
    act(page, "redo")
    expect(choice).to_have_value("42")
    assert seed_of(assert_link_is_the_picture(page, app)) == 2


def test_controls_stay_as_they_were(visit: Visit) -> None:
    page = visit("/?model=tiny&seed=1")
    settle(page)
    part(page, "walk").click()
    page.locator("#dx-tab-directions").click()
    expect(page.locator(DIRECTION)).to_have_count(8)
    part(page, "method").select_option("raw")
    row = page.locator(".dx-direction[data-id=raw-3]")
    row.get_by_role("button", name="Where").click()
    page.locator("[data-dx=marks] summary").click()
    page.locator("#dx-tab-neighbours").click()
    part(page, "more").click()
    wait_until_made(page, "sheet")
    other = pixels(page.locator("[data-dx=sheet] canvas").first)
    page.reload()
    settle(page)
    expect(part(page, "walk")).to_have_attribute("aria-pressed", "true")
    wait_until_made(page, "sheet")
    page.wait_for_function("document.querySelector('[data-dx=sheet] canvas')?.width > 1")
    assert_same(pixels(page.locator("[data-dx=sheet] canvas").first), other)
    page.locator("#dx-tab-directions").click()
    expect(row.get_by_role("button", name="Where")).to_have_attribute("aria-pressed", "true")
    expect(part(page, "heat")).to_be_visible()
    expect(page.locator("[data-dx=marks]")).to_have_attribute("open", "")


def test_a_link_is_not_a_reload(visit: Visit, app: App) -> None:
    page = visit("/?seed=1")
    settle(page)
    act(page, "reset")
    page.goto(f"{app.url}/?seed=5")
    settle(page)
    link = assert_link_is_the_picture(page, app)
    assert seed_of(link) == 5 and z_of(link) is None
    expect(part(page, "undo")).to_be_disabled()
