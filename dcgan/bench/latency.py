"""`bench latency`: from the hand to the picture in a real Chromium, beside a plain `gr.Slider` to `gr.Image` app of the same model.

A slider is dragged at 60 Hz by real mouse events, to and fro. Our page says itself what it sent and drew (`dcgan:request`,
`dcgan:picture`); of the plain app the requests and the loaded pictures are observed, which come one at a time and in order.
A picture's time is from the newest input event that its request knew of until it is drawn.
"""

from __future__ import annotations

import contextlib
import shutil
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from dcgan.bench.serving import serving
from dcgan.data import Progress
from dcgan.errors import ConfigError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SideName = Literal["ours", "plain"]
RATE = 60.0  # mouse events a second
SWEEP_SECONDS = 2.0  # from one end of the slider to the other
PICTURE_MS = 60_000
MARGIN = 14  # pixels at the slider's ends that are left alone: half its thumb
VIEWPORT = {"width": 1280, "height": 900}
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SLIDERS: dict[SideName, str] = {"ours": "[data-dcgan=dimension]", "plain": "input[type=range]"}

RECORDER = """
window.bench = { events: 0, last: 0, sent: [], times: [] };
addEventListener("input", (event) => { bench.events += 1; bench.last = event.timeStamp; }, true);
const drawn = (began) => bench.times.push(performance.now() - began);
const ids = new Map();
document.addEventListener("dcgan:request", ({ detail }) => ids.set(detail.id, bench.last));
document.addEventListener("dcgan:picture", ({ detail }) => drawn(ids.get(detail.id)));
const send = window.fetch;
window.fetch = (url, options) => {
  if (String(url.url ?? url).includes("/queue/join")) bench.sent.push(bench.last);
  return send(url, options);
};
const loaded = ({ target }) => target instanceof HTMLImageElement && bench.sent.length && drawn(bench.sent.shift());
document.addEventListener("load", loaded, true); // the window hears no load of an element
"""


@dataclass(frozen=True)
class LatencyRequest:
    """Which model, how often each side is dragged, and for how long."""

    model: str
    turns: int = 3
    seconds: float = 6.0


@dataclass(frozen=True)
class Drag:
    """One drag: input events, pictures drawn for them, and the median time from event to picture in ms (None without pictures)."""

    events: int
    pictures: int
    seconds: float
    median_ms: float | None

    @property
    def share(self) -> float:
        """Pictures an input event."""
        return self.pictures / self.events if self.events else 0.0

    @property
    def per_second(self) -> float:
        return self.pictures / self.seconds

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "share": self.share, "per_second": self.per_second}


@dataclass(frozen=True)
class LatencyBench:
    """All drags of both sides; what counts is the best of each."""

    model: str
    drags: dict[SideName, list[Drag]]

    def best(self, side: SideName) -> Drag:
        return max(self.drags[side], key=lambda drag: (drag.share, drag.per_second))

    def to_json(self) -> dict[str, Any]:
        sides = {
            name: {"best": self.best(name).to_json(), "drags": [drag.to_json() for drag in drags]} for name, drags in self.drags.items()
        }
        return {"model": self.model, "rate": RATE} | sides


def bench_latency(request: LatencyRequest, progress: Progress | None = None) -> LatencyBench:
    """Measure both sides in turns; a ConfigError says what is missing."""
    from dcgan.models import Library

    Library().find(request.model)  # a wrong name is said here, before anything is started
    drags: dict[SideName, list[Drag]] = {"ours": [], "plain": []}
    with contextlib.ExitStack() as stack:
        browser = stack.enter_context(_browser())
        urls: dict[SideName, str] = {
            "ours": stack.enter_context(serving("app", request.model)) + f"/?model={quote(request.model)}&seed=0",
            "plain": stack.enter_context(serving("plain", request.model)),
        }
        for turn in range(request.turns):
            for place, side in enumerate(drags):
                if progress:
                    progress(2 * turn + place, 2 * request.turns, f"drag {turn + 1} of {request.turns}: {side}")
                drags[side].append(_drag(browser, urls[side], side, request.seconds))
    return LatencyBench(request.model, drags)


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise ConfigError("bench latency drives a real browser: pip install playwright, and have a Chromium") from None
    names = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    with sync_playwright() as playwright:
        found = next((name for name in names if name), None) or playwright.chromium.executable_path
        if not Path(found).exists():
            raise ConfigError("bench latency found no Chromium: apt-get install chromium, or playwright install chromium")
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        try:
            yield browser
        finally:
            browser.close()


def _drag(browser: Browser, url: str, side: SideName, seconds: float) -> Drag:
    """Open a page of its own, drag its first slider, and return what came of it."""
    page = browser.new_page(viewport=VIEWPORT)  # type: ignore[arg-type]
    try:
        page.add_init_script(RECORDER)
        page.goto(url)
        slider = page.locator(SLIDERS[side]).first
        slider.wait_for(timeout=PICTURE_MS)
        page.wait_for_load_state("networkidle")
        time.sleep(1)  # neighbours and fonts are done with
        box = slider.bounding_box()
        assert box is not None
        before = len(page.evaluate("bench.times"))
        spent = _move(page, (box["x"] + MARGIN, box["x"] + box["width"] - MARGIN), box["y"] + box["height"] / 2, seconds)
        seen = page.evaluate("({ events: bench.events, times: bench.times })")
    finally:
        page.close()
    times = seen["times"][before:]
    return Drag(seen["events"], len(times), spent, statistics.median(times) if times else None)


def _move(page: Page, ends: tuple[float, float], y: float, seconds: float) -> float:
    """Press, sweep to and fro at RATE, let go; return the seconds of the sweep."""
    left, right = ends
    page.mouse.move(left, y)
    page.mouse.down()
    start = time.perf_counter()
    for tick in range(round(seconds * RATE)):
        time.sleep(max(0.0, start + tick / RATE - time.perf_counter()))
        phase = (tick / RATE / SWEEP_SECONDS) % 2
        page.mouse.move(left + (right - left) * (phase if phase < 1 else 2 - phase), y)
    spent = time.perf_counter() - start
    page.mouse.up()
    page.wait_for_timeout(300)  # the last pictures
    return spent
