"""What the tests of the Train page share: its parts, its form, and waiting for a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]

PATIENCE = 180_000  # a worker imports torch and reads its data; a busy machine is no failure
ENDLESS = 1_000_000

# The steps on the losses chart, and how often the charts were drawn whole.
CHART_STEPS = "document.querySelector('[data-chart=losses]')?.data?.[0].x ?? []"


def live(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-live [data-part={name}]")


def form(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-form [data-part={name}]")


def setting(page: Page, key: str) -> Locator:
    return page.locator(f"#dcgan-form [name={key}]")


def order(page: Page, name: str) -> Locator:
    return page.locator(f"#dcgan-live [data-order={name}]")


def expect_state(page: Page, state: str) -> None:
    expect(live(page, "root")).to_have_attribute("data-state", state, timeout=PATIENCE)


def chart_steps(page: Page) -> list[int]:
    return list(page.evaluate(CHART_STEPS))


def wait_for_steps(page: Page, count: int) -> None:
    page.wait_for_function(f"() => ({CHART_STEPS}).length >= {count}", timeout=PATIENCE)


def open_train(visit: Visit, query: str = "", **options: Any) -> Page:
    page = visit(f"/train{query}", **options)
    expect(form(page, "note")).to_contain_text("10", timeout=PATIENCE)  # what is proposed has arrived
    return page


def fill_form(page: Page, steps: int) -> None:
    form(page, "data").select_option("shapes")
    form(page, "unit").select_option("steps")
    form(page, "amount").fill(str(steps))
    if not form(page, "fields").is_visible():
        form(page, "more").locator("summary").click()
    setting(page, "image_size").select_option("16")
    setting(page, "base_channels").fill("8")
    setting(page, "batch_size").fill("16")
    setting(page, "threads").fill("1")  # several wait for each other where others compute


def start(page: Page, steps: int) -> str:
    """Start a tiny training and return the run's name."""
    fill_form(page, steps)
    return press_start(page)


def press_start(page: Page) -> str:
    """Start what the form says; return the run's name once the page shows that run, no longer one from before."""
    with page.expect_response(lambda response: response.url.endswith("/form/start") and response.ok, timeout=PATIENCE) as answer:
        form(page, "start").click()
    run = str(answer.value.json()["run"])
    expect(live(page, "root")).to_have_attribute("data-run", run, timeout=PATIENCE)
    return run


def stop(page: Page) -> None:
    order(page, "stop").click()
    expect_state(page, "stopped")
