"""Phone, dark mode and German, on the Explore page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.laboratory import DIRECTION, open_tab, wait_until_made
from browser.looks import PHONE, assert_fits_a_phone, assert_german, assert_readable, watch_for_keys
from browser.recording import PICTURE, SLIDER, part, picture_count, settle, z_of
from browser.views import assert_link_is_the_picture, python_z

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]

BACKGROUND = "(element) => getComputedStyle(element).backgroundColor"
BAR_COLOURS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => data[i * 4 + 3] === 255 ? data[i * 4] : -1).filter((value) => value >= 0);
}"""

FOCUSED = """() => {
  const { activeElement } = document;
  if (activeElement === document.body) return null;
  const { bottom } = activeElement.getBoundingClientRect();
  const stage = document.querySelector("[data-dx=stage]");
  const isBelow = Boolean(stage.compareDocumentPosition(activeElement) & Node.DOCUMENT_POSITION_FOLLOWING);
  return { what: activeElement.outerHTML.slice(0, 100), bottom, clear: isBelow ? stage.getBoundingClientRect().bottom + 8 : 0 };
}"""


def in_view(page: Page, selector: str) -> bool:
    box = page.locator(selector).first.bounding_box()
    return box is not None and box["y"] >= -1 and box["y"] + box["height"] <= 845


def test_on_a_phone_the_picture_stays_above_the_sliders(visit: Visit) -> None:
    page = visit("/?seed=2", **PHONE)
    settle(page)
    page.wait_for_function("!document.querySelector('[data-dx=sheet]').classList.contains('dx-stale')")
    assert_fits_a_phone(page)
    for target in (page.locator(SLIDER).first, page.locator(SLIDER).last, part(page, "equaliser")):
        target.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
        assert page.evaluate("scrollY") > 0
        assert in_view(page, PICTURE)
        target.click(trial=True)  # not covered by the picture


@pytest.mark.parametrize("zoomed", [PHONE, {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}], ids=["phone", "zoomed"])
def test_what_the_keyboard_comes_to_is_not_under_the_picture(visit: Visit, zoomed: dict[str, Any]) -> None:
    page = visit("/?seed=2", **zoomed)
    settle(page)
    stops = 0
    for key in ("Tab", "Shift+Tab"):
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(key)
        while (focused := page.evaluate(FOCUSED)) is not None:
            assert focused["bottom"] >= focused["clear"], focused  # at least a part of it shows below the picture, or all above
            stops += 1
            page.keyboard.press(key)
    assert stops > 60


def test_drawing_with_a_finger_does_not_scroll_the_page(visit: Visit, app: App) -> None:
    page = visit("/?seed=2", **PHONE)
    settle(page)
    equaliser = part(page, "equaliser")
    equaliser.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box, scrolled, before = equaliser.bounding_box(), page.evaluate("scrollY"), picture_count(page)
    assert box
    points = [(0.3, 0.9), (0.35, 0.6), (0.4, 0.3), (0.5, 0.1), (0.6, 0.1)]  # steep, as scrolling would be
    touch(page, [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points])
    settle(page, before + 1)
    assert page.evaluate("scrollY") == scrolled
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None and np.count_nonzero(z != python_z(app, 2)) >= 30


def touch(page: Page, points: list[tuple[float, float]]) -> None:
    """Move one finger along `points`."""
    session = page.context.new_cdp_session(page)
    kinds = ["touchStart"] + ["touchMove"] * (len(points) - 1)
    for kind, (x, y) in zip(kinds, points, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_can_be_read(visit: Visit, scheme: str) -> None:
    page = visit("/", color_scheme=scheme)
    settle(page)
    page.locator("[data-dx=seed]").fill("wrong")
    page.locator("[data-dx=seed]").press("Enter")
    expect(part(page, "status")).not_to_be_empty()
    assert_readable(page)
    ground = [int(value) for value in part(page, "stage").evaluate(BACKGROUND).removeprefix("rgb(").removesuffix(")").split(",")]
    assert (max(ground) < 80) == (scheme == "dark") and (min(ground) > 200) == (scheme == "light")
    bars = part(page, "equaliser").evaluate(BAR_COLOURS)
    assert len(bars) > 500 and abs(np.median(bars) - ground[0]) > 50


def test_german(visit: Visit) -> None:
    page = visit("/?seed=1", watch_for_keys, locale="de-DE")
    settle(page)
    part(page, "copy").click()
    expect(part(page, "status")).not_to_be_empty()
    assert_german(page)
    expect(part(page, "norm")).to_contain_text("√n 10,00")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_german_on_a_phone(visit: Visit) -> None:
    page = visit("/", locale="de-DE", **PHONE)
    settle(page)
    assert_fits_a_phone(page)


def test_the_laboratory_on_a_phone_in_the_dark_in_german(visit: Visit) -> None:
    page = visit("/?model=labelled&seed=3", watch_for_keys, locale="de-DE", color_scheme="dark", **PHONE)
    settle(page)
    part(page, "keep").click()
    for tab in ("directions", "sheets", "shelf"):
        open_tab(page, tab)
        if tab == "directions":
            expect(page.locator(DIRECTION)).to_have_count(8)
            page.locator("[data-dx=marks] summary").click()
            part(page, "mark-positive").click()
        for kind in ("seeds", "xy", "labels") if tab == "sheets" else ():
            part(page, "kind").select_option(kind)
            wait_until_made(page, "sheet-pictures")
            assert_fits_a_phone(page)
        if tab != "shelf":
            page.locator(f"#dx-{tab} .dx-help").first.click()
            expect(page.locator("#dx-bubble")).to_be_visible()
        assert_fits_a_phone(page)
        assert_readable(page)
        assert_german(page)
