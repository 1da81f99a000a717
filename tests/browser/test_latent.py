"""The page's own z of a seed, against the table that holds Python's to account (tests/latent/seeds.json)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from browser.recording import component_script

pytestmark = pytest.mark.browser

TABLE = json.loads((Path(__file__).resolve().parents[1] / "latent" / "seeds.json").read_text("utf-8"))
SAMPLE = """([script, table]) => {
  const sampleZ = new Function(script + "; return sampleZ;")();
  return table.map(({ seed, z_dim, prior }) => Array.from(sampleZ(seed, z_dim, prior)));
}"""


def test_the_page_draws_the_same_z(browser: Browser) -> None:
    page = browser.new_page()
    try:
        drawn = page.evaluate(SAMPLE, [component_script("explorer", "latent.js"), TABLE])
    finally:
        page.close()
    for entry, z in zip(TABLE, drawn, strict=True):
        assert len(z) == entry["z_dim"]
        np.testing.assert_allclose(z[: len(entry["z"])], entry["z"], rtol=1e-6, atol=1e-6)
