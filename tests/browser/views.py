"""What holds for every view of the Explore page, and how to get to one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page

from browser.models import Pixels, assert_same, synthesizer
from browser.recording import PICTURE, address, part, picture_count, pixels, settle, z_of

if TYPE_CHECKING:
    from browser.conftest import App


def python_picture(app: App, link: str) -> Pixels:
    """Return what Python makes of a link's model, seed, z and label: (h, w, 3)."""
    asked = parse_qs(urlsplit(link).query)
    maker = synthesizer(app.home / "models" / asked["model"][0])
    z = z_of(link)
    return maker.rgb(maker.z([int(asked["seed"][0])]) if z is None else z[None], asked.get("label"))[0]


def python_z(app: App, seed: int) -> npt.NDArray[np.float32]:
    """Return z of a seed for the model `large`."""
    return synthesizer(app.home / "models" / "large").z([seed])[0]


def assert_link_is_the_picture(page: Page, app: App) -> str:
    """The canvas shows what Python makes of the address; return the address."""
    link = address(page)
    assert_same(pixels(page.locator(PICTURE)), python_picture(app, link))
    return link


def seed_of(link: str) -> int:
    return int(parse_qs(urlsplit(link).query)["seed"][0])


def type_seed(page: Page, text: str) -> None:
    part(page, "seed").fill(text)
    part(page, "seed").press("Enter")


def act(page: Page, name: str, pictures: int = 1) -> None:
    """Press a button of the explorer that leads to so many other pictures, and wait for them."""
    before = picture_count(page)
    part(page, name).click()
    settle(page, before + pictures)


def press(page: Page, key: str) -> None:
    """Press a key that leads to another picture, and wait for that."""
    before = picture_count(page)
    page.keyboard.press(key)
    settle(page, before + 1)
