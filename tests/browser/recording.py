"""What pages say of themselves: the explorer's `dcgan:*` events, canvases, and the address."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Locator, Page

from browser.models import Pixels

PICTURE = "[data-dcgan=picture]"
SLIDER = "[data-dcgan=dimension]"

RECORDER = """
window.seen = { requests: [], pictures: [] };
document.addEventListener("dcgan:request", (event) => window.seen.requests.push(event.detail));
document.addEventListener("dcgan:picture", (event) => window.seen.pictures.push(event.detail));
"""

# Everything that was asked for is on the canvas, and at least `count` pictures came.
SETTLED = """(count) => {
  const { requests, pictures } = window.seen;
  return pictures.length >= count && requests.at(-1).id === pictures.at(-1).id;
}"""

PIXELS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.height, canvas.width, btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""))];
}"""


def part(page: Page, name: str) -> Locator:
    """Return a part of the explorer."""
    return page.locator(f"[data-dx={name}]")


def settle(page: Page, count: int = 1) -> None:
    """Wait until all is drawn, at least `count` pictures since the page was opened."""
    page.wait_for_function(SETTLED, arg=count)


def picture_count(page: Page) -> int:
    return int(page.evaluate("window.seen.pictures.length"))


def another_picture(page: Page, before: int) -> None:
    """Wait for a picture after the first `before`, and until all is drawn."""
    settle(page, before + 1)


def pixels(canvas: Locator) -> Pixels:
    """Return a canvas as (h, w, 3)."""
    height, width, data = canvas.evaluate(PIXELS)
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[:, :, :3]


def address(page: Page) -> str:
    """Return the link that reproduces the view, as Copy link gives it."""
    part(page, "copy").click()
    return str(page.evaluate("location.href"))


def z_of(link: str) -> npt.NDArray[np.float32] | None:
    """Return the z of a link, or None where the seed's own is meant."""
    values = parse_qs(urlsplit(link).query).get("z")
    if values is None:
        return None
    return np.frombuffer(base64.urlsafe_b64decode(values[0] + "=" * (-len(values[0]) % 4)), "<f4").copy()


def component_script(name: str, *files: str) -> str:
    """Return files of a component, to be evaluated in an empty page."""
    folder = Path(__file__).resolve().parents[2] / "dcgan" / "ui" / "components" / name
    return "\n".join((folder / file).read_text("utf-8") for file in files)
