"""What the page says of a dropped file, and how a person says otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from torch import nn

from browser.conftest import App, Watch
from browser.models import tutorial_generator
from browser.recording import another_picture, part, picture_count, settle
from browser.views import assert_link_is_the_picture
from dcgan.models import Model, read_model
from dcgan.networks.norms import GroupNorm

ENGLISH = re.compile(r"\b(takes|kernels|of|the|its|range|between|behind|by|no|from)\b")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]


def assert_own(page: Page, app: App) -> Model:
    """The canvas shows the own model that is chosen; return it."""
    assert_link_is_the_picture(page, app)
    return read_model(app.home / "models" / part(page, "model").input_value())


def read_from(page: Page) -> list[str]:
    """Return the models of the menu that were read from a file called readings.pth."""
    return [name for name in part(page, "model").locator("option").all_text_contents() if name.startswith("readings-")]


def test_a_german_page_says_in_german_what_a_file_is(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "netG.pth"
    torch.save(tutorial_generator().state_dict(), file)
    page = visit("/", locale="de-DE")
    settle(page)
    page.set_input_files("[data-dx=file]", file)
    expect(part(page, "report-proved")).to_contain_text("nimmt 20 Zahlen", timeout=120_000)
    expect(part(page, "report-supported")).to_have_text(re.compile(r"ergibt die Batch-Norms der Datei \(3\) auf \d+,\d % genau"))
    expect(part(page, "report-assumed")).to_contain_text("Ausgabe tanh, Bereich -1 bis 1")
    said = "[data-dx=report-proved] li, [data-dx=report-supported] li, [data-dx=report-assumed] li > label"
    lines = part(page, "report").locator(said).all_text_contents()
    assert len(lines) > 5 and not [line for line in lines if ENGLISH.search(line)]


def test_another_reading_and_an_override_without_losing_the_file(visit: Visit, app: App, tmp_path: Path) -> None:
    file = tmp_path / "readings.pth"
    torch.save({f"main.{key}": tensor for key, tensor in tutorial_generator().state_dict().items()}, file)
    page = visit("/")
    settle(page)
    before = picture_count(page)
    page.set_input_files("[data-dx=file]", file)
    readings = part(page, "report-readings").locator("button")
    expect(readings.first).to_have_attribute("aria-pressed", "true", timeout=120_000)
    expect(readings.first).to_have_text("1. 32x32")
    expect(readings.nth(1)).to_have_text(re.compile(r"2\. \d+x\d+, layer \d: "))  # in what it differs
    expect(part(page, "report-proved")).to_contain_text("takes 20 numbers")
    expect(part(page, "report-assumed")).to_contain_text("output tanh")
    another_picture(page, before)
    first = assert_own(page, app)

    before = picture_count(page)
    readings.nth(1).click()
    expect(readings.nth(1)).to_have_attribute("aria-pressed", "true", timeout=120_000)
    expect(readings.nth(1)).to_be_focused()
    another_picture(page, before)
    second = assert_own(page, app)
    assert second.config.generator.layers != first.config.generator.layers

    before = picture_count(page)
    part(page, "report").locator("select[name=output]").focus()
    part(page, "report").locator("select[name=output]").select_option("sigmoid")
    back = part(page, "report-assumed").get_by_role("button")
    expect(back).to_have_text("Back to what was read for Output", timeout=120_000)
    expect(back).to_be_focused()
    another_picture(page, before)
    third = assert_own(page, app)
    assert third.config.generator.output_shape == (3, 32, 32) and third.config.image_range == (0.0, 1.0)

    name = part(page, "model").input_value()
    assert read_from(page) == [name]  # each took the place of the one before
    expect(part(page, "drop-message")).to_contain_text("in place of the reading before")
    part(page, "undo").click()  # which brings that back, and the report is that of the model that is shown
    expect(readings.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(back).to_have_count(0)
    assert assert_own(page, app).config == second.config and len(read_from(page)) == 1
    part(page, "redo").click()
    expect(back).to_be_visible()
    assert read_from(page) == [name]
    part(page, "model").select_option("large")
    expect(part(page, "report")).to_be_hidden()
    expect(part(page, "drop-message")).to_have_text("")
    part(page, "model").select_option(name)
    expect(back).to_be_visible()
    back.click()
    expect(back).to_have_count(0, timeout=120_000)
    expect(readings.first).to_have_attribute("aria-pressed", "true", timeout=120_000)
    assert assert_own(page, app).config.generator.layers == first.config.generator.layers


def open_layers(visit: Visit, file: Path) -> tuple[Page, Locator]:
    """Hand a file in and unfold the table of its layers."""
    page = visit("/")
    settle(page)
    page.set_input_files("[data-dx=file]", file)
    layers = part(page, "report-layers")
    expect(layers).to_be_visible(timeout=120_000)
    layers.locator("summary").click()
    return page, layers


def test_a_layer_and_the_size_are_overridden_and_the_impossible_loses_nothing(visit: Visit, app: App, watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "netG.pth"
    torch.save({f"gen.{key}": tensor for key, tensor in tutorial_generator().state_dict().items()}, file)
    page, layers = open_layers(visit, file)
    stride, size = layers.locator("[name=strides-3]"), layers.locator("[name=image_size]")
    expect(size).to_have_value("32x32")
    expect(stride).to_have_value("2")

    watch.expected.append("status of 400")  # the refusal
    stride.fill("9")
    stride.press("Enter")
    expect(part(page, "drop-message")).to_contain_text("no strides and paddings of its kernels", timeout=120_000)
    expect(stride).to_have_value("2")
    expect(size).to_have_value("32x32")

    stride.fill("1")
    stride.press("Enter")
    expect(part(page, "report-assumed")).to_contain_text("Strides: ?,?,?,1", timeout=120_000)
    expect(stride).to_have_value("1")
    expect(stride).to_be_focused()
    height = assert_own(page, app).config.generator.output_shape[1]
    expect(size).to_have_value(f"{height}x{height}")
    assert height < 32

    stride.fill("")
    stride.press("Enter")
    expect(size).to_have_value("32x32", timeout=120_000)
    size.fill("34")
    size.press("Enter")
    expect(part(page, "report-assumed")).to_contain_text("Image size: 34", timeout=120_000)
    assert assert_own(page, app).config.generator.output_shape == (3, 34, 34)


def test_norms_that_no_file_shows_are_said_by_hand(visit: Visit, app: App, tmp_path: Path) -> None:
    kernels = [nn.ConvTranspose2d(20, 8, 4), nn.ConvTranspose2d(8, 8, 4, 2, 1), nn.ConvTranspose2d(8, 3, 4, 2, 1)]
    file = tmp_path / "netG.pth"
    torch.save(nn.Sequential(kernels[0], nn.ReLU(), kernels[1], nn.ReLU(), kernels[2], nn.Tanh()).state_dict(), file)
    page, layers = open_layers(visit, file)
    layers.locator("[name=norms]").select_option("instance")
    expect(part(page, "report-assumed")).to_contain_text("Norms of each picture: instance", timeout=120_000)
    expect(layers.locator("[name=norms]")).to_have_value("instance")
    assert [layer.groups for layer in assert_own(page, app).config.generator.layers if isinstance(layer, GroupNorm)] == [8, 8]
