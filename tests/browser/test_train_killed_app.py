"""The app is killed while it trains and started again: what the page says then, and that one click goes on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import DESKTOP, PATIENCE_MS, ROOT, free_port, wait_for_answer
from browser.models import write_models
from browser.training import PATIENCE, expect_state, form, live, order, start, wait_for_steps

posix = pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900), posix]

SMALL = "data=shapes&image_size=16&base_channels=4&batch_size=8&threads=1&steps=1000000"


class MortalApp:
    """An app that can be killed, and started again at the same address."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        write_models(home / "models")
        self.start()

    def start(self) -> None:
        command = [sys.executable, "app.py", "--no-open", "--port", str(self.port), "--model", "large"]
        log = self.home / "app.log"
        with log.open("ab") as output:
            environment = {**os.environ, "DCGAN_HOME": str(self.home)}
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        wait_for_answer(f"{self.url}/", self.process, log)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[MortalApp]:
    app = MortalApp(tmp_path)
    yield app
    app.kill()  # its training sees that and ends as well


@pytest.fixture
def page(browser: Browser, mortal: MortalApp) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_a_run_whose_app_was_killed_says_so_and_goes_on(mortal: MortalApp, page: Page) -> None:
    page.goto(f"{mortal.url}/train")
    expect(form(page, "note")).to_contain_text("10", timeout=PATIENCE)
    start(page, 1_000_000)
    expect_state(page, "running")
    wait_for_steps(page, 10)
    mortal.kill()
    expect(live(page, "lost")).to_be_visible(timeout=PATIENCE)
    mortal.start()
    expect_state(page, "stopped")  # the page, which was left open, finds it by itself
    expect(live(page, "lost")).to_be_hidden()
    expect(live(page, "sentence")).to_contain_text("The app that had started this training was closed or ended")
    expect(live(page, "happenings")).to_contain_text("The app that had started the training was gone: it saved and stopped.")
    seen = int(page.evaluate("document.querySelector('[data-chart=losses]').data[0].x.length"))
    order(page, "continue").click()
    wait_for_steps(page, seen + 5)
    expect(live(page, "happenings")).to_contain_text("The training went on from the last saved state")


def test_a_comparison_whose_app_was_killed_says_so_and_goes_on(mortal: MortalApp, page: Page) -> None:
    page.goto(f"{mortal.url}/train?{SMALL}&vary=augment&value=color&value=none")
    form(page, "compare").click()
    page.wait_for_url("**comparison=augment-**", timeout=PATIENCE)
    expect(page.locator("#dcgan-compare [data-part=sheets] figcaption")).to_have_text(
        [re.compile("augment color.*training"), re.compile("augment none.*not there yet")], timeout=PATIENCE
    )
    mortal.kill()
    mortal.start()
    page.goto(f"{mortal.url}/train")  # whoever comes back without the link
    said = page.locator("#dcgan-compare [data-part=queue]")
    expect(said).to_contain_text("The app was closed while this comparison was on", timeout=PATIENCE)
    page.locator("#dcgan-compare [data-part=go-on]").click()
    expect(said).to_contain_text("Training 1 of 2", timeout=2 * PATIENCE)
