"""Measures of what a page looks like: targets, contrast, language."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from dcgan.config import Recipe

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
TEXTS = Path(__file__).resolve().parents[2] / "dcgan" / "ui" / "texts"

# What can be pressed and is smaller than 44 px. A box to tick counts by its label.
SMALL_TARGETS = """() => Array.from(document.querySelectorAll("button, a[href], input, select, [role=slider]"))
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 1)
  .map((each) => (["checkbox", "radio"].includes(each.type) && each.closest("label")) || each)
  .filter((each) => { const { width, height } = each.getBoundingClientRect(); return width < 43.9 || height < 43.9; })
  .map((each) => each.outerHTML.slice(0, 120) + JSON.stringify(each.getBoundingClientRect()))"""

# Text of less than 4.5:1 against what it stands on.
PALE_TEXTS = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return Array.from(pen.getImageData(0, 0, 1, 1).data);
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => (value * a + below[i] * (255 - a)) / 255);
  const ground = (node) => {
    if (!node) return [255, 255, 255];
    const colour = rgba(getComputedStyle(node).backgroundColor);
    return colour[3] === 255 ? colour.slice(0, 3) : over(colour, ground(node.parentElement));
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => value / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const pale = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility()) continue;
    if (node.closest(":disabled, style, script, option, svg, canvas")) continue;
    const below = ground(node);
    const levels = [luminance(over(rgba(getComputedStyle(node).color), below)), luminance(below)].sort((a, b) => b - a);
    const ratio = (levels[0] + 0.05) / (levels[1] + 0.05);
    if (ratio < 4.5) pale.push(`${ratio.toFixed(2)} ${walker.currentNode.data.trim()}`);
  }
  return pale;
}"""

# Watches, from a page's first frame on, for names of sentences in place of sentences.
KEY_WATCH = """
window.keysSeen = new Set();
const look = () => {
  const shown = document.body?.innerText ?? "";
  for (const key of shown.match(/\\b(explore|morph|train|masthead)\\.[a-z_]+\\b|__i18n__/g) ?? []) window.keysSeen.add(key);
  requestAnimationFrame(look);
};
look();
"""

# Everything that a visitor can read or hear.
SENTENCES = """() => {
  const seen = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (node.checkVisibility() && !node.closest("style, script")) seen.push(walker.currentNode.data);
  }
  for (const node of document.body.querySelectorAll("*")) {
    if (!node.checkVisibility()) continue;
    for (const name of ["title", "aria-label", "alt", "placeholder", "aria-valuetext"]) seen.push(node.getAttribute(name) ?? "");
  }
  return seen.map((text) => text.trim()).filter(Boolean);
}"""


def assert_fits_a_phone(page: Page) -> None:
    """Nothing scrolls sideways, and every target is 44 px in both directions."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(SMALL_TARGETS)
    assert small == [], "\n".join(small)


def assert_readable(page: Page) -> None:
    assert page.evaluate(PALE_TEXTS) == []


def assert_german(page: Page) -> None:
    """No key and no English sentence of ours is left on the page; settings keep their names."""
    english, german = (json.loads((TEXTS / f"{language}.json").read_text("utf-8")) for language in ("en", "de"))
    ours = {*english.values()} - {*german.values()} - {field.name for field in fields(Recipe)} - {""}
    seen = page.evaluate(SENTENCES)
    assert [text for text in seen if text in ours or re.match(r"(explore|morph|train|masthead)\.", text)] == []
    assert any(text in german.values() for text in seen)
    assert page.evaluate("Array.from(window.keysSeen ?? [])") == []


def watch_for_keys(page: Page) -> None:
    page.add_init_script(KEY_WATCH)
