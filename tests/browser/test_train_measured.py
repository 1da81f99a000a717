"""The Train page: what is measured of a run now and then, as curves, as a table to take along, and the best stage by it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import App
from browser.models import assert_same, synthesizer
from browser.recording import PICTURE, pixels, settle
from browser.training import Visit, expect_state, form, live, open_train, setting, start

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STEPS, EVERY = 24, 8
POINTS = "(name) => { const { x, y } = document.querySelector(`[data-chart=${name}]`).data[0]; return [[...x], [...y]]; }"


def points(page: Page, chart: str) -> list[list[float]]:
    return list(page.evaluate(POINTS, chart))


def measured(app: App, run: str, event: str) -> list[dict[str, Any]]:
    lines = (app.home / "runs" / run / "events.jsonl").read_text().splitlines()
    return [record for record in map(json.loads, lines) if record.get("event") == event]


def test_kid_is_a_curve_and_chooses_the_best_stage(visit: Visit, app: App) -> None:
    page = open_train(visit)
    form(page, "more").locator("summary").click()
    form(page, "kid_every").fill(str(EVERY))
    setting(page, "pictures").fill("32")
    run = start(page, STEPS)
    expect_state(page, "completed")
    told = measured(app, run, "kid")
    assert [record["step"] for record in told] == [8, 16, 24]

    live(page, "more").locator("summary").click()
    page.wait_for_function("document.querySelector('[data-chart=kid]').data?.[0].x.length === 3")
    assert points(page, "kid") == [[record["step"] for record in told], [record["kid"] for record in told]]
    assert points(page, "swd")[1] == [record["swd"] for record in measured(app, run, "scored")]
    for chart in ("losses", "opinion", "norms", "diversity", "kid", "swd"):
        expect(page.locator(f"#dcgan-live [data-chart={chart}] svg").first).to_be_visible()
    live(page, "by").select_option("epoch")  # 32 pictures, batches of 16
    page.wait_for_function("document.querySelector('[data-chart=kid]').data[0].x[0] === 4")

    best = min(told, key=lambda record: record["kid"])
    expect(live(page, "best")).to_contain_text(f"step {best['step']}, chosen by its KID")
    with page.expect_download() as download:
        live(page, "csv").click()
    rows = {int(row["step"]): row for row in csv.DictReader(io.StringIO(download.value.path().read_text()))}
    assert {step: float(row["kid"]) for step, row in rows.items() if row["kid"]} == {record["step"]: record["kid"] for record in told}

    live(page, "best").get_by_role("link").click()
    settle(page)
    maker = synthesizer(app.home / "runs" / run / "snapshots" / f"{best['step']:06d}")
    assert_same(pixels(page.locator(PICTURE)), maker.rgb(maker.z([0]))[0])
