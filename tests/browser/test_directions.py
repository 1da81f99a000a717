"""Directions on the Explore page: sliders that are views of one z, locks, examples, what is kept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import App, Watch
from browser.laboratory import DIRECTION, Finder, open_tab, slide, unit, wait_until_made
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, SLIDER, part, pixels, settle, z_of
from browser.views import act, assert_link_is_the_picture

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

FIRST, SECOND = unit(1, 0, 0, 0, 0, 0, 0, 0), unit(1, 1, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def finder() -> Finder:
    return Finder({"first": FIRST, "second": SECOND})


def z_now(page: Page, app: App) -> np.ndarray:
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None
    return z


def own_z(app: App, seed: int) -> np.ndarray:
    return synthesizer(app.home / "models" / "tiny").z([seed])[0]


def shown(page: Page) -> list[float]:
    return [float(value) for value in page.locator(DIRECTION).evaluate_all("(all) => all.map((each) => each.value)")]


def open_directions(visit: Visit, finder: Finder, query: str = "model=tiny&seed=4", **options: object) -> Page:
    page = visit(f"/?{query}", finder.attach, **options)
    settle(page)
    open_tab(page, "directions")
    expect(page.locator(DIRECTION)).to_have_count(2)
    return page


def test_a_slider_moves_z_along_its_direction_at_its_length(visit: Visit, app: App, finder: Finder) -> None:
    page = open_directions(visit, finder)
    before = own_z(app, 4)
    assert shown(page) == pytest.approx([before @ FIRST, before @ SECOND], abs=0.011)  # half a step of the slider
    slide(page, page.locator(DIRECTION).nth(1), 0.6)
    z = z_now(page, app)
    assert z @ SECOND == pytest.approx(0.6, abs=0.01) and np.linalg.norm(z) == pytest.approx(np.linalg.norm(before), rel=1e-5)
    across = [vector - (vector @ SECOND) * SECOND for vector in (before, z)]
    cosine = across[0] @ across[1] / np.prod([np.linalg.norm(each) for each in across])
    assert cosine == pytest.approx(1, abs=1e-5)  # all else keeps its direction
    assert shown(page)[0] == pytest.approx(z @ FIRST, abs=0.011)
    assert float(page.locator(SLIDER).first.input_value()) == pytest.approx(z[0], abs=0.011)
    act(page, "undo")
    assert z_of(assert_link_is_the_picture(page, app)) is None
    assert shown(page) == pytest.approx([before @ FIRST, before @ SECOND], abs=0.011)


def test_without_keeping_the_length_only_the_direction_is_added(visit: Visit, app: App, finder: Finder) -> None:
    page = open_directions(visit, finder)
    part(page, "restore").click()
    slide(page, page.locator(DIRECTION).nth(1), 3)
    before, z = own_z(app, 4), z_now(page, app)
    np.testing.assert_allclose(z, before + (3 - before @ SECOND) * SECOND, atol=1e-5)
    page.reload()
    settle(page)
    expect(part(page, "restore")).to_have_attribute("aria-pressed", "false")


def test_what_is_locked_stays(visit: Visit, app: App, finder: Finder) -> None:
    page = open_directions(visit, finder)
    page.get_by_role("button", name="Lock first").click()
    expect(page.get_by_role("button", name="Lock first")).to_have_attribute("aria-pressed", "true")
    slide(page, page.locator(DIRECTION).nth(1), 0.5)
    before, z = own_z(app, 4), z_now(page, app)
    assert z[0] == pytest.approx(before[0], abs=1e-5) and z[1] == pytest.approx(0.5, abs=0.01)
    assert np.linalg.norm(z) == pytest.approx(np.linalg.norm(before), rel=1e-5)
    page.reload()
    settle(page)
    expect(page.get_by_role("button", name="Lock first")).to_have_attribute("aria-pressed", "true")  # also what was open is open


def test_pictures_at_both_ends_are_where_they_lead(visit: Visit, app: App, finder: Finder) -> None:
    page = open_directions(visit, finder)
    wait_until_made(page, "directions")
    end = page.get_by_role("button", name="Go to the high end of second")
    seen = pixels(end.locator("canvas"))
    page.get_by_role("button", name="Show where second changes the picture").click()
    heat = part(page, "heat")
    expect(heat).to_be_visible()
    drawn = pixels(heat)
    assert drawn.shape == seen.shape and drawn.max() > 0
    end.click()
    settle(page, 2)
    assert_same(pixels(page.locator(PICTURE)), seen)
    z = z_now(page, app)
    length = float(np.linalg.norm(own_z(app, 4)))
    assert z @ SECOND == pytest.approx(min(4, 0.98 * length), abs=1e-4) and np.linalg.norm(z) == pytest.approx(length, rel=1e-5)


def test_work_is_shown_and_a_refusal_said(visit: Visit, finder: Finder, watch: Watch) -> None:
    watch.expected.append("status of 400")
    page = open_directions(visit, finder)
    part(page, "method").select_option("sefa")
    expect(part(page, "directions-message")).to_have_text("measuring effects")
    expect(part(page, "directions-progress")).to_have_js_property("value", 0.3)
    expect(page.locator(DIRECTION)).to_have_count(2)
    expect(part(page, "directions-message")).to_contain_text("when z moves by 2.0, over 16 pictures")
    part(page, "method").select_option("pca")
    expect(part(page, "directions-message")).to_have_text("this model has no layers to look into")
    expect(page.locator(DIRECTION)).to_have_count(0)


def test_saved_with_the_model_renamed_and_deleted(visit: Visit, finder: Finder) -> None:
    page = open_directions(visit, finder)
    name = page.get_by_label("Name of direction second")
    name.fill("smile")
    name.press("Enter")
    page.get_by_role("button", name="Save smile with the model").click()
    expect(part(page, "directions-message")).to_contain_text("smile is saved")
    assert [(each["name"], each["effect"]) for each in finder.saved] == [("smile", 0.05)]
    part(page, "method").select_option("saved")
    expect(page.locator(DIRECTION)).to_have_count(1)
    page.get_by_role("button", name="Delete smile").click()
    expect(page.locator(DIRECTION)).to_have_count(0)
    expect(part(page, "directions-message")).to_have_text("smile is deleted.")
    assert finder.saved == []


def test_examples_make_a_direction(visit: Visit, app: App, finder: Finder) -> None:
    page = open_directions(visit, finder)
    page.locator("[data-dx=marks] summary").click()
    expect(part(page, "mark-make")).to_be_disabled()
    part(page, "mark-positive").click()
    act(page, "reset")
    part(page, "mark-negative").click()
    page.reload()  # marks are kept, and so is z
    settle(page)
    assert not z_now(page, app).any()
    page.locator("[data-dx=marks] summary").click()
    part(page, "mark-name").fill("seedness")
    part(page, "mark-make").click()
    expect(page.locator(DIRECTION)).to_have_count(3)
    act(page, "reuse")
    own = own_z(app, 4)
    assert shown(page)[0] == pytest.approx(float(np.linalg.norm(own)), abs=0.011)  # from 0 to z: z·d is its length
    page.get_by_role("button", name="Delete seedness").click()
    expect(page.locator(DIRECTION)).to_have_count(2)
