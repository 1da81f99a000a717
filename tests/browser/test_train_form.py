"""The form of the Train page: what it shows before anything starts, its address, its sentences, its looks."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Watch
from browser.looks import PHONE, assert_fits_a_phone, assert_german, assert_readable, watch_for_keys
from browser.training import PATIENCE, Visit, expect_state, fill_form, form, live, open_train, setting

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REFUSED = r"console: Failed to load resource: the server responded with a status of 400"
EXPERIMENT = "?data=shapes&recipe=paper&steps=50&image_size=32&base_channels=8&spectral_norm=on&run=recorded:celeba-64"


@pytest.fixture
def refusals(watch: Watch) -> None:
    """The server refuses what this test asks for, which a browser notes as an error."""
    watch.expected.append(REFUSED)


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_link_opens_an_experiment_and_starts_nothing(visit: Visit) -> None:
    page = open_train(visit, EXPERIMENT)
    expect(form(page, "data")).to_have_value("shapes")
    expect(form(page, "recipe")).to_have_value("paper")
    expect(form(page, "amount")).to_have_value("50")
    expect(form(page, "about")).to_contain_text("Radford")
    expect(setting(page, "spectral_norm")).to_have_value("on")
    expect(setting(page, "base_channels")).to_have_value("8")
    expect(setting(page, "z_dim")).to_have_attribute("placeholder", "100")
    expect_state(page, "recorded")
    setting(page, "seed").fill("7")
    form(page, "unit").select_option("minutes")
    setting(page, "spectral_norm").select_option("")
    page.wait_for_function("location.search.includes('seed=7') && !location.search.includes('spectral_norm')")
    said = address(page)
    assert said["data"] == ["shapes"] and said["minutes"] == ["50"] and "steps" not in said
    form(page, "reset").click()
    page.wait_for_function("!location.search.includes('base_channels')")
    assert address(page)["recipe"] == ["paper"]


def test_the_link_to_an_experiment_is_copied_without_what_is_shown_beside_it(visit: Visit) -> None:
    page = open_train(visit, EXPERIMENT, permissions=["clipboard-read", "clipboard-write"])
    expect_state(page, "recorded")
    form(page, "copy").click()
    expect(form(page, "copy-note")).to_contain_text("Link copied")
    copied = urlsplit(page.evaluate("navigator.clipboard.readText()"))
    assert copied.path == urlsplit(page.url).path and parse_qs(copied.query) == parse_qs(EXPERIMENT[1:].rpartition("&run=")[0])
    setting(page, "seed").fill("7")
    setting(page, "seed").press("Tab")
    expect(form(page, "copy-note")).to_be_empty()


def test_both_networks_are_shown_layer_by_layer_before_anything_starts(visit: Visit) -> None:
    page = open_train(visit)
    fill_form(page, 10)
    form(page, "networks-box").locator("summary").click()
    tables = form(page, "networks").locator("table")
    expect(tables).to_have_count(2)
    expect(tables.first.locator("tr").last).to_contain_text("tanh")
    expect(tables.first.locator("tr").last).to_contain_text("3 × 16 × 16")
    expect(tables.last.locator("caption")).to_contain_text("Discriminator")
    curves = form(page, "activations")
    expect(curves.locator("figcaption")).to_have_text(["relu", "tanh", "leaky_relu 0.2"])
    points = curves.locator("polyline.curve").last.get_attribute("points")
    assert points is not None and points.startswith("-3.000,0.6 ") and points.endswith(" 3.000,-3")


def test_what_speaks_against_a_setting_is_said_with_its_source(visit: Visit) -> None:
    page = open_train(visit, "?data=shapes&recipe=dcgan&image_size=16&downsampling=pool")
    expect(form(page, "advice-box")).to_contain_text("Possible, but unwise", timeout=PATIENCE)
    expect(form(page, "advice").locator("p")).to_have_count(1)
    expect(form(page, "advice")).to_contain_text("Radford et al. 2015, section 3")
    expect(form(page, "networks")).to_contain_text("max_pool")
    setting(page, "downsampling").select_option("")
    expect(form(page, "advice-box")).to_be_hidden(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("key", "value", "locale", "said"),
    [("image_size", "28", "en-US", "image_size is one of"), ("z_dim", "many", "de-DE", "z_dim ist eine ganze Zahl, gefunden: 'many'.")],
)
def test_what_does_not_go_together_is_one_sentence(visit: Visit, key: str, value: str, locale: str, said: str, refusals: None) -> None:
    page = open_train(visit, locale=locale)
    form(page, "more").locator("summary").click()
    field = setting(page, key)
    field.select_option(value) if key == "image_size" else field.fill(value)
    field.dispatch_event("change")
    expect(form(page, "error")).to_contain_text(said, timeout=PATIENCE)
    expect(form(page, "networks").locator("table")).to_have_count(0)
    field.select_option("") if key == "image_size" else field.fill("")
    field.dispatch_event("change")
    expect(form(page, "error")).to_be_hidden(timeout=PATIENCE)


def test_a_path_that_is_not_there_is_one_sentence(visit: Visit, refusals: None) -> None:
    page = open_train(visit)
    form(page, "data").select_option("")
    form(page, "path").fill("/no/such/folder")
    form(page, "start").click()
    expect(form(page, "error")).to_contain_text("/no/such/folder", timeout=PATIENCE)
    assert "Traceback" not in form(page, "error").inner_text()


def test_the_estimate(visit: Visit) -> None:
    page = open_train(visit)
    fill_form(page, 200)
    form(page, "estimate").click()
    pattern = re.compile(r"Estimate from a short trial: about \d+:\d\d for 200 steps \([\d,]+ images/s\)\.")
    expect(form(page, "time")).to_have_text(pattern, timeout=PATIENCE)


def test_few_components(visit: Visit) -> None:
    page = open_train(visit)
    kinds = page.evaluate("window.gradio_config.components.map(({ type }) => type)")
    assert len(kinds) <= 25


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_can_be_read(visit: Visit, scheme: str) -> None:
    page = open_train(visit, "?run=recorded:celeba-64", color_scheme=scheme)
    unfold(page)
    assert_readable(page)


def test_german_on_a_phone(visit: Visit) -> None:
    page = open_train(visit, "?run=recorded:celeba-64", prepare=watch_for_keys, locale="de-DE", **PHONE)
    unfold(page)
    assert_german(page)
    assert_fits_a_phone(page)


def unfold(page: Page) -> None:
    """Open everything that is folded away."""
    expect_state(page, "recorded")
    expect(live(page, "sheet")).to_be_visible()
    for part in ("more", "versus-box", "networks-box"):
        form(page, part).locator("summary").click()
    form(page, "versus-field").select_option("activation_g")
    live(page, "more").locator("summary").click()
    for part in ("film-box", "list-box"):
        page.locator(f"#dcgan-runs [data-part={part}] > summary").click()
    expect(page.locator("#dcgan-runs [data-part=frame]")).to_be_visible(timeout=PATIENCE)
