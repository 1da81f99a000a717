"""The explorer: z in the page, pictures from the server."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.models import assert_same
from browser.recording import PICTURE, SLIDER, address, part, picture_count, pixels, settle, z_of
from browser.views import act, assert_link_is_the_picture, press, python_picture, python_z, seed_of, type_seed

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_the_first_picture_is_that_of_the_seed(visit: Visit, app: App) -> None:
    page = visit("/")
    settle(page)
    seen = page.evaluate("window.seen")
    assert [request["id"] for request in seen["requests"]] == [picture["id"] for picture in seen["pictures"]]
    assert seen["pictures"][0]["engine"] == "websocket"
    assert_same(pixels(page.locator(PICTURE)), python_picture(app, "/?model=large&seed=0"))
    components = page.evaluate("window.gradio_config.components.length")
    assert components <= 25


def test_dragging_a_slider_gives_pictures_of_the_z_on_the_way(visit: Visit, app: App) -> None:
    page = visit("/?seed=3")
    settle(page)
    slider = page.locator(SLIDER).first
    low, high, step = (float(slider.get_attribute(name) or 0) for name in ("min", "max", "step"))
    assert 0 < step <= (high - low) / 400
    box = slider.bounding_box()
    assert box and box["y"] >= 0 and box["y"] + box["height"] <= 900 and box["x"] + box["width"] <= 1280
    y, before = box["y"] + box["height"] / 2, picture_count(page)
    page.mouse.move(box["x"] + 60, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 60, y, steps=40)
    page.mouse.up()
    settle(page, before + 3)
    ids = page.evaluate("window.seen.requests.map(({ id }) => id)")
    assert len(set(ids)) == len(ids)
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None and z[0] == pytest.approx(float(slider.input_value()))
    part(page, "undo").click()  # the whole drag is one step
    settle(page, picture_count(page))
    expect(part(page, "undo")).to_be_disabled()


def test_the_card_is_that_of_the_model_which_is_shown(visit: Visit) -> None:
    page = visit("/?model=celeba-64")
    settle(page)
    card, text = part(page, "card"), part(page, "card-text")
    card.locator("summary").press("Enter")
    expect(text).to_contain_text("non-commercial research use")
    part(page, "model").select_option("fashion-mnist-32")
    expect(text).to_contain_text("2017 Zalando SE")
    expect(text).not_to_contain_text("CelebA")


def test_a_slider_by_keyboard(visit: Visit, app: App) -> None:
    page = visit("/")
    settle(page)
    slider = page.locator(SLIDER).nth(1)
    slider.focus()
    values = []
    for key in ("Home", "ArrowRight", "End", "ArrowLeft"):
        press(page, key)
        values.append(float(slider.input_value()))
    assert values == pytest.approx([-4, -3.99, 4, 3.99])
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None and z[1] == pytest.approx(3.99)


def test_the_equaliser_by_keyboard(visit: Visit, app: App) -> None:
    page = visit("/")
    settle(page)
    own = python_z(app, 0)
    equaliser = part(page, "equaliser")
    equaliser.focus()
    page.keyboard.press("End")
    press(page, "ArrowUp")
    expect(equaliser).to_have_attribute("aria-valuetext", f"Dimension 99: {own[99] + 0.08:.2f}".replace("-", "−"))
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    press(page, "0")
    press(page, "PageUp")
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None and z[1] == pytest.approx(1) and z[99] == pytest.approx(own[99] + 0.08, abs=1e-5)
    assert np.count_nonzero(z != own) == 2


def test_drawing_across_the_equaliser(visit: Visit, app: App) -> None:
    page = visit("/")
    settle(page)
    box = part(page, "equaliser").bounding_box()
    assert box
    y, before = box["y"] + box["height"] / 4, picture_count(page)
    page.mouse.move(box["x"] + box["width"] * 0.205, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.805, y, steps=4)
    page.mouse.up()
    settle(page, before + 1)
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None and np.flatnonzero(z != python_z(app, 0)).tolist() == list(range(20, 81))
    np.testing.assert_allclose(z[20:81], 2, atol=0.1)  # a quarter below the top of ±4


def test_undo_and_redo(visit: Visit, app: App) -> None:
    page = visit("/?seed=1")
    settle(page)
    for name in ("undo", "redo"):
        expect(part(page, name)).to_be_disabled()
    type_seed(page, "2")
    act(page, "reset")
    part(page, "undo").focus()
    steps = [("undo", 2, False), ("Control+z", 1, False), ("Control+y", 2, False), ("Control+Shift+Z", 2, True), ("undo", 2, False)]
    for how, seed, is_zero in steps:
        (press if "Control" in how else act)(page, how)
        link = assert_link_is_the_picture(page, app)
        z = z_of(link)
        assert seed_of(link) == seed and (z is not None and not z.any()) == is_zero
    act(page, "redo")
    expect(part(page, "redo")).to_be_disabled()


def test_dice_reuse_and_reset(visit: Visit, app: App) -> None:
    page = visit("/")
    settle(page)
    expect(part(page, "reuse")).to_be_disabled()
    act(page, "dice")
    seed = seed_of(assert_link_is_the_picture(page, app))
    assert part(page, "seed").input_value() == str(seed)
    act(page, "reset")
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None and not z.any()
    expect(part(page, "norm")).to_contain_text("‖z‖ 0.00 · √n 10.00")
    act(page, "reuse")
    link = assert_link_is_the_picture(page, app)
    assert seed_of(link) == seed and z_of(link) is None


def test_typed_seeds(visit: Visit, app: App) -> None:
    page = visit("/")
    settle(page)
    type_seed(page, "9007199254740991")
    settle(page, 2)
    assert seed_of(assert_link_is_the_picture(page, app)) == 2**53 - 1
    for wrong in ("9007199254740992", "-1", "one", "1.5", ""):
        type_seed(page, wrong)
        expect(part(page, "seed")).to_have_attribute("aria-invalid", "true")
        expect(part(page, "status")).to_have_text("A seed is a whole number from 0 to 9007199254740991; this is seed 9007199254740991.")
    assert seed_of(address(page)) == 2**53 - 1
    act(page, "dice")
    expect(part(page, "seed")).to_have_attribute("aria-invalid", "false")


def test_which_dimension_a_slider_moves(visit: Visit, app: App) -> None:
    page = visit("/")
    settle(page)
    choice = page.get_by_label("Dimension of slider 1", exact=True)
    choice.fill("100")
    choice.press("Enter")
    expect(part(page, "status")).to_have_text("A dimension is a whole number from 0 to 99.")
    choice.fill("42")
    choice.press("Enter")
    page.get_by_label("Dimension 42", exact=True).focus()
    press(page, "End")
    z = z_of(assert_link_is_the_picture(page, app))
    assert z is not None and z[42] == 4
    part(page, "strongest").click()
    expect(part(page, "status")).to_contain_text("the strongest dimensions")


def test_the_address_reproduces_the_view(visit: Visit, app: App) -> None:
    first = visit("/?model=large&seed=11")
    settle(first)
    part(first, "equaliser").focus()
    press(first, "PageUp")
    first.wait_for_function("new URL(location).searchParams.has('z')")  # without Copy link
    link = address(first)
    second = visit(link.removeprefix(app.url))
    settle(second)
    assert_same(pixels(second.locator(PICTURE)), pixels(first.locator(PICTURE)))
    assert assert_link_is_the_picture(second, app) == link


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("model=nothing", "no model called “nothing”"),
        ("seed=-1", "whole number"),
        ("model=tiny&z=" + "AACAfwAA" * 5 + "AAA", "does not fit"),  # infinity
    ],
)  # test_address.py has the other ways to say nothing
def test_an_address_that_says_nothing_sensible_gets_a_sentence(visit: Visit, app: App, query: str, sentence: str) -> None:
    page = visit(f"/?{query}")
    settle(page)
    expect(part(page, "status")).to_contain_text(sentence)
    assert z_of(assert_link_is_the_picture(page, app)) is None


def test_a_neighbour_is_where_its_picture_was(visit: Visit, app: App) -> None:
    page = visit("/?model=tiny&seed=4")
    settle(page)
    page.wait_for_function("!document.querySelector('[data-dx=sheet]').classList.contains('dx-stale')")
    neighbour = page.get_by_role("button", name="Go to neighbour 5", exact=True)
    shown = pixels(neighbour.locator("canvas"))
    neighbour.click()
    settle(page, 2)
    assert_same(pixels(page.locator(PICTURE)), shown)
    assert z_of(assert_link_is_the_picture(page, app)) is not None


def test_another_model(visit: Visit, app: App) -> None:
    page = visit("/?seed=8")
    settle(page)
    picker = part(page, "model")
    for name, fact in (("tiny", "16 × 16 grey"), ("uniform", "z: 9 numbers, uniform"), ("large", "32 × 32 grey")):
        before = picture_count(page)
        picker.select_option(name)
        settle(page, before + 1)
        expect(part(page, "facts")).to_contain_text(fact)
        link = assert_link_is_the_picture(page, app)
        assert f"model={name}" in link and seed_of(link) == 8 and z_of(link) is None


def test_models_with_other_z_do_not_inherit_edits(visit: Visit, app: App) -> None:
    page = visit("/?model=tiny&seed=8")
    settle(page)
    act(page, "reset")
    part(page, "model").select_option("uniform")
    settle(page, 3)
    assert z_of(assert_link_is_the_picture(page, app)) is None


def test_a_label_is_chosen_undone_and_kept_in_the_address(visit: Visit, app: App) -> None:
    page = visit("/?model=labelled&seed=4&label=3")
    settle(page)
    label = part(page, "label")
    expect(label.locator("option")).to_have_text(["Ankle boot", "T-shirt/top", "3"])
    expect(label).to_have_value("2")
    links = [assert_link_is_the_picture(page, app)]
    before = picture_count(page)
    label.select_option("T-shirt/top")
    settle(page, before + 1)
    links.append(assert_link_is_the_picture(page, app))
    assert [parse_qs(urlsplit(link).query)["label"] for link in links] == [["3"], ["T-shirt/top"]]
    assert not np.array_equal(*[python_picture(app, link) for link in links])
    type_seed(page, "5")  # another seed has the same label
    settle(page, picture_count(page))
    assert parse_qs(urlsplit(assert_link_is_the_picture(page, app)).query)["label"] == ["T-shirt/top"]
    act(page, "undo")
    act(page, "undo")
    assert assert_link_is_the_picture(page, app) == links[0]
    expect(label).to_have_value("2")


def test_labels_are_there_only_where_a_model_has_them(visit: Visit, app: App) -> None:
    page = visit("/?model=labelled&label=shoe")
    settle(page)
    expect(part(page, "status")).to_contain_text("no label “shoe” (ankle boot, T-shirt/top, 3)")
    expect(part(page, "label")).to_have_value("0")
    before = picture_count(page)
    part(page, "model").select_option("tiny")
    settle(page, before + 1)
    expect(part(page, "label")).to_be_hidden()
    assert "label" not in parse_qs(urlsplit(assert_link_is_the_picture(page, app)).query)
