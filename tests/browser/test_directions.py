"""Directions on the Explore page: sliders that are views of one z, locks, examples, what is kept."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import App, Watch
from browser.laboratory import DIRECTION, directions_of, open_tab, slide, wait_until_made
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, SLIDER, part, pixels, settle, z_of
from browser.views import act, assert_link_is_the_picture, type_seed
from dcgan.directions import marked_direction

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]
Z_DIM = 8
HALF_A_STEP = 0.011


def z_now(page: Page, app: App) -> np.ndarray:
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None
    return z


def own_z(app: App, seed: int) -> np.ndarray:
    return synthesizer(app.home / "models" / "tiny").z([seed])[0]


def shown(page: Page) -> list[float]:
    return [float(value) for value in page.locator(DIRECTION).evaluate_all("(all) => all.map((each) => each.value)")]


def open_directions(visit: Visit, query: str = "model=tiny&seed=4", **options: object) -> Page:
    page = visit(f"/?{query}", **options)
    settle(page)
    open_tab(page, "directions")
    expect(page.locator(DIRECTION)).to_have_count(Z_DIM)
    return page


def test_a_slider_moves_z_along_its_direction_at_its_length(visit: Visit, app: App) -> None:
    page = open_directions(visit)
    found = directions_of(app, "sefa")
    names = page.locator("[data-dx=directions] input[type=text]").evaluate_all("(all) => all.map((each) => each.value)")
    assert names == [direction.name for direction in found]
    expect(part(page, "directions-message")).to_contain_text("when z moves by 2.0, over 8 pictures")
    before, second = own_z(app, 4), found[1].vector
    assert shown(page) == pytest.approx([before @ each.vector for each in found], abs=HALF_A_STEP)
    slide(page, page.locator(DIRECTION).nth(1), 0.6)
    z = z_now(page, app)
    assert z @ second == pytest.approx(0.6, abs=0.01) and np.linalg.norm(z) == pytest.approx(np.linalg.norm(before), rel=1e-5)
    across = [vector - (vector @ second) * second for vector in (before, z)]
    cosine = across[0] @ across[1] / np.prod([np.linalg.norm(each) for each in across])
    assert cosine == pytest.approx(1, abs=1e-5)  # all else keeps its direction
    assert shown(page)[0] == pytest.approx(z @ found[0].vector, abs=HALF_A_STEP)
    assert float(page.locator(SLIDER).first.input_value()) == pytest.approx(z[0], abs=HALF_A_STEP)
    act(page, "undo")
    assert z_of(assert_link_is_the_picture(page, app)) is None
    assert shown(page) == pytest.approx([before @ each.vector for each in found], abs=HALF_A_STEP)


def test_without_keeping_the_length_only_the_direction_is_added(visit: Visit, app: App) -> None:
    page = open_directions(visit)
    part(page, "restore").click()
    slide(page, page.locator(DIRECTION).nth(1), 3)
    before, z, second = own_z(app, 4), z_now(page, app), directions_of(app, "sefa")[1].vector
    np.testing.assert_allclose(z, before + (3 - before @ second) * second, atol=1e-5)
    page.reload()
    settle(page)
    expect(part(page, "restore")).to_have_attribute("aria-pressed", "false")


def test_what_is_locked_stays(visit: Visit, app: App) -> None:
    page = open_directions(visit)
    part(page, "method").select_option("raw")
    locked = directions_of(app, "raw")[0]
    lock = page.get_by_role("button", name=f"Lock {locked.name}")
    lock.press("Enter")
    expect(lock).to_be_focused()
    part(page, "method").select_option("sefa")
    expect(page.locator(DIRECTION)).to_have_count(1 + Z_DIM)  # it leads the list, and the others are at right angles to it
    free = directions_of(app, "sefa")[2].vector.astype(float)
    free -= (free @ locked.vector) * locked.vector
    free /= np.linalg.norm(free)
    slide(page, page.locator(DIRECTION).nth(3), 0.5)
    before, z = own_z(app, 4), z_now(page, app)
    assert z @ locked.vector == pytest.approx(before @ locked.vector, abs=1e-5) and z @ free == pytest.approx(0.5, abs=0.01)
    assert np.linalg.norm(z) == pytest.approx(np.linalg.norm(before), rel=1e-5)
    page.reload()
    settle(page)
    expect(lock).to_have_attribute("aria-pressed", "true")  # also what was open is open


def test_pictures_at_both_ends_are_where_they_lead(visit: Visit, app: App) -> None:
    page = open_directions(visit)
    direction = directions_of(app, "sefa")[0]
    wait_until_made(page, "directions")
    end = page.get_by_role("button", name=f"Go to the high end of {direction.name}", exact=True)
    seen = pixels(end.locator("canvas"))
    page.get_by_role("button", name=f"Where {direction.name} changes the picture", exact=True).click()
    heat = part(page, "heat")
    expect(heat).to_be_visible()
    drawn = pixels(heat)
    assert drawn.shape == seen.shape and drawn.max() > 0
    end.click()
    settle(page, 2)
    assert_same(pixels(page.locator(PICTURE)), seen)
    z, length = z_now(page, app), float(np.linalg.norm(own_z(app, 4)))
    assert z @ direction.vector == pytest.approx(min(4, 0.98 * length), abs=1e-4)
    assert np.linalg.norm(z) == pytest.approx(length, rel=1e-5)


def test_work_is_shown_while_it_goes_on(visit: Visit) -> None:
    answers = iter([{"state": "working", "done": 3000, "total": 10000, "what": "…"}])

    def first_working(route: Route) -> None:
        answer = next(answers, None)
        route.fulfill(status=202, json=answer) if answer else route.continue_()

    page = visit("/?model=tiny&seed=4", lambda page: page.route("**/directions?*", first_working))
    settle(page)
    open_tab(page, "directions")
    expect(part(page, "directions-message")).to_have_text("Looking for directions: 3,000 of 10,000")
    expect(part(page, "directions-progress")).to_have_js_property("value", 0.3)
    expect(page.locator(DIRECTION)).to_have_count(Z_DIM)
    expect(part(page, "directions-progress")).to_be_hidden()


def test_what_cannot_be_saved_is_said(visit: Visit, watch: Watch) -> None:
    watch.expected.append("status of 400")
    page = visit("/?model=untrained-dcgan-32")
    settle(page)
    open_tab(page, "directions")
    page.get_by_role("button", name="Save SeFa 1 with the model", exact=True).click()
    expect(part(page, "directions-message")).to_contain_text("has no file, so nothing can be saved beside it")


def test_saved_with_the_model_renamed_and_deleted(visit: Visit, app: App) -> None:
    page = open_directions(visit)
    found = directions_of(app, "sefa")[1]
    name = page.get_by_label(f"Name of direction {found.name}", exact=True)
    name.fill("smile")
    name.press("Enter")
    page.get_by_role("button", name="Save smile with the model").click()
    expect(part(page, "directions-message")).to_contain_text("smile is saved")
    (kept,) = directions_of(app, "saved")
    assert (kept.name, kept.id) == ("smile", found.id)
    np.testing.assert_allclose(kept.vector, found.vector, atol=1e-6)
    part(page, "method").select_option("saved")
    expect(page.locator(DIRECTION)).to_have_count(1)
    page.get_by_role("button", name="Delete smile").click()
    expect(page.locator(DIRECTION)).to_have_count(0)
    expect(part(page, "directions-message")).to_have_text("smile is deleted.")
    assert directions_of(app, "saved") == ()
    part(page, "directions-undo").press("Enter")
    expect(page.locator(DIRECTION)).to_have_count(1)
    assert [each.name for each in directions_of(app, "saved")] == ["smile"]
    page.get_by_role("button", name="Delete smile").click()
    expect(page.locator(DIRECTION)).to_have_count(0)


def test_examples_make_a_direction(visit: Visit, app: App) -> None:
    page = open_directions(visit)
    page.locator("[data-dx=marks] summary").click()
    for seed, side in ((4, "positive"), (5, "positive"), (6, "negative"), (7, "negative")):
        expect(part(page, "mark-make")).to_be_disabled()
        type_seed(page, str(seed))
        part(page, f"mark-{side}").click()
    page.reload()  # marks are kept, and stay open
    settle(page)
    part(page, "mark-name").fill("seedness")
    part(page, "mark-make").click()
    expect(page.locator(DIRECTION)).to_have_count(1 + Z_DIM)
    maker = synthesizer(app.home / "models" / "tiny")
    vector = marked_direction(maker, "seedness", maker.z([4, 5]), maker.z([6, 7])).vector
    assert shown(page)[0] == pytest.approx(own_z(app, 7) @ vector, abs=HALF_A_STEP)
    expect(page.locator(".dx-direction").first).to_contain_text("on 2 examples with it and 2 without")
    page.get_by_role("button", name="Delete seedness").click()
    expect(page.locator(DIRECTION)).to_have_count(Z_DIM)


def test_every_change_of_a_list_can_be_undone(visit: Visit) -> None:
    page = open_directions(visit)
    undo, first = part(page, "directions-undo"), page.locator(".dx-direction").first
    name = first.locator("input[type=text]")
    before = name.input_value()
    name.fill("mine")
    name.press("Enter")
    expect(name).to_have_value("mine")
    undo.click()
    expect(name).to_have_value(before)
    first.get_by_role("button", name=re.compile("^Lock")).click()
    expect(first.get_by_role("button", name=re.compile("^Lock"))).to_have_attribute("aria-pressed", "true")
    undo.press("Enter")
    expect(first.get_by_role("button", name=re.compile("^Lock"))).to_have_attribute("aria-pressed", "false")
    expect(undo).to_be_hidden()
    page.locator("[data-dx=marks] summary").click()
    pictures = page.locator("[data-dx=marks-positive] button")
    expect(part(page, "marks-undo")).to_be_hidden()
    part(page, "mark-positive").click()
    pictures.click()
    expect(pictures).to_have_count(0)
    part(page, "marks-undo").press("Enter")
    expect(pictures).to_have_count(1)
    part(page, "marks-undo").press("Enter")
    expect(pictures).to_have_count(0)


def test_a_german_page_names_attributes_in_german(visit: Visit) -> None:
    """The sentences that stand on numbers of the server are the page's own."""
    found = {"state": "ready", "method": "attribute", "group": "faces", "groups": ["faces"], "step": 2.0, "n": 8}
    vector = base64.urlsafe_b64encode(np.eye(Z_DIM, dtype="<f4")[0].tobytes()).decode().rstrip("=")
    note = {"kind": "answers", "share": 0.41, "pictures": 5000}
    smiling = {
        "id": "attribute-smiling",
        "name": "Smiling",
        "method": "attribute",
        "vector": vector,
        "share": None,
        "effect": 0.1,
        "note": note,
    }
    answer = {**found, "directions": [smiling]}
    page = visit("/?model=tiny", lambda page: page.route("**/directions?*", lambda route: route.fulfill(json=answer)), locale="de-DE")
    settle(page)
    open_tab(page, "directions")
    row = page.locator(".dx-direction")
    expect(row.locator("input[type=text]")).to_have_value("Lächeln")
    expect(row).to_contain_text("41 % von 5.000 Bildern")
