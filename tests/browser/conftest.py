"""One app, started as a user starts it, and one Chromium for all tests of this folder.

The suite brings its own small models, so that it depends on no shipped one.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hub_stand_in import TOKEN, HubStandIn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from browser.models import write_models
from browser.recording import RECORDER

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 120
PATIENCE_MS = 60_000  # shared cores: a wait that is this long has failed
NO_CHROMIUM = "no Chromium found: install one (apt-get install chromium, or playwright install chromium) to run the browser tests"
DESKTOP = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class App:
    """The running app: its address and its $DCGAN_HOME."""

    url: str
    home: Path


@dataclass
class Watch:
    """What pages must not do: errors, and requests to other hosts. A test that provokes an error says so in `expected`."""

    expected: list[str] = field(default_factory=list)  # regular expressions
    complaints: list[str] = field(default_factory=list)

    def unexpected(self) -> list[str]:
        return [complaint for complaint in self.complaints if not any(re.search(pattern, complaint) for pattern in self.expected)]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly that nothing was tested in a browser."""
    if any(NO_CHROMIUM in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(f"BROWSER TESTS WERE SKIPPED: {NO_CHROMIUM}", red=True, bold=True)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as instance:
        yield instance


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    names = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    found = next((name for name in names if name), None) or playwright.chromium.executable_path
    if not Path(found).exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_CHROMIUM)
    instance = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
    yield instance
    instance.close()


@pytest.fixture(scope="package")
def hub() -> Iterator[HubStandIn]:
    """What the app takes for the Hub, with somebody logged in."""
    stand_in = HubStandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture(scope="package")
def app(browser: Browser, hub: HubStandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = tmp_path_factory.mktemp("app")
    write_models(home / "models")
    port = free_port()
    log = home / "app.log"
    command = [sys.executable, "app.py", "--no-open", "--port", str(port), "--model", "large"]
    the_hub = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1"}
    environment = {**os.environ, "DCGAN_HOME": str(home), **the_hub}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for_answer(f"http://127.0.0.1:{port}/", process, log)
        yield App(f"http://127.0.0.1:{port}", home)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not answer at {url}: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    watched = Watch()
    yield watched
    assert watched.unexpected() == []


class Visitors:
    """Browsers of their own, one a visit and test: another storage, another language. They are lent out again, emptied of all that
    pages stored, because a new one would read and compile all of Gradio's scripts, which takes longer than most tests.
    """

    def __init__(self, browser: Browser, origin: str) -> None:
        self._browser, self._origin = browser, origin
        self._free: dict[str, list[BrowserContext]] = {}
        self._lent: list[tuple[str, BrowserContext]] = []

    def open_page(self, options: dict[str, Any]) -> Page:
        """Return an empty page of a context with these options."""
        kind = repr(sorted(options.items()))
        free = self._free.setdefault(kind, [])
        context = free.pop() if free else self._new_context(options)
        self._lent.append((kind, context))
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": self._origin, "storageTypes": "cookies,local_storage,indexeddb"})
        session.detach()
        return page

    def _new_context(self, options: dict[str, Any]) -> BrowserContext:
        context = self._browser.new_context(**{"viewport": DESKTOP, "locale": "en-US", **options})
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(RECORDER)
        return context

    def leave(self) -> None:
        """Close all pages; their browsers can be lent again."""
        for kind, context in self._lent:
            for page in context.pages:
                page.close()
            self._free[kind].append(context)
        self._lent.clear()


@pytest.fixture(scope="package")
def visitors(browser: Browser, app: App) -> Visitors:
    return Visitors(browser, app.url)


@pytest.fixture
def visit(visitors: Visitors, app: App, watch: Watch) -> Iterator[Callable[..., Page]]:
    """`visit("/train?…", **context options)` opens a page in a browser of its own."""

    def open_page(path: str = "/", prepare: Callable[[Page], object] | None = None, **options: Any) -> Page:
        page = visitors.open_page(options)
        listen(page, app, watch)
        if prepare:
            prepare(page)
        page.goto(app.url + path)
        return page

    yield open_page
    visitors.leave()


def listen(page: Page, app: App, watch: Watch) -> None:
    """Note whatever a page must not do."""
    ours = urlsplit(app.url).netloc

    def foreign(url: str) -> bool:
        return urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).netloc != ours

    def note(complaint: str) -> None:
        watch.complaints.append(complaint)

    page.on("console", lambda message: note(f"console: {message.text} {message.location}") if message.type == "error" else None)
    page.on("pageerror", lambda error: note(f"page error: {error}"))
    page.on("request", lambda request: note(f"foreign request: {request.url}") if foreign(request.url) else None)
    page.on("websocket", lambda socket: note(f"foreign socket: {socket.url}") if foreign(socket.url) else None)
