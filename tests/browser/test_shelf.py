"""The shelf of points, and PNG files that bring a point back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from picture_files import open_picture
from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.laboratory import open_tab
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, part, picture_count, pixels, settle, z_of
from browser.views import act, assert_link_is_the_picture, python_picture, seed_of
from dcgan.cli import main

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]

DROP = """([name, content]) => {
  const dataTransfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  dataTransfer.items.add(new File([bytes], name, { type: "image/png" }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


def kept(page: Page, key: str = "points") -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(page.evaluate("(key) => localStorage.getItem(`dcgan.${key}`) ?? '[]'", key))
    return found


def drop(page: Page, file: Path) -> None:
    page.evaluate(DROP, [file.name, base64.b64encode(file.read_bytes()).decode()])


def download(page: Page, button: str, target: Path) -> Path:
    with page.expect_download() as saved:
        part(page, button).click()
    saved.value.save_as(target)
    return target


def test_points_are_kept_opened_renamed_and_deleted_with_undo(visit: Visit, app: App) -> None:
    page = visit("/?model=tiny&seed=4")
    settle(page)
    part(page, "keep").click()
    act(page, "reset")
    page.keyboard.press("Control+s")
    part(page, "model").select_option("labelled")
    settle(page, 3)
    part(page, "keep").click()
    first, second, third = kept(page)
    sha256 = synthesizer(app.home / "models" / "tiny").info.sha256
    assert {**first, "id": ""} == {"id": "", "name": "4", "model": "tiny", "sha256": sha256, "seed": 4, "z": None, "label": None}
    assert second["z"] == base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=") and third["label"] == 0
    page.reload()
    settle(page)
    open_tab(page, "shelf")
    name = page.get_by_label("Name of point 4", exact=True)
    name.fill("boot")
    name.press("Enter")
    opened = page.get_by_role("button", name="Open boot")
    page.wait_for_function("document.querySelector('[data-dx=points] canvas').width === 16")
    seen = pixels(opened.locator("canvas"))
    before = picture_count(page)
    opened.click()
    settle(page, before + 1)
    link = assert_link_is_the_picture(page, app)
    assert "model=tiny" in link and z_of(link) is None
    assert_same(seen, pixels(page.locator(PICTURE)))
    page.get_by_role("button", name="Delete boot").click()
    assert len(kept(page)) == 2
    part(page, "points-undo").click()
    assert [point["name"] for point in kept(page)] == ["boot", "4 edited", "Ankle boot 4 edited"]
    page.get_by_role("button", name="To Morph: boot").click()
    assert kept(page, "morph.inbox") == kept(page)[:1]


def test_the_shelf_travels_as_json(visit: Visit, tmp_path: Path) -> None:
    page = visit("/?model=tiny&seed=4")
    settle(page)
    open_tab(page, "shelf")
    expect(part(page, "points-empty")).to_contain_text("The shelf is empty")
    part(page, "keep").click()
    file = download(page, "points-export", tmp_path / "points.json")
    other = visit("/?model=tiny&seed=9")
    settle(other)
    open_tab(other, "shelf")
    for new in (1, 0):  # the same again adds nothing
        other.set_input_files("[data-dx=points-file]", file)
        expect(part(other, "status")).to_have_text(f"Points read: 1, new: {new}.")
    assert kept(other) == kept(page) == json.loads(file.read_text("utf-8"))
    (tmp_path / "other.json").write_text('{"a": 1}')
    other.set_input_files("[data-dx=points-file]", tmp_path / "other.json")
    expect(part(other, "status")).to_contain_text("There are no points in other.json")


def test_a_point_is_dragged_onto_the_picture_and_onto_morph(visit: Visit, app: App) -> None:
    page = visit("/?model=tiny&seed=5", viewport={"width": 1280, "height": 2400})  # nothing scrolls under the pointer
    settle(page)
    part(page, "keep").click()
    act(page, "dice")
    open_tab(page, "shelf")
    open_point = page.get_by_role("button", name="Open 5", exact=True)
    before = picture_count(page)
    open_point.drag_to(part(page, "stage"))
    settle(page, before + 1)
    assert seed_of(assert_link_is_the_picture(page, app)) == 5
    open_point.drag_to(page.get_by_role("link", name="Morph"))
    expect(part(page, "status")).to_have_text("5 waits on the Morph page.")
    page.get_by_role("link", name="Morph").click()
    expect(page.locator(".mo-key").last).to_contain_text("seed 5")


def test_a_full_storage_is_one_sentence(visit: Visit) -> None:
    refuse = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
    page = visit("/?model=tiny", lambda page: page.add_init_script(refuse))
    settle(page)
    part(page, "keep").click()
    expect(part(page, "status")).to_contain_text("The browser keeps nothing more")


@pytest.mark.parametrize("edited", [False, True])
def test_a_png_carries_its_recipe_to_page_and_command_line(
    visit: Visit, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edited: bool
) -> None:
    monkeypatch.setenv("DCGAN_HOME", str(app.home))
    page = visit("/?model=labelled&seed=21&label=3")
    settle(page)
    part(page, "size").select_option("own")
    if edited:
        part(page, "equaliser").focus()
        page.keyboard.press("PageUp")
        settle(page, 2)
    link = assert_link_is_the_picture(page, app)
    file = download(page, "save", tmp_path / "saved.png")
    with Image.open(file) as picture:
        picture.load()
        recipe = json.loads(picture.info["dcgan"])
    assert (recipe["model"], recipe["seed"], recipe["label"], recipe["z"] is not None) == ("labelled", 21, 2, edited)
    assert main(["generate", "--recipe", str(file), "--out", str(tmp_path / "again.png")]) == 0
    assert_same(open_picture(tmp_path / "again.png"), open_picture(file))
    assert_same(open_picture(file), python_picture(app, link))
    act(page, "dice")
    before = picture_count(page)
    drop(page, file)
    settle(page, before + 1)
    assert assert_link_is_the_picture(page, app) == link


def test_a_png_of_other_weights_or_without_a_recipe_is_said(visit: Visit, tmp_path: Path) -> None:
    from dcgan.images import png_bytes

    page = visit("/?model=tiny")
    settle(page)
    file = tmp_path / "other.png"
    for text, said in (
        ({}, "other.png carries no recipe"),
        ({"dcgan": json.dumps({"model": "tiny", "sha256": "0" * 64, "seed": 3})}, "other weights of tiny"),
        ({"dcgan": json.dumps({"model": "gone", "sha256": None, "seed": 3})}, "belongs to the model “gone”"),
        ({"dcgan": json.dumps({"model": "tiny", "sha256": None, "z": "AAAA"})}, "does not fit tiny"),
    ):
        file.write_bytes(png_bytes(np.zeros((8, 8, 3), np.uint8), text))
        drop(page, file)
        expect(part(page, "status")).to_contain_text(said)


def test_z_is_saved_for_numpy(visit: Visit, app: App, tmp_path: Path) -> None:
    page = visit("/?model=tiny&seed=7")
    settle(page)
    z = np.load(download(page, "npy", tmp_path / "z.npy"), allow_pickle=False)
    assert z.dtype == np.float32
    np.testing.assert_allclose(z, synthesizer(app.home / "models" / "tiny").z([7]), atol=1e-6)
