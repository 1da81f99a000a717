"""The Hub on the Explore page: a model comes from there, and one goes there after the question."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hub_stand_in import HubStandIn
from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import App, Watch
from browser.looks import PALE_TEXTS, PHONE, SMALL_TARGETS
from browser.recording import part, settle
from dcgan.files import read_json, write_json

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]


def opened(page: Page) -> Page:
    settle(page)
    part(page, "hub").locator("summary").click()
    return page


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def message(page: Page, side: str) -> object:
    return part(page, f"hub-{side}").locator(".dx-message")


def test_nothing_is_asked_before_a_button_is_pressed(visit: Visit, hub: HubStandIn) -> None:
    page = opened(visit("/"))
    expect(part(page, "hub-list").locator("li")).to_have_count(2)
    expect(part(page, "hub-list")).to_contain_text("huggan/dcgan-mnist")
    expect(part(page, "hub-list")).to_contain_text("no licence stated")
    assert hub.requests == []


def test_a_german_page_says_in_german_how_to_log_in(visit: Visit, watch: Watch) -> None:
    watch.expected.append("400")
    page = opened(visit("/", locale="de-DE"))
    part(page, "hub-pull").locator("[name=repository]").fill("ada/no-such-model")
    part(page, "hub-pull").locator(".dx-bar button").click()
    expect(message(page, "pull")).to_contain_text("niemand ist angemeldet (mit `hf auth login` anmelden, oder HF_TOKEN setzen)")


def test_a_model_is_pulled_and_shown(visit: Visit, app: App, hub: HubStandIn, watch: Watch) -> None:
    hub.add("ada/from-the-hub", files(app.home / "models" / "uniform"))
    page = opened(visit("/"))
    field = part(page, "hub-pull").get_by_label("Open a model from the Hub")
    watch.expected.append("400")
    field.fill("ada/no-such-model")
    field.press("Enter")
    expect(message(page, "pull")).to_contain_text("the Hub shows no ada/no-such-model")
    button = part(page, "hub-pull").locator(".dx-bar button")
    # an answer that takes so long that the disabled button loses the focus
    page.route("**/hub/pull", lambda route: (time.sleep(0.5), route.continue_()), times=1)
    with page.expect_response("**/hub/pull"):
        button.press("Enter")
    expect(button).to_be_enabled()
    expect(button).to_be_focused()
    field.fill("ada/from-the-hub")
    field.press("Enter")
    expect(part(page, "model")).to_have_value("from-the-hub")
    expect(message(page, "pull")).to_contain_text("from-the-hub")
    settle(page)


def test_a_model_of_ones_own_pictures_goes_after_the_question(visit: Visit, app: App, hub: HubStandIn, tmp_path: Path) -> None:
    for k, pixels in enumerate(np.random.default_rng(1).integers(0, 256, (9, 16, 16), np.uint8)):
        Image.fromarray(pixels).save(tmp_path / f"{k}.png")
    folder = app.home / "models" / "family"
    shutil.copytree(app.home / "models" / "uniform", folder)
    write_json(folder / "config.json", {**read_json(folder / "config.json"), "training": {"data": str(tmp_path), "recipe": {}}})
    page = opened(visit("/?model=family"))
    field = part(page, "hub-push").get_by_label("Push the model shown above")
    field.fill("ada/family")
    field.press("Enter")
    expect(part(page, "hub-asked")).to_contain_text("family learned from pictures of your own")
    expect(part(page, "hub-sheet")).to_be_visible()
    expect(part(page, "hub-no")).to_be_focused()
    part(page, "hub-no").press("Enter")
    expect(message(page, "push")).to_have_text("Not pushed.")
    assert "ada/family" not in hub.repos
    field.press("Enter")
    part(page, "hub-yes").click()
    expect(message(page, "push")).to_have_text(f"family is at {hub.url}/ada/family, for you only.")
    assert hub.repos["ada/family"].private and "generator.safetensors" in hub.files("ada/family")


@pytest.mark.parametrize("options", [PHONE, {"color_scheme": "dark"}], ids=["phone", "dark"])
def test_it_can_be_read_and_pressed(visit: Visit, options: dict[str, object]) -> None:
    page = opened(visit("/", **options))
    assert page.evaluate(SMALL_TARGETS) == [] and page.evaluate(PALE_TEXTS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
