"""What a mouse reads by pointing, others read as well: by focus, by a tap, by a long press."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.looks import PHONE
from browser.recording import part, picture_count, settle

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def title(button: Locator) -> str:
    return button.get_attribute("title") or "no title"


def hold(page: Page, button: Locator, until: Locator) -> None:
    """Put a finger on a button until something is visible."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [middle]})
    expect(until).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_on_explore(visit: Visit) -> None:
    page = visit("/?seed=3", **PHONE)
    settle(page)
    bubble, dice = page.locator("#dx-bubble"), part(page, "dice")
    part(page, "seed").focus()
    page.keyboard.press("Tab")
    expect(bubble).to_have_text(title(dice))
    page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    part(page, "norm").tap()  # nothing to press
    expect(bubble).to_have_text(title(part(page, "norm")))
    before = picture_count(page)
    hold(page, dice, bubble)
    expect(bubble).to_have_text(title(dice))
    page.wait_for_timeout(300)
    assert picture_count(page) == before and part(page, "seed").input_value() == "3"  # it was read, not pressed
    dice.tap()
    page.wait_for_function("document.querySelector('[data-dx=seed]').value !== '3'")


def test_on_morph(visit: Visit) -> None:
    page = visit("/morph?model=tiny", **PHONE)
    frame, bubble = page.locator("[data-mo=frame]"), page.locator("#mo-bubble")
    expect(frame).to_contain_text("/")
    page.locator("[data-mo=gif]").focus()
    page.keyboard.press("Tab")
    expect(bubble).to_have_text(title(page.locator("[data-mo=png]")))
    page.locator("[data-mo=way-0-name]").tap()
    expect(bubble).to_contain_text("(White 2016)")
    button, count = page.locator("[data-mo=figure-4]"), frame.text_content()
    hold(page, button, bubble)
    expect(bubble).to_have_text(title(button))
    page.wait_for_timeout(300)
    assert frame.text_content() == count
    button.tap()
    expect(frame).to_contain_text("/ 129")
