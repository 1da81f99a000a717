"""Pictures of one's own on the Train page: a folder is looked at, a zip taken in, a set of the Hub fetched; the crop and the proposal."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from hub_stand_in import HubStandIn
from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import Watch
from browser.looks import PHONE, assert_fits_a_phone, assert_german, assert_readable, watch_for_keys
from browser.training import PATIENCE, Visit, expect_state, form, live, order, press_start, setting

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def picture(seed: int) -> bytes:
    buffer = io.BytesIO()
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((40, 64)).save(buffer, "PNG")
    return buffer.getvalue()


FILES = {f"{k}.png": picture(k % 8) for k in range(9)} | {"notes.txt": b"x"}  # the last is a copy of the first


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def found(page: Page) -> None:
    expect(form(page, "found")).to_be_visible(timeout=PATIENCE)


def opened(visit: Visit, folder: Path, **options: object) -> Page:
    page = visit(f"/train?data={quote(str(folder))}", **options)
    found(page)
    return page


def test_a_folder_is_looked_at_cropped_and_trained_as_proposed(visit: Visit, folder: Path) -> None:
    page = opened(visit, folder)
    expect(form(page, "remarks")).to_contain_text("Pictures that can be used: 9.")
    expect(form(page, "remarks")).to_contain_text("0.png and 8.png")
    form(page, "details-box").locator("summary").click()
    expect(form(page, "skipped")).to_have_text("notes.txt: not an image")
    expect(form(page, "crops").locator("img")).to_have_count(3)
    assert form(page, "crops").locator("img").evaluate_all("(images) => images.every((image) => image.naturalWidth > 300)")
    form(page, "crops").get_by_label("top").check()
    page.wait_for_function("location.search.includes('crop=top')")
    expect(form(page, "proposal-time")).to_contain_text(re.compile(r"about [\d:]+ on this machine: 6,400 steps"), timeout=PATIENCE)
    form(page, "take").click()
    page.wait_for_function("location.search.includes('steps=6400') && location.search.includes('recipe=dcgan')")
    expect(setting(page, "image_size")).to_have_value("32")
    expect(setting(page, "crop")).to_have_value("top")
    expect(form(page, "note")).to_contain_text("32 px", timeout=PATIENCE)
    form(page, "data").select_option("shapes")
    expect(form(page, "own")).to_be_hidden()


def test_a_run_that_cannot_be_lengthened_says_why_to_its_owner_and_that_one_may_not_to_others(
    visit: Visit, tmp_path: Path, watch: Watch
) -> None:
    watch.expected.append("status of 400.*form/estimate")  # an estimate that waited for the training finds the folder away, too
    folder = tmp_path / "My Cats"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    page = opened(visit, folder, locale="de-DE")
    small = f"/train?data={quote(str(folder))}&recipe=quick&steps=5&image_size=16&base_channels=8&batch_size=8&threads=1"
    page.goto(page.url.split("/train")[0] + small)
    found(page)
    run = press_start(page)
    expect_state(page, "completed")
    assert run.startswith("my-cats-")
    expect(live(page, "picker").locator("option:checked")).to_have_text(f"{run} · fertig")  # which names the data once
    runs = page.locator("#dcgan-runs [data-part=list-box]")
    runs.locator("> summary").click()
    expect(runs.locator("li", has_text=run).locator(".facts")).to_contain_text("fertig · quick · ")
    other = visit(f"/train?run={run}")
    expect_state(other, "completed")
    expect(live(other, "sentence")).to_contain_text("Only whoever started this training")
    expect(order(other, "longer")).to_be_hidden()
    other.locator("#dcgan-runs [data-part=list-box] > summary").click()
    expect(other.locator("#dcgan-runs [data-part=others]")).to_contain_text("only from there can it be renamed or deleted")
    expect(live(page, "sentence")).to_have_text("Fertig: Das Modell ist gespeichert und kann erkundet werden.")

    folder.rename(tmp_path / "elsewhere")
    order(page, "longer").click()
    expect(live(page, "sentence")).to_contain_text("Weiter ging es nicht: Die Bilder von", timeout=PATIENCE)
    expect(live(page, "sentence").locator("q[lang=de]")).to_contain_text("sind nicht mehr unter")
    (tmp_path / "elsewhere").rename(folder)
    order(page, "longer").click()
    expect(live(page, "root")).to_have_attribute("data-state", re.compile("starting|running"), timeout=PATIENCE)
    expect_state(page, "completed")
    expect(live(page, "whole").locator("[data-number=step]")).to_have_text("10")


def test_why_a_picture_was_left_out_is_quoted(visit: Visit, folder: Path) -> None:
    (folder / "torn.png").write_bytes(FILES["0.png"][:60])
    page = opened(visit, folder, locale="de-DE")
    unfold(page)
    expect(form(page, "remarks")).to_contain_text("Ausgelassen, weil unbrauchbar: 1, zum Beispiel torn.png (")
    reason = form(page, "remarks").locator("q[lang=en]").inner_text()
    assert reason
    expect(form(page, "skipped").locator("li", has_text="torn.png").locator("q[lang=en]")).to_have_text(reason)


def test_what_was_wrong_with_a_path_is_not_said_of_the_next(visit: Visit, folder: Path, watch: Watch) -> None:
    watch.expected.append("status of 400")
    page = visit(f"/train?data={quote(str(folder / 'nothing'))}")
    expect(form(page, "error")).to_contain_text("nothing", timeout=PATIENCE)
    page.evaluate("() => { window.fetch = () => new Promise(() => undefined); }")  # it takes its time
    form(page, "path").fill(str(folder))
    form(page, "path").dispatch_event("change")
    expect(form(page, "error")).to_be_hidden()


def test_a_zip_is_chosen_or_dropped(visit: Visit, watch: Watch) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    page = visit("/train")
    expect(form(page, "note")).to_contain_text("10,000 pictures", timeout=PATIENCE)
    form(page, "data").select_option("")
    expect(form(page, "note")).to_have_text("")  # of nothing there is nothing to say
    form(page, "zip").set_input_files({"name": "mine.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()})
    found(page)
    expect(form(page, "path")).to_have_value(re.compile(r"uploads/mine-[0-9a-f]{6}\.zip$"))
    form(page, "data").select_option("shapes")
    watch.expected.append("status of 400")
    dropped = page.evaluate_handle("() => { const all = new DataTransfer(); all.items.add(new File(['hello'], 'mine.zip')); return all; }")
    page.dispatch_event("#dcgan-form [data-part=root]", "drop", {"dataTransfer": dropped})
    expect(form(page, "own-message")).to_contain_text("mine.zip is not a zip archive", timeout=PATIENCE)


def test_a_set_of_the_hub_is_fetched_when_it_is_asked_for(visit: Visit, hub: HubStandIn, watch: Watch) -> None:
    hub.add("ada/mine", {name: content for name, content in FILES.items() if name.endswith(".png")})
    watch.expected.append("status of 400")
    before = len(hub.requests)
    page = visit("/train")
    expect(form(page, "fetch")).to_be_disabled()
    form(page, "data").select_option("")
    form(page, "path").fill("hf:ada/mine")
    form(page, "path").dispatch_event("change")
    expect(form(page, "own-message")).to_contain_text("fetch it with the button", timeout=PATIENCE)
    expect(form(page, "error")).to_be_hidden()
    assert len(hub.requests) == before
    form(page, "fetch").click()
    found(page)
    expect(form(page, "remarks")).to_contain_text("Pictures that can be used: 9.")
    expect(form(page, "note")).to_contain_text("9 pictures", timeout=PATIENCE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_can_be_read(visit: Visit, folder: Path, scheme: str) -> None:
    page = opened(visit, folder, color_scheme=scheme)
    unfold(page)
    assert_readable(page)


def test_german_on_a_phone(visit: Visit, folder: Path) -> None:
    page = opened(visit, folder, prepare=watch_for_keys, locale="de-DE", **PHONE)
    unfold(page)
    expect(form(page, "remarks")).to_contain_text("Brauchbare Bilder: 9.")
    assert_german(page)
    assert_fits_a_phone(page)


def unfold(page: Page) -> None:
    for part in ("proposal-box", "details-box"):
        form(page, part).locator("summary").click()


def test_a_model_to_start_from_decides_the_shape_and_that_is_said(visit: Visit, folder: Path) -> None:
    page = opened(visit, folder)
    form(page, "more").locator("summary").click()
    expect(form(page, "models").locator("option[value=fashion-mnist-32]")).to_have_text("32 px, grey", timeout=PATIENCE)
    form(page, "from").fill("fashion-mnist-32")
    form(page, "from").dispatch_event("change")
    expect(form(page, "note")).to_contain_text("fashion-mnist-32 makes pictures of 32 px, grey, and goes on so", timeout=PATIENCE)
    form(page, "take").click()
    expect(form(page, "note")).to_contain_text("width 48", timeout=PATIENCE)
    expect(form(page, "error")).to_be_hidden()
    expect(setting(page, "image_size")).to_have_value("")
    expect(setting(page, "augment")).to_have_value("color,translation")
