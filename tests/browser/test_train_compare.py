"""Runs compared on the Train page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tiny_app import train_run

from browser.conftest import App
from browser.looks import PHONE, assert_fits_a_phone, assert_german, assert_readable, watch_for_keys
from browser.training import PATIENCE, Visit, form, live, open_train

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINK = "/train?compare=short&compare=long&run=recorded:celeba-64"
CURVES = "(key) => document.querySelector(`#dcgan-compare [data-chart=${key}]`)?.data?.map(({ x }) => x.length) ?? []"

# The second run is known a little later than the first, and what was asked of the first alone is answered last.
LATE = """
const soon = window.fetch, wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
window.fetch = async (...asked) => {
  const isOne = /compare[?]run=[^&]*$/.test(String(asked[0]));
  if (String(asked[0]).includes("/runs/long/since/")) await wait(300);
  if (isOne) await wait(1500);
  const answer = await soon(...asked);
  if (isOne) setTimeout(() => (window.answered = true), 300);
  return answer;
};
"""


def part(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-compare [data-part={name}]")


def wait_for_curves(page: Page, key: str, lengths: list[int]) -> None:
    page.wait_for_function(f"([key, lengths]) => String(({CURVES})(key)) === String(lengths)", arg=[key, lengths], timeout=PATIENCE)


@pytest.fixture(scope="module")
def runs(app: App) -> Iterator[None]:
    """Two runs, `short` and `long`, of 4 and 7 steps."""
    folders = [train_run(app.home / "runs" / name, steps) for name, steps in (("short", 4), ("long", 7))]
    yield
    for folder in folders:
        shutil.rmtree(folder)


def test_chosen_runs_stand_side_by_side_and_again_after_a_reload(visit: Visit, runs: None) -> None:
    page = visit("/train")
    page.locator("#dcgan-runs [data-part=list-box] > summary").click()
    chosen = page.locator("#dcgan-runs [data-part=compare]")
    expect(chosen).to_be_disabled(timeout=PATIENCE)
    for name in ("short", "long"):
        page.locator("#dcgan-runs li", has_text=name).get_by_role("checkbox").check()
    expect(page.locator("#dcgan-runs input[type=checkbox]").first).to_have_css("appearance", "auto")  # else nobody sees the tick
    chosen.click()
    expect(part(page, "root")).to_be_visible()
    expect(live(page, "root")).to_be_hidden()
    for _ in range(2):
        wait_for_curves(page, "loss_d", [4, 7])
        expect(part(page, "table").locator("tr.setting", has_text="Length (steps)").locator("td")).to_have_text(["4", "7"])
        expect(part(page, "sheets").locator("img")).to_have_count(2)
        page.reload()
    wait_for_curves(page, "diversity", [4, 7])
    expect(part(page, "log")).to_have_css("appearance", "auto")
    part(page, "close").click()
    expect(live(page, "root")).to_be_visible()
    assert "compare=" not in page.url


def test_an_answer_that_comes_late_changes_nothing(visit: Visit, runs: None) -> None:
    page = visit(LINK, lambda page: page.add_init_script(LATE))
    lengths = part(page, "table").locator("tr.setting", has_text="Length (steps)").locator("td")
    expect(lengths).to_have_text(["4", "7"], timeout=PATIENCE)
    page.wait_for_function("window.answered", timeout=PATIENCE)
    expect(lengths).to_have_text(["4", "7"], timeout=1)


def test_one_scrubber_moves_all_sheets(visit: Visit, runs: None) -> None:
    page = visit(LINK)
    sheets = part(page, "sheets").locator("img")
    for index, step in enumerate((4, 7)):
        expect(sheets.nth(index)).to_have_attribute("data-step", str(step), timeout=PATIENCE)
    part(page, "scrubber").press("ArrowLeft")  # of the steps 0, 4 and 7
    for index in range(2):
        expect(sheets.nth(index)).to_have_attribute("data-step", ("4", "0")[index])
    part(page, "scrubber").press("Home")
    expect(sheets.first).to_have_attribute("data-step", "0")
    part(page, "newest").click()
    expect(sheets.last).to_have_attribute("data-step", "7")


def test_a_third_run_is_added_and_one_is_looked_at_alone(visit: Visit, runs: None) -> None:
    page = visit(LINK)
    expect(part(page, "add-box")).to_be_visible(timeout=PATIENCE)
    part(page, "add").select_option("recorded:celeba-64")
    expect(part(page, "sheets").locator("figure")).to_have_count(3)
    page.wait_for_function("document.querySelector('#dcgan-compare [data-chart=loss_g]').data?.length === 3", timeout=PATIENCE)
    for name, value in (("Image size (pixels)", "64"), ("Batch size", "64"), ("Pictures of", "celeba-10k-64")):  # as the form calls them
        line = part(page, "table").locator("tr.setting").filter(has=page.get_by_role("rowheader", name=name, exact=True))
        expect(line.locator("td").last).to_contain_text(value, timeout=PATIENCE)
    part(page, "sheets").get_by_role("button", name="Take celeba-64 out").click()
    expect(part(page, "sheets").locator("figure")).to_have_count(2)
    part(page, "sheets").get_by_title("Look at short alone").click()
    expect(live(page, "picker")).to_have_value("short", timeout=PATIENCE)
    expect(part(page, "root")).to_be_hidden()


def test_a_comparison_can_be_started_from_the_field_that_is_being_typed_in(visit: Visit) -> None:
    page = open_train(visit)
    form(page, "versus-box").locator("summary").click()
    form(page, "versus-field").select_option("batch_size")
    values = page.locator("#dcgan-form [data-versus]")
    values.nth(0).fill("8")
    expect(form(page, "compare")).to_be_disabled()
    values.nth(1).press_sequentially("16")
    expect(form(page, "compare")).to_be_enabled()


def test_one_setting_is_compared_until_it_is_stopped_and_goes_on(visit: Visit, app: App) -> None:
    small = "data=shapes&image_size=16&base_channels=4&batch_size=8&threads=1&steps=1000000"
    page = open_train(visit, f"?{small}&vary=activation_g&value=relu&value=selu")
    form(page, "compare").click()
    page.wait_for_url("**comparison=activation-g-**", timeout=PATIENCE)
    for _ in range(2):
        expect(part(page, "queue")).to_contain_text("Training 1 of 2", timeout=PATIENCE)
        captions = [re.compile("relu.*training"), re.compile("selu.*not there yet")]
        expect(part(page, "sheets").locator("figcaption")).to_have_text(captions, timeout=PATIENCE)
        page.wait_for_function(f"(({CURVES})('loss_d'))[0] >= 5", timeout=PATIENCE)
        page.reload()
    watcher = visit("/train", locale="de-DE")  # which finds it without a link
    expect(part(watcher, "queue")).to_contain_text("In einem anderen Browser gestartet", timeout=PATIENCE)
    expect(part(watcher, "stop")).to_be_hidden()
    part(page, "stop").click()
    for each, said in ((page, "Stopped"), (watcher, "Angehalten")):
        expect(part(each, "queue")).to_contain_text(said, timeout=PATIENCE)
    name = str(page.evaluate("new URL(location).searchParams.get('comparison')"))
    assert [path.name for path in (app.home / "runs").glob(f"{name}-*")] == [f"{name}-relu"]
    part(page, "go-on").click()
    expect(part(page, "queue")).to_contain_text("Training 1 of 2", timeout=PATIENCE)
    part(page, "stop").click()
    expect(part(page, "queue")).to_contain_text("Stopped", timeout=PATIENCE)
    page.locator("#dcgan-runs [data-part=list-box] > summary").click()
    expect(page.locator("#dcgan-runs [data-part=comparisons]")).to_have_text(
        re.compile("Activation of G: relu, selu.*stopped"), timeout=PATIENCE
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_can_be_read(visit: Visit, runs: None, scheme: str) -> None:
    page = visit(LINK, color_scheme=scheme)
    wait_for_curves(page, "loss_d", [4, 7])
    expect(part(page, "table")).to_contain_text("D(G(z))", timeout=PATIENCE)
    assert_readable(page)


def test_german_on_a_dark_phone(visit: Visit, runs: None) -> None:
    page = visit(LINK, prepare=watch_for_keys, locale="de-DE", color_scheme="dark", **PHONE)
    wait_for_curves(page, "loss_d", [4, 7])
    expect(part(page, "log")).to_have_css("color-scheme", "dark")  # else an empty box is a white one
    expect(part(page, "table")).to_contain_text("D(G(z))", timeout=PATIENCE)
    assert_german(page)
    assert_fits_a_phone(page)
