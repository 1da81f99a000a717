"""The Train page without runs of one's own: a recorded run; and what the charts can do."""

from __future__ import annotations

import csv
import io
import json

import pytest
from playwright.sync_api import Page, Route, expect

from browser.training import PATIENCE, Visit, expect_state, form, live, open_train, order, wait_for_steps

pytestmark = pytest.mark.browser

RECORDING = "?run=recorded:celeba-64"
PREPARING = {
    "next": 0,
    "generation": 0,
    "columns": [],
    "rows": [],
    "events": [],
    "config": {},
    "samples": [],
    "may_control": False,
    "status": {"state": "starting", "step": 0, "seconds": 0.0, "message": None},
}
AXIS = "document.querySelector('[data-chart=losses]')"
SHAPES = f"{AXIS}.layout.shapes.filter(({{ type }}) => type === 'rect').length"


def only_recorded(page: Page) -> None:
    """Let the list of runs hold recorded ones only, as on a new machine."""

    def answer(route: Route) -> None:
        runs = route.fetch().json()
        route.fulfill(json=[run for run in runs if run["state"] == "recorded"])

    page.route("**/dcgan/runs", answer)


def test_without_a_run_of_ones_own_a_recorded_one_plays(visit: Visit) -> None:
    page = open_train(visit, prepare=only_recorded)
    expect_state(page, "recorded")
    expect(live(page, "sentence")).to_contain_text("A recording: this is how the model")
    expect(live(page, "play")).to_have_text("❚❚")
    first = int(live(page, "sheet").get_attribute("data-step") or 0)
    page.wait_for_function(f"Number(document.querySelector('[data-part=sheet]').dataset.step) > {first}", timeout=PATIENCE)
    assert page.evaluate(SHAPES) == 1  # what comes later is pale
    live(page, "play").click()
    expect(live(page, "play")).to_have_text("▶")
    assert "run=" not in page.url
    live(page, "own").click()
    expect(form(page, "start")).to_be_focused()


def open_recording(visit: Visit) -> Page:
    page = open_train(visit, RECORDING)
    expect(live(page, "sheet")).to_be_visible(timeout=PATIENCE)
    wait_for_steps(page, 100)
    return page


def test_a_recording_is_scrubbed_and_no_one_steers_it(visit: Visit) -> None:
    page = open_recording(visit)
    expect_state(page, "recorded")
    assert page.locator("#dcgan-live [data-order]:visible").count() == 0
    live(page, "scrubber").focus()
    page.keyboard.press("Home")
    expect(live(page, "sheet")).to_have_attribute("data-step", "0")
    assert page.evaluate(SHAPES) == 1
    live(page, "live").click()
    page.wait_for_function(f"({SHAPES}) === 0")
    expect(live(page, "explore")).to_have_attribute("href", "/?model=celeba-64")


def test_curves_by_axis_scale_smoothing_and_beside_another(visit: Visit) -> None:
    page = open_recording(visit)
    last = f"{AXIS}.data[0].x.at(-1)"
    steps = page.evaluate(last)
    live(page, "by").select_option("seconds")
    page.wait_for_function(f"({last}) < 120")  # minutes of a training of an hour and a half
    live(page, "by").select_option("epoch")
    page.wait_for_function(f"({last}) > 50 && ({last}) < {steps}")
    live(page, "log").check()
    page.wait_for_function(f"{AXIS}.layout.yaxis.type === 'log'")
    rough = f"(({{ y }}) => y.slice(1).reduce((sum, value, i) => sum + Math.abs(value - y[i]), 0))({AXIS}.data[2])"
    before = page.evaluate(rough)
    live(page, "span").fill("8")
    page.wait_for_function(f"({rough}) < {before} / 2")
    live(page, "other").select_option("recorded:mnist-28")
    page.wait_for_function(f"{AXIS}.data.length === 6", timeout=PATIENCE)
    expect(live(page, "differences")).to_contain_text("Network: dcgan | tensorflow-tutorial")
    expect(live(page, "other-picture")).to_be_visible()
    live(page, "other").select_option("")
    page.wait_for_function(f"{AXIS}.data.length === 4")
    expect(live(page, "other-picture")).to_be_hidden()


def test_more_curves_are_one_click_away_and_the_numbers_can_be_taken_along(visit: Visit) -> None:
    page = open_recording(visit)
    assert page.evaluate("document.querySelector('[data-chart=norms]').data") is None
    live(page, "more").locator("summary").click()
    page.wait_for_function("document.querySelector('[data-chart=norms]').data?.[0].x.length > 100")
    page.wait_for_function("document.querySelector('[data-chart=swd]').data?.[0].x.length > 3")
    with page.expect_download() as download:
        live(page, "csv").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    assert len(rows) > 100 and rows[0]["step"] == "1"


def test_diagnoses_are_told_with_evidence_and_a_remedy(visit: Visit) -> None:
    diagnosis = {
        "event": "diagnosis",
        "step": 802,
        "finding": "mode-collapse",
        "severity": "failure",
        "evidence": {"variety": 0.01234, "layer_3": 0.5, "T-shirt": 0},
        "sentence": "All pictures are nearly the same.",
        "remedy": {"settings": {"objective": "wasserstein"}, "from_step": 619},
    }

    def sick(page: Page) -> None:
        def answer(route: Route) -> None:
            record = route.fetch().json()
            record["events"] += [{**diagnosis, "step": 702, "finding": "d-wins", "severity": "warning"}, diagnosis] * bool(record["rows"])
            route.fulfill(json=record)

        page.route("**/since/*", answer)
        page.route(
            "**/branch", lambda route: (asked.append(json.loads(route.request.post_data or "{}")), route.fulfill(json={"run": "cured"}))
        )
        page.route("**/cured/since/*", lambda route: route.fulfill(json=PREPARING))

    asked: list[dict[str, object]] = []
    page = open_train(visit, RECORDING, prepare=sick)
    told = live(page, "happenings").locator("li[data-severity=failure]")
    words = "step 802Mode collapse: whatever z is, G makes the same picture, or the same few."
    measures = "variety 0.0123 times that of real pictures · layer 3: 0.5 of its units · T-shirt 0"
    expect(told).to_contain_text(f"{words}{measures}", timeout=PATIENCE)
    page.wait_for_function(f"{AXIS}.layout?.shapes.some(({{ x0 }}) => x0 === 802)")
    cure = live(page, "happenings").get_by_role("button", name="Go back to step 619 and continue with Objective wasserstein")
    expect(cure).to_have_count(1)  # of both findings, and it is at the newest
    expect(told.get_by_role("button")).to_have_count(1)
    cure.click()
    page.wait_for_function("location.search.includes('run=cured')")
    assert asked == [{"step": 619, "settings": {"objective": "wasserstein"}}]


@pytest.mark.slow
def test_a_run_that_failed_says_why_and_can_go_on(visit: Visit) -> None:
    failed = {**PREPARING, "may_control": True, "status": {"state": "failed", "step": 9, "seconds": 1.0, "message": "the disk is full"}}
    page = open_train(visit, "?run=ill", prepare=lambda page: page.route("**/ill/since/*", lambda route: route.fulfill(json=failed)))
    expect(live(page, "sentence")).to_have_text("The training failed: the disk is full.", timeout=PATIENCE)
    expect(order(page, "continue")).to_be_visible()


def test_the_projector_by_key(visit: Visit) -> None:
    page = open_recording(visit)
    small = live(page, "sheet").bounding_box()
    page.locator("body").press("f")
    expect(live(page, "projector")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("document.querySelector('[data-chart=losses]').offsetHeight > 250")
    large = live(page, "sheet").bounding_box()
    assert small and large and large["width"] > small["width"]
    page.keyboard.press("Escape")
    expect(live(page, "projector")).to_have_attribute("aria-pressed", "false")
    form(page, "amount").press("f")  # whoever writes means the letter
    expect(live(page, "projector")).to_have_attribute("aria-pressed", "false")
