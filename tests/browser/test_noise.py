"""A notebook's fixed noise, dropped on the Explore page, is a sheet of the notebook's pictures."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.laboratory import wait_until_made
from browser.models import assert_same, synthesizer, tutorial_generator, tutorial_picture
from browser.recording import part, pixels, settle
from browser.views import assert_link_is_the_picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]


def assert_sheet(page: Page, app: App, z: np.ndarray) -> None:
    """The sheet holds the pictures of z, in the label that is chosen."""
    wait_until_made(page, "sheet-pictures")
    expect(part(page, "sheet-pictures").locator("canvas")).to_have_count(len(z))
    shown = np.stack([pixels(canvas) for canvas in page.locator("[data-dx=sheet-pictures] canvas").all()])
    assert_same(shown, synthesizer(app.home / "models" / "labelled").rgb(z, "3"))


def test_fixed_noise_is_a_sheet_also_after_a_reload(visit: Visit, app: App, tmp_path: Path) -> None:
    z = torch.randn(70, 8, generator=torch.Generator().manual_seed(5))
    torch.save(z[:, :, None, None], tmp_path / "fixed_noise.pt")
    page = visit("/?model=labelled&seed=1&label=3")
    settle(page)
    page.set_input_files("[data-dx=file]", tmp_path / "fixed_noise.pt")
    expect(part(page, "drop-message")).to_have_text("The first 64 of the 70 z in fixed_noise.pt are a sheet now.", timeout=60_000)
    expect(part(page, "noise-why")).to_contain_text("training mode")
    assert part(page, "model").input_value() == "labelled"
    assert_sheet(page, app, z[:64].numpy())
    page.reload()
    settle(page)
    expect(part(page, "kind")).to_have_value("noise")
    assert_sheet(page, app, z[:64].numpy())
    page.get_by_role("button", name="Go to z 3 of fixed_noise.pt", exact=True).click()
    settle(page, 2)
    assert_link_is_the_picture(page, app)
    part(page, "kind").select_option("seeds")
    expect(part(page, "noise-why")).to_be_hidden()


DROPPED = """(files) => {
  const all = new DataTransfer();
  for (const [name, text] of files) all.items.add(new File([Uint8Array.from(atob(text), (each) => each.charCodeAt(0))], name));
  return all;
}"""


def test_a_generator_and_its_fixed_noise_in_one_drop_are_the_notebooks_pictures_at_once(visit: Visit, tmp_path: Path) -> None:
    main = tutorial_generator()
    z = torch.randn(64, 20, 1, 1, generator=torch.Generator().manual_seed(6))
    torch.save(main.state_dict(), tmp_path / "netG.pth")
    torch.save(z, tmp_path / "fixed_noise.pt")
    page = visit("/?model=large")
    settle(page)
    expect(part(page, "sheet-pictures")).to_be_hidden()
    files = [(name, base64.b64encode((tmp_path / name).read_bytes()).decode()) for name in ("netG.pth", "fixed_noise.pt")]
    page.dispatch_event("body", "drop", {"dataTransfer": page.evaluate_handle(DROPPED, files)})
    expect(part(page, "drop-message")).to_contain_text("The 64 z of fixed_noise.pt are a sheet now.", timeout=60_000)
    expect(part(page, "model")).to_have_value(re.compile(r"^netG-"))
    wait_until_made(page, "sheet-pictures")
    canvases = part(page, "sheet-pictures").locator("canvas")
    for canvas, latent in zip(canvases.all(), z[:, :, 0, 0].numpy(), strict=True):
        assert_same(pixels(canvas), tutorial_picture(main, latent))  # what the author's own code makes
    expect(canvases.first).to_be_in_viewport()
    expect(canvases.last).to_be_in_viewport()


def test_noise_of_another_length_waits_for_its_model(visit: Visit, app: App, tmp_path: Path) -> None:
    z = np.random.default_rng(2).standard_normal((4, 8)).astype(np.float32)
    np.save(tmp_path / "z.npy", z)
    page = visit("/?model=large")
    settle(page)
    page.set_input_files("[data-dx=file]", tmp_path / "z.npy")
    expect(part(page, "drop-message")).to_contain_text("z.npy holds z of 8 numbers, and large takes 100", timeout=60_000)
    part(page, "model").select_option("labelled")
    part(page, "label").select_option("2")
    page.locator("#dx-tab-sheets").click()
    part(page, "kind").select_option("noise")
    assert_sheet(page, app, z)
