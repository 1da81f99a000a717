"""The laboratory's tabs and sliders."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from browser.recording import picture_count, settle

FRESH = "(name) => !document.querySelector(`[data-dx=${name}]`).classList.contains('dx-stale')"


def open_tab(page: Page, name: str) -> None:
    page.locator(f"#dx-tab-{name}").click()


def wait_until_made(page: Page, name: str) -> None:
    """Wait until the pictures of a sheet are those of the present view."""
    page.wait_for_function(FRESH, arg=name)


def slide(page: Page, slider: Any, value: float) -> None:
    """Set a range as a hand does, and wait for its picture."""
    before = picture_count(page)
    slider.evaluate("(each, value) => { each.value = value; each.dispatchEvent(new Event('input', { bubbles: true })); }", value)
    settle(page, before + 1)
