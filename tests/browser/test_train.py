"""The Train page: a form, a run of its own process, and whoever watches it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import App
from browser.looks import PHONE, assert_fits_a_phone, assert_german, assert_readable, watch_for_keys
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, pixels, settle

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

PATIENCE = 90_000  # a worker imports torch and reads its data
ENDLESS = 1_000_000

# The steps on the losses chart, and how often the charts were drawn whole.
CHART_STEPS = "document.querySelector('[data-chart=losses]')?.data?.[0].x ?? []"
COUNT_DRAWINGS = """() => {
  window.drawings = 0;
  const react = window.Plotly.react;
  window.Plotly.react = (...given) => ((window.drawings += 1), react(...given));
}"""


def live(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-live [data-part={name}]")


def order(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-live [data-order={name}]")


def expect_state(page: Page, state: str) -> None:
    expect(live(page, "root")).to_have_attribute("data-state", state, timeout=PATIENCE)


def chart_steps(page: Page) -> list[int]:
    return list(page.evaluate(CHART_STEPS))


def wait_for_steps(page: Page, count: int) -> None:
    page.wait_for_function(f"() => ({CHART_STEPS}).length >= {count}", timeout=PATIENCE)


def open_train(visit: Visit, **options: Any) -> Page:
    page = visit("/train", **options)
    expect(page.locator(".dcgan-note").first).to_contain_text("10", timeout=PATIENCE)  # what is proposed has arrived
    return page


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option).first.click()


def fill_form(page: Page, steps: int) -> None:
    choose(page, "Pictures", "shapes")
    expect(page.locator(".dcgan-note").first).to_contain_text("colour", timeout=PATIENCE)
    choose(page, "Unit", "steps")
    page.get_by_label("Train for", exact=True).fill(str(steps))
    page.get_by_role("button", name="Settings").click()
    choose(page, "Image size (pixels)", "16")
    page.get_by_label("Width (channels next to the picture)").fill("8")
    page.get_by_label("Batch size").fill("16")


def start(page: Page, steps: int) -> str:
    """Start a tiny training and return the run's name."""
    fill_form(page, steps)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_function("new URL(location).searchParams.has('run')")
    return str(page.evaluate("new URL(location).searchParams.get('run')"))


def test_a_short_training_from_form_to_model(visit: Visit, app: App) -> None:
    page = open_train(visit)
    run = start(page, 30)
    expect_state(page, "completed")
    assert chart_steps(page) == list(range(1, 31))
    expect(live(page, "sheet")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-part=sheet]').naturalWidth") > 16
    assert page.title() == "100 % · Done"
    page.reload()
    expect_state(page, "completed")
    wait_for_steps(page, 30)
    assert chart_steps(page) == list(range(1, 31))
    page.get_by_role("link", name="Explore this model").click()
    settle(page)
    assert f"model={run}" in page.url
    snapshots = sorted((app.home / "runs" / run / "snapshots").iterdir())
    maker = synthesizer(snapshots[-1])
    assert_same(pixels(page.locator(PICTURE)), maker.rgb(maker.z([0]))[0])


@pytest.fixture
def endless(visit: Visit) -> Iterator[Page]:
    """A page whose run goes on until the end of the test."""
    page = open_train(visit)
    start(page, ENDLESS)
    expect_state(page, "running")
    yield page
    if not page.is_closed():
        stop(page)


def stop(page: Page) -> None:
    order(page, "stop").click()
    expect_state(page, "stopped")


def test_a_run_is_steered_by_whoever_started_it(visit: Visit, endless: Page) -> None:
    page = endless
    wait_for_steps(page, 5)
    page.evaluate(COUNT_DRAWINGS)
    wait_for_steps(page, len(chart_steps(page)) + 20)
    assert page.evaluate("window.drawings") == 0  # it grows by extendTraces
    assert re.fullmatch(r"0 % · [\d:]+ · Training", page.title())  # how far, how long still

    watcher = visit(page.url.removeprefix(page.url.split("/train")[0]), locale="de-DE")
    expect_state(watcher, "running")
    wait_for_steps(watcher, 5)
    assert chart_steps(watcher)[:5] == [1, 2, 3, 4, 5]  # the whole run
    expect(watcher.get_by_text("In einem anderen Browser gestartet: Hier sieht man zu.")).to_be_visible()
    for name in ("pause", "resume", "stop", "continue"):
        expect(order(watcher, name)).to_be_hidden()
    expect(live(watcher, "explore")).to_be_visible()

    order(page, "pause").click()
    for each in (page, watcher):
        expect_state(each, "paused")
    assert re.fullmatch(r"0 % · [\d:]+ · Paused", page.title())
    steps = chart_steps(page)
    order(page, "resume").click()
    expect_state(page, "running")
    wait_for_steps(page, len(steps) + 5)

    page.reload()
    expect_state(page, "running")
    wait_for_steps(page, len(steps))
    assert chart_steps(page)[: len(steps)] == steps
    assert_german(watcher)


def test_closing_the_page_stops_nothing(visit: Visit, endless: Page) -> None:
    context, url, seen = endless.context, endless.url, len(chart_steps(endless))
    endless.close()
    page = context.new_page()
    page.goto(url)
    expect_state(page, "running")
    wait_for_steps(page, seen + 5)
    stop(page)
    stopped_at = chart_steps(page)[-1]
    order(page, "continue").click()
    expect_state(page, "running")
    wait_for_steps(page, stopped_at + 1)
    assert chart_steps(page)[:stopped_at] == list(range(1, stopped_at + 1))
    second = context.new_page()  # same browser, so it steers too; a second training is refused in one sentence
    second.goto(url)
    expect_state(second, "running")
    second.get_by_role("button", name="Start training").click()
    expect(second.locator(".dcgan-note .error")).to_contain_text("is being trained; stop it first", timeout=PATIENCE)
    stop(second)
    expect_state(page, "stopped")


def test_what_the_form_cannot_use_gets_one_sentence(visit: Visit) -> None:
    page = open_train(visit)
    data = page.get_by_label("Pictures", exact=True)
    data.fill("/no/such/folder")
    data.press("Enter")
    page.get_by_role("button", name="Start training").click()
    complaints = page.locator(".dcgan-note .error")
    expect(complaints.last).to_contain_text("/no/such/folder", timeout=PATIENCE)
    for said in complaints.all_inner_texts():
        assert "Traceback" not in said and "\n" not in said


def test_the_estimate(visit: Visit) -> None:
    page = open_train(visit)
    fill_form(page, 200)
    page.get_by_role("button", name="How long will it take?").click()
    pattern = re.compile(r"Estimate from a short trial: about \d+:\d\d for 200 steps \([\d,]+ images/s\)\.")
    expect(page.locator(".dcgan-note").last).to_have_text(pattern, timeout=PATIENCE)


def test_few_components(visit: Visit) -> None:
    page = open_train(visit)
    layout = ("row", "column", "form", "accordion")
    kinds = page.evaluate("window.gradio_config.components.map(({ type }) => type)")
    assert len([kind for kind in kinds if kind not in layout]) <= 25


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_can_be_read(visit: Visit, scheme: str) -> None:
    page = open_train(visit, color_scheme=scheme)
    page.get_by_role("button", name="Settings").click()
    expect_one_run(page)
    assert_readable(page)


def expect_one_run(page: Page) -> None:
    """The newest run is shown, or the sentence that there is none."""
    page.wait_for_function("document.querySelector('#dcgan-live [data-part=sentence]').textContent", timeout=PATIENCE)


def test_german_on_a_phone(visit: Visit) -> None:
    page = open_train(visit, prepare=watch_for_keys, locale="de-DE", **PHONE)
    page.get_by_role("button", name="Einstellungen").click()
    expect_one_run(page)
    assert_german(page)
    assert_fits_a_phone(page)
