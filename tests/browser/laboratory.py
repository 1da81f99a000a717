"""The laboratory's tabs, sliders and directions."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from browser.conftest import App
from browser.models import synthesizer
from browser.recording import picture_count, settle
from dcgan.directions import Direction, find_directions

DIRECTION = "[data-dcgan=direction]"
FRESH = "(name) => !document.querySelector(`[data-dx=${name}]`).classList.contains('dx-stale')"


def open_tab(page: Page, name: str) -> None:
    page.locator(f"#dx-tab-{name}").click()


def wait_until_made(page: Page, name: str) -> None:
    """Wait until the pictures of a sheet or of the directions are those of the present view."""
    page.wait_for_function(FRESH, arg=name)


def slide(page: Page, slider: Any, value: float) -> None:
    """Set a range as a hand does, and wait for its picture."""
    before = picture_count(page)
    slider.evaluate("(each, value) => { each.value = value; each.dispatchEvent(new Event('input', { bubbles: true })); }", value)
    settle(page, before + 1)


def directions_of(app: App, method: str) -> tuple[Direction, ...]:
    """Return what Python finds for the model `tiny`, in the order of the page."""
    return find_directions(synthesizer(app.home / "models" / "tiny"), method).directions
