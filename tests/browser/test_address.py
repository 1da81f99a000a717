"""What the explorer reads out of an address, in an empty page: no app is asked."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from browser.recording import component_script

pytestmark = pytest.mark.browser

MODELS = [
    {"name": "large", "z_dim": 100, "labels": []},
    {"name": "tiny", "z_dim": 4, "labels": []},
    {"name": "labelled", "z_dim": 4, "labels": ["bag", "T-shirt/top"]},
]
READ = """([script, models, queries]) => queries.map((query) => {
  const read = new Function("location", script + "; return readAddress")({ search: "?" + query });
  const { info, seed, z, label, complaint } = read(models, "large");
  return JSON.parse(JSON.stringify({ model: info.name, seed, z: z && Array.from(z), label, complaint: complaint?.[0] }));
})"""
Z = np.array([0.5, -16, 16, 1e-3], "<f4")


def text_of(z: np.ndarray) -> str:
    return base64.urlsafe_b64encode(z.astype("<f4").tobytes()).decode().rstrip("=")


def read(browser: Browser, *queries: str) -> list[dict[str, Any]]:
    page = browser.new_page()
    try:
        script = component_script("explorer", "latent.js", "address.js", "protocol.js")
        return list(page.evaluate(READ, [script, MODELS, queries]))
    finally:
        page.close()


def test_an_address_in_full_and_an_empty_one(browser: Browser) -> None:
    full, bare, empty = read(browser, f"model=labelled&seed={2**53 - 1}&label=T-shirt%2Ftop&z={text_of(Z)}", "model=tiny&seed=3", "")
    np.testing.assert_array_equal(full.pop("z"), Z)
    assert full == {"model": "labelled", "seed": 2**53 - 1, "label": "T-shirt/top"}
    assert bare == {"model": "tiny", "seed": 3}
    assert empty == {"model": "large", "seed": 0}


def test_what_says_nothing_sensible_is_complained_of_and_left_out(browser: Browser) -> None:
    bad_z = ["%40%40%40", "AAAA", text_of(Z[:3]), *(text_of(np.array([0, 0, value, 0])) for value in (np.inf, -np.inf, np.nan, 16.01))]
    wrong = {
        "unknown_model": ["model=nothing"],
        "bad_seed": [f"seed={seed}" for seed in ("-1", "99999999999999999999", str(2**53), "1.5", "one", "")],
        "bad_z": [f"model=tiny&seed=5&z={z}" for z in bad_z],
        "bad_label": ["model=labelled&label=shoe", "model=tiny&label=bag"],
    }
    for complaint, queries in wrong.items():
        for query, found in zip(queries, read(browser, *queries), strict=True):
            assert (found.get("complaint"), found.get("z")) == (complaint, None), query
            assert found["seed"] == (5 if complaint == "bad_z" else 0), query
