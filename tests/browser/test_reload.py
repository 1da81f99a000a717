"""A reload loses nothing: the view, its steps, the sliders' dimensions."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.laboratory import DIRECTION, wait_until_made
from browser.models import assert_same
from browser.recording import PICTURE, address, part, pixels, settle, z_of
from browser.views import act, assert_link_is_the_picture, press, seed_of, type_seed
from dcgan.latent import sample_z

pytestmark = [pytest.mark.browser, pytest.mark.slow]
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


def test_what_was_done_to_lists_can_be_undone_after_a_reload(visit: Visit) -> None:
    """The shelf, the marked examples and the directions: on their own, and in the order in which all of it happened."""
    page = visit("/?model=tiny&seed=4")
    settle(page)
    part(page, "keep").click()
    page.locator("#dx-tab-shelf").click()
    points = page.locator(".dx-point")
    page.get_by_role("button", name="Delete 4", exact=True).click()
    expect(points).to_have_count(0)
    page.locator("#dx-tab-directions").click()
    expect(page.locator(DIRECTION)).to_have_count(8)
    page.locator("[data-dx=marks] summary").click()
    part(page, "mark-positive").click()
    lock = page.locator(".dx-direction").first.get_by_role("button", name=re.compile("^Lock"))
    lock.click()
    part(page, "mark-name").fill("half a na")
    page.reload()
    settle(page)
    expect(part(page, "mark-name")).to_have_value("half a na")
    marks = page.locator("[data-dx=marks-positive] button")
    expect(marks).to_have_count(1)
    part(page, "marks-undo").click()
    expect(marks).to_have_count(0)
    expect(lock).to_have_attribute("aria-pressed", "true")
    page.reload()
    settle(page)
    expect(lock).to_have_attribute("aria-pressed", "true")
    act(page, "undo", pictures=0)
    expect(lock).to_have_attribute("aria-pressed", "false")
    act(page, "undo", pictures=0)
    expect(part(page, "status")).to_contain_text("The shelf is as it was")
    page.locator("#dx-tab-shelf").click()
    expect(points).to_have_count(1)
    part(page, "points-undo").click()
    expect(points).to_have_count(0)
    expect(part(page, "points-undo")).to_be_hidden()


def test_a_walk_goes_on_after_a_reload(visit: Visit) -> None:
    page = visit("/?model=tiny&seed=4")
    settle(page)
    part(page, "walk").click()
    for key in ("ArrowRight", "Shift+ArrowDown", "ArrowRight"):
        press(page, key)
    page.reload()
    settle(page)
    page.locator(PICTURE).focus()
    for key in ("ArrowLeft", "Shift+ArrowUp", "ArrowLeft"):  # back to where it began: corner (0, 0) is seed 4 as long as it is that walk
        press(page, key)
    z, own = z_of(address(page)), sample_z([4], 8)[0]
    np.testing.assert_allclose(own if z is None else z, own, atol=1e-5)


def test_undo_goes_back_to_the_model_before(visit: Visit, app: App) -> None:
    page = visit("/?model=tiny&seed=4")
    settle(page)
    act(page, "reset")
    part(page, "model").select_option("uniform")
    settle(page, 3)
    type_seed(page, "7")
    page.reload()
    settle(page)
    act(page, "undo")
    act(page, "undo")
    link = assert_link_is_the_picture(page, app)
    z = z_of(link)
    assert "model=tiny" in link and z is not None and not z.any()
    act(page, "redo")
    assert "model=uniform" in assert_link_is_the_picture(page, app)


def test_a_page_that_was_left_is_found_again(visit: Visit, app: App) -> None:
    """The menu's links to Morph and back ask for no model: the point is still there, and its steps."""
    page = visit("/?model=tiny&seed=4")
    settle(page)
    act(page, "reset")
    page.goto(f"{app.url}/morph")
    page.locator("[data-mo=root]").wait_for()
    page.goto(f"{app.url}/")
    settle(page)
    link = assert_link_is_the_picture(page, app)
    assert "model=tiny" in link and z_of(link) is not None
    act(page, "undo")
    assert seed_of(assert_link_is_the_picture(page, app)) == 4


def test_a_link_is_not_a_reload(visit: Visit, app: App) -> None:
    page = visit("/?seed=1")
    settle(page)
    act(page, "reset")
    page.goto(f"{app.url}/?seed=5")
    settle(page)
    link = assert_link_is_the_picture(page, app)
    assert seed_of(link) == 5 and z_of(link) is None
    expect(part(page, "undo")).to_be_disabled()
