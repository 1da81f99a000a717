"""The Train page: a run of its own process, and whoever watches it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import App, Watch
from browser.looks import assert_german
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, pixels, settle
from browser.training import ENDLESS, PATIENCE, Visit, chart_steps, expect_state, form, live, open_train, order, start, stop, wait_for_steps

pytestmark = pytest.mark.browser

COUNT_DRAWINGS = """() => {
  window.drawings = 0;
  const react = window.Plotly.react;
  window.Plotly.react = (...given) => ((window.drawings += 1), react(...given));
}"""


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


@pytest.mark.slow
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
    expect(watcher.get_by_text("In einem anderen Browser oder auf der Befehlszeile gestartet: Hier sieht man zu.")).to_be_visible()
    for name in ("pause", "resume", "stop", "continue"):
        expect(order(watcher, name)).to_be_hidden()
    expect(live(watcher, "explore")).to_be_visible()

    run = str(page.evaluate("new URL(location).searchParams.get('run')"))
    watcher.locator("#dcgan-runs [data-part=list-box] > summary").click()
    facts = watcher.locator("#dcgan-runs li", has_text=run).locator(".facts")
    expect(facts).to_contain_text("trainiert")
    order(page, "pause").press("Enter")
    for each in (page, watcher):
        expect_state(each, "paused")
    expect(facts).to_contain_text("pausiert")
    expect(order(page, "resume")).to_be_focused()  # not the top of the page
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


@pytest.mark.slow
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
    stop(page)


@pytest.mark.slow
def test_a_second_training_is_offered_the_place_of_the_first(visit: Visit, endless: Page, app: App, watch: Watch) -> None:
    watch.expected.append("status of 409")  # which a browser notes as an error
    page, first = endless, str(endless.evaluate("new URL(location).searchParams.get('run')"))
    wait_for_steps(page, 5)
    form(page, "estimate").click()
    slowed = f"{first} was being trained at the same time, which slowed the trial"
    expect(form(page, "time")).to_contain_text(slowed, timeout=PATIENCE)
    watcher = visit("/train")
    expect_state(watcher, "running")
    form(watcher, "start").click()
    expect(form(watcher, "way")).to_contain_text(f"{first} is being trained, started in another browser", timeout=PATIENCE)
    expect(form(watcher, "pause-and-start")).to_have_count(0)  # who did not start it pauses nothing
    form(page, "start").click()
    expect(form(page, "way")).to_contain_text(f"{first} is being trained", timeout=PATIENCE)
    expect(form(page, "error")).to_be_hidden()
    form(page, "pause-and-start").click()
    page.wait_for_function("(first) => new URL(location).searchParams.get('run') !== first", arg=first, timeout=PATIENCE)
    expect(form(page, "way")).to_be_hidden()
    wait_for_steps(page, 5)
    expect_state(page, "running")
    live(watcher, "picker").select_option(first)
    expect_state(watcher, "stopped")
    expect(live(watcher, "sentence")).to_contain_text("Only whoever started this training")
    assert (app.home / "runs" / first / "state.safetensors").exists()

    second = str(page.evaluate("new URL(location).searchParams.get('run')"))
    live(page, "picker").select_option(first)  # and the first takes its place back
    order(page, "continue").click()
    expect(live(page, "offer")).to_contain_text(f"{second} is being trained", timeout=PATIENCE)
    live(page, "offer").get_by_role("button").click()
    expect_state(page, "running")
    expect(live(page, "offer")).to_be_hidden()
    live(watcher, "picker").select_option(second)
    expect_state(watcher, "stopped")
