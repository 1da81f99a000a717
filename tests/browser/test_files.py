"""What leaves the Explore page, a link or a PNG, and what comes in: a checkpoint file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, Route, expect
from torch import nn

from browser.conftest import App, Watch
from browser.laboratory import open_tab, wait_until_made
from browser.models import assert_same, tutorial_generator, tutorial_picture
from browser.recording import PICTURE, part, pixels, settle
from browser.views import act, assert_link_is_the_picture, python_picture
from dcgan.latent import sample_z

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

DROP = """(files) => {
  const dataTransfer = new DataTransfer();
  for (const [name, bytes] of files) dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
  for (const type of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    if (type === "dragover") window.over = document.querySelector("[data-dx=drop]").classList.contains("dx-over");
  }
}"""


def test_copy_link(visit: Visit) -> None:
    page = visit("/?seed=6", permissions=["clipboard-read", "clipboard-write"])
    settle(page)
    act(page, "reset")
    part(page, "copy").click()
    expect(part(page, "status")).to_have_text("Link copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.evaluate("location.href")


def test_save_png(visit: Visit, app: App, tmp_path: Path) -> None:
    page = visit("/?model=uniform&seed=21")
    settle(page)
    with page.expect_download() as download:
        part(page, "save").click()
    assert download.value.suggested_filename == "uniform-21.png"
    download.value.save_as(tmp_path / "saved.png")
    with Image.open(tmp_path / "saved.png") as picture:
        saved = np.asarray(picture.convert("RGB"))
    expected = python_picture(app, "/?model=uniform&seed=21")
    factor = saved.shape[0] // expected.shape[0]
    assert factor * expected.shape[0] >= 512
    assert_same(saved, expected.repeat(factor, 0).repeat(factor, 1))
    expect(part(page, "status")).to_have_text("Saved as uniform-21.png.")


@pytest.mark.slow
def test_a_checkpoint_file_of_the_tutorial_becomes_a_model(visit: Visit, app: App, tmp_path: Path) -> None:
    author = tutorial_generator()
    torch.save({f"main.{key}": tensor for key, tensor in author.state_dict().items()}, tmp_path / "netG.pth")
    page = visit("/?seed=2")
    settle(page)
    page.set_input_files("[data-dx=file]", tmp_path / "netG.pth")
    message = part(page, "drop-message")
    expect(message).to_contain_text("is open", timeout=60_000)
    settle(page, 2)
    name = part(page, "model").input_value()
    assert re.fullmatch(r"netG-[0-9a-f]+", name) and name in message.inner_text()
    assert_link_is_the_picture(page, app)
    assert_same(pixels(page.locator(PICTURE)), tutorial_picture(author, sample_z([2], 20)[0]))
    part(page, "rename-model").click()
    part(page, "new-name").fill("of-the-course")
    page.keyboard.press("Enter")
    expect(part(page, "model")).to_have_value("of-the-course")
    expect(part(page, "report")).to_be_visible()
    part(page, "report").locator("select[name=output]").select_option("sigmoid")  # the files are at hand still
    expect(part(page, "report-assumed")).to_contain_text("Output: sigmoid", timeout=60_000)


def test_generator_discriminator_and_fixed_noise_in_one_drop(visit: Visit, app: App, tmp_path: Path) -> None:
    author = tutorial_generator()
    layers = [torch.nn.Conv2d(3, 4, 4, 2, 1, bias=False), torch.nn.LeakyReLU(0.2)]
    for before, after in ((4, 8), (8, 16), (16, 32)):  # 32 px to 2
        layers += [torch.nn.Conv2d(before, after, 4, 2, 1, bias=False), torch.nn.LeakyReLU(0.2)]
    judge = torch.nn.Sequential(*layers, torch.nn.Conv2d(32, 1, 2, bias=False))
    with torch.no_grad():  # so that it is far from undecided
        of_one = judge(author(torch.from_numpy(sample_z([2], 20)[0])[None, :, None, None])).item()
        judge[-1].weight.mul_(-1.5 / of_one)
    z = torch.randn(5, 20, 1, 1)
    torch.save(z, tmp_path / "fixed_noise.pt")
    torch.save(judge.state_dict(), tmp_path / "netD.pth")
    torch.save(author.state_dict(), tmp_path / "netG.pth")
    page = visit("/?seed=2")
    settle(page)
    page.evaluate(DROP, [[file.name, list(file.read_bytes())] for file in sorted(tmp_path.iterdir())])
    message = part(page, "drop-message")
    expect(message).to_contain_text("is open", timeout=60_000)
    expect(message).to_contain_text("The 5 z of fixed_noise.pt are a sheet now.")
    expect(part(page, "report")).to_contain_text("netD.pth beside it was taken along as its discriminator")
    settle(page, 2)
    assert part(page, "model").input_value().startswith("netG-")
    assert_link_is_the_picture(page, app)
    of_seed = sample_z([2], 20)[0]
    assert_same(pixels(page.locator(PICTURE)), tutorial_picture(author, of_seed))
    with torch.no_grad():
        percent = 100 * judge(author(torch.from_numpy(of_seed)[None, :, None, None])).sigmoid().item()
    expect(part(page, "score")).to_contain_text(f"takes it for real: {percent:.0f} %")
    open_tab(page, "sheets")
    part(page, "kind").select_option("noise")
    wait_until_made(page, "sheet-pictures")
    shown = page.locator("[data-dx=sheet-pictures] canvas")
    expect(shown).to_have_count(5)
    for canvas, each in zip(shown.all(), z.flatten(1).numpy(), strict=True):
        assert_same(pixels(canvas), tutorial_picture(author, each))
    open_tab(page, "neighbours")
    part(page, "report").locator("select[name=output]").select_option("sigmoid")
    expect(part(page, "report-assumed")).to_contain_text("Output: sigmoid", timeout=60_000)
    expect(page.locator("[data-tab=neighbours]")).to_have_attribute("aria-selected", "true")  # another reading shows no sheet by itself


def test_what_is_no_checkpoint_is_not_sent_first(visit: Visit, watch: Watch, tmp_path: Path) -> None:
    watch.expected.append("status of 400")  # the refusal
    (tmp_path / "noise.pth").write_bytes(bytes(range(128, 256)) * 40_000)
    page = visit("/")
    settle(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" and "filename=" in request.url else None)
    page.set_input_files("[data-dx=file]", tmp_path / "noise.pth")
    expect(part(page, "drop-message")).to_contain_text("noise.pth does not begin as any of the files that are read here")
    expect(part(page, "choose")).to_be_enabled()
    assert [url.partition("?")[0].rpartition("/")[2] for url in sent] == ["check"]


@pytest.mark.slow
def test_what_is_said_of_a_file_comes_into_view(visit: Visit, tmp_path: Path) -> None:
    """Dropped on the picture or chosen by the keyboard."""
    file = tmp_path / "netG.pth"
    torch.save(tutorial_generator().state_dict(), file)
    page = visit("/")
    page.on("filechooser", lambda chooser: chooser.set_files(file))  # before all: a key can be faster than the order to listen
    settle(page)
    expect(part(page, "sheet").locator("canvas").first).to_be_visible()  # the last to come, above the drop zone
    expect(part(page, "drop-message")).not_to_be_in_viewport()
    held: list[Route] = []
    page.route("**/models?filename*", lambda route: held.append(route), times=1)
    page.evaluate(DROP, [[file.name, list(file.read_bytes())]])
    expect(part(page, "drop-message")).to_contain_text("netG.pth")
    expect(part(page, "drop-message")).to_be_in_viewport()
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(part(page, "drop-message")).to_contain_text("is open", timeout=60_000)
    for name in ("drop-message", "report-readings-name"):
        expect(part(page, name)).to_be_in_viewport(ratio=1)
    expect(page.locator(PICTURE)).to_be_in_viewport()
    expect(part(page, "choose")).to_be_enabled()
    part(page, "choose").focus()
    page.keyboard.press("Enter")
    expect(part(page, "choose")).to_be_disabled()
    expect(part(page, "choose")).to_be_enabled(timeout=60_000)
    expect(part(page, "choose")).to_be_focused()


def test_a_file_that_is_no_checkpoint_gets_one_sentence(visit: Visit, watch: Watch) -> None:
    watch.expected.append(r"status of 400")
    page = visit("/")
    settle(page)
    page.evaluate(DROP, [["netG.pth", list(b"this is no checkpoint")]])
    assert page.evaluate("window.over")
    message = part(page, "drop-message")
    expect(message).to_have_class(re.compile("dx-error"), timeout=60_000)
    said = message.inner_text()
    assert "netG.pth" in said and "\n" not in said and "Traceback" not in said and len(said) < 400
    expect(part(page, "choose")).to_be_enabled()
    assert part(page, "model").input_value() == "large"


def test_what_was_refused_but_can_be_read_nevertheless_has_a_button(visit: Visit, app: App, watch: Watch, tmp_path: Path) -> None:
    watch.expected.append("400")
    page = visit("/")
    settle(page)
    encoder = nn.Sequential(nn.Conv2d(3, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 64, 4, 2, 1))
    both = nn.ModuleDict({"encoder": encoder, "fc_mu": nn.Linear(64, 20), "fc_var": nn.Linear(64, 20), "decoder": tutorial_generator()})
    torch.save(both.state_dict(), tmp_path / "vae.pth")
    page.set_input_files("[data-dx=file]", tmp_path / "vae.pth")
    message = part(page, "drop-message")
    expect(message).to_contain_text("it is an autoencoder", timeout=60_000)
    message.get_by_role("button", name="Read it with network=decoder").click()
    expect(message).to_contain_text("is open and stays in the list", timeout=120_000)
    expect(part(page, "report-assumed")).to_contain_text("Part of the file: decoder")
    assert part(page, "model").input_value().startswith("vae-")


def test_a_german_page_refuses_in_german(visit: Visit, watch: Watch, tmp_path: Path) -> None:
    """The server's sentence, and the names of classes."""
    watch.expected.append("400")
    page = visit("/?model=labelled", locale="de-DE")
    settle(page)
    expect(part(page, "label").locator("option").first).to_have_text("Stiefelette")
    page.set_input_files("[data-dx=file]", {"name": "netG.pth", "mimeType": "application/octet-stream", "buffer": b"<html></html>"})
    expect(part(page, "drop-message")).to_contain_text("netG.pth ist eine Webseite, kein Checkpoint")
    torch.save(tutorial_generator(), tmp_path / "whole.pth")
    page.set_input_files("[data-dx=file]", tmp_path / "whole.pth")
    expect(part(page, "drop-message")).to_contain_text("whole.pth enthält gepicklte Objekte (ein ganzes Modul", timeout=60_000)
