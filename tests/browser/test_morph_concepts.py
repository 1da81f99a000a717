"""Arithmetic, turn and grid on the Morph page."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import App
from browser.looks import PHONE, assert_fits_a_phone, assert_german, assert_readable
from browser.models import synthesizer
from browser.recording import pixels
from browser.test_morph import mo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]
COUNT = """window.made = { film: 0, arithmetic: 0, turn: 0, plane: 0 };
for (const name of Object.keys(window.made)) document.addEventListener(`dcgan:${name}`, () => (window.made[name] += 1));"""


@pytest.fixture
def tab(visit: Visit) -> Callable[..., Page]:
    def open_tab(name: str, model: str = "tiny", **options: object) -> Page:
        page = visit(f"/morph?model={model}", lambda page: page.add_init_script(COUNT), **options)
        made(page, "film")
        page.locator(f"[data-tab={name}]").click()
        made(page, name)
        return page

    return open_tab


def made(page: Page, name: str, count: int = 1) -> None:
    page.wait_for_function("([name, count]) => window.made[name] >= count", arg=[name, count])


def assert_canvas(page: Page, selector: str, app: App, z: np.ndarray) -> None:
    wanted = synthesizer(app.home / "models" / "tiny").rgb(z[None])[0]
    assert np.abs(pixels(page.locator(selector)).astype(float) - wanted).mean() < 5  # JPEG


def z_of(app: App, *seeds: int) -> np.ndarray:
    return synthesizer(app.home / "models" / "tiny").z(seeds).astype(np.float64)


def test_arithmetic_is_filled_undone_and_kept(tab: Callable[..., Page], app: App) -> None:
    page = tab("arithmetic")
    slots = [z_of(app, *range(3 * k, 3 * k + 3)).mean(axis=0) for k in range(3)]
    assert_canvas(page, "[data-slot=b] [data-mean-picture]", app, slots[1])
    centre = "[data-mo=result] canvas:nth-child(5)"
    assert_canvas(page, centre, app, slots[0] - slots[1] + slots[2])
    assert page.locator("[data-mo=result] canvas").count() == 9
    page.locator("[data-slot=a]").get_by_role("button", name="Take out seed 1").click()
    made(page, "arithmetic", 2)
    page.locator("[data-slot=a] [data-add]").click()
    page.get_by_role("button", name="Take seed 20", exact=True).click()
    made(page, "arithmetic", 3)
    changed = z_of(app, 0, 2, 20).mean(axis=0) - slots[1] + slots[2]
    assert_canvas(page, centre, app, changed)
    page.reload()
    made(page, "arithmetic")
    assert_canvas(page, centre, app, changed)
    page.locator("[data-slot=b] [data-clear]").click()
    expect(mo(page, "result-facts")).to_contain_text("each slot")
    expect(mo(page, "result-to-film")).to_be_disabled()
    made(page, "arithmetic", 2)
    page.keyboard.press("Control+z")
    made(page, "arithmetic", 3)
    assert_canvas(page, centre, app, changed)
    mo(page, "result-to-film").click()
    page.locator("[data-tab=film]").click()
    expect(page.locator(".mo-key").last).to_contain_text("a − b + c")


def test_a_slot_is_filled_by_attribute_where_one_was_taken_out(tab: Callable[..., Page]) -> None:
    page = tab("arithmetic", "celeba-64")
    page.locator("[data-slot=a] .mo-sample").first.click()
    made(page, "arithmetic", 2)
    page.locator("[data-slot=a] [data-add]").click()
    with page.expect_response("**/offers*") as answer:
        mo(page, "chooser-kinds").locator("select").first.select_option("Smiling")
    seeds = answer.value.json()["seeds"]
    page.get_by_role("button", name=f"Take seed {seeds[0]}", exact=True).click()
    made(page, "arithmetic", 3)
    expect(page.locator("[data-slot=a] .mo-sample").first).to_have_attribute("aria-label", f"Take out seed {seeds[0]}")


def test_figures_7_and_8_have_the_papers_counts(tab: Callable[..., Page]) -> None:
    page = tab("arithmetic")
    mo(page, "figure-7").click()
    made(page, "arithmetic", 2)
    assert [page.locator(f"[data-slot={slot}] .mo-sample").count() for slot in "abc"] == [3, 3, 3]
    expect(mo(page, "status")).to_contain_text("one kind")
    page.locator("[data-tab=arithmetic]").press("ArrowRight")
    expect(page.locator("[data-tab=turn]")).to_be_focused()
    made(page, "turn")
    mo(page, "figure-8").click()
    made(page, "turn", 2)
    assert [page.locator(f"[data-slot={slot}] .mo-sample").count() for slot in ("left", "right", "samples")] == [4, 4, 4]
    assert page.locator("[data-mo=turned] canvas").count() == 36


def test_a_turn_leaves_the_sample_in_the_middle(tab: Callable[..., Page], app: App) -> None:
    page = tab("turn")
    assert_canvas(page, "[data-mo=turned] canvas:nth-child(5)", app, z_of(app, 8)[0])
    vector = z_of(app, 4, 5, 6, 7).mean(axis=0) - z_of(app, 0, 1, 2, 3).mean(axis=0)
    assert_canvas(page, "[data-mo=turned] canvas:nth-child(9)", app, z_of(app, 8)[0] + 0.75 * vector)


def test_a_grid_lies_between_four_corners(tab: Callable[..., Page], app: App) -> None:
    page = tab("plane")
    for place, seed in ((1, 0), (8, 1), (57, 2), (64, 3)):
        assert_canvas(page, f"[data-mo=filled] canvas:nth-child({place})", app, z_of(app, seed)[0])
    expect(page.locator("[data-slot=corners] [data-add]")).to_be_disabled()


def test_the_chosen_faces_are_named(tab: Callable[..., Page]) -> None:
    page = tab("arithmetic", "celeba-64", locale="de-DE")
    expect(page.locator("[data-slot=a] [data-name]")).to_have_text("lächelnde Frauen")
    page.locator("[data-slot=a] .mo-sample").first.click()
    expect(page.locator("[data-slot=a] [data-name]")).to_have_text("a")


def test_the_figure_asked_for_while_it_is_made_is_whole(visit: Visit) -> None:
    page = visit("/morph?model=celeba-64", lambda page: page.add_init_script(COUNT))
    made(page, "film")
    waiting: list[Route] = []
    page.route("**/dcgan/arithmetic?*", lambda route: waiting.append(route))
    page.locator("[data-tab=arithmetic]").click()
    expect(page.locator(".mo-slot[data-slot=a] .mo-sample")).to_have_count(3)
    while not waiting:
        page.wait_for_timeout(20)
    mo(page, "figure-7").click()  # the slots that it sets up are those that the panel begins with
    expect(mo(page, "status")).to_contain_text("Figure 7")
    waiting[0].continue_()
    made(page, "arithmetic")
    widths = "(all) => all.map((canvas) => canvas.width)"
    assert page.locator("#mo-panel-arithmetic .mo-sample canvas").evaluate_all(widths) == [64] * 9


@pytest.mark.parametrize("name", ["arithmetic", "turn", "plane"])
def test_a_phone_dark_and_german(tab: Callable[..., Page], name: str) -> None:
    page = tab(name, "labelled", **PHONE, locale="de-DE", color_scheme="dark")
    assert_fits_a_phone(page)
    assert_readable(page)
    assert_german(page)
