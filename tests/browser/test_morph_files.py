"""Files of the Morph page: figures as PNG, dropped again; points that are dragged; what a reload keeps."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import App, Watch
from browser.models import synthesizer
from browser.test_morph import mo
from browser.test_morph_concepts import assert_canvas, made, tab, z_of
from dcgan.images import png_bytes
from dcgan.models.arithmetic import make_arithmetic

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]
tab = tab  # the fixture
CENTRE = "[data-mo=result] canvas:nth-child(5)"


def save(page: Page, button: str) -> bytes:
    with page.expect_download() as download:
        page.locator(button).click()
    return Path(download.value.path()).read_bytes()


def open_file(page: Page, content: bytes, name: str = "figure.png") -> None:
    mo(page, "file").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})


def test_a_figure_is_saved_and_opened_again(tab: Callable[..., Page], app: App) -> None:
    page = tab("arithmetic")
    page.locator("[data-slot=b]").get_by_role("button", name="Take out seed 4").click()
    made(page, "arithmetic", 2)
    content = save(page, "#mo-panel-arithmetic [data-save]")
    tiny = synthesizer(app.home / "models" / "tiny")
    slots = tiny.z([0, 1, 2]), tiny.z([3, 5]), tiny.z([6, 7, 8])
    with Image.open(io.BytesIO(content)) as picture:
        np.testing.assert_array_equal(np.asarray(picture), make_arithmetic(tiny, *slots).sheet())
    mo(page, "figure-7").click()
    made(page, "arithmetic", 3)
    page.locator("[data-tab=turn]").click()
    made(page, "turn")
    page.locator("[data-slot=samples] [data-clear]").click()
    expect(page.locator("#mo-panel-turn [data-save]")).to_be_disabled()
    open_file(page, content)
    expect(mo(page, "status")).to_have_text("figure.png is open.")
    expect(page.locator("[data-tab=arithmetic]")).to_have_attribute("aria-selected", "true")
    made(page, "arithmetic", 4)
    result = slots[0].mean(0) - slots[1].mean(0) + slots[2].mean(0)
    assert_canvas(page, CENTRE, app, result)
    expect(page.locator("[data-slot=b] .mo-sample")).to_have_count(2)
    page.keyboard.press("Control+z")
    made(page, "arithmetic", 5)
    expect(page.locator("[data-slot=b] .mo-sample")).to_have_count(3)


def test_a_strip_brings_its_film_back_to_another_model(visit: Visit) -> None:
    page = visit("/morph?model=tiny")
    expect(mo(page, "frame")).to_have_text("1 / 288")
    mo(page, "loop").click()
    mo(page, "frames").select_option("8")
    expect(mo(page, "frame")).to_have_text("1 / 65")
    content = save(page, "[data-mo=png]")
    mo(page, "model").select_option("labelled")
    mo(page, "all-new").click()
    page.evaluate(
        """async (bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "walk.png", { type: "image/png" }));
          const event = { bubbles: true, cancelable: true, dataTransfer: transfer };
          document.body.dispatchEvent(new DragEvent("drop", event));
        }""",
        list(content),
    )
    expect(mo(page, "model")).to_have_value("tiny")
    expect(page.locator(".mo-key").nth(8)).to_have_attribute("aria-label", "Key point 9: seed 8")
    expect(mo(page, "loop")).to_have_attribute("aria-pressed", "false")


def test_a_picture_becomes_a_key_point_and_another_file_a_sentence(visit: Visit, watch: Watch) -> None:
    page = visit("/morph?model=tiny")
    expect(mo(page, "frame")).to_have_text("1 / 288")
    pixels = np.zeros((4, 4, 3), np.uint8)
    for record, said in (
        ({"model": "tiny", "seed": 77}, "Added: seed 77."),
        ({"model": "gone", "seed": 1}, "the model “gone”, which is not here"),
        ({"model": "tiny", "seed": None, "z": "AAAA"}, "carries nothing"),
        (None, "carries nothing"),
    ):
        open_file(page, png_bytes(pixels, {"dcgan": json.dumps(record)}))
        expect(mo(page, "status")).to_contain_text(said)
    expect(page.locator(".mo-key").last).to_have_attribute("aria-label", "Key point 10: seed 77")


def test_pictures_are_dragged_into_slots_and_films(tab: Callable[..., Page]) -> None:
    page = tab("arithmetic", viewport={"width": 1280, "height": 2400})  # nothing scrolls under the pointer
    page.locator("[data-slot=a] [data-clear]").click()
    page.locator("[data-slot=b] [data-add]").click()
    page.get_by_role("button", name="Take seed 20", exact=True).drag_to(page.locator(".mo-slot[data-slot=a]"))
    expect(page.locator("[data-slot=a] .mo-sample")).to_have_attribute("aria-label", "Take out seed 20")
    page.locator("[data-tab=film]").click()
    mo(page, "add").click()
    page.get_by_role("button", name="Take seed 21", exact=True).drag_to(mo(page, "keys"))
    expect(page.locator(".mo-key").last).to_have_attribute("aria-label", "Key point 10: seed 21")


def test_a_reload_keeps_steps_and_place(tab: Callable[..., Page], app: App) -> None:
    page = tab("arithmetic")
    page.locator("[data-slot=a] [data-clear]").click()
    page.locator("[data-tab=film]").click()
    page.locator(".mo-key").nth(2).click()
    expect(mo(page, "frame")).to_have_text("65 / 288")
    mo(page, "remove").click()
    expect(mo(page, "frame")).to_have_text("65 / 256")
    page.reload()
    expect(mo(page, "frame")).to_have_text("65 / 256")
    expect(page.locator(".mo-key").nth(2)).to_have_attribute("aria-pressed", "true")
    mo(page, "undo").click()
    expect(page.locator(".mo-key")).to_have_count(9)
    expect(mo(page, "undo")).to_be_disabled()
    page.locator("[data-tab=arithmetic]").click()
    made(page, "arithmetic")  # without a
    mo(page, "undo").click()
    made(page, "arithmetic", 2)
    assert_canvas(page, CENTRE, app, z_of(app, 0, 1, 2).mean(0) - z_of(app, 3, 4, 5).mean(0) + z_of(app, 6, 7, 8).mean(0))
