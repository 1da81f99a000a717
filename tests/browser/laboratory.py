"""The laboratory's tabs, and a stand-in for the route that finds directions."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page, Route

from browser.recording import picture_count, settle

DIRECTION = "[data-dcgan=direction]"
FRESH = "(name) => !document.querySelector(`[data-dx=${name}]`).classList.contains('dx-stale')"


def open_tab(page: Page, name: str) -> None:
    page.locator(f"#dx-tab-{name}").click()


def wait_until_made(page: Page, name: str) -> None:
    """Wait until the pictures of a sheet or of the directions are those of the present view."""
    page.wait_for_function(FRESH, arg=name)


def slide(page: Page, slider: Any, value: float) -> None:
    """Set a range as a hand does, and wait for its picture."""
    before = picture_count(page)
    slider.evaluate("(each, value) => { each.value = value; each.dispatchEvent(new Event('input', { bubbles: true })); }", value)
    settle(page, before + 1)


def text_of(vector: npt.NDArray[np.float32]) -> str:
    return base64.urlsafe_b64encode(np.asarray(vector, "<f4").tobytes()).decode().rstrip("=")


def unit(*values: float) -> npt.NDArray[np.float32]:
    vector = np.asarray(values, np.float32)
    return vector / np.linalg.norm(vector)


@dataclass
class Finder:
    """Answers for the server: SeFa works once before it is ready, what is saved is remembered, and marks make a difference of means."""

    directions: dict[str, npt.NDArray[np.float32]]
    asked: list[str] = field(default_factory=list)
    saved: list[dict[str, Any]] = field(default_factory=list)

    def attach(self, page: Page) -> None:
        page.route("**/dcgan/directions**", self._answer)

    def _answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        method = parse_qs(url.query).get("method", [""])[0]
        self.asked.append(f"{route.request.method} {url.path.rpartition('/')[2]} {method}".strip())
        if route.request.method == "POST":
            route.fulfill(json={"direction": self._marked(json.loads(route.request.post_data or "{}"))})
        elif route.request.method == "PUT":
            self.saved = json.loads(route.request.post_data or "{}")["directions"]
            route.fulfill(json={})
        elif method == "sefa" and self.asked.count("GET directions sefa") == 1:
            route.fulfill(status=202, json={"state": "working", "done": 3, "total": 10, "what": "measuring effects"})
        elif method == "pca":
            route.fulfill(status=400, json={"error": "this model has no layers to look into"})
        else:
            route.fulfill(json=self._found(method))

    def _found(self, method: str) -> dict[str, Any]:
        listed = self.saved if method == "saved" else [self._record(method, name, k) for k, name in enumerate(self.directions)]
        return {"state": "ready", "method": method, "group": None, "groups": [], "step": 2.0, "n": 16, "directions": listed}

    def _record(self, method: str, name: str, k: int) -> dict[str, Any]:
        vector = text_of(self.directions[name])
        return {
            "id": f"{method}-{k}",
            "name": name,
            "method": method,
            "vector": vector,
            "share": 0.25,
            "effect": 0.1 / (k + 1),
            "note": None,
        }

    def _marked(self, asked: dict[str, Any]) -> dict[str, Any]:
        means = [np.mean([np.frombuffer(base64.urlsafe_b64decode(z + "=" * (-len(z) % 4)), "<f4") for z in asked[side]], 0)
                 for side in ("positive", "negative")]  # fmt: skip
        vector = text_of(unit(*(means[0] - means[1])))
        return {"id": "marked-1", "name": asked["name"], "method": "marked", "vector": vector, "share": None, "effect": None, "note": None}
