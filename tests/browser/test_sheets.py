"""Sheets, the discriminator's score, the length of z, the seed walk, tabs and tooltips."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from picture_files import open_picture
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.laboratory import DIRECTION, directions_of, open_tab, slide, wait_until_made
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, part, picture_count, pixels, settle, z_of
from browser.views import act, assert_link_is_the_picture, press, python_z, seed_of
from dcgan.cli import main

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]


def open_sheet(page: Page, kind: str) -> None:
    open_tab(page, "sheets")
    part(page, "kind").select_option(kind)
    wait_until_made(page, "sheet-pictures")


def cells(page: Page) -> np.ndarray:
    return np.stack([pixels(canvas) for canvas in page.locator("[data-dx=sheet-pictures] canvas").all()])


def test_64_seeds_in_the_discriminators_order(visit: Visit, app: App) -> None:
    page = visit("/?model=labelled&seed=10&label=3")
    settle(page)
    open_sheet(page, "seeds")
    judge = synthesizer(app.home / "models" / "labelled")
    z = judge.z(range(10, 74))
    assert_same(cells(page), judge.rgb(z, "3"))
    part(page, "order").select_option("real")
    wait_until_made(page, "sheet-pictures")
    order = np.argsort(-judge.scores(z, "3"), kind="stable")
    assert_same(cells(page), judge.rgb(z[order], "3"))
    page.get_by_role("button", name=f"Go to seed {10 + order[0]}", exact=True).click()
    settle(page, 2)
    assert seed_of(assert_link_is_the_picture(page, app)) == 10 + order[0]
    percent = 100 / (1 + np.exp(-judge.scores(z[order[:1]], "3")[0]))
    expect(part(page, "score")).to_contain_text(f"takes it for real: {percent:.0f} %")


def test_a_saved_sheet_is_made_again_by_the_command_line(visit: Visit, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(app.home))
    page = visit("/?model=labelled&seed=10&label=3")
    settle(page)
    for kind in ("seeds", "labels"):
        open_sheet(page, kind)
        with page.expect_download() as saved:
            part(page, "save-sheet").click()
        saved.value.save_as(tmp_path / "sheet.png")
        assert main(["generate", "--recipe", str(tmp_path / "sheet.png"), "--out", str(tmp_path / "again.png")]) == 0
        assert_same(open_picture(tmp_path / "sheet.png"), open_picture(tmp_path / "again.png"))


def test_two_sliders_across_and_up(visit: Visit, app: App) -> None:
    page = visit("/?model=tiny&seed=4")
    settle(page)
    open_tab(page, "directions")
    expect(page.locator(DIRECTION)).to_have_count(8)
    part(page, "restore").click()
    first = directions_of(app, "sefa")[0]
    open_sheet(page, "xy")
    part(page, "x").select_option("Dimension 1")
    part(page, "y").select_option(first.name)
    wait_until_made(page, "sheet-pictures")
    shown = cells(page)
    assert len(shown) == 49
    maker = synthesizer(app.home / "models" / "tiny")
    z = maker.z([4])[0]
    for k, x, y in ((0, -3, 3), (6, 3, 3), (24, 0, 0), (42, -3, -3)):
        there = z.copy()
        there[1] = x
        there += (y - there @ first.vector) * first.vector
        assert_same(shown[k], maker.rgb(there[None])[0])


def test_labels_by_z_and_what_is_typed(visit: Visit, app: App) -> None:
    page = visit("/?model=labelled&seed=4")
    settle(page)
    open_sheet(page, "labels")
    maker = synthesizer(app.home / "models" / "labelled")
    z = np.repeat(maker.z(range(4, 10))[None], 3, axis=0).reshape(18, 8)
    assert_same(cells(page), maker.rgb(z, [label for label in range(3) for _ in range(6)]))
    expect(part(page, "sheet-pictures").locator(".dx-row-head")).to_have_text(["Ankle boot", "T-shirt/top", "3"])
    assert "typed" not in part(page, "kind").locator("option").evaluate_all("(all) => all.map((each) => each.value)")
    page.get_by_role("button", name="Go to 3, column 2", exact=True).click()
    settle(page, 2)
    assert "label=3" in assert_link_is_the_picture(page, app)


def test_the_length_of_z(visit: Visit, app: App) -> None:
    page = visit("/?seed=3")
    settle(page)
    slide(page, part(page, "radius"), 0.5)
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None
    own = python_z(app, 3)
    np.testing.assert_allclose(z, own * 5 / np.linalg.norm(own), atol=1e-5)
    expect(part(page, "share")).to_have_text("‖z‖/√n 0.50")
    act(page, "reset")
    slide(page, part(page, "radius"), 1)  # from 0: the seed's own way
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None
    np.testing.assert_allclose(z, own * 10 / np.linalg.norm(own), atol=1e-5)


def test_the_seed_walk_blends_four_seeds(visit: Visit, app: App) -> None:
    page = visit("/?seed=3")
    settle(page)
    walk, picture = part(page, "walk"), page.locator(PICTURE)
    box = picture.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 150)
    page.mouse.up()
    assert picture_count(page) == 1  # off at first
    walk.click()
    before = picture_count(page)
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25, steps=5)
    page.mouse.up()
    settle(page, before + 1)
    z = z_of(assert_link_is_the_picture(page, app))
    corners, weights = [python_z(app, seed) for seed in (3, 4, 103, 104)], np.array([0.375, 0.375, 0.125, 0.125])
    mixed = weights @ np.stack(corners)
    wanted = mixed * (weights @ np.linalg.norm(corners, axis=1)) / np.linalg.norm(mixed)
    assert z is not None
    np.testing.assert_allclose(z, wanted, atol=0.02)  # the pointer stands on whole pixels
    act(page, "undo")
    assert z_of(assert_link_is_the_picture(page, app)) is None
    picture.focus()
    press(page, "Shift+ArrowRight")  # one whole seed further
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None
    np.testing.assert_allclose(z, corners[1], atol=1e-5)


def test_tabs_by_keyboard_are_remembered_and_tooltips_open_by_focus(visit: Visit) -> None:
    page = visit("/")
    settle(page)
    page.locator("#dx-tab-neighbours").focus()
    page.keyboard.press("End")
    expect(page.locator("#dx-tab-shelf")).to_be_focused()
    expect(page.locator("#dx-shelf")).to_be_visible()
    expect(page.locator("#dx-neighbours")).to_be_hidden()
    help_button = page.locator(".dx-radius .dx-help")
    help_button.focus()
    expect(page.locator("#dx-bubble")).to_contain_text("√n long")
    page.keyboard.press("Escape")
    expect(page.locator("#dx-bubble")).to_be_hidden()
    page.reload()
    settle(page)
    expect(page.locator("#dx-shelf")).to_be_visible()
    assert json.loads(page.evaluate("localStorage.getItem('dcgan.explore')"))["tab"] == "shelf"
